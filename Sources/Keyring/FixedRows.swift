internal import Sealing

// Big-endian rows, read from and written into memory that is cleansed.

extension OutputSpan<UInt8> {
  /// Appends an integer, most significant byte first.
  mutating func append<T: FixedWidthInteger & UnsignedInteger>(integer: T) {
    append(bytes: BigEndian.bytes(integer).span)
  }

  /// Appends all bytes of a span.
  mutating func append(bytes: Span<UInt8>) {
    for index in bytes.indices { append(bytes[index]) }
  }

  /// Appends a secret's bytes.
  mutating func append(secret: Secret) {
    secret.withSpan { (span) in append(bytes: span) }
  }

  /// Appends zero bytes.
  mutating func append(zeros count: Int) {
    for _ in 0..<count { append(0) }
  }
}

extension Span<UInt8> {
  /// Whether every byte of a range is zero, without telling where one isn't.
  func isZero(_ range: Range<Int>) -> Bool {
    var seen: UInt8 = 0
    for index in range { seen |= self[index] }
    return seen == 0
  }

  /// The id of 16 bytes at an offset that the caller has bounded.
  func identifier(at offset: Int) -> Identifier {
    Identifier(extracting(offset..<offset + 16)) ?? .zero
  }
}

extension Secret {
  /// Whether it is all zero.
  var isZero: Bool { withSpan { (span) in span.isZero(0..<span.count) } }
}

extension Identifier {
  /// Its first 8 bytes, as a big-endian integer.
  var prefix: UInt64 { BigEndian.u64(bytes.span, at: 0) }
}
