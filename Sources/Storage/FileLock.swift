internal import Glibc

/// Keeps other commands of the machine out while a file is read, changed and replaced.
package enum FileLock {
  /// Waits for the lock of a file, which lies beside it and stays, and holds it for a piece of work.
  package static func hold<Value>(beside path: String, _ work: () throws -> Value) throws -> Value {
    let (folder, _) = FolderPath.split(path)
    try DurableFile.makeFolder(folder)
    let lock = path + ".lock"
    let file = try StorageError.telling("lock", path) { () throws(SystemError) in
      let file = try Descriptor.open(
        try CPath(lock), O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
      try file.lockWhereLocksAre()
      return file
    }
    // Closing it ends the lock.
    defer { withExtendedLifetime(file) {} }
    return try work()
  }

  /// Takes the lock of a file where nobody else holds it, for as long as what comes back lives.
  /// - Returns: nil where another process holds it.
  package static func take(beside path: String) throws(StorageError) -> Held? {
    let (folder, _) = FolderPath.split(path)
    try DurableFile.makeFolder(folder)
    return try StorageError.telling("lock", path) { () throws(SystemError) -> Held? in
      let file = try Descriptor.open(
        try CPath(path + ".lock"), O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
      do throws(SystemError) { try checked { flock(file.number, LOCK_EX | LOCK_NB) } } catch {
        if error.number == EWOULDBLOCK { return nil }
        guard [ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL].contains(error.number) else { throw error }
      }
      return Held(file)
    }
  }

  /// A lock that is held.
  package final class Held: Sendable {
    private let file: Descriptor
    fileprivate init(_ file: consuming Descriptor) { self.file = file }
    // Closing it isn't enough while a program that is just being started has it, too.
    deinit { _ = flock(file.number, LOCK_UN) }
  }
}

extension Descriptor {
  /// Waits for the lock of an open file; where the file system knows no locks, there is none.
  func lockWhereLocksAre() throws(SystemError) {
    do throws(SystemError) { try checked { flock(number, LOCK_EX) } } catch {
      guard [ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL].contains(error.number) else { throw error }
    }
  }
}
