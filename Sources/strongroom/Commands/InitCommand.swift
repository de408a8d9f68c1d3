import ArgumentParser
import Sealing
import Storage
import Vault

struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a new vault, with you as its first custodian.",
    discussion: """
      Without --identity a passphrase is asked for (or generated). The vault card, which holds the vault id \
      and nothing secret, is written beside the vault: print it, and keep it where the vault isn't.
      """)

  @Argument(help: "The folder of the new vault; it must be empty or not there yet.")
  var vault: String

  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  @Option(name: .long, help: "Where to write the vault card; by default VAULT.card.txt.")
  var card: String?

  func run() async throws {
    let founder = try chooseFounder()
    let path = card ?? (vault.hasSuffix("/") ? String(vault.dropLast()) : vault) + ".card.txt"
    guard try DurableFile.read(path, limit: 1 << 20) == nil else {
      throw VaultError(
        .exists, "there is a vault card at \(path) already", safe: "nothing was made",
        hint: "move it away, or say --card FILE")
    }
    let created = try await CreateVault.create(
      .folder(vault), founder: founder, classes: .standard, in: .real())
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

  private func chooseFounder() throws -> KeySource {
    if let given = try keys.given() { return given }
    guard let typed = Terminal.secret("passphrase for the first custodian (empty: generate one): ") else {
      throw VaultError(
        .input, "no passphrase or identity was given, and nobody can be asked",
        hint: "use --identity FILE (strongroom identity new FILE makes one) or --passphrase-file FILE")
    }
    if typed.count == 0 {
      let generated = try Passphrase.generate()
      Output.note("the passphrase is:")
      generated.withSpan { span in
        var text = "  "
        for index in span.indices { text.unicodeScalars.append(UnicodeScalar(span[index])) }
        Output.note(text)
      }
      Output.note(
        "write it down now; without it, and without another custodian, nothing here can ever be opened")
      guard Terminal.confirm("is it written down?") else { throw VaultError(.failed, "nothing was made") }
      return .passphrase(generated)
    }
    guard let again = Terminal.secret("again: "), again == typed else {
      throw VaultError(.input, "the two passphrases differ; nothing was made")
    }
    return .passphrase(typed)
  }
}
