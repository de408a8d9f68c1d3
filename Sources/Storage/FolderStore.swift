internal import Glibc
internal import Synchronization

/// A store in a folder of a local or mounted file system.
///
/// Everything is reached from one descriptor of the folder, name by name, and no link is followed, so a link
/// planted in a place leads nowhere. Files are 0600 and folders 0700 whatever the umask; where the folder is its
/// group's (2770, `SharedFolder`), 0660 and 2770. What is being written stands in `.spool` until a link gives it its name, so a put of a spooled box copies nothing. Calls
/// block: run them with a `BlockingPool` as the task's executor.
package final class FolderStore: ObjectStore {
  /// The folder's path, as it was given.
  package let location: String

  let root: Folder
  private let namedSpool: Bool
  private let modes: (file: UInt16, folder: UInt16)
  private let spoolFolder = Mutex<Folder?>(nil)
  /// Folders whose own names are known to be durable.
  private let durable = Mutex<Set<String>>([])

  /// Opens the folder; where there is none, `create` makes it, durably, with the folders above it.
  package convenience init(path: String, create: Bool) throws(StorageError) {
    try self.init(path: path, create: create, namedSpool: false)
  }

  /// `namedSpool`: as on a file system where a file can't be without a name.
  init(path: String, create: Bool, namedSpool: Bool) throws(StorageError) {
    location = path
    self.namedSpool = namedSpool
    root = try StorageError.telling("open", path) { () throws(SystemError) in
      if create { try FolderPath.make(path) }
      return try Folder.open(path)
    }
    let root = root
    let isShared = try StorageError.telling("open", path) { () throws(SystemError) in
      SharedFolder.isShared(try root.descriptor.status())
    }
    modes = isShared ? (0o660, SharedFolder.mode) : (0o600, 0o700)
  }

  /// Puts an object only if nothing is there; see `ObjectStore`.
  package func put(_ bytes: [UInt8], at name: ObjectName) async throws(StorageError) -> PutOutcome {
    if try isThere(name) { return try confirm(name) }
    var file = try newFile(name.text)
    try telling("write", name.text) { () throws(SystemError) in try file.write(bytes.span) }
    return try place(file, at: name)
  }

  /// A temporary file inside the folder, so that putting it is a link.
  package func spool() async throws(StorageError) -> any Spool {
    FolderSpool(try newFile("a new object", inBlocks: true), of: self)
  }

  /// Puts what was spooled, by a link; see `ObjectStore`.
  package func put(_ spool: any Spool, at name: ObjectName) async throws(StorageError) -> PutOutcome {
    guard let spool = spool as? FolderSpool, spool.store === self else {
      spool.discard()
      throw StorageError(.unsupported, "put", name.text, reason: "it was spooled in another store")
    }
    let file = try spool.take(name.text)
    if try isThere(name) { return try confirm(name) }
    return try place(file, at: name)
  }

  /// The whole object; nil where there is none.
  package func get(_ name: ObjectName, limit: Int) async throws(StorageError) -> [UInt8]? {
    guard let found = try open(name, "read") else { return nil }
    guard found.size <= UInt64(max(0, limit)) else {
      throw StorageError(
        .tooLarge, "read", name.text, reason: "it has \(found.size) bytes, the limit is \(limit)")
    }
    return try found.whole(name.text)
  }

  /// Reads part of an object into a buffer that is used again and again.
  package func read(
    _ name: ObjectName, at offset: UInt64, count: Int, into buffer: inout [UInt8]
  ) async throws(StorageError) -> Int {
    guard let found = try open(name, "read") else { throw StorageError(.absent, "read", name.text) }
    return try found.read(name.text, at: offset, count: count, into: &buffer)
  }

  /// The object's file, open: later reads don't look for its name again.
  package func open(_ name: ObjectName) async throws(StorageError) -> any StoredObject {
    guard let found = try open(name, "read") else { throw StorageError(.absent, "read", name.text) }
    return FolderObject(found, name.text)
  }

  /// The object's size in bytes; nil where there is none.
  package func size(_ name: ObjectName) async throws(StorageError) -> UInt64? {
    try found(name, "examine")?.size
  }

  /// Erases an object, durably.
  package func erase(_ name: ObjectName) async throws(StorageError) -> Bool {
    try telling("erase", name.text) { () throws(SystemError) in
      guard let folder = try parent(of: name) else { return true }
      try folder.unlink(try CPath(name.last))
      // Also where it was gone: whoever removed it may have crashed before this.
      try folder.descriptor.sync()
      return true
    }
  }

  /// Removes what interrupted writers left in the spool, where it is older than `seconds` by the file
  /// system's own clock. Returns how many files went. Files without a name (O_TMPFILE) leave nothing behind.
  @discardableResult
  package func clearSpool(olderThan seconds: Int64) throws(StorageError) -> Int {
    // Whoever only looks whether a folder may be used leaves nothing in it.
    let isThere = try StorageError.telling("clear", "the spool") { () throws(SystemError) in
      try root.statusIfThere(try CPath(Self.spoolName)) != nil
    }
    guard isThere else { return 0 }
    let now = try newFile("the spool").modifiedSeconds("the spool")
    return try StorageError.telling("clear", "the spool") { () throws(SystemError) in
      let folder = try spoolPlace()
      var removed = 0
      for name in try folder.names() where name.starts(with: Self.spoolPrefix) {
        let path = try CPath(name)
        guard let found = try folder.statusIfThere(path), !found.isFolder else { continue }
        guard now - found.modifiedSeconds >= seconds else { continue }
        if try folder.unlink(path) { removed += 1 }
      }
      return removed
    }
  }
}

extension FolderStore {
  static let spoolName = ".spool"
  static let spoolPrefix = Array(PendingFile.prefix.utf8)

  private func spoolPlace() throws(SystemError) -> Folder {
    try spoolFolder.withLock { (known) throws(SystemError) in
      if let known { return known }
      let folder = try root.makeFolder(try CPath(Self.spoolName), mode: modes.folder).folder
      known = folder
      return folder
    }
  }

  private func newFile(_ object: String, inBlocks: Bool = false) throws(StorageError) -> PendingFile {
    try telling("write", object) { () throws(SystemError) in
      let file = try PendingFile.make(in: try spoolPlace(), named: namedSpool, inBlocks: inBlocks)
      try file.setAttributes(mode: modes.file)
      return file
    }
  }

  /// The folder in which the object's last part stands; nil where it or one above is missing.
  private func parent(of name: ObjectName) throws(SystemError) -> Folder? {
    var folder = root
    for part in name.parts.dropLast() {
      guard let next = try folder.folderIfThere(try CPath(part)) else { return nil }
      folder = next
    }
    return folder
  }

  /// The same for a put: makes what is missing, and makes every folder's name durable once: a folder that is
  /// there may have been made by somebody who hasn't got to that.
  private func durableParent(of name: ObjectName) throws(SystemError) -> Folder {
    var folder = root
    var path = ""
    for part in name.parts.dropLast() {
      path += "/" + part
      let (next, made) = try folder.makeFolder(try CPath(part), mode: modes.folder)
      if made || !durable.withLock({ $0.contains(path) }) {
        try folder.descriptor.sync()
        _ = durable.withLock { $0.insert(path) }
      }
      folder = next
    }
    return folder
  }

  private func telling<Value: ~Copyable>(
    _ operation: String, _ object: String, _ body: () throws(SystemError) -> Value
  ) throws(StorageError) -> Value {
    do { return try StorageError.telling(operation, object, body) } catch { throw error.at(location) }
  }

  private func isThere(_ name: ObjectName) throws(StorageError) -> Bool { try found(name, "write") != nil }

  private func found(_ name: ObjectName, _ operation: String) throws(StorageError) -> FileStatus? {
    try telling(operation, name.text) { () throws(SystemError) in
      guard let folder = try parent(of: name) else { return nil }
      guard let found = try folder.statusIfThere(try CPath(name.last)) else { return nil }
      guard found.isFile else { throw SystemError(number: found.isLink ? ELOOP : EISDIR) }
      return found
    }
  }

  private func place(_ file: consuming PendingFile, at name: ObjectName) throws(StorageError) -> PutOutcome {
    let pending = file
    do {
      try pending.sync()
      let folder = try durableParent(of: name)
      try pending.place(in: folder, as: try CPath(name.last), .new)
    } catch {
      guard error.number == EEXIST else { throw StorageError(error, "write", name.text).at(location) }
      return try confirm(name)
    }
    try makeNameDurable(name)
    return .created
  }

  /// Something was there before. Whoever put it may have been cut off before its name was durable, so that
  /// is made good before anybody relies on it.
  private func confirm(_ name: ObjectName) throws(StorageError) -> PutOutcome {
    _ = try isThere(name)
    try makeNameDurable(name)
    return .exists
  }

  private func makeNameDurable(_ name: ObjectName) throws(StorageError) {
    do { try durableParent(of: name).descriptor.sync() } catch {
      throw StorageError(
        .lost, "write", name.text,
        reason: "its name may not be durable: \(StorageError(error, "", "").reason)"
      ).at(location)
    }
  }

  private func open(_ name: ObjectName, _ operation: String) throws(StorageError) -> OpenObject? {
    do {
      guard let folder = try parent(of: name) else { return nil }
      let file = try folder.file(try CPath(name.last))
      let size = try file.status().size
      return OpenObject(file, size: size)
    } catch {
      if error.number == ENOENT { return nil }
      throw StorageError(error, operation, name.text).at(location)
    }
  }
}
