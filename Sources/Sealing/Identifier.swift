/// 16 bytes that name a vault, a place, an identity, a class, a subject, a bundle or a record; ordered as bytes.
public struct Identifier: Hashable, Sendable, Comparable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64

  /// Bytes in an id.
  package static let byteCount = 16

  /// All zero: no id.
  package static let zero = Identifier(high: 0, low: 0)
  /// The section that finds subjects.
  public static let directory = Identifier(word: "directory")
  /// The section of the journal's keys.
  public static let journal = Identifier(word: "journal")

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  private init(word: StaticString) {
    let bytes = Array("\(word)".utf8)
    precondition(bytes.count <= Self.byteCount, "a word that names a section has at most 16 letters")
    let padded = bytes + [UInt8](repeating: 0, count: Self.byteCount - bytes.count)
    self.init(high: BigEndian.u64(padded.span, at: 0), low: BigEndian.u64(padded.span, at: 8))
  }

  /// An id of exactly 16 bytes.
  public init?(_ span: Span<UInt8>) {
    guard span.count == Self.byteCount else { return nil }
    self.init(high: BigEndian.u64(span, at: 0), low: BigEndian.u64(span, at: 8))
  }

  /// An id of exactly 16 bytes.
  public init?(bytes: [UInt8]) { self.init(bytes.span) }

  /// An id of 32 lower-case digits.
  public init?(hex: some StringProtocol) { self.init(hex: String(hex)) }

  /// An id of 32 lower-case digits.
  public init?(hex: String) {
    var digits = hex.utf8.makeIterator()
    guard let high = Hex.word(&digits), let low = Hex.word(&digits), digits.next() == nil else { return nil }
    self.init(high: high, low: low)
  }

  /// A word of 1 to 16 printable ASCII characters, padded with zero bytes.
  public init?(ascii word: some StringProtocol) {
    let bytes = Array(word.utf8)
    guard (1...Self.byteCount).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      return nil
    }
    self.init(bytes: bytes + [UInt8](repeating: 0, count: Self.byteCount - bytes.count))
  }

  /// A fresh id.
  package static func random() throws(SealingError) -> Identifier {
    let bytes = try Randomness.bytes(byteCount)
    return Identifier(high: BigEndian.u64(bytes.span, at: 0), low: BigEndian.u64(bytes.span, at: 8))
  }

  /// The 16 bytes.
  public var bytes: [UInt8] {
    [UInt8](capacity: Self.byteCount) { out in
      out.append(bigEndian: high)
      out.append(bigEndian: low)
    }
  }
  /// The first 8 bytes, big-endian.
  package var prefix: UInt64 { high }
  /// The bytes as digits.
  public var hex: String { Hex.encode(bytes) }
  /// Whether it is no id.
  package var isZero: Bool { high | low == 0 }
  /// The bytes as digits.
  public var description: String { hex }

  /// By bytes.
  public static func < (one: Identifier, other: Identifier) -> Bool {
    (one.high, one.low) < (other.high, other.low)
  }
}
