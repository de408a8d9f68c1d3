import Rules
import Sealing
import Storage
import Testing

@testable import Vault

struct HoldBackTests {
  /// By the ledger's time and by the place's, whichever is later, and never less than an hour or a day.
  @Test(arguments: [(0, 3600, 86_400), (2, 7200, 86_400), (72, 259_200, 259_200)])
  func holdbackIsOver(hours: UInt64, forReaders: UInt64, forStrays: UInt64) throws {
    let rule = Policy.ClassRule(id: try .random(), years: 10)
    let policy = Policy(
      clockLead: 10, classes: [rule], cryptoperiod: 365, fourEyes: [], holdback: hours, erasePercent: 10,
      schedule: Policy.Schedule(destinations: 1, drillDays: 90, snapshotHours: 24, verifyDays: 90))
    func holdBack(_ now: UInt64) -> HoldBack {
      HoldBack(
        policy, arrivals: [(number: 0, at: 500), (number: 4, at: 1000), (number: 7, at: 2000)], now: now)
    }
    // Entry 5 came with the commit at 4.
    for (stated, entry, since): (UInt64, UInt64, UInt64) in [
      (10, 5, 1000), (1500, 5, 1500), (10, 7, 2000), (10, 3, 500), (10, 99, 2000),
    ] {
      #expect(!holdBack(since + forReaders - 1).isOver(since: stated, entry: entry))
      #expect(holdBack(since + forReaders).isOver(since: stated, entry: entry))
    }
    // A clock that is behind ends nothing, and neither does an entry that isn't here.
    #expect(!holdBack(0).isOver(since: 10, entry: 5))
    #expect(!HoldBack(policy, arrivals: [(number: 6, at: 0)], now: .max).isOver(since: 0, entry: 5))
    let stray = ObjectInfo(name: Layout.marker, size: 1, modified: 1000)
    #expect(!holdBack(1000 + forStrays - 1).isOld(stray) && holdBack(1000 + forStrays).isOld(stray))
    #expect(!holdBack(999).isOld(stray))
  }
}
