internal import Rules
import ArgumentParser
import Sealing
import Storage
import Vault

struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Show the ledger, verify it, or prove that an entry stands in it.",
    subcommands: [Show.self, Verify.self, Prove.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show entries, newest last. Needs no key.")

    @Argument(help: "A destination or restored copy instead of the vault.")
    var place: String?

    @Option(name: .long, help: "Only the entry of this number.")
    var entry: UInt64?

    @Option(name: .long, help: "Only the last so many entries.")
    var last: Int?

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
      if let last, last < 0 { throw ValidationError("--last takes a number of entries") }
    }

    func run() async throws {
      try await vault.use(place) { opened in
        if let key = try keys.given() { try await opened.unlock(with: key) }
        var entries = try await opened.entries()
        if let entry { entries = entries.filter { $0.number == entry } }
        if let last { entries = entries.suffix(max(0, last)) }
        guard entry == nil || !entries.isEmpty else {
          throw VaultError(.input, "the ledger has no such entry")
        }
        for shown in entries {
          if talk.json {
            Output.line(String(decoding: shown.line, as: UTF8.self))
            continue
          }
          Output.line(
            "\(String(shown.number).padded(7, right: true))  \(Output.moment(shown.time))  \(shown.event.padded(10))  "
              + "\(shown.by.hex.prefix(8))  \(Output.printable(shown.summary))")
          if let rule = shown.notCounted { Output.line("         does not count: \(rule)") }
          for (name, text) in shown.sealed { Output.line("         \(name): \(Output.printable(text))") }
        }
      }
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check every signature and root from the founding entry on. Needs no key.")

    @Argument(help: "A destination or restored copy instead of the vault.")
    var place: String?

    @OptionGroup var vault: VaultOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use(place, isLook: true) { opened in
        let state = opened.state
        let ignored = state.notCounted
        if talk.json {
          Output.json([
            "not_counted": .integer(UInt64(ignored.count)), "root": .string(state.root.hex),
            "size": .integer(state.size), "vault": .string(state.vault.hex),
          ])
        } else {
          Output.line("ledger of vault \(state.vault.hex): \(Output.count(state.size, "entry"))")
          Output.line("root \(state.root.hex)")
          Output.line("every signature, root and place in the order is right\(opened.trust.text)")
          for entry in ignored { Output.line("\(entry)") }
        }
      }
    }
  }

  struct Prove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the proof that an entry stands in the ledger; anybody can check it. Needs no key.",
      discussion: "The proof is one JSON object. With --output it goes to a file, and --json says to which.")

    @Argument(help: "The entry's number.")
    var entry: UInt64

    @Option(name: .shortAndLong, help: "The file to write; by default standard output.")
    var output: String?

    @OptionGroup var vault: VaultOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        let proof = try await opened.proof(ofEntry: entry)
        if let output {
          try DurableFile.writeNew(proof.span, to: output, mode: 0o644)
          if talk.json {
            Output.json(["entry": .integer(entry), "proof": .string(output)])
          } else {
            Output.line("proof of entry \(entry) written to \(Output.printable(output))")
          }
        } else {
          Output.line(String(decoding: proof, as: UTF8.self))
        }
      }
    }
  }
}
