internal import Sealing

/// The memory of a worker that reads boxes: a few MiB, and up to 16 more while it verifies a record of that size.
/// It goes from one `BoxReader` to the next, and serves one at a time.
public final class ReadWorkspace {
  let decompressor: Decompressor
  /// What digests content; the second only where two records are digested side by side.
  let contents: [PairedDigest]
  /// What digests the bytes of a box that is scanned.
  let scan: PairedDigest
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
  /// What of `sealed` the scan of a box still has to take in. It waits for content to be digested beside.
  var waiting = 0..<0
  private var readers = 0
  private var lastUser = 0

  /// Takes its memory when it is needed.
  public init() throws {
    decompressor = try Decompressor()
    contents = [try PairedDigest(), try PairedDigest()]
    scan = try PairedDigest()
  }

  /// Begins a record; what was digested of another is forgotten.
  func beginContent() { _ = contents[0].finish() }

  /// Takes in content of the record that began, which may lie in one of the buffers here.
  func digestContent(_ content: Span<UInt8>) {
    let count = min(waiting.count, content.count)
    let beside = waiting.lowerBound..<(waiting.lowerBound + count)
    sealed.withSpan { PairedDigest.update(contents[0], content, scan, $0.extracting(beside)) }
    waiting = beside.upperBound..<waiting.upperBound
  }

  /// The digest of the record that began.
  func finishContent() -> Digest { contents[0].finish() }

  /// Begins to scan a box.
  func beginScan() {
    waiting = 0..<0
    _ = scan.finish()
  }

  /// Part of `sealed` is the next of the box that is scanned; it is taken in before the buffer is used again.
  func awaitScan(_ part: Range<Int>) { waiting = part }

  /// Takes in what still waits.
  func settleScan() {
    guard !waiting.isEmpty else { return }
    sealed.withSpan { scan.update($0.extracting(waiting)) }
    waiting = 0..<0
  }

  /// The digest of the box that was scanned.
  func finishScan() -> Digest {
    settleScan()
    return scan.finish()
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
