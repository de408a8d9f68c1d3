internal import CLinux
internal import Glibc

/// A name for a system call: bytes without NUL, and a NUL after them.
struct CPath: Hashable, Sendable {
  let characters: [CChar]

  /// Throws EILSEQ where there is a NUL in it: the system would read a shorter name.
  init(_ bytes: some Sequence<UInt8>) throws(SystemError) {
    var characters = bytes.map { CChar(bitPattern: $0) }
    guard !characters.contains(0) else { throw SystemError(number: EILSEQ) }
    characters.append(0)
    self.characters = characters
  }

  init(_ text: some StringProtocol) throws(SystemError) { try self.init(Array(text.utf8)) }

  /// A name that nobody guesses, for what isn't finished.
  static func random(_ prefix: String) throws(SystemError) -> CPath {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return try CPath(prefix + String(repeating: "0", count: 16 - digits.count) + digits)
  }

  /// Whether some file system has no such name: FAT's and NTFS's forbidden characters, a dot or blank at the end, and
  /// what isn't UTF-8.
  var isUnusual: Bool {
    let bytes = characters.dropLast().map { UInt8(bitPattern: $0) }
    let forbidden = Array(#"\:*?"<>|"#.utf8)
    return bytes.contains { $0 < 0x20 || forbidden.contains($0) }
      || bytes.last.map { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: " ") } ?? false
      || String(validating: bytes, as: UTF8.self) == nil
  }
}

/// What stat says of a file.
struct FileStatus: Hashable, Sendable {
  let mode: UInt32
  let size: UInt64
  /// Nanoseconds since 1970.
  let modified: Int64
  let changed: Int64
  let inode: UInt64
  let device: UInt64
  let owner: UInt32
  let group: UInt32

  init(_ status: stat) {
    mode = status.st_mode
    size = UInt64(max(0, status.st_size))
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
    inode = UInt64(status.st_ino)
    device = UInt64(status.st_dev)
    owner = status.st_uid
    group = status.st_gid
  }

  var isFile: Bool { mode & S_IFMT == S_IFREG }
  var isFolder: Bool { mode & S_IFMT == S_IFDIR }
  var isLink: Bool { mode & S_IFMT == S_IFLNK }
  var kind: UInt32 { mode & S_IFMT }

  /// Whole seconds, rounded down.
  var modifiedSeconds: Int64 {
    modified >= 0 ? modified / 1_000_000_000 : (modified - 999_999_999) / 1_000_000_000
  }

  /// A time that doesn't fit (beyond the years 1677 to 2262) becomes the nearest that does.
  private static func nanoseconds(_ time: timespec) -> Int64 {
    let (scaled, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carried) = scaled.addingReportingOverflow(Int64(time.tv_nsec))
    return overflow || carried ? (time.tv_sec < 0 ? .min : .max) : sum
  }
}

/// Calls again while a signal interrupts, and throws what else fails.
@discardableResult
func checked<Number: SignedInteger>(_ call: () -> Number) throws(SystemError) -> Number {
  while true {
    let result = call()
    if result >= 0 { return result }
    if errno != EINTR { throw .last() }
  }
}

/// An open file, closed when its owner goes.
struct Descriptor: ~Copyable, Sendable {
  let number: Int32

  /// Takes over an open descriptor.
  init(adopting number: Int32) { self.number = number }

  deinit { close(number) }

  /// Opens a path as the user gave it, links followed.
  static func open(_ path: CPath, _ flags: Int32, mode: mode_t = 0) throws(SystemError) -> Descriptor {
    Descriptor(adopting: try checked { unsafe Glibc.open(path.characters, flags | O_CLOEXEC, mode) })
  }

  func status() throws(SystemError) -> FileStatus {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw .last() }
    return FileStatus(status)
  }

  /// Durable: bytes and attributes of this file, or the names in this folder.
  func sync() throws(SystemError) { try checked { fsync(number) } }

  /// Sets the permissions of a file or folder of our own exactly, whatever the umask. A file system that has none to
  /// set keeps its own: some of them call that not permitted.
  func setMode(_ mode: UInt16) throws(SystemError) {
    do { try checked { fchmod(number, mode_t(mode) & 0o2777) } } catch {
      guard [EOPNOTSUPP, ENOSYS, EPERM, EINVAL].contains(error.number) else { throw error }
    }
  }

  /// Sets the time of modification, in nanoseconds since 1970.
  func setModified(_ nanoseconds: Int64) throws(SystemError) {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let seconds = remainder < 0 ? quotient - 1 : quotient
    let rest = remainder < 0 ? remainder + 1_000_000_000 : remainder
    let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
    let failed = unsafe withUnsafePointer(to: [2 of timespec](repeating: time)) { times in
      unsafe times.withMemoryRebound(to: timespec.self, capacity: 2) { unsafe futimens(number, $0) }
    }
    guard failed == 0 else { throw .last() }
  }

  /// Appends all of it.
  func write(_ bytes: Span<UInt8>) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      // The kernel takes at most 2 GiB at a time and may take less.
      let rest = bytes.extracting(done...)
      let wrote = try checked {
        unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
      }
      guard wrote > 0 else { throw SystemError(number: EIO) }
      done += wrote
    }
  }

  /// Reads up to `count` bytes from `offset`; fewer only at the end. `buffer` then holds just these.
  func read(into buffer: inout [UInt8], at offset: UInt64, count: Int) throws(SystemError) -> Int {
    guard count > 0, offset <= UInt64(Int64.max) - UInt64(count) else {
      buffer.removeAll(keepingCapacity: true)
      return 0
    }
    buffer.removeAll(keepingCapacity: true)
    try buffer.append(addingCapacity: count) { (out) throws(SystemError) in
      try unsafe out.withUnsafeMutableBufferPointer { (room, done) throws(SystemError) in
        guard let start = room.baseAddress else { return }
        while done < count {
          let (begin, rest, place) = unsafe (start + done, count - done, off_t(offset) + off_t(done))
          let got = try checked { unsafe pread(number, begin, rest, place) }
          if got == 0 { return }
          done += got
        }
      }
    }
    return buffer.count
  }

  /// Appends up to `count` bytes from `offset`; fewer only at the end. No byte of the memory is written twice.
  func read(appendingTo buffer: inout [UInt8], at offset: UInt64, count: Int) throws(SystemError) -> Int {
    guard count > 0, offset <= UInt64(Int64.max) - UInt64(count) else { return 0 }
    let before = buffer.count
    var failure: SystemError?
    buffer.append(addingCapacity: count) { (out) in
      unsafe out.withUnsafeMutableBufferPointer { (target, filled) in
        guard let start = target.baseAddress else { return }
        while filled < count {
          let got = unsafe pread(number, start + filled, count - filled, off_t(offset) + off_t(filled))
          if got > 0 {
            filled += got
          } else if got == 0 {
            return
          } else if errno != EINTR {
            failure = .last()
            return
          }
        }
      }
    }
    if let failure { throw failure }
    return buffer.count - before
  }

  /// Tells the kernel that this will be read from one end to the other.
  func expectSequentialReads() { _ = posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL) }

  /// Starts writing pages out, or waits until they are.
  func writeOut(at offset: UInt64, count: UInt64, wait: Bool) throws(SystemError) {
    if strongroom_write_out(number, Int(offset), Int(count), wait ? 1 : 0) == 0 { return }
    // Waiting takes a failed write's error off the descriptor, and fsync would no longer tell it. What only says
    // that the call isn't known here may pass.
    guard errno == ENOSYS || errno == EINVAL || errno == ESPIPE || errno == EOPNOTSUPP else { throw .last() }
  }

  /// Everything written to this file system so far becomes durable.
  func syncFileSystem() throws(SystemError) { try checked { strongroom_syncfs(number) } }
}
