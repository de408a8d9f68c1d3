/// What is derived for one message: its key, base nonce and commitment (C2SP chunked-encryption@v1, Key
/// derivation; Format.md, 1.1).
struct StreamKeys {
  let key: Secret
  let commitment: Secret
  private let baseNonce: [UInt8]

  private static let label = Array("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM".utf8) + [0]

  init(key input: Secret, salt: Span<UInt8>, context: [UInt8]) throws(SealingError) {
    guard input.count == 32 else {
      throw SealingError(.malformedKey, "a sealed stream's key has 32 bytes, not \(input.count)")
    }
    var info = Self.label
    info.append(salt)
    info += context
    let derived = try KeyDerivation.expand(input, info: info, count: 76)
    key = derived.slice(0..<32)
    baseNonce = derived.withSpan { span in (32..<44).map { span[$0] } }
    commitment = derived.slice(44..<76)
  }

  /// The keys of the message that begins with a header, once its commitment has proved them.
  init(header: Span<UInt8>, key input: Secret, context: [UInt8]) throws(SealingError) {
    guard header.count == SealedStream.headerSize else {
      throw SealingError(.truncated, "a sealed stream ends in its header")
    }
    let salt = header.extracting(0..<SealedStream.saltSize)
    try self.init(key: input, salt: salt, context: context)
    guard commitment.equals(header.extracting(SealedStream.saltSize..<SealedStream.headerSize)) else {
      throw SealingError(.wrongKey, "this key doesn't open it, or it belongs somewhere else")
    }
  }

  /// Base nonce XOR chunk number, written over `nonce`.
  func nonce(of chunk: UInt64, into nonce: inout [UInt8]) {
    var rest = chunk
    for index in (0..<AESGCM.nonceSize).reversed() {
      nonce[index] = baseNonce[index] ^ UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
  }
}
