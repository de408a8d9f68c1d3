import ArgumentParser
import Foundation
import Sealing
import Storage
import Vault

extension IdentityCommand {
  struct Passwd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Close an identity file under a passphrase, change that, or take it off again.",
      discussion: """
        The identity stays who it is, so nobody has to grant anything. The file is replaced at once or not at all. What \
        lay in the clear may still be found on the disk; where that matters, make another identity with --closed.
        """)

    @Argument(help: "The secret identity file.", completion: .file())
    var file: String

    @Flag(name: .long, help: "Leave it without a passphrase.")
    var open = false

    @OptionGroup var given: PassphraseOptions

    @Option(name: .long, help: "A file that holds the new passphrase.", completion: .file())
    var newPassphraseFile: String?

    @OptionGroup var talk: OutputOptions

    func validate() throws {
      guard !open || newPassphraseFile == nil else {
        throw ValidationError("--open and --new-passphrase-file exclude each other")
      }
    }

    func run() async throws {
      try refuseWhatCanNotBeReplaced()
      let identity = try KeyOptions.readIdentity(file, given.source ?? .asked)
      let text =
        open ? try IdentityFile.secretText(of: identity) : try closed(identity)
      do {
        try text.withSpan { span throws in try DurableFile.replace(span, at: file, mode: 0o600) }
      } catch let error as StorageError {
        throw VaultError(
          .storage, "\(error)", safe: "\(file) is as it was", hint: error.hint.map(Hint.advice))
      }
      if talk.json {
        return Output.json([
          "closed": .integer(open ? 0 : 1), "identity": .string(identity.publicIdentity.id.hex),
        ])
      }
      Output.line(
        "\(Output.printable(file)) is \(open ? "open: whoever has it is you" : "closed under its new passphrase"); "
          + "it is identity \(identity.publicIdentity.id.hex) as before")
    }

    /// The closed file, which was seen to open.
    private func closed(_ identity: Identity) throws -> Secret {
      let passphrase =
        try newPassphraseFile.map { try NewPassphrase.checked(KeyOptions.readPassphrase($0)) }
        ?? NewPassphrase.ask(for: "this file")
      let closed = try IdentityFile.Closed(closing: identity, under: passphrase)
      let text = closed.secretText
      let again = try text.withSpan { (text) throws in
        try IdentityFile.Closed(reading: text).open(with: passphrase)
      }
      guard again.publicIdentity == identity.publicIdentity else {
        throw VaultError(
          .failed, "the closed file doesn't open to the same identity", safe: "\(file) is as it was")
      }
      return text
    }

    /// Another name of the same file would keep what was in it.
    private func refuseWhatCanNotBeReplaced() throws {
      guard let found = try? FileManager.default.attributesOfItem(atPath: file) else { return }
      guard found[.type] as? FileAttributeType == .typeRegular else {
        throw VaultError(
          .input, "\(file) is no regular file", safe: "nothing was changed",
          hint: "name the file itself, not a link to it")
      }
      guard found[.referenceCount] as? Int ?? 1 == 1 else {
        throw VaultError(
          .refused, "\(file) has other names (hard links), which would keep what is in it",
          safe: "nothing was changed",
          hint: "remove the others first")
      }
    }
  }
}
