internal import Glibc

/// A note about what a process has lying around: there and locked while the process works, and for everybody to find
/// once it was killed. When it ends it takes the note away.
package final class ProcessNote: Sendable {
  private let path: String
  private let lock: Descriptor

  /// Writes a note into a folder, which is made where it isn't there.
  package init(_ text: String, in folder: String, named name: String) throws(StorageError) {
    let path = "\(folder)/\(name)"
    self.path = path
    try DurableFile.makeFolder(folder)
    // Locked before it says anything: of a note without a word nobody takes the process for gone.
    lock = try StorageError.telling("lock", path) { () throws(SystemError) in
      let file = try Descriptor.open(try CPath(path), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
      try file.lockWhereLocksAre()
      try file.write(Array(text.utf8).span)
      try file.sync()
      return file
    }
  }

  /// Who this process is to the file system.
  package static var user: UInt32 { geteuid() }

  /// Takes the note away: what it tells of is gone.
  package func remove() throws(StorageError) { try DurableFile.remove(path) }

  /// The notes in a folder whose processes are gone, and what they say. One without a word, written by a process that
  /// was killed before it said anything, isn't told.
  package static func orphans(in folder: String) -> [(path: String, text: String)] {
    guard let names = try? Folder.open(folder).names() else { return [] }
    return names.compactMap { name -> (path: String, text: String)? in
      let path = "\(folder)/\(String(decoding: name, as: UTF8.self))"
      guard let file = try? Descriptor.open(CPath(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
        (try? checked({ flock(file.number, LOCK_EX | LOCK_NB) })) != nil,
        let bytes = try? DurableFile.read(path, limit: 8192), !bytes.isEmpty,
        let text = String(validating: bytes, as: UTF8.self)
      else { return nil }
      return (path, text)
    }
  }
}
