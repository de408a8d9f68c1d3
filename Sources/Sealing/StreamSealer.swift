/// Seals a stream piece by piece (Format.md, 1.1). One task at a time.
///
/// An error breaks the stream: whatever threw, be it the sink, nothing can follow, and every later call throws
/// `.ended`.
package final class StreamSealer {
  /// Salt and commitment: the first 56 bytes of the message, which the caller writes.
  package let header: [UInt8]

  private let keys: StreamKeys
  private let cipher: AESGCM
  private var chunk: UInt64 = 0
  private var nonce = [UInt8](repeating: 0, count: AESGCM.nonceSize)
  /// Plaintext that doesn't fill a chunk yet.
  private var rest: [UInt8] = []
  /// Sealed chunks on their way to the sink; its memory is used again and again.
  private var sealed: [UInt8] = []
  private var isUsable = true
  private static let bufferSize = 16 * SealedStream.sealedChunkSize

  /// Begins a message with a fresh salt.
  package init(key: Secret, context: [UInt8]) throws(SealingError) {
    let salt = try Randomness.bytes(SealedStream.saltSize)
    keys = try StreamKeys(key: key, salt: salt.span, context: context)
    cipher = try AESGCM(key: keys.key, seals: true)
    var header = salt
    keys.commitment.withSpan { header.append($0) }
    self.header = header
  }

  /// Begins a message with a fresh salt.
  package convenience init(key: Secret, context: SealContext) throws(SealingError) {
    try self.init(key: key, context: context.bytes)
  }

  /// Takes in plaintext, and hands on all chunks that are full, up to 16 at a time.
  package func append(_ plain: Span<UInt8>, to sink: (Span<UInt8>) throws -> Void) throws {
    try use()
    try take(plain, to: sink)
    isUsable = true
  }

  /// Seals the last chunk, which may be empty. The sealer can't be used afterwards.
  package func finish(to sink: (Span<UInt8>) throws -> Void) throws {
    try use()
    try sealRest()
    try handOn(to: sink)
  }

  /// Until a call is through, the stream counts as broken.
  private func use() throws(SealingError) {
    guard isUsable else { throw SealingError(.ended, "a sealed stream is used after its end or an error") }
    isUsable = false
  }

  private func take(_ plain: Span<UInt8>, to sink: (Span<UInt8>) throws -> Void) throws {
    let size = SealedStream.chunkSize
    var position = 0
    if !rest.isEmpty {
      position = min(size - rest.count, plain.count)
      rest.append(plain.extracting(0..<position))
      guard rest.count == size else { return }
      try sealRest()
    }
    // No more than is needed, since most streams are short.
    let full = (plain.count - position) / size
    sealed.reserveCapacity(min(Self.bufferSize, sealed.count + full * SealedStream.sealedChunkSize))
    while plain.count - position >= size {
      try seal(plain.extracting(position..<(position + size)))
      position += size
      if sealed.count == Self.bufferSize { try handOn(to: sink) }
    }
    rest.append(plain.extracting(position..<plain.count))
    try handOn(to: sink)
  }

  private func sealRest() throws(SealingError) {
    var held: [UInt8] = []
    swap(&held, &rest)
    try seal(held.span)
    held.removeAll(keepingCapacity: true)
    swap(&held, &rest)
  }

  private func seal(_ plain: Span<UInt8>) throws(SealingError) {
    guard chunk < SealedStream.maximumChunks else {
      throw SealingError(.refusedParameters, "a sealed stream can't be longer than 4 PiB")
    }
    keys.nonce(of: chunk, into: &nonce)
    let nonce = nonce
    try sealed.append(addingCapacity: plain.count + SealedStream.tagSize) { (out) throws(SealingError) in
      try cipher.seal(plain, nonce: nonce, into: &out)
    }
    chunk += 1
  }

  private func handOn(to sink: (Span<UInt8>) throws -> Void) throws {
    guard !sealed.isEmpty else { return }
    var held: [UInt8] = []
    swap(&held, &sealed)
    try sink(held.span)
    held.removeAll(keepingCapacity: true)
    swap(&held, &sealed)
  }
}
