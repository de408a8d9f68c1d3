/// Moments and days as people write them, in UTC and without a locale.
///
/// Days since 1970 from and to civil dates as in H. Hinnant, "chrono-compatible low-level date algorithms".
public enum CivilTime {
  /// `YYYY-MM-DD HH:MM:SS UTC` of seconds since 1970.
  public static func text(_ time: UInt64) -> String {
    // Beyond the year 9999 a number says more than a date.
    guard time < 253_402_300_800 else { return "\(time)" }
    let (year, month, day) = date(time / 86_400)
    let second = time % 86_400
    let clock = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    return "\(year)-\(two(month))-\(two(day)) \(clock) UTC"
  }

  /// Midnight UTC of `YYYY-MM-DD` in seconds since 1970; nil for a day that there isn't.
  public static func day(_ text: String) -> UInt64? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).compactMap { UInt64($0) }
    guard parts.count == 3, text.utf8.count == 10, parts[0] >= 1970, (1...12).contains(parts[1]),
      (1...31).contains(parts[2])
    else { return nil }
    let days = days(year: parts[0], month: parts[1], day: parts[2])
    guard date(days) == (parts[0], parts[1], parts[2]) else { return nil }
    return days * 86_400
  }

  /// The year of a moment.
  static func year(of time: UInt64) -> UInt64 { date(time / 86_400).0 }

  private static func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func days(year: UInt64, month: UInt64, day: UInt64) -> UInt64 {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let ofEra = year % 400
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  private static func date(_ days: UInt64) -> (UInt64, UInt64, UInt64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let day = shifted % 146_097
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let ofYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * ofYear + 2) / 153
    let civil = month < 10 ? month + 3 : month - 9
    return (year + era * 400 + (civil <= 2 ? 1 : 0), civil, ofYear - (153 * month + 2) / 5 + 1)
  }
}
