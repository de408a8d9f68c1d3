/// What a put came to.
public enum PutOutcome: Hashable, Sendable {
  /// The object is there now, whole and durable.
  case created
  /// Something was there before; nothing was changed. What is there is durable.
  case exists
}

/// An object as a listing shows it.
public struct ObjectInfo: Hashable, Sendable {
  /// The object's name.
  package let name: ObjectName
  /// Its size in bytes.
  package let size: UInt64
  /// When it was put, in seconds since 1970, by the store's clock.
  package let modified: Int64

  /// Makes a row of a listing.
  package init(name: ObjectName, size: UInt64, modified: Int64) {
    self.name = name
    self.size = size
    self.modified = modified
  }
}

/// Objects under names, put once, never overwritten: a folder, or a bucket.
///
/// One conformance suite (`ConformanceTests`) holds every implementation to this contract. Calls may block
/// their thread: run them with a `BlockingPool` as the task's executor.
public protocol ObjectStore: Sendable {
  /// Where the store is, for messages: a folder's path, a bucket's address.
  var location: String { get }

  /// Whether each call goes over a network, takes its time and costs: then nobody asks for what isn't needed, and much is
  /// asked side by side.
  var isRemote: Bool { get }

  /// Whether several may put at the same time, as into a vault: false where a put is no more than looking first and then
  /// writing, so that two writers can overwrite one another. It may take some requests to find out.
  func takesManyWriters() async throws(StorageError) -> Bool

  /// Puts an object only if nothing is there.
  ///
  /// Atomic: a reader sees nothing or all of it, and of several writers exactly one gets `.created`. MUST NOT
  /// return, with either outcome, before bytes and name are durable. Where it throws, it may have happened or
  /// not: read back.
  func put(_ bytes: [UInt8], at name: ObjectName) async throws(StorageError) -> PutOutcome

  /// A place to write an object whose name isn't known yet. Nobody can read it there.
  func spool() async throws(StorageError) -> any Spool

  /// Puts what was spooled, on the same terms. The spool is used up, whatever comes out.
  func put(_ spool: any Spool, at name: ObjectName) async throws(StorageError) -> PutOutcome

  /// The whole object; nil where there is none. Throws `.tooLarge` before memory is taken where it is larger
  /// than `limit` bytes.
  func get(_ name: ObjectName, limit: Int) async throws(StorageError) -> [UInt8]?

  /// Reads `count` bytes from `offset` and returns how many came; fewer only at the object's end. `buffer`
  /// then holds just these and keeps its storage, so one buffer serves many reads. Throws `.absent` where
  /// there is no object.
  func read(_ name: ObjectName, at offset: UInt64, count: Int, into buffer: inout [UInt8])
    async throws(StorageError) -> Int

  /// An object for many reads. Throws `.absent` where there is none, now or at the first read.
  func open(_ name: ObjectName) async throws(StorageError) -> any StoredObject

  /// The object's size in bytes; nil where there is none.
  func size(_ name: ObjectName) async throws(StorageError) -> UInt64?

  /// The objects in a folder ("boxes", "" for all) and below it, in order of name; none where there is no
  /// such folder. What bears no object's name is no object and isn't listed.
  func list(_ folder: String) async throws(StorageError) -> [ObjectInfo]

  /// Those of a folder whose names come after this one.
  func list(_ folder: String, after name: ObjectName) async throws(StorageError) -> [ObjectInfo]

  /// The names of what `list` gives, in no order: cheaper where nobody asks for sizes and times.
  func names(_ folder: String) async throws(StorageError) -> [ObjectName]

  /// What lies at the top and is no folder of one of these names, and what in these is no object, as text for people:
  /// what a new place must not have beside it.
  func unexpectedEntries(besides folders: Set<String>) async throws(StorageError) -> [String]

  /// Erases an object, every version of it, durably. True when nothing is left, also where nothing was; false
  /// where the store keeps something back (a lock).
  func erase(_ name: ObjectName) async throws(StorageError) -> Bool

  /// Whether its owner wants boxes to be kept from being erased and changed here, by whomever.
  var retains: Bool { get }

  /// Whether the store can do that. Throws `.unsupported` where it can't, before anything is put.
  func requireRetaining() async throws(StorageError)

  /// Whether an object is kept as it is until a time, in seconds since 1970, whoever wants to erase or change it. Throws
  /// `.absent` where there is none.
  func isRetained(_ name: ObjectName, until time: Int64) async throws(StorageError) -> Bool

  /// An object as it is now: what is read of it is what is retained, whatever somebody puts over it meanwhile. Nil where
  /// there is none; throws `.unsupported` where the store can't retain anything.
  func pinned(_ name: ObjectName) async throws(StorageError) -> (any PinnedObject)?

  /// Puts what was spooled, on the terms of `put`, and retains it until a time.
  func put(_ spool: any Spool, at name: ObjectName, retainedUntil time: Int64?) async throws(StorageError)
    -> PutOutcome

  /// Whether what is put on top of an object stays beneath it, as an older version.
  func keepsVersions() async throws(StorageError) -> Bool

  /// Puts what was spooled on top of whatever is there: for who knows it to be right, where the store keeps versions.
  /// Throws `.unsupported` elsewhere, where it would overwrite.
  func putOnTop(_ spool: any Spool, at name: ObjectName, retainedUntil time: Int64?)
    async throws(StorageError)

  /// Removes what interrupted writers left where they spooled, if it is at least so old by the store's own clock.
  /// Returns how many files went.
  @discardableResult
  func clearSpool(olderThan seconds: Int64) async throws(StorageError) -> Int
}

extension ObjectStore {
  /// As a disk is.
  public var isRemote: Bool { false }

  /// Nobody asked for it.
  public var retains: Bool { false }

  private func cannotRetain(_ object: String) -> StorageError {
    StorageError(.unsupported, "lock", object, reason: "only buckets with Object Lock can")
  }

  /// Most stores can't.
  public func requireRetaining() async throws(StorageError) { throw cannotRetain(location) }

  /// Most stores can't.
  public func isRetained(_ name: ObjectName, until time: Int64) async throws(StorageError) -> Bool { false }

  /// Most stores can't.
  public func pinned(_ name: ObjectName) async throws(StorageError) -> (any PinnedObject)? {
    throw cannotRetain(name.text)
  }

  /// Most stores can't, and are asked for nothing but a put.
  public func put(
    _ spool: any Spool, at name: ObjectName, retainedUntil time: Int64?
  ) async throws(StorageError) -> PutOutcome {
    guard time == nil else {
      spool.discard()
      throw cannotRetain(name.text)
    }
    return try await put(spool, at: name)
  }

  /// Most stores keep none.
  public func keepsVersions() async throws(StorageError) -> Bool { false }

  /// Most stores would overwrite.
  public func putOnTop(
    _ spool: any Spool, at name: ObjectName, retainedUntil time: Int64?
  ) async throws(StorageError) {
    spool.discard()
    throw StorageError(.unsupported, "write", name.text, reason: "nothing is overwritten there")
  }

  /// Out of all.
  public func list(_ folder: String, after name: ObjectName) async throws(StorageError) -> [ObjectInfo] {
    try await list(folder).filter { $0.name > name }
  }

  /// As a file system does.
  public func takesManyWriters() async throws(StorageError) -> Bool { true }

  /// The names of what `list` gives.
  public func names(_ folder: String) async throws(StorageError) -> [ObjectName] {
    try await list(folder).map(\.name)
  }
}

/// An object that is open for reading.
public protocol StoredObject: Sendable {
  /// Reads `count` bytes from `offset`, on the terms of `ObjectStore.read`.
  func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) async throws(StorageError) -> Int

  /// From now on it is read from one end to the other.
  func expectSequentialReads()
}

extension ObjectStore {
  /// An object that is looked for by its name at each read, where a store has nothing better.
  public func open(_ name: ObjectName) async throws(StorageError) -> any StoredObject {
    NamedObject(store: self, name: name)
  }
}

/// An object as it was at one moment, in a store that can retain it.
public protocol PinnedObject: StoredObject {
  /// Bytes.
  var size: UInt64 { get }
  /// Keeps it as it is until a time, in seconds since 1970, whoever wants to erase or change it.
  func retain(until time: Int64) async throws(StorageError)
}

/// An object that is looked for by its name at each read.
struct NamedObject: StoredObject {
  let store: any ObjectStore
  let name: ObjectName

  func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) async throws(StorageError) -> Int {
    try await store.read(name, at: offset, count: count, into: &buffer)
  }

  func expectSequentialReads() {}
}

/// An object being written, by one writer at a time. It vanishes with its last reference unless it was put.
public protocol Spool: AnyObject, Sendable {
  /// Appends. What can't be written may show at a later write, or at the put; after an error the spool can only be
  /// discarded.
  func write(_ bytes: Span<UInt8>) throws(StorageError)
  /// Bytes written so far.
  var size: UInt64 { get }
  /// Gives up what was written. Later writes and puts fail.
  func discard()
}

extension Spool {
  /// Appends the first `count` bytes.
  package func write(_ bytes: [UInt8], count: Int) throws(StorageError) {
    try write(bytes.span.extracting(first: count))
  }

  /// Appends all bytes.
  package func write(_ bytes: [UInt8]) throws(StorageError) { try write(bytes.span) }
}
