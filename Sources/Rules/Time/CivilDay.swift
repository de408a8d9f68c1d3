/// A day of the calendar, from 0001-01-01 to 9999-12-31, without a zone.
///
/// Days since 1970 from and to civil dates as in H. Hinnant, "chrono-compatible low-level date algorithms".
public struct CivilDay: Hashable, Comparable, Sendable {
  /// Days since 1970-01-01.
  public let days: Int32

  private static let all: ClosedRange<Int32> = -719_162...2_932_896

  /// - Parameter days: since 1970-01-01; nil for what lies outside.
  public init?(days: Int32) {
    guard Self.all.contains(days) else { return nil }
    self.days = days
  }

  /// Nil for a day that there isn't.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let (era, ofEra) = (shifted / 400, shifted % 400)
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    self.init(days: Int32(days))
    guard parts == (year, month, day) else { return nil }
  }

  /// Reads `YYYY-MM-DD`, all ten characters; nil for anything else.
  public init?(_ text: String) { self.init(bytes: Array(text.utf8)[...]) }

  /// Reads `YYYY-MM-DD`, or `YYYYMMDD` as files' names have it.
  package init?(fileName bytes: ArraySlice<UInt8>) {
    guard bytes.count == 8 else {
      self.init(bytes: bytes)
      return
    }
    let (year, month, day) = (bytes.prefix(4), bytes.dropFirst(4).prefix(2), bytes.dropFirst(6))
    let dash = [UInt8(ascii: "-")]
    self.init(bytes: (year + dash + month + dash + day)[...])
  }

  private init?(bytes: ArraySlice<UInt8>) {
    let parts = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2] else { return nil }
    var numbers: [Int] = []
    for part in parts {
      guard part.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
      numbers.append(part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
    }
    self.init(year: numbers[0], month: numbers[1], day: numbers[2])
  }

  /// Earlier days first.
  public static func < (one: CivilDay, other: CivilDay) -> Bool { one.days < other.days }

  /// Year, month and day.
  package var parts: (year: Int, month: Int, day: Int) {
    let shifted = Int(days) + 719_468
    let (era, day) = (shifted / 146_097, shifted % 146_097)
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let ofYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * ofYear + 2) / 153
    let civil = month < 10 ? month + 3 : month - 9
    return (year + era * 400 + (civil <= 2 ? 1 : 0), civil, ofYear - (153 * month + 2) / 5 + 1)
  }

  /// `YYYY-MM-DD`.
  public var text: String {
    let (year, month, day) = parts
    return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
