import Sealing

@testable import Rules

extension Policy {
  /// Ten years for every class, three days of hold-back.
  static func plain(classes: [Identifier]) -> Policy {
    Policy(
      clockLead: 10, classes: classes.map { ClassRule(id: $0, years: 10) }, cryptoperiod: 365, fourEyes: [],
      holdback: 72, erasePercent: 10,
      schedule: Policy.Schedule(destinations: 1, drillDays: 90, snapshotHours: 24, verifyDays: 90))
  }
}
