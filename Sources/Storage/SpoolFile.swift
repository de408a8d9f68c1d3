internal import Glibc
internal import Synchronization

/// A file of this machine in which something waits to be sent: 0600, without a name as soon as it is open, so that it goes
/// with its last reference and with the process.
package final class SpoolFile: Sendable {
  /// What is left free on its file system: others write there too.
  package static let reserve: UInt64 = 64 << 20
  private static let lookingEvery: UInt64 = 32 << 20

  private let file: Descriptor
  private let folder: String
  private let state = Mutex<(size: UInt64, looked: UInt64)>((0, 0))

  private init(_ file: consuming Descriptor, in folder: String) {
    self.file = file
    self.folder = folder
  }

  /// Makes one in a folder, which is made, 0700, where it is missing.
  package static func make(in folder: String) throws(StorageError) -> SpoolFile {
    let file = try StorageError.telling("write", folder) { () throws(SystemError) in
      try FolderPath.make(folder)
      let home = try Folder.open(folder)
      let name = try CPath.random(PendingFile.prefix)
      let file = try home.open(name, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
      try home.unlink(name)
      return file
    }
    let spool = SpoolFile(file, in: folder)
    try spool.lookAtSpace()
    return spool
  }

  /// Bytes written so far.
  package var size: UInt64 { state.withLock { $0.size } }

  /// Appends; by one writer at a time.
  package func write(_ bytes: Span<UInt8>) throws(StorageError) {
    let isDue = state.withLock { $0.size + UInt64(bytes.count) - $0.looked >= Self.lookingEvery }
    if isDue { try lookAtSpace() }
    try StorageError.telling("write", "in \(folder)") { () throws(SystemError) in try file.write(bytes) }
    state.withLock { $0.size += UInt64(bytes.count) }
  }

  /// Reads `count` bytes from `offset` and returns how many came; fewer only at the end. `buffer` then holds just these.
  package func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) throws(StorageError) -> Int {
    do throws(SystemError) { return try file.read(into: &buffer, at: offset, count: count) } catch {
      throw StorageError(error, "read", "in \(folder)")
    }
  }

  private func lookAtSpace() throws(StorageError) {
    let left = try FreeSpace.available(folder)
    guard left >= Self.reserve + Self.lookingEvery else {
      throw StorageError(
        .full, "write", "in \(folder)",
        reason: "only \(left >> 20) MiB are free, where what is to be sent waits")
    }
    state.withLock { $0.looked = $0.size }
  }
}
