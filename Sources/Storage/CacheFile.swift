internal import Glibc

/// Local files that can be made again at any time: whole or not there, but durable only when the system gets to it.
/// Whoever reads one checks it.
package enum CacheFile {
  /// Whether a folder belongs to this user and nobody else may write in it: what lies in another's is another's word.
  package static func isOurs(_ folder: String) -> Bool {
    guard let status = try? Folder.open(folder).descriptor.status() else { return false }
    return status.owner == geteuid() && status.mode & 0o022 == 0
  }

  /// Whether a folder is there at all.
  package static func isThere(_ folder: String) -> Bool { (try? Folder.open(folder)) != nil }

  /// Writes a file, 0600, in the place of what was there; the folder is made, 0700, where it is missing.
  package static func replace(_ bytes: [UInt8], at path: String) throws(StorageError) {
    do throws(SystemError) {
      let (above, name) = FolderPath.split(path)
      let folder = try open(above)
      var file = try PendingFile.make(in: folder, named: true)
      try file.write(bytes.span)
      try file.setAttributes(mode: 0o600)
      try file.place(in: folder, as: try CPath(name), .replacing)
    } catch {
      throw StorageError(error, "write", path)
    }
  }

  /// The whole file; nil where there is none. Throws `.tooLarge` where it is larger than `limit` bytes.
  package static func read(_ path: String, limit: Int) throws(StorageError) -> [UInt8]? {
    try DurableFile.read(path, limit: limit)
  }

  /// Removes a file, if it is there.
  package static func remove(_ path: String) throws(StorageError) {
    try StorageError.telling("remove", path) { () throws(SystemError) in
      let (above, name) = FolderPath.split(path)
      do throws(SystemError) { try Folder.open(above).unlink(try CPath(name)) } catch {
        guard error.number == ENOENT else { throw error }
      }
    }
  }

  private static func open(_ folder: String) throws(SystemError) -> Folder {
    do throws(SystemError) { return try Folder.open(folder) } catch {
      guard error.number == ENOENT else { throw error }
    }
    try FolderPath.make(folder)
    return try Folder.open(folder)
  }
}
