/// Something that the round does.
public enum Work: Hashable, Sendable {
  /// A snapshot to the destination of this name.
  case snapshot(to: String)
  /// Reading boxes at the destination of this name, or at the vault.
  case verification(at: String?)
  /// The drill of this name.
  case drill(String)

  /// Words that stay the same from round to round, for what remembers it.
  package var key: String {
    switch self {
    case .snapshot(let name): "snapshot:\(name)"
    case .verification(let name): "verify:\(name ?? "")"
    case .drill(let name): "drill:\(name)"
    }
  }
}

/// Why the round doesn't do what it should.
public enum Obstacle: Hashable, Sendable {
  /// The destination was given up.
  case forgotten
  /// This identity may not take snapshots.
  case mayNotCopy
  /// This identity may not enter verifications.
  case mayNotVerify
  /// No identity that opens every class is at hand for drills.
  case noDrillKey
  /// Its location doesn't answer.
  case silent
  /// There is nothing of a vault at its location.
  case absent
  /// It is the place that this other name leads to; empty for the vault.
  case samePlace(String)
  /// The drill needs recovery shares, and people who bring them.
  case needsPeople
}

/// Work, and whether its time has come.
public struct PlannedWork: Hashable, Sendable {
  /// Whether its time has come.
  public enum Stand: Hashable, Sendable {
    /// It is to be done now.
    case due
    /// It is to be done at this time.
    case later(UInt64)
    /// It is to be done now, and can't be.
    case blocked(Obstacle)
  }

  /// What is to be done.
  public let work: Work
  /// Whether its time has come.
  public let stand: Stand
}
