internal import Storage
internal import Synchronization

/// The folder that records are exported to: it must be empty, and is made when the first record is to be written.
final class ExportFolder: Sendable {
  private let path: String
  private let target = Mutex<TargetFolder?>(nil)

  /// Looks at what is there already.
  init(_ path: String) throws {
    self.path = path
    do { try Self.checkIsEmpty(TargetFolder(path, create: false)) } catch let error as StorageError {
      guard error.code == .absent else { throw error }
    }
  }

  /// Whether records may lie in it.
  var isMade: Bool { target.withLock { $0 != nil } }

  /// The folder, made where it isn't there yet.
  func made() throws -> TargetFolder {
    try target.withLock { target in
      if let target { return target }
      let made = try TargetFolder(path, create: true)
      // Somebody may have put something there meanwhile.
      try Self.checkIsEmpty(made)
      target = made
      return made
    }
  }

  /// Whether nothing at all lies in it, whatever its name.
  private static func checkIsEmpty(_ target: TargetFolder) throws {
    struct Found: Error {}
    do {
      try SourceFolder(target.path).walk(
        visit: { _ in throw Found() }, skipped: { _, _ in throw Found() },
        emptyFolder: { path in if !path.isEmpty { throw Found() } })
    } catch is Found {
      throw VaultError(
        .exists, "\(target.path) is not empty", safe: "nothing was written", hint: "export to a new folder")
    }
  }
}
