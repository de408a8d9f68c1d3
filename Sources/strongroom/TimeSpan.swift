import ArgumentParser

/// A span of time as people type it: a number and `s`, `m`, `h` or `d`.
struct TimeSpan: Hashable, Sendable {
  let seconds: UInt64

  private static let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
  private static let longest: UInt64 = 36_500 * 86_400

  init(_ text: String) throws {
    guard let unit = text.last.flatMap({ Self.units[$0] }), let number = UInt64(text.dropLast()), number > 0,
      number <= Self.longest / unit
    else { throw ValidationError("'\(text)' is no span of time such as 90s, 30m, 4h or 2d") }
    seconds = number * unit
  }
}
