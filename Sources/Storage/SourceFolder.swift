internal import CLinux
internal import Glibc
internal import Synchronization

/// What a source says of a file; two that are equal say that nothing happened to it in between.
package struct SourceStatus: Hashable, Sendable {
  /// Bytes.
  package let size: UInt64
  /// Time of modification, nanoseconds since 1970.
  package let mtime: Int64
  /// Time of the last change to bytes or attributes, nanoseconds since 1970.
  package let ctime: Int64
  /// The file's number on its file system.
  package let inode: UInt64
  /// The permission bits, 0o7777.
  package let mode: UInt16

  init(_ status: FileStatus) {
    size = status.size
    mtime = status.modified
    ctime = status.changed
    inode = status.inode
    mode = UInt16(truncatingIfNeeded: status.mode & 0o7777)
  }
}

/// A regular file that a walk came upon.
package struct SourceEntry: Hashable, Sendable {
  /// The path below the root, parts joined by "/"; bytes, because a name need not be UTF-8.
  package let path: [UInt8]
  /// What the source says of it.
  package let status: SourceStatus
}

/// Why a walk left something out.
package enum Skipped: Hashable, Sendable {
  case symlink, device, socket, fifo
  /// It could not be looked at; the errno.
  case unreadable(Int32)
  /// It was listed, and gone a moment later.
  case vanished
  /// It lies deeper than `SourceFolder.maximumDepth` folders.
  case tooDeep
  /// A folder that whoever walks doesn't want, by what lies in it.
  case notWanted
  /// What whoever walks excludes by its path.
  case excluded

  /// For people.
  package var reason: String {
    switch self {
    case .symlink: "is a symbolic link"
    case .device: "is a device"
    case .socket: "is a socket"
    case .fifo: "is a pipe"
    case .unreadable(let number): unsafe "can't be read: " + String(cString: strerror(number)).lowercased()
    case .vanished: "vanished meanwhile"
    case .tooDeep: "lies too deep"
    case .notWanted: "isn't wanted"
    case .excluded: "is excluded"
    }
  }
}

/// A tree of files to read records from, or a single file. Nothing in it is ever written, and no link in it
/// is followed.
package final class SourceFolder: Sendable {
  /// The deepest nesting of folders that is walked; each level holds a descriptor open.
  package static let maximumDepth = 256

  /// The path as it was given.
  package let path: String

  private let root: Root
  private let isWanted: @Sendable ([[UInt8]]) -> Bool
  private let isExcluded: @Sendable ([UInt8], Bool) -> Bool
  /// Folders that files were opened in, the newest last. Files come folder by folder, to each of several workers.
  private let recent = Mutex<[(path: [UInt8], folder: Folder)]>([])
  private static let remembered = 8
  /// Whether files may be opened so that their times stay as they are.
  private let quiet = Mutex(true)

  private enum Root {
    case folder(Folder)
    /// A file and the name it is called by.
    case file(CPath, name: [UInt8])
  }

  /// Opens a source; a link given as the source itself is followed. Throws where it is neither a folder nor a
  /// file.
  /// - Parameters:
  ///   - isWanted: whether a walk enters a folder in which these names lie.
  ///   - isExcluded: whether it leaves out what has this path, and is a folder or is none.
  package init(
    _ path: String, where isWanted: @escaping @Sendable ([[UInt8]]) -> Bool = { _ in true },
    excluding isExcluded: @escaping @Sendable ([UInt8], Bool) -> Bool = { _, _ in false }
  ) throws(StorageError) {
    self.isExcluded = isExcluded
    self.path = path
    self.isWanted = isWanted
    root = try StorageError.telling("open", path) { () throws(SystemError) in
      let opened = try Descriptor.open(try CPath(path), O_RDONLY | O_NONBLOCK | O_NOCTTY)
      let status = try opened.status()
      if status.isFolder { return .folder(Folder(opened)) }
      guard status.isFile else { throw SystemError(number: ENXIO) }
      return .file(try CPath(path), name: Array(FolderPath.split(path).name.utf8))
    }
  }

  /// Whether it is a single file.
  package var isFile: Bool {
    if case .file = root { true } else { false }
  }

  /// Visits every regular file, in order of the names' bytes within a folder; what is left out is told to
  /// `skipped`, a folder with nothing in it to `emptyFolder` (the root as an empty path). A folder that can't
  /// be read is skipped and the walk goes on; it ends only where one of the three throws, or the root itself
  /// can't be read.
  package func walk(
    visit: (SourceEntry) throws -> Void, skipped: ([UInt8], Skipped) throws -> Void,
    emptyFolder: ([UInt8]) throws -> Void
  ) throws {
    try walk(
      after: nil,
      visit: { entry in
        try visit(entry)
        return true
      }, skipped: skipped, emptyFolder: emptyFolder)
  }

  /// The same from behind a file that an earlier walk ended with, until `visit` returns false.
  package func walk(
    after last: [UInt8]?, visit: (SourceEntry) throws -> Bool, skipped: ([UInt8], Skipped) throws -> Void,
    emptyFolder: ([UInt8]) throws -> Void
  ) throws {
    switch root {
    case .file(let file, let name):
      let status = try StorageError.telling("open", path) { () throws(SystemError) in
        try Descriptor.open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY).status()
      }
      guard last == nil else { return }
      guard !isExcluded(name, false) else { return try skipped(name, .excluded) }
      _ = try visit(SourceEntry(path: name, status: SourceStatus(status)))
    case .folder(let folder):
      let names = try StorageError.telling("list", path) { () throws(SystemError) in try folder.names() }
      let parts = last.map { $0.split(separator: UInt8(ascii: "/"))[...] } ?? []
      _ = try FolderWalk(isWanted: isWanted, isExcluded: isExcluded).enter(
        folder, [], names, depth: 1, after: parts
      ) { (found) in
        switch found {
        case .file(let entry): return try visit(entry)
        case .skipped(let path, let why): try skipped(path, why)
        case .emptyFolder(let path): try emptyFolder(path)
        }
        return true
      }
    }
  }

  /// The clock that stamps files, nanoseconds since 1970.
  package static func clock() -> Int64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }

  /// Opens a file of a walk by its path, part by part, through no link.
  package func open(_ path: [UInt8]) throws(StorageError) -> SourceFile {
    do throws(SystemError) {
      switch root {
      case .file(let file, let name):
        guard path == name else { throw SystemError(number: ENOENT) }
        let opened = try Descriptor.open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        return try SourceFile(opened, path)
      case .folder(let root):
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        let folder =
          try slash.map { (slash) throws(SystemError) in try self.folder(path[..<slash], of: root) } ?? root
        let name = try PathParts.checked(slash.map { path[($0 + 1)...] } ?? path[...])
        return try SourceFile(try open(name, in: folder), path)
      }
    } catch {
      throw StorageError(error, "read", String(decoding: path, as: UTF8.self))
    }
  }

  /// Opens a file without leaving a mark in its times, where the system lets this user.
  private func open(_ name: CPath, in folder: Folder) throws(SystemError) -> Descriptor {
    let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY
    if quiet.withLock({ $0 }) {
      do { return try folder.open(name, flags | strongroom_o_noatime()) } catch {
        guard error.number == EPERM else { throw error }
        quiet.withLock { $0 = false }
      }
    }
    return try folder.open(name, flags)
  }

  private func folder(_ path: ArraySlice<UInt8>, of root: Folder) throws(SystemError) -> Folder {
    let known = recent.withLock { (recent) in recent.last { $0.path.elementsEqual(path) }?.folder }
    if let known { return known }
    var folder = root
    for part in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      folder = try folder.folder(try PathParts.checked(part))
    }
    let found = folder
    recent.withLock { (recent) in
      if recent.count == Self.remembered { recent.removeFirst() }
      recent.append((Array(path), found))
    }
    return found
  }
}

/// Parts of relative paths that come from outside.
enum PathParts {
  /// Throws EILSEQ at a part that leads elsewhere: empty, ".", "..", with "/" or NUL in it, or longer than a
  /// name can be.
  static func checked(_ part: some Collection<UInt8>) throws(SystemError) -> CPath {
    let dot = UInt8(ascii: ".")
    guard !part.isEmpty, part.count <= 255, !part.contains(UInt8(ascii: "/")) else {
      throw SystemError(number: EILSEQ)
    }
    guard !part.elementsEqual([dot]), !part.elementsEqual([dot, dot]) else {
      throw SystemError(number: EILSEQ)
    }
    return try CPath(part)
  }
}

/// What a walk comes upon.
private enum Found {
  case file(SourceEntry)
  case skipped([UInt8], Skipped)
  case emptyFolder([UInt8])
}

private struct FolderWalk {
  let isWanted: @Sendable ([[UInt8]]) -> Bool
  let isExcluded: @Sendable ([UInt8], Bool) -> Bool

  /// Goes through a folder; false where it is to end. `after` are the parts of the path that an earlier walk ended
  /// with, as far as they lie below here: what comes before them was told then.
  func enter(
    _ folder: Folder, _ path: [UInt8], _ names: [[UInt8]], depth: Int,
    after: ArraySlice<ArraySlice<UInt8>>, _ tell: (Found) throws -> Bool
  ) throws -> Bool {
    if names.isEmpty { return try tell(.emptyFolder(path)) }
    guard isWanted(names) else { return try tell(.skipped(path, .notWanted)) }
    for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      var rest: ArraySlice<ArraySlice<UInt8>> = []
      if let first = after.first {
        if name.lexicographicallyPrecedes(first) { continue }
        if name.elementsEqual(first) {
          rest = after.dropFirst()
          if rest.isEmpty { continue }
        }
      }
      let below = path.isEmpty ? name : path + [UInt8(ascii: "/")] + name
      let found: FileStatus
      do throws(SystemError) { found = try folder.status(try CPath(name)) } catch {
        guard try tell(.skipped(below, reason(error))) else { return false }
        continue
      }
      if isExcluded(below, found.kind == S_IFDIR) {
        guard try tell(.skipped(below, .excluded)) else { return false }
        continue
      }
      let goesOn =
        switch found.kind {
        case S_IFREG: try tell(.file(SourceEntry(path: below, status: SourceStatus(found))))
        case S_IFDIR: try descend(folder, name, below, depth: depth, after: rest, tell)
        case S_IFLNK: try tell(.skipped(below, .symlink))
        case S_IFSOCK: try tell(.skipped(below, .socket))
        case S_IFIFO: try tell(.skipped(below, .fifo))
        default: try tell(.skipped(below, .device))
        }
      guard goesOn else { return false }
    }
    return true
  }

  private func descend(
    _ folder: Folder, _ name: [UInt8], _ path: [UInt8], depth: Int,
    after: ArraySlice<ArraySlice<UInt8>>, _ tell: (Found) throws -> Bool
  ) throws -> Bool {
    guard depth < SourceFolder.maximumDepth else { return try tell(.skipped(path, .tooDeep)) }
    let next: Folder
    let names: [[UInt8]]
    do throws(SystemError) {
      next = try folder.folder(try CPath(name))
      names = try next.names()
    } catch {
      return try tell(.skipped(path, reason(error)))
    }
    return try enter(next, path, names, depth: depth + 1, after: after, tell)
  }

  private func reason(_ error: SystemError) -> Skipped {
    switch error.number {
    case ENOENT: .vanished
    case ELOOP: .symlink
    default: .unreadable(error.number)
    }
  }
}
