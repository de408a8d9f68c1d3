/// Sees to it that a listing which comes in pages ends: a server may be broken or somebody else's, and send pages without
/// end.
struct ListingProgress {
  /// Of a thousand objects each, as a rule.
  static let mostPages = 100_000
  /// So many pages may bring no key behind the ones before: what is filtered out, and many versions of one object.
  static let mostIdle = 1000

  private var pages = 0
  private var idle = 0
  private var last: [UInt8] = []
  private var markers: Set<String> = []

  /// Whether another page may be asked for.
  /// - Parameters:
  ///   - key: the greatest key of the page that came; nil where it was empty.
  ///   - marker: where the next one is to begin, in the server's words.
  mutating func goesOn(behind key: String?, to marker: String) -> Bool {
    pages += 1
    guard pages < Self.mostPages else { return false }
    let bytes = Array((key ?? "").utf8)
    if last.lexicographicallyPrecedes(bytes) {
      (last, markers) = (bytes, [])
    } else {
      idle += 1
      guard key == nil || bytes == last, idle <= Self.mostIdle else { return false }
    }
    return markers.insert(marker).inserted
  }
}

/// How large an object is, as a server says it.
enum ObjectSize {
  /// More than any server takes; sums of many are far from an overflow.
  static let most: UInt64 = 1 << 46

  /// Nil for what is no number, or can't be meant.
  static func read(_ text: some StringProtocol) -> UInt64? { UInt64(text).flatMap { $0 <= most ? $0 : nil } }
}
