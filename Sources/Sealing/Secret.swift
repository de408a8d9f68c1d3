internal import COpenSSL
internal import Foundation

/// Bytes that nobody else may see: on the heap, never copied by the runtime, cleansed when freed, never printed.
@safe public final class Secret: @unchecked Sendable, CustomReflectable, CustomStringConvertible {
  private let memory: UnsafeMutablePointer<UInt8>
  /// How many bytes.
  public let count: Int

  private init(zeroed count: Int) {
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
    self.init(count: bytes.count) { out in for index in bytes.indices { out.append(bytes[index]) } }
  }

  /// A copy of bytes.
  public convenience init(copying bytes: [UInt8]) { self.init(copying: bytes.span) }

  /// Takes over bytes that an interface gave as `Data`, which is cleansed.
  convenience init(taking data: inout Data) {
    let count = data.count
    self.init(zeroed: count)
    unsafe data.withUnsafeMutableBytes { given in
      guard let start = given.baseAddress else { return }
      unsafe memory.update(from: start.assumingMemoryBound(to: UInt8.self), count: count)
      unsafe OPENSSL_cleanse(start, count)
    }
  }

  /// Fresh random bytes.
  public static func random(count: Int) throws(SealingError) -> Secret {
    try Secret(count: count) { out throws(SealingError) in try Randomness.fill(&out) }
  }

  /// Lends the bytes.
  public func withSpan<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try body(unsafe Span(_unsafeStart: UnsafePointer(memory), count: count))
  }

  /// Lends the bytes to an interface that takes no span, so that it needs no copy of them.
  func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try unsafe body(UnsafeRawBufferPointer(start: memory, count: count))
  }

  /// A copy of some of the bytes, as a secret of its own.
  public func slice(_ range: Range<Int>) -> Secret {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a slice outside of its secret")
    return withSpan { Secret(copying: $0.extracting(range)) }
  }

  /// One secret after the other.
  public static func concatenating(_ parts: [Secret]) -> Secret {
    Secret(count: parts.reduce(0) { $0 + $1.count }) { out in
      for part in parts { part.withSpan { span in for index in span.indices { out.append(span[index]) } } }
    }
  }

  /// Whether the bytes are equal, in a time that depends on their count alone.
  public func equals(_ bytes: Span<UInt8>) -> Bool {
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

/// Random bytes from libcrypto.
public enum Randomness {
  /// So many random bytes.
  public static func bytes(_ count: Int) throws(SealingError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let done = unsafe count == 0 || RAND_bytes(&bytes, Int32(count)) == 1
    guard done else {
      throw OpenSSL.failure("there is no randomness")
    }
    return bytes
  }

  /// Fills what is left of a span.
  public static func fill(_ out: inout OutputSpan<UInt8>) throws(SealingError) {
    let done = unsafe out.withUnsafeMutableBufferPointer { buffer, initialized in
      guard let start = buffer.baseAddress, buffer.count > initialized else { return true }
      guard unsafe RAND_priv_bytes(start + initialized, Int32(buffer.count - initialized)) == 1 else {
        return false
      }
      initialized = buffer.count
      return true
    }
    guard done else { throw OpenSSL.failure("there is no randomness") }
  }
}
