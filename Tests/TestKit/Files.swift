// swift-format-ignore-file: NeverForceUnwrap
import Glibc
import Sealing

/// What a file is, as far as an archive has to bring it back.
package struct Fact: Equatable, CustomStringConvertible {
  package let digest: Digest
  package let size: Int
  package let mtime: Int64
  package let mode: UInt16

  package var description: String {
    "\(size) bytes, \(digest.hex.prefix(8)), mtime \(mtime), mode \(String(mode, radix: 8))"
  }
}

/// Files as another program would write and read them, without any of Storage's code.
package enum Files {
  package struct Failed: Error, CustomStringConvertible {
    package let description: String

    package init(_ what: String) { description = what }
  }

  private static func c(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }

  /// Writes a file and the folders above it.
  package static func write(_ bytes: [UInt8], to path: [UInt8], mode: mode_t = 0o644, mtime: Int64? = nil) {
    var end = path.startIndex
    while let slash = path[(end + 1)...].firstIndex(of: UInt8(ascii: "/")) {
      mkdir(c(Array(path[..<slash])), 0o755)
      end = slash
    }
    let file = open(c(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    precondition(file >= 0, "can't write \(String(decoding: path, as: UTF8.self))")
    var written = 0
    while written < bytes.count {
      written += bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    }
    dress(file, mode: mode, mtime: mtime)
    close(file)
  }

  package static func write(_ text: String, to path: String, mode: mode_t = 0o644, mtime: Int64? = nil) {
    write(Array(text.utf8), to: Array(path.utf8), mode: mode, mtime: mtime)
  }

  /// A file with holes: `pieces` of it are written, the rest reads as zeros.
  package static func sparse(_ path: String, size: Int, pieces: [(at: Int, bytes: [UInt8])]) {
    write("", to: path)
    let file = open(path, O_WRONLY | O_CLOEXEC)
    precondition(file >= 0 && ftruncate(file, size) == 0)
    for piece in pieces {
      precondition(pwrite(file, piece.bytes, piece.bytes.count, piece.at) == piece.bytes.count)
    }
    dress(file, mode: 0o640, mtime: 1_500_000_000_000_000_123)
    close(file)
  }

  private static func dress(_ file: Int32, mode: mode_t, mtime: Int64?) {
    fchmod(file, mode)
    guard let mtime else { return }
    let seconds = mtime >= 0 ? mtime / 1_000_000_000 : -((-mtime + 999_999_999) / 1_000_000_000)
    let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(mtime - seconds * 1_000_000_000))
    precondition(futimens(file, [time, time]) == 0)
  }

  package static func read(_ path: String) -> [UInt8]? { read(Array(path.utf8)) }

  package static func read(_ path: [UInt8]) -> [UInt8]? {
    let file = open(c(path), O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    fstat(file, &status)
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var got = 0
    while got < bytes.count {
      let more = bytes[got...].withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      guard more > 0 else { return nil }
      got += more
    }
    return bytes
  }

  /// Whether a file holds just these bytes; nil: whether it isn't there.
  package static func holds(_ path: String, _ bytes: [UInt8]?) -> Bool { read(path) == bytes }

  package static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// The permissions of what stands there, a link itself; 0 where nothing does.
  package static func mode(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  package static func unlink(_ path: String) { Glibc.unlink(path) }

  /// Names in a folder, sorted.
  package static func names(_ folder: String) -> [String] {
    entries(Array(folder.utf8)).map { String(decoding: $0, as: UTF8.self) }.sorted()
  }

  /// Every regular file below a folder, by its path in it.
  package static func tree(_ folder: String) -> [[UInt8]: Fact] {
    var found: [[UInt8]: Fact] = [:]
    visit(Array(folder.utf8), []) { path, full, status in
      guard status.st_mode & S_IFMT == S_IFREG, let bytes = read(full) else { return }
      found[path] = Fact(
        digest: Digest.sha256(of: bytes), size: bytes.count, mtime: mtime(of: status),
        mode: UInt16(status.st_mode & 0o7777))
    }
    return found
  }

  /// The same with what they hold, by text.
  package static func contents(_ folder: String) -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    visit(Array(folder.utf8), []) { path, full, status in
      guard status.st_mode & S_IFMT == S_IFREG else { return }
      found[String(decoding: path, as: UTF8.self)] = read(full)
    }
    return found
  }

  /// Copies a folder's plain files, as a backup by hand would.
  package static func copy(_ folder: String, to other: String, keepingTimes: Bool = false) {
    mkdir(other, 0o755)
    visit(Array(folder.utf8), []) { path, full, status in
      let target = Array(other.utf8) + [0x2f] + path
      if status.st_mode & S_IFMT == S_IFDIR { mkdir(c(target), 0o755) }
      guard status.st_mode & S_IFMT == S_IFREG, let bytes = read(full) else { return }
      if keepingTimes {
        write(bytes, to: target, mode: status.st_mode & 0o7777, mtime: mtime(of: status))
      } else {
        write(bytes, to: target, mode: 0o600)
      }
    }
  }

  private static func mtime(of status: stat) -> Int64 {
    Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
  }

  /// Turns one bit of a file over, at an offset; a negative one counts from the end.
  package static func flip(_ path: String, at offset: Int) {
    var bytes = read(path)!
    bytes[offset < 0 ? bytes.count + offset : offset] ^= 1
    write(bytes, to: Array(path.utf8))
  }

  package static func remove(_ path: [UInt8]) {
    var status = stat()
    guard lstat(c(path), &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      Glibc.unlink(c(path))
      return
    }
    for name in entries(path) { remove(path + [0x2f] + name) }
    rmdir(c(path))
  }

  private static func visit(_ folder: [UInt8], _ below: [UInt8], _ body: ([UInt8], [UInt8], stat) -> Void) {
    for name in entries(folder) {
      let full = folder + [0x2f] + name
      let path = below.isEmpty ? name : below + [0x2f] + name
      var status = stat()
      guard lstat(c(full), &status) == 0 else { continue }
      body(path, full, status)
      if status.st_mode & S_IFMT == S_IFDIR { visit(full, path, body) }
    }
  }

  private static func entries(_ folder: [UInt8]) -> [[UInt8]] {
    guard let stream = opendir(c(folder)) else { return [] }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: UInt8.self, capacity: 256) {
          Array(UnsafeBufferPointer(start: $0, count: strlen($0)))
        }
      }
      if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
    }
    return names
  }

  private static func strlen(_ text: UnsafePointer<UInt8>) -> Int {
    var count = 0
    while text[count] != 0 { count += 1 }
    return count
  }
}

extension [UInt8] {
  /// A path or text as bytes.
  package init(_ text: String) { self = Array(text.utf8) }
}
