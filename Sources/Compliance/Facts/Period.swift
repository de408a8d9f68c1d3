public import Rules

/// The days that a report is about, both included.
public struct Period: Hashable, Sendable {
  /// The first.
  public let first: CivilDay
  /// The last.
  public let last: CivilDay
  /// Seconds since 1970.
  let times: Range<UInt64>

  /// Nil where the last day is before the first, or before 1970.
  public init?(from first: CivilDay, to last: CivilDay) {
    guard first <= last, let start = CivilTime.start(of: first), let end = CivilTime.start(of: last) else {
      return nil
    }
    self.first = first
    self.last = last
    times = start..<end + 86_400
  }

  /// Whether it isn't over at a time.
  public func isOpen(at time: UInt64) -> Bool { time < times.upperBound }

  func contains(_ time: UInt64) -> Bool { times.contains(time) }
}
