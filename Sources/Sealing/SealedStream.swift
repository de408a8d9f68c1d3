/// A Cobblestone-256 message (C2SP chunked-encryption@v1 with SHA-512 and AES-256-GCM; Format.md, 1.1), whole and
/// in memory; `StreamSealer` and `StreamOpener` do it piece by piece.
package enum SealedStream {
  /// Salt and commitment.
  package static let headerSize = 56
  /// Plaintext in every chunk but the last.
  package static let chunkSize = 16_384
  /// Tag of a chunk.
  package static let tagSize = 16
  /// A full chunk as it is stored.
  package static let sealedChunkSize = chunkSize + tagSize

  static let saltSize = 24
  static let maximumChunks: UInt64 = 1 << 38

  /// The length of the message for a plaintext; nil beyond what the format can hold.
  package static func sealedSize(plain: UInt64) -> UInt64? {
    let chunks = plain / UInt64(chunkSize) + 1
    guard chunks <= maximumChunks else { return nil }
    return UInt64(headerSize) + plain + chunks * UInt64(tagSize)
  }

  /// The length of the plaintext in a message; nil where no message has this length.
  package static func plainSize(sealed: UInt64) -> UInt64? {
    guard sealed >= UInt64(headerSize + tagSize) else { return nil }
    let body = sealed - UInt64(headerSize)
    let full = body / UInt64(sealedChunkSize)
    let last = body % UInt64(sealedChunkSize)
    guard last >= UInt64(tagSize), full < maximumChunks else { return nil }
    return full * UInt64(chunkSize) + last - UInt64(tagSize)
  }

  /// Seals a plaintext.
  package static func seal(_ plain: Span<UInt8>, key: Secret, context: [UInt8]) throws(SealingError)
    -> [UInt8]
  {
    guard let size = sealedSize(plain: UInt64(plain.count)) else {
      throw SealingError(.refusedParameters, "a plaintext of \(plain.count) bytes is too long")
    }
    let salt = try Randomness.bytes(saltSize)
    let keys = try StreamKeys(key: key, salt: salt.span, context: context)
    let cipher = try AESGCM(key: keys.key, seals: true)
    return try [UInt8](capacity: Int(size)) { (out) throws(SealingError) in
      out.append(copying: salt.span)
      out.append(copying: keys.commitment)
      var nonce = [UInt8](repeating: 0, count: AESGCM.nonceSize)
      var position = 0
      var chunk: UInt64 = 0
      repeat {
        let end = min(position + chunkSize, plain.count)
        keys.nonce(of: chunk, into: &nonce)
        try cipher.seal(plain.extracting(position..<end), nonce: nonce, into: &out)
        position += chunkSize
        chunk += 1
      } while position <= plain.count
    }
  }

  /// Seals a plaintext.
  package static func seal(
    _ plain: Span<UInt8>, key: Secret, context: SealContext
  ) throws(SealingError) -> [UInt8] {
    try seal(plain, key: key, context: context.bytes)
  }

  /// Seals a secret.
  package static func seal(_ plain: Secret, key: Secret, context: [UInt8]) throws(SealingError) -> [UInt8] {
    try plain.withSpan { (span) throws(SealingError) in try seal(span, key: key, context: context) }
  }

  /// Seals a secret.
  package static func seal(_ plain: Secret, key: Secret, context: SealContext) throws(SealingError) -> [UInt8]
  {
    try seal(plain, key: key, context: context.bytes)
  }

  /// Opens a message: all of it, or nothing.
  /// - Throws: `SealingError` `.wrongKey`, `.corrupted` or `.truncated`.
  package static func open(_ sealed: Span<UInt8>, key: Secret, context: [UInt8]) throws(SealingError)
    -> [UInt8]
  {
    let (opener, size) = try begin(sealed, key: key, context: context)
    return try [UInt8](capacity: size) { (out) throws(SealingError) in try opener.openAll(sealed, into: &out)
    }
  }

  /// Opens a message: all of it, or nothing.
  package static func open(
    _ sealed: Span<UInt8>, key: Secret, context: SealContext
  ) throws(SealingError) -> [UInt8] {
    try open(sealed, key: key, context: context.bytes)
  }

  /// Opens a message into a secret.
  package static func openSecret(
    _ sealed: Span<UInt8>, key: Secret, context: [UInt8]
  ) throws(SealingError) -> Secret {
    let (opener, size) = try begin(sealed, key: key, context: context)
    return try Secret(count: size) { (out) throws(SealingError) in try opener.openAll(sealed, into: &out) }
  }

  /// Opens a message into a secret.
  package static func openSecret(
    _ sealed: Span<UInt8>, key: Secret, context: SealContext
  ) throws(SealingError) -> Secret {
    try openSecret(sealed, key: key, context: context.bytes)
  }

  private static func begin(
    _ sealed: Span<UInt8>, key: Secret, context: [UInt8]
  ) throws(SealingError) -> (StreamOpener, Int) {
    let header = sealed.extracting(0..<min(headerSize, sealed.count))
    let opener = try StreamOpener(header: header, key: key, context: context)
    guard let size = plainSize(sealed: UInt64(sealed.count)) else {
      throw SealingError(.truncated, "a sealed stream is truncated")
    }
    return (opener, Int(size))
  }
}
