internal import Rules
import ArgumentParser
import Sealing
import Vault

struct SharesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shares", abstract: "A way in for the worst day: shares on paper, some of which are enough.",
    subcommands: [SplitShares.self, TestShares.self, CombineShares.self])

  struct TestShares: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "test",
      abstract: "Open the vault's present keyring with the shares at hand, and say what it opens.",
      discussion: """
        Nothing is entered: a drill states a destination, times and a report, which come of a rehearsed recovery alone. \
        'strongroom drill run PLAN --shares FILE...' is one, made with shares.
        """)

    @Option(
      name: .long, parsing: .upToNextOption,
      help: "Files of recovery shares; - asks for their words, as is done where none are given.",
      completion: .file(extensions: ["txt"]))
    var shares: [String] = []

    @OptionGroup var vault: VaultOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        let set = try ShareFiles.set(from: shares)
        let identity = try set.identity()
        try await opened.unlock(with: .identity(identity))
        let listing = try opened.keyListing()
        let isWhole = try opened.unlocked().opensEveryClass(of: opened.state.policy)
        let names = listing.sections.map(\.name)
        if talk.json {
          Output.json([
            "every_class": .integer(isWhole ? 1 : 0), "generation": .integer(listing.generation),
            "identity": .string(identity.publicIdentity.id.hex),
            "sections": .array(names.map { .string($0) }),
          ])
        } else {
          Output.line(
            "the shares give identity \(identity.publicIdentity.id.hex), and open keyring generation \(listing.generation)"
          )
          Output.line("they open: \(names.map(Output.printable).joined(separator: ", "))")
        }
        guard isWhole else {
          throw CommandExit(
            kind: .incomplete, what: "the shares don't open every class",
            said: "the shares don't open every class")
        }
        if !talk.quiet {
          Output.note(
            "note: nothing was entered; strongroom drill run PLAN --shares FILE... rehearses a whole recovery with them, "
              + "and is entered")
        }
      }
    }
  }

  struct CombineShares: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "combine",
      abstract:
        "Check shares without a vault: of which set they are, whether they are enough, and whose they are.",
      discussion: """
        Compare the fingerprint with that on the sheets. The secret is never shown. Ends with 2 where shares are lacking.
        """)

    @Argument(
      help: "Files of recovery shares; - asks for their words, as is done where none are given.",
      completion: .file(extensions: ["txt"]))
    var files: [String] = []

    @OptionGroup var talk: OutputOptions

    func run() async throws {
      let set = try ShareFiles.set(from: files)
      let identity = set.isEnough ? try set.identity().publicIdentity.id : nil
      if talk.json {
        var object: JSONObject = [
          "lacking": .integer(UInt64(set.lacking)), "set": .string(set.name),
          "shares": .integer(UInt64(set.shares.count)), "threshold": .integer(UInt64(set.threshold)),
        ]
        object["identity"] = identity.map { .string($0.hex) }
        Output.json(object)
      } else {
        let numbers = set.shares.map { "\($0.member + 1)" }.joined(separator: ", ")
        Output.line(
          "set '\(set.name)', of which \(Output.count(set.threshold, "share")) are needed; here are: \(numbers)"
        )
        if let identity { Output.line("enough: they give identity \(identity.hex)") }
      }
      guard set.isEnough else {
        throw CommandExit(kind: .incomplete, what: set.shortfall, said: set.shortfall)
      }
    }
  }
}
