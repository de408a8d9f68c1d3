internal import Glibc
internal import Synchronization

/// A folder to write records to. Nothing in it is overwritten, no link is followed, and no path leads out of
/// it.
///
/// New folders are 0700 and new files 0600 until they are dressed. Files become durable together, by one
/// `syncAll` at the end: syncing each of many small files would take most of the time.
package final class TargetFolder: Sendable {
  /// The deepest nesting of folders that is made.
  package static let maximumDepth = 256
  /// The longest path, in bytes.
  package static let maximumPathLength = 4096

  /// The path as it was given.
  package let path: String

  private let root: Folder
  private let trailing = TrailingFiles()
  private let early: EarlySync
  /// Folders that files were written to lately, by their paths; they stay open.
  private let known = Mutex<[[UInt8]: Folder]>([:])
  private static let mostKnown = 128

  /// Opens the folder; where there is none, `create` makes it and those above it.
  package init(_ path: String, create: Bool) throws(StorageError) {
    self.path = path
    root = try StorageError.telling("open", path) { () throws(SystemError) in
      if create { try FolderPath.make(path) }
      return try Folder.open(path)
    }
    let root = root
    early = try StorageError.telling("open", path) { () throws(SystemError) in try EarlySync(root) }
  }

  /// Begins a file at `path` (relative, parts joined by "/"). It bears its name once `finish` is called;
  /// until then nobody sees it. Throws `.badName` for a path that leads elsewhere, `.exists` where something
  /// is there.
  package func create(_ path: [UInt8]) throws(StorageError) -> TargetFile {
    do throws(SystemError) {
      let (folder, name) = try place(for: path)
      guard try folder.statusIfThere(name) == nil else { throw SystemError(number: EEXIST) }
      return TargetFile(try PendingFile.make(in: folder), in: folder, name, path)
    } catch {
      throw StorageError(error, "write", String(decoding: path, as: UTF8.self))
    }
  }

  /// Writes a small file at once, with its permissions (the bits of 0o777) and time of modification (ns since
  /// 1970).
  package func write(
    _ bytes: Span<UInt8>, at path: [UInt8], mode: UInt16, modified: Int64
  ) throws(StorageError) {
    do throws(SystemError) {
      let (folder, name) = try place(for: path)
      let file = try folder.open(name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
      do throws(SystemError) {
        try file.write(bytes)
        try file.setMode(mode)
        try file.setModified(modified)
        if bytes.count < TrailingFiles.smallest { early.note(bytes.count) }
        try trailing.add(file, size: bytes.count)
      } catch {
        _ = try? folder.unlink(name)
        throw error
      }
    } catch {
      // An open with O_EXCL meets a link as something that is there.
      throw StorageError(error, "write", String(decoding: path, as: UTF8.self))
    }
  }

  /// Removes a file that is to be written anew; a folder in its place stays, and is an error.
  package func remove(_ path: [UInt8]) throws(StorageError) {
    do throws(SystemError) {
      let (folder, name) = try place(for: path)
      _ = try folder.unlink(name)
    } catch {
      throw StorageError(error, "remove", String(decoding: path, as: UTF8.self))
    }
  }

  /// Whether its file system keeps permissions: FAT, NTFS and the like give all files the same.
  package func keepsPermissions() throws(StorageError) -> Bool {
    try StorageError.telling("examine", path) { () throws(SystemError) in
      let file = try PendingFile.make(in: root, named: true)
      for mode in [UInt16(0o640), 0o604] {
        try file.setAttributes(mode: mode)
        guard try file.status().mode & 0o777 == UInt32(mode) else { return false }
      }
      return true
    }
  }

  /// Makes everything that was written durable.
  package func syncAll() throws(StorageError) {
    try StorageError.telling("sync", path) { () throws(SystemError) in try root.descriptor.syncFileSystem() }
  }

  /// The folder that a path leads to, made where it is missing, and the last name.
  private func place(for path: [UInt8]) throws(SystemError) -> (folder: Folder, name: CPath) {
    guard path.count <= Self.maximumPathLength else { throw SystemError(number: ENAMETOOLONG) }
    let slash = path.lastIndex(of: UInt8(ascii: "/"))
    let name = try PathParts.checked(path[(slash.map { $0 + 1 } ?? 0)...])
    guard let slash else { return (root, name) }
    return (try folder(Array(path[..<slash])), name)
  }

  private func folder(_ path: [UInt8]) throws(SystemError) -> Folder {
    if let found = known.withLock({ $0[path] }) { return found }
    let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count < Self.maximumDepth else { throw SystemError(number: ENAMETOOLONG) }
    // Nothing is made unless every part may be.
    let names = try parts.map { (part) throws(SystemError) in try PathParts.checked(part) }
    var folder = root
    for name in names { folder = try folder.makeFolder(name).folder }
    let found = folder
    known.withLock { known in
      if known.count >= Self.mostKnown { known.removeAll(keepingCapacity: true) }
      known[path] = found
    }
    return found
  }
}
