internal import Sealing
package import Storage

/// Compares files with labels, with one buffer.
package final class FileReading {
  private static let piece: UInt64 = 256 << 10

  private var buffer: [UInt8] = []
  private let digest: DigestStream

  /// Nothing was read yet.
  package init() throws { digest = try DigestStream() }

  /// In what a file differs from its label; nil where it doesn't.
  package func difference(_ file: SourceFile, from record: FoundRecord) throws -> Reason? {
    guard file.status.size == record.size else {
      return .restoredSize(file.status.size, expected: record.size)
    }
    var buffer: [UInt8] = []
    swap(&buffer, &self.buffer)
    defer { swap(&buffer, &self.buffer) }
    var place: UInt64 = 0
    _ = digest.finish()
    while place < record.size {
      let got = try file.read(into: &buffer, at: place, count: Int(min(record.size - place, Self.piece)))
      guard got > 0 else { break }
      digest.update(buffer.span)
      place += UInt64(got)
    }
    guard digest.finish() == record.digest else { return .restoredContent }
    guard file.status.mtime == record.modified else { return .restoredTime }
    guard file.status.mode == record.mode & 0o777 else { return .restoredMode }
    return nil
  }
}
