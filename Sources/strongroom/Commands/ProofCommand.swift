internal import Rules
import ArgumentParser
import Sealing
import Storage
import Vault

struct ProofCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proof",
    abstract: "Prove to others that an entry stands in the ledger, or check such a proof.",
    subcommands: [WriteProof.self, CheckProof.self])

  struct WriteProof: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "write",
      abstract:
        "Write the proof that an entry stands in the ledger; whoever knows the vault id can check it.",
      discussion: """
        Needs no key. Proofs are of entries that count; one is a text, and its file is to end in .tlog-proof. With \
        --output it goes to a file, and --json says to which.
        """)

    @Argument(help: "The entry's number.")
    var entry: UInt64

    @Option(name: .shortAndLong, help: "The file to write; by default standard output.", completion: .file())
    var output: String?

    @OptionGroup var vault: VaultOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        let proof = try await opened.prove(entry: entry, document: nil).bytes
        if let output {
          try DurableFile.writeNew(proof.span, to: output, mode: 0o644)
          if talk.json {
            Output.json(["entry": .integer(entry), "proof": .string(output)])
          } else {
            Output.line("proof of entry \(entry) written to \(Output.printable(output))")
          }
        } else {
          let text = String(decoding: proof, as: UTF8.self)
          if talk.json {
            Output.json(["entry": .integer(entry), "tlog_proof": .string(text)])
          } else {
            Output.line(String(text.dropLast()))
          }
        }
      }
    }
  }

  struct CheckProof: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Check the proof of an entry, and of a document that it names, by the vault id alone.",
      discussion: """
        Needs no vault and no key. The vault id comes from the vault card, or from somebody whom you trust: whoever gave \
        you the proof could have founded another vault. Ends with 0 where all of it holds, and says what that doesn't show.
        """)

    @Argument(help: "The proof.", completion: .file(extensions: ["tlog-proof"]))
    var file: String

    @Option(name: .long, help: "The document, to be compared with what the entry names.", completion: .file())
    var document: String?

    @OptionGroup var vault: VaultIDOption
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      let id = try vault.id()
      guard let bytes = try DurableFile.read(file, limit: Evidence.sizeLimit) else {
        throw VaultError(.input, "there is no proof at \(file)")
      }
      let evidence = try Evidence(parsing: bytes, vault: id)
      if let document { try evidence.check(document: Self.digest(of: document)) }
      show(evidence)
    }

    private static func digest(of document: String) throws -> Digest {
      let stream = try DigestStream()
      guard try DurableFile.withPieces(document, { stream.update($0) }) else {
        throw VaultError(.input, "there is no document at \(document)")
      }
      return stream.finish()
    }

    private func show(_ evidence: Evidence) {
      if talk.json { return Output.json(told(evidence)) }
      let signer = evidence.chain.last
      Output.line("entry \(evidence.index) stands in a ledger of vault \(evidence.vault.hex)")
      Output.line("event     \(evidence.event): \(Output.printable(evidence.summary))")
      Output.line("time      \(Output.moment(evidence.time)), as its maker's clock said")
      Output.line("signed by \(evidence.by.hex), \(signer.map(Self.words) ?? "")")
      for link in evidence.chain.dropLast() {
        Output.line("shown by  \(link.identity.id.hex), \(Self.words(link))")
      }
      switch (evidence.document, document) {
      case (let named?, nil): Output.line("document  one of SHA-256 \(named.hex), which nobody compared")
      case (_, let path?): Output.line("document  \(Output.printable(path)) is the one that the entry names")
      case (nil, nil): Output.line("document  none is named")
      }
      Output.line(
        "not shown: whether this entry and those that lead to it count, whether somebody's rights had ended by then, "
          + "whether the time is right, and whether others see the same ledger. A copy of the ledger tells: "
          + "strongroom ledger show --entry \(evidence.index)")
    }

    private static func words(_ shown: Evidence.Shown) -> String {
      let roles = shown.roles.map(\.rawValue).joined(separator: "+")
      return shown.entry == 0 ? "\(roles) by the founding" : "\(roles) by entry \(shown.entry)"
    }

    private func told(_ evidence: Evidence) -> JSONObject {
      let chain = evidence.chain.map { shown in
        JSONValue.object([
          "entry": .integer(shown.entry), "identity": .string(shown.identity.id.hex),
          "roles": .array(shown.roles.map { .string($0.rawValue) }),
        ])
      }
      return [
        "by": .string(evidence.by.hex), "chain": .array(chain),
        "compared": .integer(document == nil ? 0 : 1), "document": .string(evidence.document?.hex ?? ""),
        "entry": .integer(evidence.index), "event": .string(evidence.event),
        "not_shown": .array(Self.notShown.map { .string($0) }), "time": .integer(evidence.time),
        "vault": .string(evidence.vault.hex),
      ]
    }

    /// What takes the ledger: whether entries count, whether somebody was revoked by then, whether the time is right, and
    /// whether others see the same ledger.
    private static let notShown = ["counts", "revoked", "same_ledger", "time"]
  }
}
