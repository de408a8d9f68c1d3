internal import Sealing

/// Opens the chunks of a body that are needed, and keeps the last ones: a window that moves forward over the
/// stream costs each chunk once, and one that jumps reads nothing else.
final class BodyReader {
  private let box: BoxReader
  private let offset: UInt64
  private var body: BodyChunks
  private var chunks: Range<UInt64> = 0..<0

  init(_ box: BoxReader, offset: UInt64, body: BodyChunks) {
    (self.box, self.offset, self.body) = (box, offset, body)
  }

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
      let last = min(body.last, max(needed, (range.upperBound + ahead) / size))
      try await open(chunks.upperBound...last, needed: needed)
    }
    let start = Int(range.lowerBound - first * size)
    return start..<(start + range.count)
  }

  /// Lets a scan of the box come to where this body begins.
  func scanUpToHere() async throws { try await box.scan(to: offset) }

  /// Opens the last chunk, which may be empty: the stream is complete.
  func checkEnd() async throws { _ = try await load(body.plainSize..<body.plainSize, ahead: 0) }

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
    let headed = !body.isBegun && wanted.lowerBound == 0
    if !body.isBegun, !headed { try await readHeader() }
    let from = headed ? 0 : body.start(of: wanted.lowerBound)
    let to = body.end(of: wanted.upperBound)
    let got = try await box.readSome(at: offset + from, count: to - from)
    var place = 0
    if headed {
      guard got >= SealedStream.headerSize else { throw BoxError(.truncated, "the box ends within a body") }
      try box.workspace.sealed.withSpan { try body.begin($0.extracting(first: SealedStream.headerSize)) }
      place = SealedStream.headerSize
    }
    for chunk in wanted {
      do throws(BoxError) {
        try openChunk(chunk, at: place)
      } catch {
        // What was read ahead may be damaged without hurting what was asked for.
        if chunk > needed { return }
        throw error
      }
      place += SealedStream.sealedChunkSize
    }
  }

  private func openChunk(_ chunk: UInt64, at place: Int) throws(BoxError) {
    let workspace = box.workspace
    try workspace.sealed.withSpan { (read) throws(BoxError) in
      try body.open(chunk, in: read, at: place, into: &workspace.window)
    }
    chunks = chunks.lowerBound..<(chunk + 1)
  }

  private func readHeader() async throws {
    try await box.read(at: offset, count: UInt64(SealedStream.headerSize))
    try box.workspace.sealed.withSpan { try body.begin($0) }
  }
}
