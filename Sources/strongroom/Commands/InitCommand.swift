import ArgumentParser
import Sealing
import Storage
import Vault

struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a new vault, with you as its first custodian.",
    discussion: """
      Without --identity a passphrase is asked for (or generated). The vault card, which holds the vault id \
      and nothing secret, is written beside the vault: print it, and keep it where the vault isn't. With --group \
      custodian, clerk and operator can work in one folder, each by an account and an identity of their own.
      """)

  @Argument(help: "The folder of the new vault; it must be empty or not there yet.", completion: .directory)
  var vault: String

  @OptionGroup var shared: GroupOption
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  @Option(name: .long, help: "Where to write the vault card; by default VAULT.card.txt.", completion: .file())
  var card: String?

  func validate() throws {
    try Configuration.refuseEmpty(vault, card)
    guard keys.shares.isEmpty else {
      throw ValidationError("shares are made of a vault that is there: strongroom shares split")
    }
  }

  func run() async throws {
    // How buckets are reached, and nothing else: who founds a vault says so.
    var configuration = Configuration()
    configuration.buckets = try Configuration.read(nil).buckets
    try await Configuration.$current.withValue(configuration) { try await found() }
  }

  private func found() async throws {
    let founder = try chooseFounder()
    let path = card ?? Self.beside(Location(vault)) + ".card.txt"
    try Place.refuse(.folder(path), within: Location.folder(path).upwards.dropFirst(), for: "the vault card")
    guard try DurableFile.read(path, limit: 1 << 20) == nil else {
      throw VaultError(
        .exists, "there is a vault card at \(path) already", safe: "nothing was made",
        hint: "move it away, or say --card FILE")
    }
    let machine = try Machine.here(sharing: shared.sharing(Location(vault)))
    let created = try await CreateVault.create(
      Location(vault), founder: founder, classes: .standard, in: machine)
    await machine.warnIfOpenToAll(Location(vault))
    BareIdentities.tell(of: created.custodian, in: machine)
    try DurableFile.writeNew(Array(created.card.utf8).span, to: path, mode: 0o644)
    if talk.json {
      Output.json([
        "custodian": .string(created.custodian.hex), "vault": .string(created.vault.hex),
        "card": .string(path),
      ])
    } else {
      Output.line("vault \(created.vault.hex) founded at \(Output.printable(vault))")
      Output.line("first custodian: \(created.custodian.hex)")
      Output.line("classes: \(created.classes.joined(separator: ", "))")
      Output.line(
        "vault card: \(Output.printable(path)) (print it; it holds the id by which the vault is recognised)")
    }
  }

  /// What a file beside the vault is called after; for one in a bucket, in the working directory.
  private static func beside(_ vault: Location) -> String {
    switch vault {
    case .folder(let path): path.hasSuffix("/") ? String(path.dropLast()) : path
    case .bucket(let address): String(address.prefix.split(separator: "/").last ?? Substring(address.bucket))
    }
  }

  private func chooseFounder() throws -> KeySource {
    switch try keys.given() {
    case .identity(let identity): .identity(identity)
    case .passphrase(let passphrase): .passphrase(try NewPassphrase.checked(passphrase))
    case nil: .passphrase(try NewPassphrase.ask(for: "the first custodian"))
    }
  }
}
