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
      abstract: "Write a new identity to FILE (secret, 0600) and its public part to FILE.pub.")

    @Argument(help: "The file for the secret; it must not be there yet.")
    var file: String

    @OptionGroup var talk: OutputOptions

    func run() async throws {
      let identity = try Identity.generate()
      let secret = try IdentityFile.secretText(of: identity)
      do {
        try secret.withSpan { span throws in try DurableFile.writeNew(span, to: file, mode: 0o600) }
        try DurableFile.writeNew(
          IdentityFile.publicText(of: identity.publicIdentity).span, to: file + ".pub", mode: 0o644)
      } catch let error as StorageError where error.code == .exists {
        throw VaultError(.exists, "\(error.object) is there already; nothing was changed")
      }
      if talk.json {
        Output.json(["identity": .string(identity.publicIdentity.id.hex)])
      } else {
        Output.line("identity \(identity.publicIdentity.id.hex)")
        Output.line("secret: \(Output.printable(file)) (keep it; whoever has it is you)")
        Output.line("public: \(Output.printable(file)).pub (give it to a custodian: strongroom grant add)")
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show who a secret or public identity file is.")

    @Argument(help: "An identity file or a .pub file.")
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
        do { (identity, isSecret) = (try IdentityFile.publicIdentity(from: bytes).identity, false) } catch {
          throw VaultError(.input, "\(file) is neither an identity file nor a public one")
        }
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
