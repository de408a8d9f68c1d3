/// A span of time as people write it: a number and `s`, `m`, `h` or `d`.
package enum SpanText {
  private static let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
  private static let longest: UInt64 = 36_500 * 86_400

  /// Seconds; nil where it is none, or longer than a century.
  package static func seconds(_ text: String) -> UInt64? {
    guard let unit = text.last.flatMap({ units[$0] }), let number = UInt64(text.dropLast()), number > 0,
      number <= longest / unit
    else { return nil }
    return number * unit
  }
}
