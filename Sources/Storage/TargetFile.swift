internal import Synchronization

/// A file being written to a `TargetFolder`. It vanishes with its last reference unless it was finished.
package final class TargetFile: Sendable {
  private let file: Mutex<PendingFile?>
  private let folder: Folder
  private let name: CPath
  private let path: [UInt8]

  init(_ file: consuming sending PendingFile, in folder: Folder, _ name: CPath, _ path: [UInt8]) {
    self.file = Mutex(consume file)
    self.folder = folder
    self.name = name
    self.path = path
  }

  /// Bytes written so far.
  package var size: UInt64 { file.withLock { $0?.size ?? 0 } }

  /// Appends. After an error the file is gone.
  package func write(_ bytes: Span<UInt8>) throws(StorageError) {
    try file.withLock { (file) throws(StorageError) in
      guard file != nil else { throw over }
      do throws(SystemError) { try file?.write(bytes) } catch {
        file = nil
        throw StorageError(error, "write", text)
      }
    }
  }

  /// Sets permissions (the bits of 0o777) and time of modification (ns since 1970) and gives the file its
  /// name; throws `.exists` where that was taken meanwhile. Durable only after `TargetFolder.syncAll`.
  package func finish(mode: UInt16, modified: Int64) throws(StorageError) {
    let taken = file.withLock { (file) in file.take() }
    guard let pending = taken else { throw over }
    do {
      try pending.setAttributes(mode: mode, modified: modified)
      try pending.place(in: folder, as: name, .claiming)
    } catch {
      throw StorageError(error, "write", text)
    }
  }

  /// Gives up what was written.
  package func discard() { file.withLock { $0 = nil } }

  private var text: String { String(decoding: path, as: UTF8.self) }

  private var over: StorageError {
    StorageError(.io, "write", text, reason: "it failed before, or was finished or discarded")
  }
}
