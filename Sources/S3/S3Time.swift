/// Times as the protocol writes them, in UTC; by the civil calendar, without a formatter's locale.
enum S3Time {
  /// "20260131T235959Z", as a signature has it.
  static func compact(_ seconds: Int64) -> String {
    let parts = civil(seconds)
    return
      "\(pad(parts.year, 4))\(pad(parts.month))\(pad(parts.day))T\(pad(parts.hour))\(pad(parts.minute))\(pad(parts.second))Z"
  }

  /// "2026-01-31T23:59:59Z", as a lock has it.
  static func extended(_ seconds: Int64) -> String {
    let parts = civil(seconds)
    return
      "\(pad(parts.year, 4))-\(pad(parts.month))-\(pad(parts.day))T\(pad(parts.hour)):\(pad(parts.minute)):\(pad(parts.second))Z"
  }

  /// Reads "2026-01-31T23:59:59.000Z", with or without a fraction, which is dropped, and with "Z" or an offset.
  static func read(_ text: some StringProtocol) -> Int64? {
    let form = /(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|([+\-])(\d{2}):?(\d{2}))/
    guard let match = String(text).wholeMatch(of: form)?.output else { return nil }
    guard let seconds = seconds([match.1, match.2, match.3, match.4, match.5, match.6]) else { return nil }
    guard let sign = match.7, let hours = match.8.flatMap({ Int64($0) }),
      let minutes = match.9.flatMap({ Int64($0) })
    else { return seconds }
    return seconds - (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  /// Reads "Sat, 31 Jan 2026 23:59:59 GMT", as a head has it.
  static func readHead(_ text: some StringProtocol) -> Int64? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let form = /[A-Za-z]{3}, (\d{2}) ([A-Za-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT/
    guard let match = String(text).wholeMatch(of: form)?.output else { return nil }
    guard let month = months.firstIndex(of: String(match.2)) else { return nil }
    return seconds([match.3, Substring("\(month + 1)"), match.1, match.4, match.5, match.6])
  }

  private static func seconds(_ texts: [Substring]) -> Int64? {
    let numbers = texts.compactMap { Int64($0) }
    guard numbers.count == 6, (1...12).contains(numbers[1]), (1...31).contains(numbers[2]), numbers[3] < 24,
      numbers[4] < 60, numbers[5] <= 60
    else { return nil }
    let days = days(numbers[0], numbers[1], numbers[2])
    return days * 86400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
  }

  private static func pad(_ number: Int64, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private struct Civil { var year, month, day, hour, minute, second: Int64 }

  private static func civil(_ seconds: Int64) -> Civil {
    // No time before 1970 or behind the year 9999 is ever said.
    let seconds = min(max(0, seconds), 253_402_300_799)
    let (day, rest) = seconds.quotientAndRemainder(dividingBy: 86400)
    let shifted = day + 719_468
    let era = shifted / 146_097
    let inEra = shifted - era * 146_097
    let year = (inEra - inEra / 1460 + inEra / 36524 - inEra / 146_096) / 365
    let inYear = inEra - (365 * year + year / 4 - year / 100)
    let slot = (5 * inYear + 2) / 153
    let month = slot < 10 ? slot + 3 : slot - 9
    return Civil(
      year: year + era * 400 + (month <= 2 ? 1 : 0), month: month, day: inYear - (153 * slot + 2) / 5 + 1,
      hour: rest / 3600, minute: rest / 60 % 60, second: rest % 60)
  }

  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let inEra = year - era * 400
    let inYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + inEra * 365 + inEra / 4 - inEra / 100 + inYear - 719_468
  }
}
