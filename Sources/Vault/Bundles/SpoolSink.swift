internal import Boxes
internal import Storage

/// A spool as the box writer sees it.
final class SpoolSink: BoxSink {
  private let spool: any Spool
  init(_ spool: any Spool) { self.spool = spool }
  func write(_ bytes: Span<UInt8>) throws { try spool.write(bytes) }
}
