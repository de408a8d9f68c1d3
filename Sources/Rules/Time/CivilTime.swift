/// Moments as people write them, in UTC and without a locale.
public enum CivilTime {
  private static let secondsPerDay: UInt64 = 86_400

  /// `YYYY-MM-DD HH:MM:SS UTC` of seconds since 1970.
  public static func text(_ time: UInt64) -> String {
    // Beyond the year 9999 a number says more than a date.
    guard let day = day(of: time) else { return "\(time)" }
    let second = time % secondsPerDay
    let clock = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    return "\(day.text) \(clock) UTC"
  }

  /// When a day begins, in seconds since 1970; nil for days before.
  public static func start(of day: CivilDay) -> UInt64? {
    UInt64(exactly: day.days).map { $0 * secondsPerDay }
  }

  /// The year of a moment; 9999 for all beyond.
  package static func year(of time: UInt64) -> UInt64 { UInt64(day(of: time)?.parts.year ?? 9999) }

  /// The day of a moment; nil beyond the year 9999.
  package static func day(of time: UInt64) -> CivilDay? {
    Int32(exactly: time / secondsPerDay).flatMap { CivilDay(days: $0) }
  }

  private static func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
