/// Opens a sealed stream, in order or chunk by chunk (Format.md, 1.1). One task at a time.
public final class StreamOpener {
  private let cipher: AESGCM
  private let derived: SealedStream.Derived
  private var chunk: UInt64 = 0
  private var nonce = [UInt8](repeating: 0, count: 12)
  /// Sealed bytes that don't make a full chunk yet.
  private var rest: [UInt8] = []
  private var plain: [UInt8] = []
  /// Why nothing more comes out: a stream that failed once must keep failing.
  private var ended: SealingError?
  private static let chunksAtOnce = 16

  /// Begins with the first 56 bytes of a message.
  /// - Throws: `SealingError` `.wrongKey` where the commitment isn't that of this key and context.
  public init(header: Span<UInt8>, key: Secret, context: [UInt8]) throws(SealingError) {
    guard header.count == SealedStream.headerSize else {
      throw SealingError(.truncated, "a sealed stream ends in its header")
    }
    let salt = (0..<SealedStream.saltSize).map { header[$0] }
    derived = try SealedStream.Derived(key: key, salt: salt, context: context)
    guard derived.commitment.equals(header.extracting(SealedStream.saltSize..<SealedStream.headerSize)) else {
      throw SealingError(.wrongKey, "this key doesn't open it, or it belongs somewhere else")
    }
    cipher = try AESGCM(key: derived.key, seals: false)
  }

  /// Whether a key and context are those of a message that begins with this header.
  public static func commitmentMatches(header: Span<UInt8>, key: Secret, context: [UInt8]) -> Bool {
    guard header.count == SealedStream.headerSize else { return false }
    let salt = (0..<SealedStream.saltSize).map { header[$0] }
    guard let derived = try? SealedStream.Derived(key: key, salt: salt, context: context) else {
      return false
    }
    return derived.commitment.equals(header.extracting(SealedStream.saltSize..<SealedStream.headerSize))
  }

  /// Opens one chunk by its number.
  /// - Parameter isLast: whether it is the message's last, which is shorter than all others.
  public func openChunk(
    _ index: UInt64, _ sealed: Span<UInt8>, isLast: Bool, into out: inout OutputSpan<UInt8>
  ) throws(SealingError) {
    guard index < SealedStream.maximumChunks, sealed.count >= SealedStream.tagSize,
      isLast ? sealed.count < SealedStream.sealedChunkSize : sealed.count == SealedStream.sealedChunkSize
    else { throw SealingError(.truncated, "a chunk has a length that it can't have") }
    derived.nonce(of: index, into: &nonce)
    try cipher.open(sealed, nonce: nonce, into: &out)
  }

  /// Takes in sealed bytes after the header, and hands on what was verified.
  /// - Throws: `SealingError`, or what the sink throws; after either, every later call fails too.
  public func append(_ sealed: Span<UInt8>, to sink: (Span<UInt8>) throws -> Void) throws {
    try untilItFails { try take(sealed, to: sink) }
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
    while sealed.count - position >= size {
      try open(sealed.extracting(position..<(position + size)), isLast: false)
      position += size
      if plain.count >= Self.chunksAtOnce * SealedStream.chunkSize { try handOn(to: sink) }
    }
    rest.append(sealed.extracting(position..<sealed.count))
    try handOn(to: sink)
  }

  /// Opens the last chunk; only now the stream is known to be complete.
  /// - Throws: `SealingError` `.truncated` where the end is missing.
  public func finish(to sink: (Span<UInt8>) throws -> Void) throws {
    try untilItFails {
      guard rest.count >= SealedStream.tagSize else {
        throw SealingError(.truncated, "a sealed stream is truncated")
      }
      try openRest(isLast: true)
      try handOn(to: sink)
    }
    ended = SealingError(.unavailable, "a sealed stream has been opened to its end already")
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

  private func untilItFails(_ body: () throws -> Void) throws {
    if let ended { throw ended }
    do { try body() } catch {
      ended = error as? SealingError ?? SealingError(.unavailable, "a sealed stream wasn't opened to its end")
      // Verified or not, it isn't handed on any more.
      plain = []
      rest = []
      throw error
    }
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
    try plain.append(addingCapacity: SealedStream.chunkSize) { (out) throws(SealingError) in
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
