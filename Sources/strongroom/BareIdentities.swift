internal import Rules
import Sealing
import Storage
import Synchronization
import Vault

/// Custodians' identity files that lie in the clear: each is told of once on a machine, so that whoever works by hand learns
/// of it, and no script's log fills with it.
enum BareIdentities {
  private static let read = Mutex<Set<Identifier>>([])

  /// Notes whose file was read.
  static func wasRead(_ identity: Identity) {
    read.withLock { _ = $0.insert(identity.publicIdentity.id) }
  }

  /// Tells of it, where a custodian came in by such a file.
  static func tell(of vault: OpenPlace) {
    guard let id = vault.identity?.publicIdentity.id, vault.state.activeCustodians.contains(id) else {
      return
    }
    tell(of: id, in: vault.machine)
  }

  /// The same for a custodian who is one from now on.
  static func tell(of id: Identifier, in machine: Machine) {
    guard read.withLock({ $0.contains(id) }) else { return }
    // Where it can't be remembered it would be told again and again.
    do { try DurableFile.writeNew([], to: "\(machine.memory)/bare-\(id.hex)") } catch { return }
    Output.warn(
      .identityBare,
      "this custodian's identity file isn't closed: whoever copies it is that custodian; strongroom identity passwd FILE "
        + "closes it under a passphrase (said once on this machine)")
  }
}
