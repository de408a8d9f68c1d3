internal import Rules
internal import Storage
internal import Synchronization
internal import Vault

/// Locks boxes at a destination whose store can keep them from being erased and changed, by whomever: at least for the
/// hold-back and the days within which each box is read, counted from the newest snapshot that needs them.
///
/// Each box's lock is looked at by each snapshot, whoever locked it or didn't: who takes a snapshot from another machine may
/// have been told nothing of locks, and policies change. Ledger, keyring and marker are never locked: an erasure must reach
/// the keyring.
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
  func run(
    _ boxes: some Sequence<KnownBox>, at store: any ObjectStore, workers: Int,
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws {
    let (until, enough) = (until, enough)
    let done = Count()
    try await WorkList(boxes.map { Layout.box($0.box.hash) }).run(workers: max(workers, 8)) { names in
      while let name = try names.take() {
        try await store.retain(name, until: until, enough: enough)
        report(CopyProgress(stage: "locking boxes", bytes: 0, total: 0, items: done.next()))
      }
    }
  }

  private final class Count: Sendable {
    private let number = Mutex(UInt64(0))
    func next() -> UInt64 {
      number.withLock {
        $0 += 1
        return $0
      }
    }
  }
}
