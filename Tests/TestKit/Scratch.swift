// swift-format-ignore-file: NeverForceUnwrap
import Glibc

/// A folder of its own for a test, gone with its last reference. Paths in it are bytes: names need not be UTF-8.
package final class Scratch: Sendable {
  package let path: String

  /// - Parameter inMemory: for little data and much syncing; in a folder that lies in memory, where there is one.
  package init(inMemory: Bool = false) {
    let usual = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let base = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : usual
    var template = Array("\(base)/strongroom-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit { Files.remove(Array(path.utf8)) }

  package func at(_ name: String) -> String { path + "/" + name }
}
