internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// Brings the boxes of a snapshot to its destination, and locks them where that is wanted. Where the snapshot begins again
/// from a newer size it goes on with the boxes that it didn't bring yet.
struct SnapshotBoxes {
  private let vault: OpenPlace
  private let target: Target
  private let report: @Sendable (CopyProgress) -> Void
  /// What lay there when the first box was brought.
  private var listed: [ObjectName: UInt64]?
  /// Whether a box is there, by its ordinal.
  private var brought: [Bool] = []
  /// When locks were first looked at, in seconds since 1970.
  private var locked: UInt64?
  /// What came of it so far; what is missing, and findings, are of the newest size alone.
  private(set) var tally = BoxCopier.Tally()

  init(vault: OpenPlace, target: Target, report: @escaping @Sendable (CopyProgress) -> Void) {
    self.vault = vault
    self.target = target
    self.report = report
  }

  /// More missing boxes than this don't fit into an entry.
  private static let missingLimit = 400

  /// Brings them; what lies there damaged and couldn't be replaced is missing, too.
  /// - Parameters:
  ///   - size: the size of the ledger whose boxes they are.
  ///   - started: when that was, in seconds since 1970.
  mutating func bring(at size: UInt64, started: UInt64) async throws {
    let all = vault.state.boxesToCopy(at: size)
    let boxes = all.filter { $0.ordinal >= brought.count || !brought[$0.ordinal] }
    let locks = target.raw.retains ? BoxLocks(vault.state.policy, started: started) : nil
    var bringing = BoxCopier.Tally()
    if !boxes.isEmpty {
      let there = if let listed { listed } else { try await BoxCopier.sizes(at: target.store) }
      listed = there
      bringing = try await copy(
        boxes, listed: there, suspects: vault.state.claimedBoxes(at: target.place),
        retainedUntil: locks?.until)
    }
    if let locks {
      // Locks last for days, so that an hour doesn't matter.
      let isOld = locked.map { started > $0 + 3600 } ?? true
      try await lock(isOld ? Array(all) : boxes, locks, &bringing)
      if isOld { locked = started }
    }
    note(bringing, of: boxes)
  }

  /// - Throws: `VaultError` `.damaged` where more is missing than a snapshot can state.
  func checkMissing() throws(VaultError) {
    guard hasTooManyMissing else { return }
    throw VaultError(
      .damaged, "\(tally.missing.count) boxes can't be had, more than a snapshot can state",
      safe: "what could be copied was", hint: .verifyThenRepair)
  }

  /// Whether more is missing than a snapshot can state.
  var hasTooManyMissing: Bool { tally.missing.count > Self.missingLimit }

  private func lock(_ boxes: [KnownBox], _ locks: BoxLocks, _ bringing: inout BoxCopier.Tally) async throws {
    let lost = Set(bringing.missing.map(\.hash))
    let unsound = try await locks.run(
      boxes.filter { !lost.contains($0.box.hash) }, at: target.raw, workers: vault.machine.workers,
      report: report)
    guard !unsound.isEmpty else { return }
    // They have the size of a box, and aren't what was sealed: somebody put them there.
    let again = try await copy(unsound, rereads: true, retainedUntil: locks.until)
    bringing.add(again, insteadOf: unsound.count)
    if again.copied > 0 { vault.note(.replaced(Int(again.copied), at: target.location)) }
  }

  private func copy(
    _ boxes: [KnownBox], listed: [ObjectName: UInt64]? = nil, rereads: Bool = false,
    suspects: ClaimedBoxes = ClaimedBoxes(), retainedUntil: Int64?
  ) async throws -> BoxCopier.Tally {
    let copier = try await BoxCopier(
      boxes, from: ObjectSource(vault), to: target.store, listed: listed, rereads: rereads,
      retainedUntil: retainedUntil, suspects: suspects, report: report)
    var tally = try await copier.run(workers: vault.machine.workers)
    tally.missing = (tally.missing + tally.unplaced).sorted { $0.ordinal < $1.ordinal }
    return tally
  }

  private mutating func note(_ bringing: BoxCopier.Tally, of boxes: [KnownBox]) {
    tally.copied += bringing.copied
    tally.copiedBytes += bringing.copiedBytes
    tally.kept += bringing.kept
    (tally.missing, tally.findings) = (bringing.missing, bringing.findings)
    if let last = boxes.last, last.ordinal >= brought.count {
      brought += Array(repeating: false, count: last.ordinal + 1 - brought.count)
    }
    for box in boxes { brought[box.ordinal] = true }
    for box in bringing.missing { brought[box.ordinal] = false }
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
