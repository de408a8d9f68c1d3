internal import Synchronization

/// A spool of a `FolderStore`: a temporary file inside the folder.
final class FolderSpool: Spool {
  let store: FolderStore
  private let file: Mutex<PendingFile?>

  init(_ file: consuming sending PendingFile, of store: FolderStore) {
    self.file = Mutex(consume file)
    self.store = store
  }

  func write(_ bytes: Span<UInt8>) throws(StorageError) {
    try file.withLock { (file) throws(StorageError) in
      guard file != nil else { throw Self.over("an object being made") }
      do throws(SystemError) { try file?.write(bytes) } catch {
        // What is half written must never be put.
        file = nil
        throw StorageError(error, "write", "an object being made").at(store.location)
      }
    }
  }

  var size: UInt64 { file.withLock { $0?.size ?? 0 } }

  func discard() { file.withLock { $0 = nil } }

  /// Hands the file over to be put.
  func take(_ object: String) throws(StorageError) -> PendingFile {
    let taken = file.withLock { (file) in file.take() }
    guard let taken else { throw Self.over(object) }
    return taken
  }

  private static func over(_ object: String) -> StorageError {
    StorageError(.io, "write", object, reason: "its spool failed before, or was put or discarded")
  }
}
