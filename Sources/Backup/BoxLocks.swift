internal import Rules
internal import Sealing
internal import Storage
internal import Synchronization
internal import Vault

/// Locks boxes at a destination whose store can keep them from being erased and changed, by whomever: at least for the
/// hold-back and the days within which each box is read, counted from the newest snapshot that needs them.
///
/// Each box's lock is looked at by each snapshot, whoever locked it or didn't: who takes a snapshot from another machine may
/// have been told nothing of locks, and policies change. A box is locked only after it was read, and that version of it: who
/// has the destination's keys may have put something else of its size on top. Ledger, keyring and marker are never locked:
/// an erasure must reach the keyring.
struct BoxLocks {
  /// Seconds for which a snapshot wants its boxes to be locked.
  let span: Int64
  /// When the snapshot was begun, in seconds since 1970.
  let now: Int64

  init(_ policy: Policy, started: UInt64) {
    // Hold-back is stated in hours.
    span = max(
      86_400,
      Int64(clamping: policy.holdback) * 3600 + Int64(clamping: policy.schedule.verifyDays) * 86_400)
    now = Int64(clamping: started)
  }

  /// A box that is locked until then is left as it is.
  var enough: Int64 { now + span }

  /// Until when others are locked: twice as long, so that not every snapshot sets every lock.
  var until: Int64 { now + 2 * span }

  /// Locks those boxes that aren't locked for long enough.
  /// - Returns: those that aren't what was sealed, or aren't there, and so weren't locked.
  func run(
    _ boxes: some Sequence<KnownBox>, at store: any ObjectStore, workers: Int,
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> [KnownBox] {
    let job = LockJob(self, store, report)
    try await WorkList(Array(boxes)).run(workers: max(workers, 8)) { boxes in try await job.work(boxes) }
    return job.unsound
  }
}

/// Looks at one box after the other, some side by side.
private final class LockJob: Sendable {
  private let locks: BoxLocks
  private let store: any ObjectStore
  private let report: @Sendable (CopyProgress) -> Void
  private let state = Mutex((done: UInt64(0), unsound: [KnownBox]()))

  init(
    _ locks: BoxLocks, _ store: any ObjectStore, _ report: @escaping @Sendable (CopyProgress) -> Void
  ) {
    self.locks = locks
    self.store = store
    self.report = report
  }

  var unsound: [KnownBox] { state.withLock { $0.unsound }.sorted { $0.ordinal < $1.ordinal } }

  func work(_ boxes: WorkList<KnownBox>) async throws {
    let bytes = try ObjectBytes()
    while let box = try boxes.take() { note(box, isSound: try await lock(box, bytes)) }
  }

  private func note(_ box: KnownBox, isSound: Bool) {
    let done = state.withLock { state in
      state.done += 1
      if !isSound { state.unsound.append(box) }
      return state.done
    }
    report(CopyProgress(stage: "locking boxes", bytes: 0, total: 0, items: done))
  }

  /// - Returns: whether it is locked then, and so is what was sealed, or was when it was locked.
  private func lock(_ box: KnownBox, _ bytes: ObjectBytes) async throws -> Bool {
    let name = Layout.box(box.box.hash)
    if try await isLocked(name) { return true }
    guard let object = try await store.pinned(name), object.size == box.box.size else { return false }
    switch try await bytes.read(object, size: box.box.size) {
    case .read(let whole) where whole == box.box.hash: try await object.retain(until: locks.until)
    case .unreadable(let error): throw error
    case .read, .absent, .otherSize: return false
    }
    return true
  }

  private func isLocked(_ name: ObjectName) async throws -> Bool {
    do { return try await store.isRetained(name, until: locks.enough) } catch {
      guard error.code == .absent else { throw error }
      return false
    }
  }
}
