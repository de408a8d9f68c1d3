import Glibc
import Storage
import StorageFaults

@testable import Storage

/// A folder of its own for a test, gone with its last reference.
final class Scratch: Sendable {
  let path: String

  init() {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/storage-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer {
      $0.baseAddress.flatMap(mkdtemp).map { String(cString: $0) } ?? ""
    }
    precondition(!path.isEmpty, "no scratch folder can be made")
  }

  deinit { Self.remove(path) }

  func at(_ name: String) -> String { path + "/" + name }

  func text(_ name: String) -> String? { (try? bytes(name)).map { String(decoding: $0, as: UTF8.self) } }

  func bytes(_ name: String) throws -> [UInt8] {
    let file = open(at(name), O_RDONLY)
    guard file >= 0 else { throw Missing() }
    defer { close(file) }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let got = read(file, &buffer, buffer.count)
      if got <= 0 { return all }
      all += buffer.prefix(got)
    }
  }

  /// Writes without any of Storage's code, as another program would.
  func plant(_ bytes: [UInt8], _ name: String, mode: mode_t = 0o644) {
    let file = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, mode)
    precondition(file >= 0 && write(file, bytes, bytes.count) == bytes.count)
    close(file)
  }

  func plant(_ text: String, _ name: String) { plant(Array(text.utf8), name) }

  func folder(_ name: String) { precondition(mkdir(at(name), 0o755) == 0) }

  func link(_ name: String, to target: String) { precondition(symlink(target, at(name)) == 0) }

  func mode(_ name: String) -> mode_t {
    var status = stat()
    return lstat(at(name), &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  func exists(_ name: String) -> Bool {
    var status = stat()
    return lstat(at(name), &status) == 0
  }

  /// Names in a folder, sorted.
  func names(_ folder: String) -> [String] {
    guard let stream = opendir(at(folder)) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  struct Missing: Error {}

  private static func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR, let stream = opendir(path) {
      while let entry = readdir(stream) {
        // Names need not be UTF-8, so the path is joined as bytes.
        withUnsafePointer(to: entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { removeEntry(path, $0) }
        }
      }
      closedir(stream)
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  private static func removeEntry(_ path: String, _ name: UnsafePointer<CChar>) {
    if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { return }
    if let text = String(validatingCString: name) { return remove(path + "/" + text) }
    let joined = Array(path.utf8CString.dropLast()) + [CChar(UInt8(ascii: "/"))]
    unlink(joined + (0...strlen(name)).map { name[$0] })
  }
}

func name(_ text: String) -> ObjectName {
  guard let name = ObjectName(text) else { preconditionFailure("not a name: \(text)") }
  return name
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Bytes in which every position differs from its neighbours.
func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

/// The code of the error that `body` throws; nil where it throws none.
func code(_ body: () async throws -> Void) async -> StorageError.Code? {
  do { try await body() } catch { return (error as? StorageError)?.code }
  return nil
}
