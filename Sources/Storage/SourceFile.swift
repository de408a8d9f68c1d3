internal import Glibc

/// A source's file, open for reading; its status is that of the open file, so nothing can be put in its
/// place.
package final class SourceFile: Sendable {
  /// The path that it was opened by.
  package let path: [UInt8]
  /// The status when it was opened.
  package let status: SourceStatus

  private let file: Descriptor

  init(_ file: consuming Descriptor, _ path: [UInt8]) throws(SystemError) {
    let status = try file.status()
    guard status.isFile else { throw SystemError(number: EISDIR) }
    self.path = path
    self.status = SourceStatus(status)
    self.file = file
    // Of a small file the kernel reads ahead all there is.
    if status.size > Self.smallest { self.file.expectSequentialReads() }
  }

  private static let smallest: UInt64 = 128 << 10

  /// The status now: unequal to `status` where the file was changed while it was read.
  package func statusNow() throws(StorageError) -> SourceStatus {
    do { return SourceStatus(try file.status()) } catch { throw StorageError(error, "examine", text) }
  }

  /// Reads `count` bytes from `offset` and returns how many came; fewer only at the end. `buffer` then holds
  /// just these and keeps its storage.
  package func read(into buffer: inout [UInt8], at offset: UInt64, count: Int) throws(StorageError) -> Int {
    do { return try file.read(into: &buffer, at: offset, count: count) } catch {
      throw StorageError(error, "read", text)
    }
  }

  /// Appends up to `count` bytes from `offset` to `buffer` and returns how many came; fewer only at the end.
  package func read(appendingTo buffer: inout [UInt8], at offset: UInt64, count: Int) throws(StorageError)
    -> Int
  {
    do { return try file.read(appendingTo: &buffer, at: offset, count: count) } catch {
      throw StorageError(error, "read", text)
    }
  }

  private var text: String { String(decoding: path, as: UTF8.self) }
}
