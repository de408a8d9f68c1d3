import ArgumentParser
import Sealing
import Storage
import Vault

struct IdentityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity", abstract: "Make an identity, show one's public part, or close its file.",
    subcommands: [New.self, Show.self, Passwd.self])

  struct New: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a new identity: a secret in FILE (0600) and its public part in FILE.pub.",
      discussion: """
        With --closed the file is closed under a passphrase, which every command asks for that uses it. With --passphrase \
        the secret is a passphrase itself, and FILE.pub alone is written. It is asked for, or taken from --passphrase-file or \
        --passphrase-command. A custodian grants each by its public part.
        """)

    @Argument(help: "The file for the secret; it must not be there yet.", completion: .file())
    var file: String

    @Flag(name: .long, help: "The secret is a passphrase.")
    var passphrase = false

    @Flag(name: .long, help: "The file is closed under a passphrase.")
    var closed = false

    @OptionGroup var given: PassphraseOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
      try Configuration.refuseEmpty(file)
      guard !(closed && passphrase) else {
        throw ValidationError(
          "--closed and --passphrase exclude each other: a passphrase by itself needs no file")
      }
    }

    private var isPassphrase: Bool { !closed && (passphrase || given.source != nil) }

    func run() async throws {
      try Place.refuse(
        .folder(file), within: Location.folder(file).upwards.dropFirst(), for: "an identity's file")
      let made = isPassphrase ? try fromPassphrase() : try fromFile()
      if !isPassphrase, DurableFile.isOpenToOthers(file) {
        Output.warn(
          .identityOpen,
          "others may read \(Output.printable(file)): its file system keeps no permissions; keep it on another one",
          quiet: talk.quiet)
      }
      if talk.json {
        Output.json(["identity": .string(made.id.hex)])
      } else {
        Output.line("identity \(made.id.hex)")
        Output.line(
          isPassphrase
            ? "secret: the passphrase (keep it; whoever has it is you)"
            : closed
              ? "secret: \(Output.printable(file)), closed under its passphrase (keep both, apart from each other)"
              : "secret: \(Output.printable(file)) (keep it; whoever has it is you)")
        Output.line("public: \(Output.printable(file)).pub (give it to a custodian: strongroom grant add)")
      }
    }

    private func fromFile() throws -> PublicIdentity {
      if closed { try refuseWhatIsThere(file) }
      let identity = try Identity.generate()
      let secret =
        closed
        ? try IdentityFile.Closed(closing: identity, under: newPassphrase(for: "this file")).secretText
        : try IdentityFile.secretText(of: identity)
      try writing {
        try secret.withSpan { span throws in try DurableFile.writeNew(span, to: file, mode: 0o600) }
        try writePublic(IdentityFile.Public(of: identity))
      }
      return identity.publicIdentity
    }

    private func fromPassphrase() throws -> PublicIdentity {
      try refuseWhatIsThere(file + ".pub")
      let secret = try newPassphrase(for: "this identity")
      let made = try Passphrase.newIdentity(of: secret)
      try writing {
        try writePublic(
          IdentityFile.Public(of: made.identity, kind: "passphrase", scrypt: made.scrypt))
      }
      return made.identity.publicIdentity
    }

    /// What is there already is told before anybody thinks of a passphrase.
    private func refuseWhatIsThere(_ path: String) throws {
      guard try DurableFile.read(path, limit: IdentityFile.limit) == nil else {
        throw VaultError(.exists, "\(path) is there already; nothing was changed")
      }
    }

    private func newPassphrase(for whom: String) throws -> Secret {
      guard let given = try given.source?.passphrase(of: file) else {
        return try NewPassphrase.ask(for: whom)
      }
      return try NewPassphrase.checked(given)
    }

    private func writePublic(_ made: IdentityFile.Public) throws {
      try DurableFile.writeNew(made.text.span, to: file + ".pub", mode: 0o644)
    }

    private func writing(_ body: () throws -> Void) throws {
      do { try body() } catch let error as StorageError where error.code == .exists {
        throw VaultError(.exists, "\(error.object) is there already; nothing was changed")
      }
    }
  }
}
