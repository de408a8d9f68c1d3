import Testing

@testable import Backup

/// When a box's lock is made longer.
@Suite struct BoxLocksTests {
  private let day: Int64 = 86_400

  /// A year of snapshots every so many days: whenever one was completed, the box is locked for a span at least; and it was
  /// locked no more than once a span.
  @Test(arguments: [1, 7, 30, 40], [Int64(0), 1, -1])
  func alwaysLockedForASpan(every days: Int64, skewed hours: Int64) {
    let span = 33 * day
    let put = 1_800_000_000 + hours * 3600
    var (until, previous): (Int64, Int64?) = (0, nil)
    var (locks, looks) = (0, 0)
    for now in stride(from: Int64(1_800_000_000), to: 1_800_000_000 + 365 * day, by: Int(days * day)) {
      let locking = BoxLocks(span: span, now: now, previous: previous)
      switch locking.need(put: put) {
      case .none: break
      case .look:
        looks += 1
        if until < locking.until - span {
          until = locking.until
          locks += 1
        }
      case .lock:
        until = max(until, locking.until)
        locks += 1
      }
      #expect(until >= now + span, "day \((now - 1_800_000_000) / day)")
      previous = now
    }
    #expect(locks <= 365 / 33 + 2 && looks <= 3, "\(locks), \(looks)")
  }

  /// A server that counts a lock as a change, as Ceph does: nothing is locked again for that.
  @Test func aLockIsNoReasonForAnother() {
    let span = 33 * day
    var (until, put, locks): (Int64, Int64, Int) = (0, 1_800_000_000, 0)
    var previous: Int64?
    for now in stride(from: Int64(1_800_000_000), to: 1_800_000_000 + 365 * day, by: Int(day)) {
      let locking = BoxLocks(span: span, now: now, previous: previous)
      let need = locking.need(put: put)
      if need == .lock || need == .look && until < locking.until - span {
        (until, put) = (locking.until, now + 60)
        locks += 1
      }
      #expect(until >= now + span)
      previous = now
    }
    #expect(locks <= 365 / 33 + 2)
  }
}
