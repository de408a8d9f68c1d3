internal import Rules
internal import Storage
internal import Synchronization
internal import Vault

/// Locks boxes at a destination whose store can keep them from being erased and changed, by whomever: at least for the
/// hold-back and the days within which each box is read, counted from the newest snapshot that needs them.
///
/// Ledger, keyring and marker are never locked: an erasure must reach the keyring.
struct BoxLocks {
  /// Seconds for which a snapshot wants its boxes to be locked.
  let span: Int64
  /// When this snapshot was begun, in seconds since 1970.
  let now: Int64
  /// When the one before was begun; nil for the first.
  let previous: Int64?

  /// The server's clock and this machine's may differ by so much.
  private static let skew: Int64 = 86_400

  init(span: Int64, now: Int64, previous: Int64?) {
    (self.span, self.now, self.previous) = (span, now, previous)
  }

  init(_ policy: Policy, started: UInt64, previous: UInt64?) {
    span = max(
      86_400, Int64(clamping: policy.holdback) + Int64(clamping: policy.schedule.verifyDays) * 86_400)
    now = Int64(clamping: started)
    self.previous = previous.map { Int64(clamping: $0) }
  }

  /// Until when what is locked now is locked: twice as long as it must be, so that not every snapshot locks everything.
  var until: Int64 { now + 2 * span }

  /// What is to be done about a box's lock.
  enum Need: Hashable {
    case none
    /// It came since the snapshot before, or was locked since: some servers count that as a change.
    case look
    /// Its lock comes to its end.
    case lock
  }

  /// What is to be done about a box that the server says was put at a time: it is locked longer where a span began since the
  /// snapshot before, counted from then. So it is locked for a whole span at least whenever a snapshot was completed.
  func need(put time: Int64) -> Need {
    guard let previous, time < previous - Self.skew else { return .look }
    // Spans are counted from a day earlier: which clock was ahead must not matter.
    return (now - time + Self.skew) / span > (previous - time + Self.skew) / span ? .lock : .none
  }

  /// Locks those that are due.
  /// - Returns: how many.
  func run(
    _ boxes: some Sequence<KnownBox>, at store: any ObjectStore, workers: Int,
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> UInt64 {
    let wanted = Set(boxes.map { Layout.box($0.box.hash) })
    let due = try await store.list(Layout.boxes).compactMap { row -> Row? in
      let need = need(put: row.modified)
      return wanted.contains(row.name) && need != .none ? Row(name: row.name, need: need) : nil
    }
    let (until, span) = (until, span)
    let done = Count()
    try await WorkList(due).run(workers: max(workers, 8)) { rows in
      while let row = try rows.take() {
        // Of what came lately a span from now is enough.
        try await store.retain(
          row.name, until: until, enough: row.need == .look ? until - span : until)
        report(CopyProgress(stage: "locking boxes", bytes: 0, total: 0, items: done.next()))
      }
    }
    return UInt64(due.count)
  }

  private struct Row: Sendable {
    let name: ObjectName
    let need: Need
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
