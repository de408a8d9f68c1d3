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
}

extension Descriptor {
  /// Waits for the lock of an open file; where the file system knows no locks, there is none.
  func lockWhereLocksAre() throws(SystemError) {
    do throws(SystemError) { try checked { flock(number, LOCK_EX) } } catch {
      guard [ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL].contains(error.number) else { throw error }
    }
  }
}
