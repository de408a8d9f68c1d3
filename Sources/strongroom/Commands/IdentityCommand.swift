import ArgumentParser
import Sealing
import Storage
import Vault

struct IdentityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity", abstract: "Make an identity, or show one's public part.",
    subcommands: [New.self, Show.self])

  struct New: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a new identity: a secret in FILE (0600) and its public part in FILE.pub.",
      discussion: """
        With --passphrase the secret is a passphrase, and FILE.pub alone is written. It is asked for, or taken from \
        --passphrase-file or --passphrase-command. A custodian grants either by its public part.
        """)

    @Argument(help: "The file for the secret; it must not be there yet.", completion: .file())
    var file: String

    @Flag(name: .long, help: "The secret is a passphrase.")
    var passphrase = false

    @Option(name: .long, help: "A file that holds the passphrase.", completion: .file())
    var passphraseFile: String?

    @Option(name: .long, help: "A command that prints the passphrase.")
    var passphraseCommand: String?

    @OptionGroup var talk: OutputOptions

    func validate() throws {
      try Configuration.refuseEmpty(file)
      if passphraseFile != nil, passphraseCommand != nil {
        throw ValidationError("--passphrase-file and --passphrase-command exclude each other")
      }
    }

    private var isPassphrase: Bool { passphrase || passphraseFile != nil || passphraseCommand != nil }

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
            : "secret: \(Output.printable(file)) (keep it; whoever has it is you)")
        Output.line("public: \(Output.printable(file)).pub (give it to a custodian: strongroom grant add)")
      }
    }

    private func fromFile() throws -> PublicIdentity {
      let identity = try Identity.generate()
      let secret = try IdentityFile.secretText(of: identity)
      try writing {
        try secret.withSpan { span throws in try DurableFile.writeNew(span, to: file, mode: 0o600) }
        try writePublic(IdentityFile.Public(of: identity))
      }
      return identity.publicIdentity
    }

    private func fromPassphrase() throws -> PublicIdentity {
      // What is there already is told before anybody thinks of a passphrase.
      guard try DurableFile.read(file + ".pub", limit: IdentityFile.limit) == nil else {
        throw VaultError(.exists, "\(file).pub is there already; nothing was changed")
      }
      let secret =
        if let passphraseFile {
          try NewPassphrase.checked(KeyOptions.readPassphrase(passphraseFile))
        } else if let passphraseCommand {
          try NewPassphrase.checked(KeyOptions.run(passphraseCommand))
        } else {
          try NewPassphrase.ask(for: "this identity")
        }
      let made = try Passphrase.newIdentity(of: secret)
      try writing {
        try writePublic(
          IdentityFile.Public(of: made.identity, kind: "passphrase", scrypt: made.scrypt))
      }
      return made.identity.publicIdentity
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

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show who a secret or public identity file is.")

    @Argument(help: "An identity file or a .pub file.", completion: .file())
    var file: String

    @OptionGroup var talk: OutputOptions

    func run() async throws {
      guard var bytes = try DurableFile.read(file, limit: IdentityFile.limit) else {
        throw VaultError(.input, "there is no file \(file)")
      }
      defer { Wiping.wipe(&bytes) }
      let identity: PublicIdentity
      let isSecret: Bool
      if let read = try? IdentityFile.identity(from: bytes) {
        (identity, isSecret) = (read.publicIdentity, true)
      } else {
        (identity, isSecret) = (
          try PublicFile.parsed(bytes, of: file, otherwise: "is neither an identity file nor a public one")
            .identity,
          false
        )
      }
      if talk.json {
        Output.json([
          "ed25519": .string(Hex.encode(identity.ed25519)), "identity": .string(identity.id.hex),
          "secret": .integer(isSecret ? 1 : 0), "xwing": .string(Hex.encode(identity.xWing)),
        ])
      } else {
        Output.line("identity \(identity.id.hex) (\(isSecret ? "secret" : "public") file)")
        Output.line("signs with Ed25519 \(Hex.encode(identity.ed25519))")
      }
    }
  }
}
