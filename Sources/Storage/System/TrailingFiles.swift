internal import CLinux
internal import Glibc
internal import Synchronization

/// Files just written whose pages are still to be dropped: each is written out when it comes in and let go of when
/// enough came after it, so that many middling files don't push everything else out of memory.
final class TrailingFiles: Sendable {
  /// Smaller files aren't worth the calls.
  static let smallest = 64 << 10

  /// So much may still be on its way to the disk: enough that writers wait for it only where it can't keep up.
  private static let most = 96 << 20
  /// So many files may be open for it.
  private static let mostFiles = 256

  private struct Trail {
    var files: [(file: OpenFile, size: Int)] = []
    var size = 0
  }

  private final class OpenFile: Sendable {
    let descriptor: Descriptor
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  }

  private let trail = Mutex(Trail())

  /// Takes a file that is written and closed otherwise.
  func add(_ descriptor: consuming Descriptor, size: Int) throws(SystemError) {
    guard size >= Self.smallest else { return }
    let file = OpenFile(descriptor)
    try file.descriptor.writeOut(at: 0, count: UInt64(size), wait: false)
    let done = trail.withLock { (trail) -> [(file: OpenFile, size: Int)] in
      trail.files.append((file, size))
      trail.size += size
      var done: [(file: OpenFile, size: Int)] = []
      while trail.size > Self.most || trail.files.count > Self.mostFiles {
        let first = trail.files.removeFirst()
        trail.size -= first.size
        done.append(first)
      }
      return done
    }
    for (file, size) in done {
      try file.descriptor.writeOut(at: 0, count: UInt64(size), wait: true)
      _ = posix_fadvise(file.descriptor.number, 0, 0, POSIX_FADV_DONTNEED)
    }
  }
}
