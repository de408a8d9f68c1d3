import ArgumentParser
import Sealing
import Storage
import Vault

extension IdentityCommand {
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show who a secret or public identity file is.")

    @Argument(help: "An identity file or a .pub file.", completion: .file())
    var file: String

    @OptionGroup var given: PassphraseOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      guard var bytes = try DurableFile.read(file, limit: IdentityFile.limit) else {
        throw VaultError(.input, "there is no file \(file)")
      }
      defer { Wiping.wipe(&bytes) }
      let identity: PublicIdentity
      let isSecret: Bool
      let isClosed = IdentityFile.Closed.begins(bytes.span)
      if isClosed {
        (identity, isSecret) = (
          try KeyOptions.readIdentity(file, given.source ?? .asked).publicIdentity, true
        )
      } else if let read = try? IdentityFile.identity(from: bytes) {
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
          "closed": .integer(isClosed ? 1 : 0), "ed25519": .string(Hex.encode(identity.ed25519)),
          "identity": .string(identity.id.hex),
          "secret": .integer(isSecret ? 1 : 0), "xwing": .string(Hex.encode(identity.xWing)),
        ])
      } else {
        Output.line(
          "identity \(identity.id.hex) (\(isClosed ? "closed secret" : isSecret ? "secret" : "public") file)")
        Output.line("signs with Ed25519 \(Hex.encode(identity.ed25519))")
      }
    }
  }
}
