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
  package static func replace(_ bytes: [UInt8], at path: String) throws {
    try replace(path) { file in try file.write(bytes.span) }
  }

  /// The same, piece by piece; nothing changes where `write` throws.
  package static func replace(_ path: String, _ write: (Writer) throws -> Void) throws {
    let (above, name) = FolderPath.split(path)
    func telling<Value>(_ body: () throws(SystemError) -> Value) throws(StorageError) -> Value {
      do throws(SystemError) { return try body() } catch { throw StorageError(error, "write", path) }
    }
    let folder = try telling { () throws(SystemError) in try open(above) }
    let file = try telling { () throws(SystemError) in
      Writer(path, try PendingFile.make(in: folder, named: true))
    }
    try write(file)
    try telling { () throws(SystemError) in try file.place(in: folder, as: try CPath(name)) }
  }

  /// A file that is being written.
  package final class Writer {
    /// Bytes written so far.
    package private(set) var size = 0
    private let path: String
    private var file: PendingFile?

    fileprivate init(_ path: String, _ file: consuming PendingFile) {
      self.path = path
      self.file = consume file
    }

    /// Appends.
    package func write(_ bytes: Span<UInt8>) throws(StorageError) {
      do throws(SystemError) { try file?.write(bytes) } catch { throw StorageError(error, "write", path) }
      size += bytes.count
    }

    fileprivate func place(in folder: Folder, as name: CPath) throws(SystemError) {
      guard let file = file.take() else { return }
      try file.setAttributes(mode: 0o600)
      try file.place(in: folder, as: name, .replacing)
    }
  }

  /// A file that is read piece by piece; nil where there is none. Throws `.tooLarge` where it is larger than `limit` bytes.
  package static func open(_ path: String, limit: Int) throws(StorageError) -> Reader? {
    guard let file = try DurableFile.open(path, limit) else { return nil }
    return Reader(path, file)
  }

  /// A file that is being read.
  package final class Reader {
    /// Its bytes.
    package let size: Int
    private let path: String
    private let file: OpenObject

    fileprivate init(_ path: String, _ file: consuming OpenObject) {
      size = Int(file.size)
      self.path = path
      self.file = file
    }

    /// Bytes from a place on, exactly so many.
    package func bytes(at place: Int, count: Int) throws(StorageError) -> [UInt8] {
      var bytes: [UInt8] = []
      guard try file.read(path, at: UInt64(place), count: count, into: &bytes) == count else {
        throw StorageError(.corrupt, "read", path, reason: "it ends early")
      }
      return bytes
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
