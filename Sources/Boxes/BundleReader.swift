internal import Sealing

/// An open bundle: its table, and the content of its records. Not for use by several tasks at once.
package final class BundleReader {
  /// The bundle's row in the index.
  package let row: IndexRow
  /// Its table, authenticated.
  package let table: Table
  let body: BodyReader
  let workspace: ReadWorkspace
  private let number: Int
  private var frame: Int?
  /// Where the open frame lies in the window, if it is stored as it is; else it is in the workspace's frame.
  private var plain: Range<Int>?
  private var failure: (frame: Int, error: BoxError)?

  init(row: IndexRow, table: Table, body: BodyReader, workspace: ReadWorkspace) {
    (self.row, self.table, self.body, self.workspace) = (row, table, body, workspace)
    number = workspace.newReader()
  }

  /// Its records.
  package var records: [Record] { table.records }

  /// The content of a record of at most 16 MiB, verified; reads only the chunks of the frames that hold it.
  /// - Throws: `.tooLarge` for a larger one: stream it.
  package func content(of record: Record) async throws -> [UInt8] {
    guard record.size <= BoxLimits.inMemory else {
      throw BoxError(.tooLarge, "a record of \(record.size) bytes isn't read into memory")
    }
    var content: [UInt8] = []
    content.reserveCapacity(Int(record.size))
    try await stream(record) { content.append($0) }
    return content
  }

  /// Hands on the content of a record piece by piece.
  ///
  /// What comes is authenticated, but it is **not verified to be the record** until this returns: a caller keeps
  /// it where nobody takes it for the record (a temporary file) and drops it where this throws.
  /// - Throws: `.recordDigest` where it isn't the record; what `sink` throws.
  package func stream(_ record: Record, to sink: (Span<UInt8>) throws -> Void) async throws {
    try await stream(record, ahead: 0, to: sink)
  }

  func stream(_ record: Record, ahead: UInt64, to sink: (Span<UInt8>) throws -> Void) async throws {
    try check(record)
    _ = workspace.content.finish()
    for frame in table.frames.frames(holding: record.place) {
      let piece = try await open(frame, holding: record.place, ahead: ahead)
      try withFrame(piece) {
        workspace.content.update($0)
        try sink($0)
      }
    }
    try check(workspace.content.finish(), of: record)
  }

  /// Lends part of the open frame's content.
  func withFrame<R, E: Error>(_ part: Range<Int>, _ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    if let plain {
      return try workspace.window.withSpan { (window) throws(E) in
        try body(
          window.extracting((plain.lowerBound + part.lowerBound)..<(plain.lowerBound + part.upperBound)))
      }
    }
    return try workspace.frame.withSpan { (frame) throws(E) in try body(frame.extracting(part)) }
  }

  func check(_ record: Record) throws(BoxError) {
    let (end, overflow) = record.offset.addingReportingOverflow(record.size)
    guard !overflow, end <= table.frames.contentSize else {
      throw BoxError(.table, "the record isn't one of this bundle")
    }
  }

  func check(_ digest: Digest, of record: Record) throws(BoxError) {
    guard digest == record.digest else { throw Self.otherDigest }
  }

  static let otherDigest = BoxError(.recordDigest, "a record's content isn't what was sealed")

  /// Opens a frame into the workspace, unless it is there, and returns where the part of `place` in it lies.
  func open(_ number: Int, holding place: Range<UInt64>, ahead: UInt64) async throws -> Range<Int> {
    try await open(number, ahead: ahead)
    let content = table.frames.content(of: number)
    let part = place.clamped(to: content)
    return Int(part.lowerBound - content.lowerBound)..<Int(part.upperBound - content.lowerBound)
  }

  func checkEnd() async throws {
    forgetWhatOthersUsed()
    try await body.checkEnd()
  }

  private func forgetWhatOthersUsed() {
    guard !workspace.isStill(number) else { return }
    body.reset()
    frame = nil
  }

  func open(_ wanted: Int, ahead: UInt64) async throws {
    forgetWhatOthersUsed()
    if frame == wanted { return }
    if let failure, failure.frame == wanted { throw failure.error }
    frame = nil
    do {
      let place = try await body.load(table.frames.body(of: wanted), ahead: ahead)
      try unpack(table.frames.frames[wanted], from: place)
      frame = wanted
    } catch let error as BoxError where error.isDamage {
      // Many small records share a frame: it is read and fails once, not for each of them.
      failure = (wanted, error)
      throw error
    }
  }

  private func unpack(_ frame: Frame, from place: Range<Int>) throws(BoxError) {
    plain = frame.method == .plain ? place : nil
    guard frame.method == .zstd else { return }
    workspace.frame.clear()
    try workspace.window.withSpan { (window) throws(BoxError) in
      try workspace.decompressor.decompress(
        window.extracting(place), size: frame.plain, into: &workspace.frame)
    }
  }
}
