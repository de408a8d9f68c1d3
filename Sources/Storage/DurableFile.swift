internal import CLinux
internal import Glibc

/// Local files outside a place that must survive a crash: identity files, the vault card, known places,
/// evidence.
///
/// A file is there whole or not at all, and is durable, bytes and name, when the call returns.
public enum DurableFile {
  /// Writes a file that must not be there yet; throws `.exists` where something is. `mode` holds whatever the
  /// umask is.
  public static func writeNew(_ bytes: Span<UInt8>, to path: String, mode: UInt16 = 0o600)
    throws(StorageError)
  {
    try write(bytes, path, mode, replacing: false)
  }

  /// The same for an array.
  public static func writeNew(_ bytes: [UInt8], to path: String, mode: UInt16 = 0o600) throws(StorageError) {
    try write(bytes.span, path, mode, replacing: false)
  }

  /// Makes a folder of one's own, 0700, in a folder that is there; throws `.exists` where something bears that name.
  package static func makeNewFolder(_ path: String) throws(StorageError) {
    let (above, name) = FolderPath.split(path)
    try StorageError.telling("make the folder", path) { () throws(SystemError) in
      guard try Folder.open(above).makeFolder(try CPath(name)).made else { throw SystemError(number: EEXIST) }
    }
  }

  /// Removes a folder with all that is in it, through no link; what can't be removed stays, and is thrown.
  package static func removeTree(_ path: String) throws(StorageError) {
    let (above, name) = FolderPath.split(path)
    try StorageError.telling("remove", path) { () throws(SystemError) in
      try Folder.open(above).removeTree(try CPath(name))
    }
  }

  /// Makes an empty file, unless one is there.
  package static func touch(_ path: String, mode: UInt16 = 0o600) throws(StorageError) {
    do { try write([UInt8]().span, path, mode, replacing: false) } catch {
      guard error.code == .exists else { throw error }
    }
  }

  /// Writes a file in the place of what was there: a reader sees the old bytes or the new ones. A link of
  /// that name is replaced, not followed.
  package static func replace(_ bytes: Span<UInt8>, at path: String, mode: UInt16 = 0o600)
    throws(StorageError)
  {
    try write(bytes, path, mode, replacing: true)
  }

  /// The same for an array.
  package static func replace(_ bytes: [UInt8], at path: String, mode: UInt16 = 0o600) throws(StorageError) {
    try write(bytes.span, path, mode, replacing: true)
  }

  /// The whole file, links followed; nil where there is none. Throws `.tooLarge` where it is larger than
  /// `limit` bytes.
  public static func read(_ path: String, limit: Int) throws(StorageError) -> [UInt8]? {
    guard let file = try open(path, limit) else { return nil }
    return try file.whole(path)
  }

  /// Lends a secret file's bytes and wipes them afterwards; nil where there is no file. Reads pipes too, so
  /// that a secret may come from a process.
  public static func withSecret<Value>(
    _ path: String, limit: Int, _ body: (Span<UInt8>) throws -> Value
  ) throws -> Value? {
    guard let file = try openAny(path) else { return nil }
    var bytes = [UInt8](repeating: 0, count: max(0, limit) + 1)
    defer { unsafe bytes.withUnsafeMutableBytes { unsafe strongroom_wipe($0.baseAddress, $0.count) } }
    let count = try StorageError.telling("read", path) { () throws(SystemError) in try file.fill(&bytes) }
    guard count <= limit else { throw StorageError(.tooLarge, "read", path) }
    return try body(bytes.span.extracting(first: count))
  }

  /// Makes a folder, 0700, and those above it that are missing, durably. One that is there stays as it is.
  package static func makeFolder(_ path: String) throws(StorageError) {
    try StorageError.telling("make the folder", path) { () throws(SystemError) in try FolderPath.make(path) }
  }

  /// Removes a file durably; false where there was none.
  @discardableResult
  package static func remove(_ path: String) throws(StorageError) -> Bool {
    try StorageError.telling("remove", path) { () throws(SystemError) in
      let (above, name) = FolderPath.split(path)
      let folder = try Folder.open(above)
      let removed = try folder.unlink(try CPath(name))
      try folder.descriptor.sync()
      return removed
    }
  }

  /// Whether a file's permissions let anybody but its owner read it.
  public static func isOpenToOthers(_ path: String) -> Bool {
    let (above, name) = FolderPath.split(path)
    guard let folder = try? Folder.open(above), let status = try? folder.status(CPath(name)) else {
      return false
    }
    return status.isFile && status.mode & 0o044 != 0
  }

  private static func write(
    _ bytes: Span<UInt8>, _ path: String, _ mode: UInt16, replacing: Bool
  ) throws(StorageError) {
    let (above, name) = FolderPath.split(path)
    guard !name.isEmpty, path.utf8.last != UInt8(ascii: "/") else {
      throw StorageError(.badName, "write", path)
    }
    do {
      let folder = try Folder.open(above)
      var file = try PendingFile.make(in: folder, named: replacing)
      try file.write(bytes)
      try file.setAttributes(mode: mode)
      try file.sync()
      try file.place(in: folder, as: try CPath(name), replacing ? .replacing : .claiming)
      try folder.descriptor.sync()
    } catch {
      throw StorageError(error, "write", path)
    }
  }

  private static func openAny(_ path: String) throws(StorageError) -> Descriptor? {
    do { return try Descriptor.open(try CPath(path), O_RDONLY | O_NOCTTY) } catch {
      if error.number == ENOENT { return nil }
      throw StorageError(error, "read", path)
    }
  }

  static func open(_ path: String, _ limit: Int) throws(StorageError) -> OpenObject? {
    do throws(SystemError) {
      let file = try Descriptor.open(try CPath(path), O_RDONLY | O_NONBLOCK | O_NOCTTY)
      let status = try file.status()
      guard status.isFile else { throw SystemError(number: EISDIR) }
      guard status.size <= UInt64(max(0, limit)) else {
        throw SystemError(number: EFBIG)
      }
      return OpenObject(file, size: status.size)
    } catch {
      if error.number == ENOENT { return nil }
      throw StorageError(error, "read", path)
    }
  }
}

extension Descriptor {
  /// Reads from where it stands until the end or until `bytes` is full; returns how many came.
  func fill(_ bytes: inout [UInt8]) throws(SystemError) -> Int {
    var done = 0
    while done < bytes.count {
      let start = done
      let got = try checked {
        unsafe bytes.withUnsafeMutableBytes { bytes in
          let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
          return unsafe Glibc.read(number, rest.baseAddress, rest.count)
        }
      }
      if got == 0 { break }
      done += got
    }
    return done
  }
}
