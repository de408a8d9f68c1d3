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
    [UInt8](capacity: value.bitWidth / 8) { out in append(value, to: &out) }
  }

  /// Appends the bytes of an integer to room that the caller has bounded.
  public static func append(
    _ value: some FixedWidthInteger & UnsignedInteger, to out: inout OutputSpan<UInt8>
  ) {
    var shift = value.bitWidth
    while shift > 0 {
      shift -= 8
      out.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
