extension [UInt8] {
  mutating func append(zeros count: Int) {
    append(contentsOf: repeatElement(0, count: count))
  }

  mutating func append(bigEndian value: some FixedWidthInteger & UnsignedInteger) {
    var shift = value.bitWidth
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Lends a span of an array that a class keeps, which has none of its own there.
  func withSpan<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R { try body(span) }

  /// Forgets the bytes and keeps the memory.
  mutating func clear() { removeAll(keepingCapacity: true) }
}

extension Span where Element == UInt8 {
  func isZero(_ range: Range<Int>) -> Bool {
    var seen: UInt8 = 0
    for index in range { seen |= self[index] }
    return seen == 0
  }
}
