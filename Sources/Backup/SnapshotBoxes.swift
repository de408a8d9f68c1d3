internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// Brings the boxes of a snapshot to its destination, and locks them where that is wanted.
struct SnapshotBoxes {
  let vault: OpenPlace
  let target: Target
  /// The size of the ledger whose boxes they are.
  let size: UInt64
  /// When the snapshot was begun, in seconds since 1970.
  let started: UInt64
  let report: @Sendable (CopyProgress) -> Void

  /// More missing boxes than this don't fit into an entry.
  static let missingLimit = 400

  /// What came of it; what lies there damaged and couldn't be replaced is missing, too.
  func run() async throws -> BoxCopier.Tally {
    let boxes = Array(vault.state.boxesToCopy(at: size))
    let locks = target.raw.retains ? BoxLocks(vault.state.policy, started: started) : nil
    var tally = try await copy(
      boxes, suspects: vault.state.claimedBoxes(at: target.place), retainedUntil: locks?.until)
    try checkMissing(tally)
    guard let locks else { return tally }
    let lost = Set(tally.missing.map(\.hash))
    let unsound = try await locks.run(
      boxes.filter { !lost.contains($0.box.hash) }, at: target.raw, workers: vault.machine.workers,
      report: report)
    guard !unsound.isEmpty else { return tally }
    // They have the size of a box, and aren't what was sealed: somebody put them there.
    let again = try await copy(unsound, rereads: true, retainedUntil: locks.until)
    tally.add(again, insteadOf: unsound.count)
    if again.copied > 0 { vault.note(.replaced(Int(again.copied), at: target.location)) }
    try checkMissing(tally)
    return tally
  }

  private func copy(
    _ boxes: [KnownBox], rereads: Bool = false, suspects: ClaimedBoxes = ClaimedBoxes(),
    retainedUntil: Int64?
  ) async throws -> BoxCopier.Tally {
    let copier = try await BoxCopier(
      boxes, from: ObjectSource(vault), to: target.store, rereads: rereads, retainedUntil: retainedUntil,
      suspects: suspects, report: report)
    var tally = try await copier.run(workers: vault.machine.workers)
    tally.missing = (tally.missing + tally.unplaced).sorted { $0.ordinal < $1.ordinal }
    return tally
  }

  private func checkMissing(_ tally: BoxCopier.Tally) throws(VaultError) {
    guard tally.missing.count > Self.missingLimit else { return }
    throw VaultError(
      .damaged, "\(tally.missing.count) boxes can't be had, more than a snapshot can state",
      safe: "what could be copied was", hint: .verifyThenRepair)
  }
}

extension BoxCopier.Tally {
  /// Adds what came of boxes that were taken for kept before.
  fileprivate mutating func add(_ again: BoxCopier.Tally, insteadOf kept: Int) {
    copied += again.copied
    copiedBytes += again.copiedBytes
    self.kept = self.kept - min(self.kept, UInt64(kept)) + again.kept
    missing = (missing + again.missing).sorted { $0.ordinal < $1.ordinal }
    findings += again.findings
  }
}
