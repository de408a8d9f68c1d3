import Sealing
import Vault

extension CreatedVault {
  /// The text of the vault card: public, to be printed and kept elsewhere.
  var card: String {
    let hex = vault.hex
    let groups = stride(from: 0, to: 32, by: 4).map { start in
      String(hex.dropFirst(start).prefix(4))
    }
    return """
      STRONGROOM VAULT CARD

      vault id         \(hex)
                       \(groups.joined(separator: " "))
      first custodian  \(custodian.hex)
      founded          \(Output.moment(founded))
      format           1

      Nothing on this card is secret. It says which vault is the right one: whoever opens the vault on a
      machine that has not seen it compares this id, or gives it with --vault-id. Keep a copy where the
      vault is not.

      """
  }
}
