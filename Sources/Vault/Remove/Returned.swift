internal import Rules
internal import Sealing
package import Storage

extension OpenPlace {
  /// Whether an object of the keyring was removed at this vault, so that what lies there was put back, or gc broke off.
  /// Elsewhere snapshots erase, each behind its own hold-back, and enter nothing; so does a copy that became the vault.
  package func wasErased(_ name: ObjectName) -> Bool {
    guard isHome, let hash = Layout.digest(of: name.within("second") ?? name) else { return false }
    guard let removal = state.removed[RemovedObject(hash: hash, kind: .keyring)] else { return false }
    return removal.entry > state.recoveries.last?.number ?? 0
  }

  /// The same, of a name as an outcome says it.
  public func wasErased(_ name: String) -> Bool { ObjectName(name).map { wasErased($0) } ?? false }
}
