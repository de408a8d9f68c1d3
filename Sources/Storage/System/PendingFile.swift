internal import CLinux
internal import Glibc

/// A file being written that nobody sees yet: the one function of writing a temporary, making it durable,
/// giving it its name, and making the name durable. It goes with its owner unless it was placed.
struct PendingFile: ~Copyable {
  /// Bytes written so far.
  private(set) var size: UInt64 = 0

  private let file: Descriptor
  private let home: Folder
  /// Nil: the file has no name at all (O_TMPFILE), so a crash leaves nothing.
  private let temporary: CPath?
  private var written: UInt64 = 0
  /// Nil: written as it comes.
  private let blocks: BlockWriter?

  /// How the names of unfinished files begin.
  static let prefix = ".new-"

  private init(_ file: consuming Descriptor, in home: Folder, temporary: CPath?, inBlocks: Bool) {
    blocks = inBlocks ? BlockWriter(file.number) : nil
    self.file = file
    self.home = home
    self.temporary = temporary
  }

  deinit {
    // Nothing may be written to a descriptor's number that is another file's by then.
    blocks?.drain()
    if let temporary { _ = try? home.unlink(temporary) }
  }

  /// Opens a temporary file in `home`, mode 0600: without a name where the file system can, else under a
  /// random one. `inBlocks`: much is to be written, bit by bit.
  static func make(
    in home: Folder, named: Bool = false, inBlocks: Bool = false
  ) throws(SystemError) -> PendingFile {
    if !named, procIsThere, let file = try? unnamed(in: home) {
      return PendingFile(file, in: home, temporary: nil, inBlocks: inBlocks)
    }
    let name = try CPath.random(prefix)
    let file = try home.open(name, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
    return PendingFile(file, in: home, temporary: name, inBlocks: inBlocks)
  }

  private static func unnamed(in home: Folder) throws(SystemError) -> Descriptor {
    try home.open(try CPath("."), O_RDWR | O_DIRECTORY | strongroom_o_tmpfile(), mode: 0o600)
  }

  /// A file without a name is linked by way of /proc.
  private static let procIsThere = unsafe access("/proc/self/fd", X_OK) == 0

  /// The status of the file as it stands.
  func status() throws(SystemError) -> FileStatus { try file.status() }

  /// Appends.
  mutating func write(_ bytes: Span<UInt8>) throws(SystemError) {
    if let blocks {
      try blocks.append(bytes)
      size += UInt64(bytes.count)
      return
    }
    try file.write(bytes)
    size += UInt64(bytes.count)
    while size - written >= Self.window { try writeBehind() }
  }

  /// Sets permissions and, where given, the time of modification (ns since 1970).
  func setAttributes(mode: UInt16, modified: Int64? = nil) throws(SystemError) {
    try file.setMode(mode)
    if let modified { try file.setModified(modified) }
  }

  /// Makes the bytes durable, and lets go of their pages where there are many.
  func sync() throws(SystemError) {
    try blocks?.finish()
    try file.sync()
    if size >= Self.window { _ = posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED) }
  }

  /// How a file gets its name.
  enum Placing {
    /// It throws EEXIST where the name is taken, and until then nobody sees the name. EOPNOTSUPP where a file system
    /// can't do that.
    case new
    /// The same; but where a file system can't do that the name is taken by an empty file first. A crash may leave that.
    case claiming
    /// What bears the name is replaced.
    case replacing
  }

  /// Gives the file its name. Neither bytes nor name are durable by this alone.
  consuming func place(in folder: Folder, as name: CPath, _ placing: Placing) throws(SystemError) {
    do throws(SystemError) {
      if case .replacing = placing { return try rename(to: folder, name) }
      try link(to: folder, name)
    } catch {
      guard case .claiming = placing, error.number == EOPNOTSUPP, temporary != nil else {
        throw error.refusing(name)
      }
      _ = try folder.open(name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
      do throws(SystemError) { try rename(to: folder, name) } catch {
        _ = try? folder.unlink(name)
        throw error
      }
    }
  }

  private borrowing func rename(to folder: Folder, _ name: CPath) throws(SystemError) {
    guard let temporary else { throw SystemError(number: EINVAL) }
    try checked {
      unsafe renameat(
        home.descriptor.number, temporary.characters, folder.descriptor.number, name.characters)
    }
  }

  /// Throws EEXIST where the name is taken, and EOPNOTSUPP where nothing can be named without overwriting.
  private borrowing func link(to folder: Folder, _ name: CPath) throws(SystemError) {
    guard let temporary else {
      let source = try CPath("/proc/self/fd/\(file.number)")
      try checked {
        unsafe linkat(
          AT_FDCWD, source.characters, folder.descriptor.number, name.characters, AT_SYMLINK_FOLLOW)
      }
      return
    }
    let (from, to) = (home.descriptor.number, folder.descriptor.number)
    if unsafe linkat(from, temporary.characters, to, name.characters, 0) == 0 { return }
    let why = SystemError.last()
    guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(why.number) else { throw why }
    // A file system without hard links may still rename without overwriting (FAT).
    if unsafe strongroom_rename_new(from, temporary.characters, to, name.characters) == 0 { return }
    let error = SystemError.last()
    let cantRename = [EINVAL, EOPNOTSUPP, ENOSYS].contains(error.number)
    throw cantRename ? SystemError(number: EOPNOTSUPP) : error
  }

  private static let window: UInt64 = 8 << 20

  /// Starts writing the newest window out, waits for the one before and drops its pages, so that sealing a
  /// large archive doesn't push everything else out of memory.
  private mutating func writeBehind() throws(SystemError) {
    try file.writeOut(at: written, count: Self.window, wait: false)
    if written >= Self.window {
      let before = written - Self.window
      try file.writeOut(at: before, count: Self.window, wait: true)
      _ = posix_fadvise(file.number, off_t(before), off_t(Self.window), POSIX_FADV_DONTNEED)
    }
    written += Self.window
  }
}
