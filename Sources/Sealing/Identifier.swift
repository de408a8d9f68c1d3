/// 16 bytes that name a vault, a place, an identity, a class, a subject, a bundle or a record; ordered as bytes.
public struct Identifier: Hashable, Sendable, Comparable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64

  /// All zero: no id.
  public static let zero = Identifier(high: 0, low: 0)
  /// The section that finds subjects.
  public static let directory = Identifier(word: "directory")
  /// The section of the journal's keys.
  public static let journal = Identifier(word: "journal")

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  private init(word: StaticString) {
    var bytes = Array("\(word)".utf8)
    bytes += [UInt8](repeating: 0, count: 16 - bytes.count)
    self.init(high: BigEndian.u64(bytes.span, at: 0), low: BigEndian.u64(bytes.span, at: 8))
  }

  /// An id of exactly 16 bytes.
  public init?(_ span: Span<UInt8>) {
    guard span.count == 16 else { return nil }
    self.init(high: BigEndian.u64(span, at: 0), low: BigEndian.u64(span, at: 8))
  }

  /// An id of exactly 16 bytes.
  public init?(bytes: [UInt8]) { self.init(bytes.span) }

  /// An id of 32 lower-case digits.
  public init?(hex: some StringProtocol) {
    guard let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes: bytes)
  }

  /// A fresh id.
  public static func random() throws(SealingError) -> Identifier {
    let bytes = try Randomness.bytes(16)
    return Identifier(high: BigEndian.u64(bytes.span, at: 0), low: BigEndian.u64(bytes.span, at: 8))
  }

  /// The 16 bytes.
  public var bytes: [UInt8] { BigEndian.bytes(high) + BigEndian.bytes(low) }
  /// The bytes as digits.
  public var hex: String { Hex.encode(bytes) }
  /// Whether it is no id.
  public var isZero: Bool { high | low == 0 }
  /// The bytes as digits.
  public var description: String { hex }

  /// By bytes.
  public static func < (one: Identifier, other: Identifier) -> Bool {
    (one.high, one.low) < (other.high, other.low)
  }
}

/// Unsigned big-endian integers, as they stand in every fixed layout.
public enum BigEndian {
  /// Eight bytes at an offset that the caller has bounded.
  public static func u64(_ span: Span<UInt8>, at offset: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in offset..<(offset + 8) { value = value << 8 | UInt64(span[index]) }
    return value
  }

  /// Four bytes at an offset that the caller has bounded.
  public static func u32(_ span: Span<UInt8>, at offset: Int) -> UInt32 {
    var value: UInt32 = 0
    for index in offset..<(offset + 4) { value = value << 8 | UInt32(span[index]) }
    return value
  }

  /// Two bytes at an offset that the caller has bounded.
  public static func u16(_ span: Span<UInt8>, at offset: Int) -> UInt16 {
    UInt16(span[offset]) << 8 | UInt16(span[offset + 1])
  }

  /// The bytes of an integer.
  public static func bytes(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
    let count = value.bitWidth / 8
    return (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }
}
