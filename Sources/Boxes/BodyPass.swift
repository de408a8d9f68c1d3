internal import Sealing

/// One pass over a bundle's sealed body, from its beginning to its end, in pieces: each is read whole and every byte of it
/// authenticated before it is lent.
final class BodyPass {
  private let box: BoxReader
  private let offset: UInt64
  private let keepsPlain: Bool
  private var body: BodyChunks
  private var chunk: UInt64 = 0

  /// Chunks of a piece, which are 1 MiB: few reads, and memory that stays in the processor's own.
  static let piece: UInt64 = 64

  /// - Parameter keepsPlain: whether plaintext is lent too; else it is overwritten chunk by chunk.
  init(_ box: BoxReader, offset: UInt64, body: BodyChunks, keepsPlain: Bool) {
    (self.box, self.offset, self.body, self.keepsPlain) = (box, offset, body, keepsPlain)
  }

  /// Reads and opens the next piece; false behind the last one.
  /// - Throws: `.truncated`, `.corrupted`, and what the source throws.
  func next() async throws -> Bool {
    guard chunk <= body.last else { return false }
    let last = min(chunk + Self.piece - 1, body.last)
    let start = body.isBegun ? body.start(of: chunk) : 0
    try await box.read(at: offset + start, count: body.end(of: last) - start)
    try open(chunk...last, begins: !body.isBegun)
    chunk = last + 1
    return true
  }

  /// The piece as it lies in the box, the first one with the stream's header.
  func withSealed(_ use: (Span<UInt8>) throws -> Void) throws { try box.workspace.sealed.withSpan(use) }

  /// The plaintext of the piece.
  func withPlain(_ use: (Span<UInt8>) throws -> Void) throws { try box.workspace.window.withSpan(use) }

  private func open(_ chunks: ClosedRange<UInt64>, begins: Bool) throws {
    let workspace = box.workspace
    workspace.window.clear()
    try workspace.sealed.withSpan { (read) in
      var place = 0
      if begins {
        guard read.count >= SealedStream.headerSize else {
          throw BoxError(.truncated, "the box ends within a body")
        }
        try body.begin(read.extracting(first: SealedStream.headerSize))
        place = SealedStream.headerSize
      }
      for chunk in chunks {
        try body.open(chunk, in: read, at: place, into: &workspace.window)
        place += SealedStream.sealedChunkSize
        if !keepsPlain { workspace.window.clear() }
      }
    }
  }
}

extension BoxReader {
  /// Begins to read a bundle whole, without looking at its records: its table is opened and authenticated, its records
  /// are counted and its frames add up to the body.
  ///
  /// The table lies in the workspace as it was read, until the body is.
  /// - Returns: the table as it was compressed, and the body.
  func beginPass(_ row: IndexRow, keys: BundleKeys, keepsPlain: Bool) async throws -> (
    table: [UInt8], body: BodyPass
  ) {
    let bodySize = try check(row)
    try await checkHeader()
    try await scan(to: row.bodyOffset)
    // Table and window of a reader that used the workspace before are overwritten.
    _ = workspace.isStill(workspace.newReader())
    let packed = try await readTable(row, keys)
    _ = try FrameMap(ofTable: workspace.table, records: row.records, bodySize: bodySize) {
      (_) throws(BoxError) in
    }
    let body = chunks(of: row, keys, bodySize: bodySize)
    return (packed, BodyPass(self, offset: row.bodyOffset, body: body, keepsPlain: keepsPlain))
  }
}
