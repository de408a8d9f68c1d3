internal import COpenSSL

/// Random bytes from libcrypto's generator, seeded by the kernel.
package enum Randomness {
  /// So many random bytes, fit to be seen: ids, salts, filler.
  package static func bytes(_ count: Int) throws(SealingError) -> [UInt8] {
    try [UInt8](capacity: count) { (out) throws(SealingError) in
      unsafe try fill(&out, upTo: count) { unsafe RAND_bytes($0, $1) }
    }
  }

  /// Fills what is left of a span, from the generator that is kept for what nobody may see.
  package static func fill(_ out: inout OutputSpan<UInt8>) throws(SealingError) {
    unsafe try fill(&out, upTo: out.capacity) { unsafe RAND_priv_bytes($0, $1) }
  }

  private static func fill(
    _ out: inout OutputSpan<UInt8>, upTo count: Int,
    from source: (UnsafeMutablePointer<UInt8>, Int32) -> Int32
  ) throws(SealingError) {
    let done = unsafe out.withUnsafeMutableBufferPointer { buffer, initialized in
      while initialized < count, let start = buffer.baseAddress {
        // libcrypto counts in 32 bits.
        let part = min(count - initialized, 1 << 30)
        guard unsafe source(start + initialized, Int32(part)) == 1 else { return false }
        initialized += part
      }
      return true
    }
    guard done else { throw OpenSSL.failure("there is no randomness") }
  }
}
