internal import Rules
import ArgumentParser
import Sealing
import Vault

struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Show the ledger, verify it, or tell a customer's story by it.",
    subcommands: [Show.self, TraceCommand.self, Verify.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show entries, newest last. Needs no key.")

    @Argument(help: "A destination or restored copy instead of the vault.", completion: .directory)
    var place: String?

    @Option(name: .long, help: "Only the entry of this number.")
    var entry: UInt64?

    @Option(name: .long, help: "Only the last so many entries.")
    var last: Int?

    @Option(
      name: .long, help: "Only entries of this kind, as 'sealed'; may be given several times.",
      completion: .list(EntryListing.events))
    var event: [String] = []

    @Option(
      name: .long, help: "Only entries by this identity: its id or the first digits of it, or its label.")
    var by: String?

    @Option(name: .long, help: "Only entries of this day or later: YYYY-MM-DD.")
    var since: String?

    @Option(name: .long, help: "Only entries of this day or earlier: YYYY-MM-DD.")
    var until: String?

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
      if let last, last < 0 { throw ValidationError("--last takes a number of entries") }
      for name in event where !EntryListing.events.contains(name) {
        throw ValidationError(
          "'\(name)' is no kind of entry: there are \(EntryListing.events.joined(separator: ", "))")
      }
      _ = try (CivilDay.said(since, "--since"), CivilDay.said(until, "--until"))
    }

    private func times() throws -> Range<UInt64> {
      let first = try CivilDay.said(since, "--since").flatMap(CivilTime.start(of:)) ?? 0
      guard let last = try CivilDay.said(until, "--until") else { return first..<UInt64.max }
      // What is of days before 1970 is nothing.
      return first..<max(first, CivilTime.start(of: last).map { $0 + 86_400 } ?? 0)
    }

    func run() async throws {
      try await vault.use(place) { opened in
        if let key = try keys.given() { try await opened.unlock(with: key) }
        var entries = try await opened.entries()
        if let entry { entries = entries.filter { $0.number == entry } }
        if !event.isEmpty { entries = entries.filter { event.contains($0.event) } }
        if let by {
          let id = try await opened.identity(matching: TypedID.digits(by), orLabel: by)
          entries = entries.filter { $0.by == id }
        }
        let times = try times()
        entries = entries.filter { times.contains($0.time) }
        if let last { entries = entries.suffix(max(0, last)) }
        guard entry == nil || !entries.isEmpty else {
          throw VaultError(.input, "the ledger has no such entry")
        }
        let people = try await opened.people()
        for shown in entries {
          if talk.json {
            Output.line(String(decoding: shown.line, as: UTF8.self))
            continue
          }
          Output.line(
            "\(String(shown.number).padded(7, right: true))  \(Output.moment(shown.time))  \(shown.event.padded(10))  "
              + "\(shown.by.hex.prefix(8))\(people[shown.by].map { " (\(Output.printable($0)))" } ?? "")  "
              + Output.printable(shown.summary))
          if let rule = shown.notCounted { Output.line("         does not count: \(rule)") }
          for (name, text) in shown.sealed { Output.line("         \(name): \(Output.printable(text))") }
        }
      }
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check every signature and root from the founding entry on. Needs no key.")

    @Argument(help: "A destination or restored copy instead of the vault.", completion: .directory)
    var place: String?

    @OptionGroup var vault: VaultOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use(place, isLook: true) { opened in
        let state = opened.state
        let ignored = state.notCounted
        if talk.json {
          Output.json([
            "not_counted": .integer(state.notCountedCount), "root": .string(state.root.hex),
            "size": .integer(state.size), "vault": .string(state.vault.hex),
          ])
        } else {
          Output.line("ledger of vault \(state.vault.hex): \(Output.count(state.size, "entry"))")
          Output.line("root \(state.root.hex)")
          Output.line("every signature, root and place in the order is right\(opened.trust.text)")
          if state.notCountedCount > UInt64(ignored.count) {
            Output.line("\(state.notCountedCount) entries don't count; the newest are:")
          }
          for entry in ignored { Output.line("\(entry)") }
        }
      }
    }
  }
}
