/// Seals a stream piece by piece (Format.md, 1.1). One task at a time.
public final class StreamSealer {
  /// Salt and commitment: the first 56 bytes of the message.
  public let header: [UInt8]

  private let derived: SealedStream.Derived
  private let cipher: AESGCM
  private var chunk: UInt64 = 0
  private var nonce = [UInt8](repeating: 0, count: 12)
  /// Plaintext that doesn't fill a chunk yet.
  private var rest: [UInt8] = []
  /// Sealed chunks on their way to the sink; its memory is used again and again.
  private var sealed: [UInt8]
  /// Whether no more can follow: the last chunk is sealed, or something failed and chunks are lost.
  private var ended = false
  private static let chunksAtOnce = 16

  /// Begins a message with a fresh salt.
  public init(key: Secret, context: [UInt8]) throws(SealingError) {
    let salt = try Randomness.bytes(SealedStream.saltSize)
    derived = try SealedStream.Derived(key: key, salt: salt, context: context)
    cipher = try AESGCM(key: derived.key, seals: true)
    header = salt + derived.commitment.withSpan { span in span.indices.map { span[$0] } }
    rest.reserveCapacity(SealedStream.chunkSize)
    sealed = []
    sealed.reserveCapacity(Self.chunksAtOnce * SealedStream.sealedChunkSize)
  }

  /// Takes in plaintext, and hands on what is sealed so far.
  /// - Throws: `SealingError`, or what the sink throws; after either, every later call fails too.
  public func append(_ plain: Span<UInt8>, to sink: (Span<UInt8>) throws -> Void) throws {
    try begin()
    try take(plain, to: sink)
    ended = false
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
    while plain.count - position >= size {
      try seal(plain.extracting(position..<(position + size)))
      position += size
      if sealed.count == Self.chunksAtOnce * SealedStream.sealedChunkSize { try handOn(to: sink) }
    }
    rest.append(plain.extracting(position..<plain.count))
    try handOn(to: sink)
  }

  /// Seals the last chunk. The sealer can't be used afterwards.
  public func finish(to sink: (Span<UInt8>) throws -> Void) throws {
    try begin()
    try sealRest()
    try handOn(to: sink)
  }

  /// Takes the sealer as ended until the call has gone well.
  private func begin() throws(SealingError) {
    guard !ended else { throw SealingError(.unavailable, "a sealed stream has ended, or failed before") }
    ended = true
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
    derived.nonce(of: chunk, into: &nonce)
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
