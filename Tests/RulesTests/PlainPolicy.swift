import Sealing

@testable import Rules

extension Policy {
  /// Ten years for every class, three days of hold-back.
  static func plain(classes: [Identifier]) -> Policy {
    Policy(
      ahead: 10, classes: classes.map { ClassRule(id: $0, years: 10) }, cryptoperiod: 365, eyes: [],
      holdback: 72, limit: 10)
  }
}
