/// What people are told of a round.
public struct Message: Hashable, Sendable, Codable {
  /// One line of ASCII.
  public let subject: String
  /// Lines of text.
  public let text: String
  /// `wrong`, `due` or `well`.
  public let verdict: String
  /// When it was written, in seconds since 1970.
  public let time: UInt64

  /// A message; what can't stand in a header of mail or in a line is taken out of the subject.
  public init(subject: String, text: String, verdict: String, time: UInt64) {
    self.subject = String(
      decoding: subject.utf8.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }.prefix(200),
      as: UTF8.self)
    self.text = Self.cut(text)
    self.verdict = verdict
    self.time = time
  }

  /// Receivers limit what they take, and a pipe holds so much at once: each byte may become four where it is quoted twice.
  private static let limit = 12_000

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > limit else { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: limit)
    while end > text.startIndex, String.Index(end, within: text.unicodeScalars) == nil {
      end = text.utf8.index(before: end)
    }
    return text[..<end] + "\n(cut)\n"
  }
}
