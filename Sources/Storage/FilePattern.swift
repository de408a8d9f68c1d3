internal import Glibc

/// A pattern of names: `*`, `?` and `[...]`, none of which stands for a `/` (POSIX.1-2017, 2.13 and fnmatch).
package struct FilePattern: Hashable, Sendable {
  private let text: CPath

  /// Nil where there is a zero byte in it.
  package init?(_ text: some StringProtocol) {
    guard let path = try? CPath(text) else { return nil }
    self.text = path
  }

  /// Whether a name, or a path, fits it.
  package func matches(_ name: some Collection<UInt8>) -> Bool {
    guard let name = try? CPath(name) else { return false }
    return unsafe fnmatch(text.characters, name.characters, FNM_PATHNAME) == 0
  }
}
