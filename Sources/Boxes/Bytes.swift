extension [UInt8] {
  /// Lends a span of an array that a class keeps, which has none of its own there.
  func withSpan<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R { try body(span) }

  /// Forgets the bytes and keeps the memory.
  mutating func clear() { removeAll(keepingCapacity: true) }
}
