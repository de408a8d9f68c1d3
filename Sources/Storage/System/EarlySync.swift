internal import Synchronization

/// Has a file system write out what is dirty while others go on writing, so that the sync at the end, on which all
/// depends, finds little left to do. Many small files would otherwise wait for it together.
final class EarlySync: Sendable {
  /// So much is written between two of them; a file counts as a few KiB more than it has.
  private static let stride = 24 << 20
  private static let fileCost = 4 << 10

  /// A descriptor of its own: an error of the disk is told once to each, and the last sync must hear of it.
  private let folder: Folder
  private let state = Mutex((written: 0, runs: false))

  init(_ folder: Folder) throws(SystemError) { self.folder = try folder.folder(try CPath(".")) }

  /// Files of so many bytes were written.
  func note(_ size: Int) {
    let isDue = state.withLock { state in
      state.written += size + Self.fileCost
      guard !state.runs, state.written >= Self.stride else { return false }
      state = (0, true)
      return true
    }
    guard isDue else { return }
    Task(executorPreference: BlockingPool.shared) {
      _ = try? self.folder.descriptor.syncFileSystem()
      self.state.withLock { $0.runs = false }
    }
  }
}
