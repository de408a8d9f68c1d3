internal import Rules
internal import Sealing
package import Storage

extension OpenPlace {
  /// Whether an object of the keyring was erased at this vault, so that it can only have been put back. Elsewhere snapshots
  /// erase, each behind its own hold-back, and enter nothing.
  package func wasErased(_ name: ObjectName) -> Bool {
    guard isHome, let hash = Layout.digest(of: name.within("second") ?? name) else { return false }
    return state.removed[RemovedObject(hash: hash, kind: .keyring)] != nil
  }

  /// The same, of a name as an outcome says it.
  public func wasErased(_ name: String) -> Bool { ObjectName(name).map { wasErased($0) } ?? false }
}
