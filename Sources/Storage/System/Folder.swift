internal import CLinux
internal import Glibc

/// An open folder. Everything in it is reached by one name at a time, and no link is followed.
final class Folder: Sendable {
  let descriptor: Descriptor

  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Opens a path as the user gave it, links followed.
  static func open(_ path: String) throws(SystemError) -> Folder {
    Folder(try Descriptor.open(try CPath(path.isEmpty ? "." : path), O_RDONLY | O_DIRECTORY))
  }

  /// The folder of that name; throws ELOOP where a link stands there.
  func folder(_ name: CPath) throws(SystemError) -> Folder {
    do {
      return Folder(try open(name, O_RDONLY | O_DIRECTORY))
    } catch {
      if error.number == ENOTDIR, let found = try? status(name), found.isLink {
        throw SystemError(number: ELOOP)
      }
      throw error
    }
  }

  /// Nil where nothing bears that name.
  func folderIfThere(_ name: CPath) throws(SystemError) -> Folder? {
    do { return try folder(name) } catch {
      guard error.number == ENOENT else { throw error }
      return nil
    }
  }

  /// The folder of that name, made with this mode where there is none, and whether it was.
  func makeFolder(_ name: CPath, mode: UInt16 = 0o700) throws(SystemError) -> (folder: Folder, made: Bool) {
    do {
      return (try folder(name), false)
    } catch {
      guard error.number == ENOENT else { throw error }
    }
    // With its mode at once, where the umask lets it: the bit for the group comes with the folder above.
    let made = unsafe mkdirat(descriptor.number, name.characters, mode_t(mode) & 0o777) == 0
    guard made || errno == EEXIST else { throw SystemError.last().refusing(name) }
    let folder = try folder(name)
    if made, try folder.descriptor.status().mode & 0o7777 != UInt32(mode) {
      try folder.descriptor.setMode(mode)
      // Where others are to work, a folder that they can't enter is no folder.
      let now = try folder.descriptor.status().mode
      if mode == SharedFolder.mode, now & 0o070 != 0o070 { throw SystemError(number: EPERM) }
    }
    return (folder, made)
  }

  /// Opens a regular file for reading; throws ELOOP at a link, EISDIR at anything else. Never waits at a
  /// pipe.
  func file(_ name: CPath) throws(SystemError) -> Descriptor {
    let file = try open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY)
    guard try file.status().isFile else { throw SystemError(number: EISDIR) }
    return file
  }

  /// Opens what `flags` say, never through a link.
  func open(_ name: CPath, _ flags: Int32, mode: mode_t = 0) throws(SystemError) -> Descriptor {
    let descriptor = unsafe openat(
      descriptor.number, name.characters, flags | O_NOFOLLOW | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      let error = SystemError.last()
      throw flags & O_CREAT == 0 ? error : error.refusing(name)
    }
    return Descriptor(adopting: descriptor)
  }

  /// What bears that name, the link itself where it is one.
  func status(_ name: CPath) throws(SystemError) -> FileStatus {
    var status = stat()
    let failed = unsafe fstatat(descriptor.number, name.characters, &status, AT_SYMLINK_NOFOLLOW)
    guard failed == 0 else { throw .last() }
    return FileStatus(status)
  }

  /// Nil where nothing bears that name.
  func statusIfThere(_ name: CPath) throws(SystemError) -> FileStatus? {
    do { return try status(name) } catch {
      guard error.number == ENOENT else { throw error }
      return nil
    }
  }

  /// Removes a name, not a folder; a link goes, not what it points to. False where there was none.
  @discardableResult
  func unlink(_ name: CPath) throws(SystemError) -> Bool {
    if unsafe unlinkat(descriptor.number, name.characters, 0) == 0 { return true }
    guard errno == ENOENT else { throw .last() }
    return false
  }

  /// Removes a folder and all that is in it.
  func removeTree(_ name: CPath) throws(SystemError) {
    let folder = try folder(name)
    for entry in try folder.names() {
      let path = try CPath(entry)
      if try folder.status(path).isFolder { try folder.removeTree(path) } else { try folder.unlink(path) }
    }
    try removeFolder(name)
  }

  /// Removes an empty folder.
  func removeFolder(_ name: CPath) throws(SystemError) {
    try checked { unsafe unlinkat(descriptor.number, name.characters, AT_REMOVEDIR) }
  }

  /// What a folder says of one of its entries.
  struct Entry {
    /// What it is, as far as a listing tells.
    enum Kind { case file, folder, other, unsaid }

    let name: [UInt8]
    let kind: Kind
  }

  /// The names in it, without "." and "..", in no order.
  func names() throws(SystemError) -> [[UInt8]] { try entries().map { $0.name } }

  /// What is in it, without "." and "..", in no order.
  func entries() throws(SystemError) -> [Entry] {
    // The stream owns its descriptor and moves its offset, so it gets one of its own.
    let own = try checked { unsafe openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard let stream = unsafe fdopendir(own) else {
      let error = SystemError.last()
      close(own)
      throw error
    }
    defer { unsafe closedir(stream) }
    var entries: [Entry] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        if errno != 0 { throw .last() }
        return entries
      }
      guard let text = unsafe strongroom_entry_name(entry) else { continue }
      let bytes = unsafe UnsafeRawBufferPointer(start: text, count: strlen(text))
      let name = unsafe [UInt8](bytes)
      let dot = UInt8(ascii: ".")
      if name.first == dot, name.count == 1 || (name.count == 2 && name[1] == dot) { continue }
      let kind: Entry.Kind =
        switch Int(unsafe entry.pointee.d_type) {
        case DT_REG: .file
        case DT_DIR: .folder
        case DT_UNKNOWN: .unsaid
        default: .other
        }
      entries.append(Entry(name: name, kind: kind))
    }
  }
}

extension FolderPath {
  /// Makes the folder of a path, 0700, with the folders above it that are missing, each durable before the
  /// next.
  static func make(_ path: String) throws(SystemError) {
    let (above, name) = split(path)
    do {
      _ = try Folder.open(path)
      // Whoever made it may have been cut off before its name was durable. Where the user may not look into the
      // folder above, it wasn't made by this program.
      if let parent = try? Folder.open(above) { _ = try? parent.descriptor.sync() }
      return
    } catch {
      guard error.number == ENOENT else { throw error }
    }
    guard !name.isEmpty else { throw SystemError(number: ENOENT) }
    try make(above)
    let parent = try Folder.open(above)
    _ = try parent.makeFolder(try CPath(name))
    try parent.descriptor.sync()
  }
}

/// Paths as users give them.
enum FolderPath {
  /// The path of the folder above and the last name; "a" lies in ".", "/a" in "/". The name is empty where
  /// the path ends in "." or "..".
  static func split(_ path: String) -> (folder: String, name: String) {
    var path = path[...]
    while path.count > 1, path.last == "/" { path.removeLast() }
    let slash = path.lastIndex(of: "/")
    let name = slash.map { path[path.index(after: $0)...] } ?? path
    let folder = slash.map { $0 == path.startIndex ? "/" : path[..<$0] } ?? "."
    return (String(folder), name == "." || name == ".." ? "" : String(name))
  }
}
