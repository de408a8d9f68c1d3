internal import Ledger
internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// What is looked at before anything is copied.
extension SnapshotTaker {
  func checkRights(_ identity: Identity) throws(VaultError) {
    let id = identity.publicIdentity.id
    guard vault.state.may(id, .copying), vault.state.may(id, .snapshot) else {
      throw VaultError(
        .refused, "identity \(id.hex) may not take snapshots", safe: "nothing was written",
        hint: .askForGrant(role: .operator))
    }
  }

  /// A destination's ledger is a prefix of the vault's.
  func check(_ target: Target) throws(VaultError) {
    guard target.place != vault.place.marker.place else {
      throw VaultError(
        .input, "\(destination) is the vault itself", safe: "nothing was written",
        hint: "choose another folder")
    }
    if let entry = vault.state.places[target.place]?.forgotten, !begins {
      throw VaultError(
        .refused, "\(destination) was given up, by entry \(entry)", safe: "nothing was written",
        hint: .beginDestination)
    }
    guard let there = target.state else { return }
    if there.size > vault.state.size {
      throw VaultError(
        .rollback, "\(destination) has \(there.size) entries, the vault has \(vault.state.size)",
        safe: "nothing was written",
        hint:
          "the vault may have been rolled back, or these entries were given up; then use a fresh destination")
    }
    guard vault.ledger.root(at: there.size) == there.root else {
      throw VaultError(
        .refused, "\(destination) holds entries that the vault doesn't have, of a tail that was given up",
        safe: "nothing was written", hint: "use a fresh destination; this one still opens as it is")
    }
  }

  /// What lies behind where a destination stands is put aside, unless the vault may be what is short: its own ledger is
  /// where custodians sign.
  func checkTail(of target: Target) async throws {
    guard let ledger = target.ledger, !target.isNew else { return }
    for signer in await ledger.tailSigners(besides: vault.ledger)
    where ledger.state.identities[signer]?.roles.contains(.custodian) == true {
      throw VaultError(
        .rollback,
        "\(destination) goes on behind its newest snapshot with entries of a custodian, \(signer.hex), that the vault doesn't have",
        safe: "nothing was written",
        hint:
          "the vault may have been rolled back, or these entries were given up; then use a fresh destination")
    }
  }
}
