/// Opens a sealed stream, in order or chunk by chunk (Format.md, 1.1). One task at a time.
///
/// In order, a chunk is handed on after its tag is verified, and only `finish` says that the stream was complete.
/// An error breaks the stream: what was verified but not yet handed on is dropped, every later call throws `.ended`.
package final class StreamOpener {
  private let cipher: AESGCM
  private let keys: StreamKeys
  private var chunk: UInt64 = 0
  private var nonce = [UInt8](repeating: 0, count: AESGCM.nonceSize)
  /// Sealed bytes that don't make a full chunk yet.
  private var rest: [UInt8] = []
  /// Verified plaintext on its way to the sink; its memory is used again and again.
  private var plain: [UInt8] = []
  private var isUsable = true
  private static let bufferSize = 16 * SealedStream.chunkSize

  /// Begins with the first 56 bytes of a message.
  /// - Throws: `SealingError` `.wrongKey` where the commitment isn't that of this key and context, `.truncated`
  ///   where the header isn't whole.
  package init(header: Span<UInt8>, key: Secret, context: [UInt8]) throws(SealingError) {
    keys = try StreamKeys(header: header, key: key, context: context)
    cipher = try AESGCM(key: keys.key, seals: false)
  }

  /// Begins with the first 56 bytes of a message.
  package convenience init(header: Span<UInt8>, key: Secret, context: SealContext) throws(SealingError) {
    try self.init(header: header, key: key, context: context.bytes)
  }

  /// Whether a key and context are those of a message that begins with this header; takes about 3 µs.
  package static func commitmentMatches(header: Span<UInt8>, key: Secret, context: [UInt8]) -> Bool {
    do {
      _ = try StreamKeys(header: header, key: key, context: context)
      return true
    } catch {
      return false
    }
  }

  /// Opens one chunk by its number; independent of what was opened in order. Chunk `k` stands at
  /// `headerSize + k * sealedChunkSize` in the message.
  /// - Parameter isLast: whether it is the message's last, which is shorter than all others.
  package func openChunk(
    _ index: UInt64, _ sealed: Span<UInt8>, isLast: Bool, into out: inout OutputSpan<UInt8>
  ) throws(SealingError) {
    guard index < SealedStream.maximumChunks, sealed.count >= SealedStream.tagSize,
      isLast ? sealed.count < SealedStream.sealedChunkSize : sealed.count == SealedStream.sealedChunkSize
    else { throw SealingError(.truncated, "a chunk has a length that it can't have") }
    keys.nonce(of: index, into: &nonce)
    try cipher.open(sealed, nonce: nonce, into: &out)
  }

  /// Takes in sealed bytes after the header, and hands on what was verified, up to 16 chunks at a time.
  /// - Throws: `SealingError` `.corrupted`, or what the sink throws.
  package func append(_ sealed: Span<UInt8>, to sink: (Span<UInt8>) throws -> Void) throws {
    try use()
    try take(sealed, to: sink)
    isUsable = true
  }

  /// Opens the last chunk; only now the stream is known to be complete. The opener can't be used in order
  /// afterwards.
  /// - Throws: `SealingError` `.truncated` where the end is missing, `.corrupted`, or what the sink throws.
  package func finish(to sink: (Span<UInt8>) throws -> Void) throws {
    try use()
    guard rest.count >= SealedStream.tagSize else {
      throw SealingError(.truncated, "a sealed stream is truncated")
    }
    try openRest(isLast: true)
    try handOn(to: sink)
  }

  /// Opens a whole message, header included, into room that fits exactly.
  func openAll(_ sealed: Span<UInt8>, into out: inout OutputSpan<UInt8>) throws(SealingError) {
    var position = SealedStream.headerSize
    var index: UInt64 = 0
    while true {
      let end = min(position + SealedStream.sealedChunkSize, sealed.count)
      let isLast = end - position < SealedStream.sealedChunkSize
      try openChunk(index, sealed.extracting(position..<end), isLast: isLast, into: &out)
      if isLast { return }
      position = end
      index += 1
    }
  }

  /// Until a call is through, the stream counts as broken.
  private func use() throws(SealingError) {
    guard isUsable else { throw SealingError(.ended, "a sealed stream is used after its end or an error") }
    isUsable = false
  }

  private func take(_ sealed: Span<UInt8>, to sink: (Span<UInt8>) throws -> Void) throws {
    let size = SealedStream.sealedChunkSize
    var position = 0
    if !rest.isEmpty {
      position = min(size - rest.count, sealed.count)
      rest.append(sealed.extracting(0..<position))
      guard rest.count == size else { return }
      try openRest(isLast: false)
    }
    let full = (sealed.count - position) / size
    plain.reserveCapacity(min(Self.bufferSize, plain.count + full * SealedStream.chunkSize))
    while sealed.count - position >= size {
      try open(sealed.extracting(position..<(position + size)), isLast: false)
      position += size
      if plain.count >= Self.bufferSize { try handOn(to: sink) }
    }
    rest.append(sealed.extracting(position..<sealed.count))
    try handOn(to: sink)
  }

  private func openRest(isLast: Bool) throws(SealingError) {
    var held: [UInt8] = []
    swap(&held, &rest)
    try open(held.span, isLast: isLast)
    held.removeAll(keepingCapacity: true)
    swap(&held, &rest)
  }

  private func open(_ sealed: Span<UInt8>, isLast: Bool) throws(SealingError) {
    let index = chunk
    try plain.append(addingCapacity: sealed.count - SealedStream.tagSize) { (out) throws(SealingError) in
      try openChunk(index, sealed, isLast: isLast, into: &out)
    }
    chunk += 1
  }

  private func handOn(to sink: (Span<UInt8>) throws -> Void) throws {
    guard !plain.isEmpty else { return }
    var held: [UInt8] = []
    swap(&held, &plain)
    try sink(held.span)
    held.removeAll(keepingCapacity: true)
    swap(&held, &plain)
  }
}
