import Rules
import Testing

@testable import Backup

/// For how long boxes are locked.
@Suite struct BoxLocksTests {
  private let policy = Policy(
    clockLead: 10, classes: [], cryptoperiod: 365, fourEyes: [], holdback: 72, erasePercent: 10,
    schedule: Policy.Schedule(destinations: 1, drillDays: 90, snapshotHours: 24, verifyDays: 90))
  private let day: Int64 = 86_400

  @Test func holdBackAndVerifyDaysCount() throws {
    let locks = BoxLocks(policy, started: 1_800_000_000)
    // Three days of hold-back, and ninety.
    #expect(locks.enough == 1_800_000_000 + 93 * day)
    #expect(locks.until - locks.now == 2 * (locks.enough - locks.now))
  }

  /// A year of snapshots every so many days, in the middle of which somebody begins to lock: whenever one was completed the
  /// box is locked for a span at least; and the lock was set no more than once a span.
  @Test(arguments: [1, 7, 30, 40]) func alwaysLockedForASpan(every days: Int64) throws {
    var (until, locks): (Int64, Int64) = (0, 0)
    let start: Int64 = 1_800_000_000 + 100 * day
    for now in stride(from: start, to: start + 365 * day, by: Int(days * day)) {
      let locking = BoxLocks(policy, started: UInt64(now))
      if until < locking.enough {
        until = locking.until
        locks += 1
      }
      #expect(until >= now + locking.span)
    }
    #expect(locks <= 365 * day / BoxLocks(policy, started: 0).span + 2)
  }
}
