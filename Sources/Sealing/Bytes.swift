// What every fixed layout is read from and written with: big-endian integers, zeros, bytes as they are. The helpers
// are inlinable because a remembered ledger is made of a million such integers.

/// Unsigned big-endian integers, as they stand in every fixed layout.
package enum BigEndian {
  /// Eight bytes at an offset that the caller has bounded.
  package static func u64(_ span: Span<UInt8>, at offset: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in offset..<(offset + 8) { value = value << 8 | UInt64(span[index]) }
    return value
  }

  /// Four bytes at an offset that the caller has bounded.
  package static func u32(_ span: Span<UInt8>, at offset: Int) -> UInt32 {
    var value: UInt32 = 0
    for index in offset..<(offset + 4) { value = value << 8 | UInt32(span[index]) }
    return value
  }

  /// Two bytes at an offset that the caller has bounded.
  package static func u16(_ span: Span<UInt8>, at offset: Int) -> UInt16 {
    UInt16(span[offset]) << 8 | UInt16(span[offset + 1])
  }

  /// The bytes of an integer.
  package static func bytes(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
    [UInt8](capacity: value.bitWidth / 8) { out in out.append(bigEndian: value) }
  }
}

extension OutputSpan<UInt8> {
  /// Appends an integer, most significant byte first.
  @inlinable
  package mutating func append(bigEndian value: some FixedWidthInteger & UnsignedInteger) {
    var shift = value.bitWidth
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Appends zero bytes.
  package mutating func append(zeros count: Int) {
    for _ in 0..<count { append(0) }
  }
}

extension [UInt8] {
  /// Appends an integer, most significant byte first.
  @inlinable
  package mutating func append(bigEndian value: some FixedWidthInteger & UnsignedInteger) {
    var shift = value.bitWidth
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Appends zero bytes.
  package mutating func append(zeros count: Int) { append(contentsOf: repeatElement(0, count: count)) }
}

extension Span<UInt8> {
  /// Whether every byte of a range is zero, without telling where one isn't.
  package func isZero(_ range: Range<Int>) -> Bool {
    var seen: UInt8 = 0
    for index in range { seen |= self[index] }
    return seen == 0
  }
}
