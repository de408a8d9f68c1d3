public import Backup
public import Drill
internal import Rules
public import Vault

/// One piece of a round's work, and what came of it.
public struct RoundStep: Sendable {
  /// What came of it.
  public enum Result: Sendable {
    /// A snapshot was taken.
    case snapshot(SnapshotTaker.Outcome)
    /// Boxes were read, which is entered under this number.
    case verified(Verifier.Outcome, entry: UInt64)
    /// A drill was run.
    case drilled(Rehearsal.Outcome)
    /// It was begun, and failed.
    case failed(any Error)
    /// Its time has come, and it can't be done.
    case blocked(Obstacle)
    /// Its time has not come: it comes then.
    case later(UInt64)
  }

  /// What was to be done.
  public let work: Work
  /// What came of it.
  public let result: Result
  /// Seconds that it took.
  public let took: UInt64
  /// What came up besides.
  public let notices: [Notice]

  init(_ work: Work, _ result: Result, took: UInt64 = 0, notices: [Notice] = []) {
    self.work = work
    self.result = result
    self.took = took
    self.notices = notices
  }

  /// Whether all that was to be done now is done, and nothing was found out of order.
  public var isGood: Bool {
    switch result {
    case .snapshot(let outcome): outcome.findings.isEmpty && outcome.missing.isEmpty
    case .verified(let outcome, _): outcome.isWhole
    case .drilled(let outcome): outcome.report.verdict == .passed
    case .failed, .blocked: false
    case .later: true
    }
  }

  /// How much it found out of order.
  var amount: UInt64 {
    switch result {
    case .snapshot(let outcome): UInt64(outcome.findings.count + outcome.missing.count)
    case .verified(let outcome, _): UInt64(outcome.findings.count)
    case .drilled, .failed, .blocked, .later: 0
    }
  }

  /// Whether it was begun at all.
  public var wasBegun: Bool {
    switch result {
    case .later, .blocked: false
    default: true
    }
  }
}
