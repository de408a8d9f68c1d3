internal import COpenSSL

/// Bytes that nobody else may see: on the heap, never copied by the runtime, cleansed when freed, never printed.
@safe public final class Secret: @unchecked Sendable, Equatable, CustomReflectable, CustomStringConvertible {
  private let memory: UnsafeMutablePointer<UInt8>
  /// How many bytes.
  public let count: Int

  private init(zeroed count: Int) {
    precondition(count >= 0, "a secret can't have \(count) bytes")
    // Never null, so that libcrypto takes an empty secret too.
    guard let raw = unsafe strongroom_zalloc(max(count, 1)) else {
      preconditionFailure("no memory for a secret")
    }
    unsafe memory = raw.assumingMemoryBound(to: UInt8.self)
    self.count = count
  }

  deinit { unsafe strongroom_clear_free(memory, max(count, 1)) }

  /// Bytes that a closure writes; it must write all of them.
  public convenience init<E: Error>(count: Int, _ body: (inout OutputSpan<UInt8>) throws(E) -> Void) throws(E)
  {
    self.init(zeroed: count)
    let buffer = unsafe UnsafeMutableBufferPointer(start: memory, count: count)
    var out = unsafe OutputSpan(buffer: buffer, initializedCount: 0)
    try body(&out)
    let written = unsafe out.finalize(for: buffer)
    precondition(written == count, "a secret must be filled")
  }

  /// A copy of bytes.
  public convenience init(copying bytes: Span<UInt8>) {
    self.init(count: bytes.count) { out in out.append(copying: bytes) }
  }

  /// A copy of bytes. Whoever holds the array still has them: fit for what a file or the terminal gave.
  public convenience init(copying bytes: [UInt8]) { self.init(copying: bytes.span) }

  /// Fresh random bytes.
  package static func random(count: Int) throws(SealingError) -> Secret {
    try Secret(count: count) { out throws(SealingError) in try Randomness.fill(&out) }
  }

  /// Lends the bytes.
  public func withSpan<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try body(unsafe Span(_unsafeStart: UnsafePointer(memory), count: count))
  }

  /// A copy of some of the bytes, as a secret of its own.
  package func slice(_ range: Range<Int>) -> Secret {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a slice outside of its secret")
    return withSpan { Secret(copying: $0.extracting(range)) }
  }

  /// One secret after the other.
  package static func concatenating(_ parts: [Secret]) -> Secret {
    Secret(count: parts.reduce(0) { $0 + $1.count }) { out in
      for part in parts { out.append(copying: part) }
    }
  }

  /// Whether all bytes are zero, without telling which isn't.
  package var isZero: Bool { withSpan { (span) in span.isZero(0..<span.count) } }

  /// Whether the bytes are equal, in a time that depends on their count alone.
  package func equals(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count == count else { return false }
    return unsafe bytes.withUnsafeBufferPointer { other in
      guard let start = other.baseAddress else { return true }
      return unsafe (CRYPTO_memcmp(memory, start, count) == 0)
    }
  }

  /// Whether two secrets are equal, in a time that depends on their count alone.
  public static func == (one: Secret, other: Secret) -> Bool { other.withSpan { one.equals($0) } }

  /// How many bytes; never which.
  public var description: String { "Secret(\(count) bytes)" }

  /// Nothing to look at.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension OutputSpan<UInt8> {
  /// Appends a copy of bytes to room that the caller has bounded.
  package mutating func append(copying bytes: Span<UInt8>) {
    precondition(bytes.count <= freeCapacity, "no room for \(bytes.count) bytes")
    unsafe bytes.withUnsafeBufferPointer { source in
      unsafe withUnsafeMutableBufferPointer { buffer, initialized in
        guard let from = source.baseAddress, let base = buffer.baseAddress else { return }
        unsafe (base + initialized).update(from: from, count: source.count)
        initialized += source.count
      }
    }
  }

  /// Appends a copy of a secret to room that is cleansed as well.
  package mutating func append(copying secret: Secret) {
    secret.withSpan { append(copying: $0) }
  }
}

extension [UInt8] {
  /// Appends the bytes of a span.
  public mutating func append(_ span: Span<UInt8>) {
    unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
