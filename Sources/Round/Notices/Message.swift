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
    // Receivers limit what they take, and a pipe holds so much at once.
    self.text = String(text.prefix(12_000))
    self.verdict = verdict
    self.time = time
  }
}
