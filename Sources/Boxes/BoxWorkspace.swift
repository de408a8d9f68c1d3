internal import Sealing

/// The memory of a worker that writes boxes: buffers, contexts, and what it learned of compression. It takes about
/// 8 MiB, and goes from one `BoxWriter` to the next, since the first touch of memory costs more than most of what
/// is done with it. It serves one writer at a time.
package final class BoxWorkspace {
  let cutter: FrameCutter
  let compressor: Compressor
  let recordDigest: DigestStream
  let boxDigest: DigestStream
  var table = TableEncoder()
  var packedTable: [UInt8] = []
  /// The contents that the bundle at hand holds already.
  var held: [Content: UInt64] = [:]
  /// The ids of its records.
  var ids: Set<Identifier> = []

  struct Content: Hashable {
    let digest: Digest
    let size: UInt64
  }

  /// Takes its memory.
  /// - Parameter effort: the least and the greatest effort of compression.
  package init(effort: ClosedRange<Effort> = .quick ... .level3) throws {
    cutter = try FrameCutter(effort: FrameEffort(bounds: effort))
    compressor = try Compressor()
    recordDigest = try DigestStream()
    boxDigest = try DigestStream()
  }
}
