package import Sealing
package import Storage

extension DigestStream {
  /// So small that a piece stays in the processor's cache from reading to digesting.
  private static let piece: UInt64 = 256 << 10

  /// The digest of a range of a file, of less where the file ends within it.
  package func read(
    _ file: SourceFile, _ range: Range<UInt64>, through buffer: inout [UInt8]
  ) throws -> Digest {
    _ = finish()
    var position = range.lowerBound
    while position < range.upperBound {
      try Task.checkCancellation()
      let count = Int(min(Self.piece, range.upperBound - position))
      guard try file.read(into: &buffer, at: position, count: count) > 0 else { break }
      update(buffer.span)
      position += UInt64(buffer.count)
    }
    return finish()
  }
}
