internal import Rules
internal import Keyring
internal import Sealing
internal import Storage
internal import Vault

/// Erases at a destination what its newest snapshot doesn't need and whose hold-back is over: superseded generations
/// with their pages, removed boxes, and old files of the keyring that nothing names, since they may hold keys. What may
/// go, and when, is decided as at the vault.
struct SnapshotErasing {
  private let target: Target
  private let state: LedgerState
  private let now: UInt64
  private let ignoresLimit: Bool

  init(at target: Target, state: LedgerState, now: UInt64, ignoresLimit: Bool) {
    self.target = target
    self.state = state
    self.now = now
    self.ignoresLimit = ignoresLimit
  }

  /// Erases, unless more would fall than the policy allows unasked.
  func run() async throws -> (erased: UInt64, findings: [Finding]) {
    let removable: RemovalPlan
    do {
      guard let known = state.generation else { return (0, []) }
      let files = KeyringFiles(target.store)
      removable = try await RemovalPlan(
        PlaceListing(of: target.store), at: target.place, state: state,
        present: files.generation(known, vault: state.vault),
        boxes: .removed, files: files, now: now,
        isSound: { [target] in try await BoxReading.isSound($0, in: target.store) })
    } catch let error as VaultError where error.code == .missing || error.code == .damaged {
      return (0, [Finding(.unfinished, Layout.keyring, .keyringNotWhole(error))])
    }
    guard ignoresLimit || !removable.isBeyondLimit else {
      let reason = Reason.beyondLimit(
        objects: removable.falling.count, percent: Int(removable.percent), limit: state.policy.erasePercent)
      let beyond = Finding(.unfinished, Layout.keyring, reason, hint: .eraseBeyondLimit)
      return (0, removable.findings + [beyond])
    }
    var erased: UInt64 = 0
    var findings = removable.findings
    for object in removable.falling {
      if try await target.store.erase(object.name) {
        erased += 1
      } else {
        findings.append(
          Finding(.unfinished, object.name.text, .heldBack))
      }
    }
    return (erased, findings)
  }
}
