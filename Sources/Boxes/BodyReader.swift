internal import Sealing

/// Opens the chunks of a body that are needed, and keeps the last ones: a window that moves forward over the
/// stream costs each chunk once, and one that jumps reads nothing else.
final class BodyReader {
  private let box: BoxReader
  private let offset: UInt64
  private let length: UInt64
  private let plainSize: UInt64
  private let key: Secret
  private let context: [UInt8]
  private var opener: StreamOpener?
  private var chunks: Range<UInt64> = 0..<0

  init(_ box: BoxReader, offset: UInt64, length: UInt64, plainSize: UInt64, key: Secret, context: [UInt8]) {
    (self.box, self.offset, self.length, self.plainSize) = (box, offset, length, plainSize)
    (self.key, self.context) = (key, context)
  }

  private var lastChunk: UInt64 { plainSize / UInt64(SealedStream.chunkSize) }

  /// Forgets the window, whose memory somebody else used.
  func reset() { chunks = 0..<0 }

  /// Opens what holds a range of the plaintext, and up to `ahead` bytes behind it in the same read; returns where
  /// the range lies in the window.
  func load(_ range: Range<UInt64>, ahead: UInt64) async throws -> Range<Int> {
    let size = UInt64(SealedStream.chunkSize)
    let first = range.lowerBound / size
    let needed = range.isEmpty ? first : (range.upperBound - 1) / size
    keepWindow(from: first)
    if chunks.upperBound <= needed {
      let last = min(lastChunk, max(needed, (range.upperBound + ahead) / size))
      try await open(chunks.upperBound...last, needed: needed)
    }
    let start = Int(range.lowerBound - first * size)
    return start..<(start + range.count)
  }

  /// Lets a scan of the box come to where this body begins.
  func scanUpToHere() async throws { try await box.scan(to: offset) }

  /// Opens the last chunk, which may be empty: the stream is complete.
  func checkEnd() async throws { _ = try await load(plainSize..<plainSize, ahead: 0) }

  private func keepWindow(from first: UInt64) {
    guard chunks.lowerBound <= first, first < chunks.upperBound else {
      box.workspace.window.clear()
      chunks = first..<first
      return
    }
    let dropped = Int(first - chunks.lowerBound) * SealedStream.chunkSize
    box.workspace.window.removeFirst(dropped)
    chunks = first..<chunks.upperBound
  }

  private func open(_ wanted: ClosedRange<UInt64>, needed: UInt64) async throws {
    let headed = opener == nil && wanted.lowerBound == 0
    if opener == nil, !headed { try await readHeader() }
    let from = headed ? 0 : sealedStart(wanted.lowerBound)
    let to = wanted.upperBound == lastChunk ? length : sealedStart(wanted.upperBound + 1)
    let got = try await box.readSome(at: offset + from, count: to - from)
    var place = 0
    if headed {
      guard got >= SealedStream.headerSize else { throw BoxError(.truncated, "the box ends within a body") }
      try box.workspace.sealed.withSpan { try begin($0.extracting(first: SealedStream.headerSize)) }
      place = SealedStream.headerSize
    }
    for chunk in wanted {
      do throws(BoxError) {
        try openChunk(chunk, at: place, of: got)
      } catch {
        // What was read ahead may be damaged without hurting what was asked for.
        if chunk > needed { return }
        throw error
      }
      place += SealedStream.sealedChunkSize
    }
  }

  private func openChunk(_ chunk: UInt64, at place: Int, of got: Int) throws(BoxError) {
    guard let opener else { throw BoxError(.corrupted, "the body isn't open") }
    let isLast = chunk == lastChunk
    let count = isLast ? Int(length - sealedStart(chunk)) : SealedStream.sealedChunkSize
    guard place + count <= got else { throw BoxError(.truncated, "the box ends within a body") }
    let before = box.workspace.window.count
    do throws(SealingError) {
      try box.workspace.sealed.withSpan { (sealed) throws(SealingError) in
        let sealed = sealed.extracting(place..<(place + count))
        try box.workspace.window.append(addingCapacity: count) { (out) throws(SealingError) in
          try opener.openChunk(chunk, sealed, isLast: isLast, into: &out)
        }
      }
    } catch {
      box.workspace.window.removeLast(box.workspace.window.count - before)
      throw BoxError(.corrupted, "a chunk of the body isn't what was sealed")
    }
    chunks = chunks.lowerBound..<(chunk + 1)
  }

  private func readHeader() async throws {
    try await box.read(at: offset, count: UInt64(SealedStream.headerSize))
    try box.workspace.sealed.withSpan { try begin($0) }
  }

  /// The key opened the table, so a commitment that differs means a damaged body.
  private func begin(_ header: Span<UInt8>) throws {
    do { opener = try StreamOpener(header: header, key: key, context: context) } catch {
      guard error.code == .wrongKey else { throw error }
      throw BoxError(.corrupted, "the head of the body isn't what was sealed")
    }
  }

  private func sealedStart(_ chunk: UInt64) -> UInt64 {
    UInt64(SealedStream.headerSize) + chunk * UInt64(SealedStream.sealedChunkSize)
  }
}
