import Glibc

/// Days as users type them.
enum Moment {
  /// Midnight UTC of `YYYY-MM-DD` in seconds since 1970.
  static func day(_ text: String) -> UInt64? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).compactMap { Int32($0) }
    guard parts.count == 3, text.utf8.count == 10, (1970...9999).contains(parts[0]), (1...12).contains(parts[1]),
      (1...31).contains(parts[2])
    else { return nil }
    var time = tm()
    (time.tm_year, time.tm_mon, time.tm_mday) = (parts[0] - 1900, parts[1] - 1, parts[2])
    let seconds = unsafe timegm(&time)
    // timegm turns 31 February into March; such a day isn't one.
    guard seconds >= 0, time.tm_mday == parts[2] else { return nil }
    return UInt64(seconds)
  }
}
