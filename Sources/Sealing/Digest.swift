internal import COpenSSL

/// A SHA-256 (FIPS 180-4).
public struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
  private let a, b, c, d: UInt64

  /// Bytes in a digest.
  package static let byteCount = 32

  /// A digest of exactly 32 bytes.
  public init?(_ span: Span<UInt8>) {
    guard span.count == Self.byteCount else { return nil }
    a = BigEndian.u64(span, at: 0)
    b = BigEndian.u64(span, at: 8)
    c = BigEndian.u64(span, at: 16)
    d = BigEndian.u64(span, at: 24)
  }

  /// A digest of exactly 32 bytes.
  public init?(bytes: [UInt8]) { self.init(bytes.span) }

  /// A digest of 64 lower-case digits.
  public init?(hex: some StringProtocol) { self.init(hex: String(hex)) }

  /// A digest of 64 lower-case digits.
  public init?(hex: String) {
    var digits = hex.utf8.makeIterator()
    guard let a = Hex.word(&digits), let b = Hex.word(&digits), let c = Hex.word(&digits),
      let d = Hex.word(&digits), digits.next() == nil
    else { return nil }
    (self.a, self.b, self.c, self.d) = (a, b, c, d)
  }

  /// What libcrypto writes straight into the words, 32 bytes; nil where it fails.
  init?(writing body: (UnsafeMutablePointer<UInt8>) -> Int32) {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    let done = unsafe withUnsafeMutablePointer(to: &words) { words in
      unsafe words.withMemoryRebound(to: UInt8.self, capacity: Self.byteCount) { unsafe body($0) }
    }
    guard done == 1 else { return nil }
    (a, b, c, d) = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    [UInt8](capacity: Self.byteCount) { out in
      out.append(bigEndian: a)
      out.append(bigEndian: b)
      out.append(bigEndian: c)
      out.append(bigEndian: d)
    }
  }
  /// The first 16 bytes, as an id.
  package var identifier: Identifier { Identifier(high: a, low: b) }
  /// The bytes as digits.
  public var hex: String { Hex.encode(bytes) }
  /// The bytes as digits.
  public var description: String { hex }

  /// By bytes.
  public static func < (one: Digest, other: Digest) -> Bool {
    (one.a, one.b, one.c, one.d) < (other.a, other.b, other.c, other.d)
  }

  /// The SHA-256 of bytes.
  public static func sha256(of bytes: [UInt8]) -> Digest { sha256(of: bytes.span) }

  /// The SHA-256 of bytes.
  public static func sha256(of bytes: Span<UInt8>) -> Digest {
    let digest = unsafe bytes.withUnsafeBufferPointer { input in
      unsafe Digest { out in
        unsafe strongroom_digest(OpenSSL.sha256.needed, input.baseAddress, input.count, out)
      }
    }
    guard let digest else { preconditionFailure("SHA-256 of bytes in memory can't fail") }
    return digest
  }
}

/// A SHA-256 that is fed piece by piece, and can be used again after it is finished. One task at a time.
@safe package final class DigestStream {
  private let context: OpaquePointer

  /// A stream that has seen nothing.
  package init() throws(SealingError) {
    guard let context = unsafe EVP_MD_CTX_new() else { throw OpenSSL.failure("a digest can't be begun") }
    unsafe self.context = context
    begin()
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Takes in the next bytes.
  package func update(_ bytes: Span<UInt8>) {
    let done = unsafe bytes.withUnsafeBufferPointer { input in
      unsafe EVP_DigestUpdate(context, input.baseAddress, input.count)
    }
    precondition(done == 1, "SHA-256 of bytes in memory can't fail")
  }

  /// The digest of all bytes since the stream began, which begins again.
  package func finish() -> Digest {
    guard let digest = unsafe Digest(writing: { out in unsafe EVP_DigestFinal_ex(context, out, nil) }) else {
      preconditionFailure("SHA-256 of bytes in memory can't fail")
    }
    begin()
    return digest
  }

  private func begin() {
    let done = unsafe EVP_DigestInit_ex2(context, OpenSSL.sha256.needed, nil)
    precondition(done == 1, "SHA-256 can't be begun")
  }
}
