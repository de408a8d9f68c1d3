import Glibc

/// What stands under a name, as somebody may have put it there.
package enum Item: Hashable, Sendable {
  case bytes([UInt8])
  case absent
  case folder
  /// A symbolic link to a file outside the place, which holds what stood there.
  case link
  /// A pipe that nobody writes to: whoever opens it like a file waits forever.
  case pipe
}

/// Files as another program would write and read them, without any of Strongroom's code.
package enum PlainFiles {
  package struct Failed: Error, CustomStringConvertible {
    package let description: String

    init(_ what: String, _ path: String) {
      description = "\(what) \(path): \(String(cString: strerror(errno)))"
    }
  }

  package static func write(_ bytes: [UInt8], to path: String) throws {
    var file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
    if file < 0, errno == ENOENT {
      makeFolders(above: path)
      file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
    }
    guard file >= 0 else { throw Failed("can't write", path) }
    defer { close(file) }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Failed("can't write", path) }
      written += count
    }
  }

  /// Nil where there is no such file.
  package static func read(_ path: String) throws -> [UInt8]? {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else {
      guard errno == ENOENT else { throw Failed("can't read", path) }
      return nil
    }
    defer { close(file) }
    var status = stat()
    fstat(file, &status)
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    let size = Int(status.st_size)
    guard size > 0 else { return [] }
    var got = 0
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, used in
      while got < size, let start = buffer.baseAddress {
        let count = Glibc.read(file, start + got, size - got)
        guard count > 0 else { throw Failed("can't read", path) }
        got += count
      }
      used = size
    }
  }

  /// Removes whatever stands there, with all that is in it.
  package static func remove(_ path: String) {
    if unlink(path) == 0 || errno == ENOENT { return }
    for name in names(path) { remove(path + "/" + name) }
    rmdir(path)
  }

  package static func makeFolders(above path: String) {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
    makeFolder(String(path[..<slash]))
  }

  package static func makeFolder(_ path: String) {
    guard mkdir(path, 0o700) != 0, errno == ENOENT else { return }
    makeFolders(above: path)
    mkdir(path, 0o700)
  }

  /// Puts an item in the place of what stands there.
  package static func put(_ item: Item, at path: String, linkingTo outside: String) throws {
    remove(path)
    switch item {
    case .absent: break
    case .bytes(let bytes): try write(bytes, to: path)
    case .folder: makeFolder(path)
    case .link:
      guard symlink(outside, path) == 0 else { throw Failed("can't link", path) }
    case .pipe:
      guard mkfifo(path, 0o600) == 0 else { throw Failed("can't make a pipe", path) }
    }
  }

  /// Every regular file below a folder, by its path in it.
  package static func tree(_ folder: String) throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    try visit(folder, "") { path, full, _ in found[path] = try read(full) }
    return found
  }

  /// The same with what a file system says of them.
  package static func facts(_ folder: String) throws -> [String: Fact] {
    var found: [String: Fact] = [:]
    try visit(folder, "") { path, full, status in
      found[path] = Fact(
        bytes: try read(full) ?? [], seconds: Int64(status.st_mtim.tv_sec), mode: status.st_mode & 0o777)
    }
    return found
  }

  private static func visit(
    _ folder: String, _ below: String, _ body: (String, String, stat) throws -> Void
  ) throws {
    for name in names(folder) {
      let full = folder + "/" + name
      var status = stat()
      guard lstat(full, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFREG { try body(below + name, full, status) }
      if status.st_mode & S_IFMT == S_IFDIR { try visit(full, below + name + "/", body) }
    }
  }

  private static func names(_ folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}

/// A file that was brought back.
package struct Fact: Hashable, Sendable {
  package let bytes: [UInt8]
  package let seconds: Int64
  package let mode: UInt32
}
