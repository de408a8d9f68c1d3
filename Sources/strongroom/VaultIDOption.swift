import ArgumentParser
import Sealing

/// The vault that a proof or report is to be of, which nothing but the user can say.
struct VaultIDOption: ParsableArguments {
  @Option(name: .long, help: "The vault id that is expected, from the vault card; or $STRONGROOM_VAULT_ID.")
  var vaultID: String?

  func id() throws -> Identifier {
    guard let typed = vaultID ?? environment("STRONGROOM_VAULT_ID") else {
      throw ValidationError("of which vault? say --vault-id ID, with the id from the vault card")
    }
    guard let id = TypedID.identifier(typed) else {
      throw ValidationError("'\(typed)' is not a vault id: 32 hexadecimal digits are expected")
    }
    return id
  }
}
