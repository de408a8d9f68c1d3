import ArgumentParser
import Sealing
import Vault

struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Show the keyring, or start a new epoch.",
    subcommands: [ListKeys.self, Rotate.self])

  struct ListKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the sections that you open, and their epochs.")

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        try await keys.unlock(opened)
        let listing = try opened.keyListing()
        if talk.json {
          for section in listing.sections {
            Output.item([
              "epochs": .array(
                section.epochs.map {
                  .object([
                    "epoch": .integer(UInt64($0.number)), "since": .integer($0.since),
                    "state": .string($0.state),
                  ])
                }),
              "keys": .integer(section.rows), "section": .string(section.name),
            ])
          }
          return
        }
        Output.line(
          "keyring generation \(listing.generation), \(Output.count(listing.rows, "row")) in all sections")
        for section in listing.sections {
          Output.line("\(Output.printable(section.name)) (\(Output.count(section.rows, "row")))")
          for epoch in section.epochs {
            Output.line(
              "  epoch \(epoch.number)  \(epoch.state.padded(10)) since \(Output.moment(epoch.since))"
                + (epoch.isDue ? "  rotation is due" : ""))
          }
        }
      }
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Start a new epoch: from now on the class is sealed with a new key.")

    @Option(name: .customLong("class"), help: "The class; 'directory' and 'journal' rotate too.")
    var classes: [String] = []

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
      if classes.isEmpty { throw ValidationError("which class? say --class NAME") }
    }

    func run() async throws {
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        let outcome = try await opened.perform(.rotate(sections: classes))
        if talk.json {
          Output.json([
            "epochs": .array(outcome.rotated.map { .string($0) }),
            "generation": .integer(outcome.generation),
          ])
        } else {
          Output.line("rotated: \(outcome.rotated.map(Output.printable).joined(separator: ", "))")
          Output.line("keyring generation \(outcome.generation), read back and compared: no key is missing")
          Output.note("note: what was sealed before stays under the older epoch until it is resealed")
        }
      }
    }
  }
}
