internal import Sealing

/// The memory of a worker that reads boxes: a few MiB, and up to 16 more while it verifies a record of that size.
/// It goes from one `BoxReader` to the next, and serves one at a time.
package final class ReadWorkspace {
  let decompressor: Decompressor
  /// What digests content.
  let content: DigestStream
  /// What digests the bytes of a box that is scanned.
  let scan: DigestStream
  /// As it came from the source.
  var sealed: [UInt8] = []
  /// Opened chunks of a body.
  var window: [UInt8] = []
  /// The content of one frame.
  var frame: [UInt8] = []
  /// The content of a record that lies in several frames.
  var assembled: [UInt8] = []
  /// A table's Protocol Buffers bytes.
  var table: [UInt8] = []
  private var readers = 0
  private var lastUser = 0

  /// Takes its memory when it is needed.
  package init() throws {
    decompressor = try Decompressor()
    content = try DigestStream()
    scan = try DigestStream()
  }

  /// The SHA-256 of parts of a frame.
  func digests(of parts: [Range<Int>], in frame: Span<UInt8>) -> [Digest] {
    _ = content.finish()
    return parts.map { part in
      content.update(frame.extracting(part))
      return content.finish()
    }
  }

  /// Part of `sealed` is the next of the box that is scanned.
  func scan(_ part: Range<Int>) {
    sealed.withSpan { scan.update($0.extracting(part)) }
  }

  /// A number for a new reader of a bundle.
  func newReader() -> Int {
    readers += 1
    return readers
  }

  /// Whether window and frame are still what this reader left there; from now on they are.
  func isStill(_ reader: Int) -> Bool {
    defer { lastUser = reader }
    return lastUser == reader
  }
}
