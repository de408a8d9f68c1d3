internal import COpenSSL

/// A SHA-256 (FIPS 180-4) that is fed piece by piece and can be fed beside another. It can be used again after it is
/// finished. One task at a time.
///
/// Where the processor has SHA instructions two side by side take hardly longer than one, which leaves half of them idle;
/// elsewhere it is libcrypto's, one after the other. What comes out is the same.
@safe public final class PairedDigest {
  private let message: UnsafeMutablePointer<strongroom_sha256>
  /// What does it where the instructions aren't there.
  private let stream: DigestStream?

  /// A digest that has seen nothing.
  public convenience init() throws(SealingError) { try self.init(byProcessor: Self.works) }

  /// `byProcessor`: by the processor's instructions, which must be there.
  init(byProcessor: Bool) throws(SealingError) {
    stream = byProcessor ? nil : try DigestStream()
    unsafe message = .allocate(capacity: 1)
    unsafe message.initialize(to: strongroom_sha256())
    unsafe strongroom_sha256_begin(message)
  }

  deinit { unsafe message.deallocate() }

  /// Takes in the next bytes.
  public func update(_ bytes: Span<UInt8>) {
    if let stream { return stream.update(bytes) }
    unsafe bytes.withUnsafeBufferPointer {
      unsafe strongroom_sha256_update_one(message, $0.baseAddress, $0.count)
    }
  }

  /// Takes in the next bytes of two digests, side by side as far as both go.
  public static func update(
    _ one: PairedDigest, _ first: Span<UInt8>, _ other: PairedDigest, _ second: Span<UInt8>
  ) {
    precondition(one !== other, "a digest can't be beside itself")
    guard one.stream == nil, other.stream == nil else {
      one.update(first)
      return other.update(second)
    }
    unsafe first.withUnsafeBufferPointer { first in
      unsafe second.withUnsafeBufferPointer { second in
        unsafe strongroom_sha256_update_two(
          one.message, first.baseAddress, first.count, other.message, second.baseAddress, second.count)
      }
    }
  }

  /// The digest of all bytes since it began; it begins again.
  public func finish() -> Digest {
    if let stream { return stream.finish() }
    let digest = unsafe Digest(writing: { out in
      unsafe strongroom_sha256_finish(message, out)
      return 1
    })
    guard let digest else { preconditionFailure("SHA-256 of bytes in memory can't fail") }
    return digest
  }

  /// Whether the instructions are there, and give what libcrypto gives.
  static let works: Bool = {
    guard strongroom_sha256_pair_works() == 1, let one = try? PairedDigest(byProcessor: true),
      let other = try? PairedDigest(byProcessor: true)
    else { return false }
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ $0 >> 3) }
    update(one, bytes.span.extracting(0..<77), other, bytes.span.extracting(0..<345))
    update(one, bytes.span.extracting(77..<1000), other, bytes.span.extracting(345..<900))
    return one.finish() == Digest.sha256(of: bytes)
      && other.finish() == Digest.sha256(of: Array(bytes[..<900]))
  }()
}
