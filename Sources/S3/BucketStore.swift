public import Storage
internal import Synchronization

/// A bucket of whose server it is found out, before the first object is put, whether several writers may put there: by a
/// race of sixteen, once for each machine and bucket as it is set up.
///
/// Where they may not, this one looks first and then writes, as suits a destination with one writer; a vault is refused
/// there (`takesManyWriters`).
public final class BucketStore: ObjectStore {
  /// It is.
  public var isRemote: Bool { true }
  /// As its owner said.
  public let retains: Bool

  private let proved: S3Store
  private let alone: S3Store
  private let servers: ServerMemory
  /// The server and the bucket, without blanks.
  private let bucket: String
  /// The one race of this process.
  private let race = Mutex<Task<Result<Bool, StorageError>, Never>?>(nil)

  /// Where it lies.
  public var location: String { proved.location }

  /// - Parameters:
  ///   - address: the bucket, and what stands before all names.
  ///   - options: as the user said it.
  ///   - spoolFolder: a folder of this machine for what waits to be sent.
  ///   - servers: what this machine found out before.
  ///   - retains: whether boxes are to be locked there.
  /// - Throws: `StorageError` where settings are lacking or can't be used; nothing is sent yet.
  public init(
    _ address: BucketAddress, _ options: S3Options, environment: [String: String], spoolFolder: String,
    traffic: S3Traffic, throttle: Throttle?, servers: ServerMemory, retains: Bool
  ) throws(StorageError) {
    self.retains = retains
    var options = options
    func store(_ way: S3PutIfAbsent) throws(StorageError) -> S3Store {
      options.putIfAbsent = way
      return try S3Store(
        address, settings: S3Settings(options, environment: environment), spoolFolder: spoolFolder,
        traffic: traffic, throttle: throttle)
    }
    proved = try store(.proved)
    alone = try store(.oneWriter)
    self.servers = servers
    let endpoint = try S3Settings(options, environment: environment).endpoint
    bucket = "\(endpoint.host):\(endpoint.port ?? (endpoint.isSecure ? 443 : 80))/\(address.bucket)"
  }

  /// Whether somebody without keys may list the bucket, or read an object of it.
  public func isOpenToAll(reading name: ObjectName) async throws(StorageError) -> Bool {
    try await proved.isOpenToAll(reading: name)
  }

  /// The bucket as it was before a time, in seconds since 1970.
  public func before(_ time: Int64) async throws(StorageError) -> EarlierBucket {
    try await EarlierBucket(proved, before: time)
  }

  /// Whether put-if-absent can be relied on here.
  public func takesManyWriters() async throws(StorageError) -> Bool {
    let running = race.withLock { race in
      let running = race ?? Task { await self.findOut() }
      race = running
      return running
    }
    let found = await running.value
    // What couldn't be found out is tried again.
    if case .failure = found { race.withLock { $0 = nil } }
    return try found.get()
  }

  private func findOut() async -> Result<Bool, StorageError> {
    do throws(StorageError) { return .success(try await rememberedOrRaced()) } catch {
      return .failure(error)
    }
  }

  private func rememberedOrRaced() async throws(StorageError) -> Bool {
    // Some servers do it right until the bucket has versions.
    let name = bucket + "?versions=\(try await proved.versioning().rawValue)"
    let server = proved.serverName
    if let known = servers.isProved(name, by: server) { return known }
    let takes = try await proved.provePutIfAbsent()
    servers.note(name, by: server, isProved: takes)
    return takes
  }

  private func writer() async throws(StorageError) -> S3Store {
    try await takesManyWriters() ? proved : alone
  }

  /// Puts an object only if nothing is there; see `ObjectStore`.
  public func put(_ bytes: [UInt8], at name: ObjectName) async throws(StorageError) -> PutOutcome {
    try await writer().put(bytes, at: name)
  }

  /// A place to write an object.
  public func spool() async throws(StorageError) -> any Spool { try await writer().spool() }

  /// Puts what was spooled.
  public func put(_ spool: any Spool, at name: ObjectName) async throws(StorageError) -> PutOutcome {
    try await writer().put(spool, at: name)
  }

  /// The whole object; nil where there is none.
  public func get(_ name: ObjectName, limit: Int) async throws(StorageError) -> [UInt8]? {
    try await proved.get(name, limit: limit)
  }

  /// Reads part of an object.
  public func read(
    _ name: ObjectName, at offset: UInt64, count: Int, into buffer: inout [UInt8]
  ) async throws(StorageError) -> Int {
    try await proved.read(name, at: offset, count: count, into: &buffer)
  }

  /// An object for many reads.
  public func open(_ name: ObjectName) async throws(StorageError) -> any StoredObject {
    try await proved.open(name)
  }

  /// The object's size in bytes; nil where there is none.
  public func size(_ name: ObjectName) async throws(StorageError) -> UInt64? { try await proved.size(name) }

  /// The objects in a folder and below it, in order of name.
  public func list(_ folder: String) async throws(StorageError) -> [ObjectInfo] {
    try await proved.list(folder)
  }

  /// Those behind a name.
  public func list(_ folder: String, after name: ObjectName) async throws(StorageError) -> [ObjectInfo] {
    try await proved.list(folder, after: name)
  }

  /// Their names.
  public func names(_ folder: String) async throws(StorageError) -> [ObjectName] {
    try await proved.names(folder)
  }

  /// What has no business at the top.
  public func unexpectedEntries(besides folders: Set<String>) async throws(StorageError) -> [String] {
    try await proved.unexpectedEntries(besides: folders)
  }

  /// Erases every version of an object.
  public func erase(_ name: ObjectName) async throws(StorageError) -> Bool { try await proved.erase(name) }

  /// Whether the bucket has Object Lock.
  public func requireRetaining() async throws(StorageError) { try await proved.requireLocks() }

  /// Whether an object's newest version is locked so that nobody can erase it before that time.
  public func isRetained(_ name: ObjectName, until time: Int64) async throws(StorageError) -> Bool {
    guard let there = try await proved.retention(of: name) else { return false }
    return there.isCompliance && there.until >= time
  }

  /// An object's newest version.
  public func pinned(_ name: ObjectName) async throws(StorageError) -> (any PinnedObject)? {
    try await S3Version.newest(of: name, in: proved)
  }

  /// Puts what was spooled, locked from its first moment.
  public func put(
    _ spool: any Spool, at name: ObjectName, retainedUntil time: Int64?
  ) async throws(StorageError) -> PutOutcome {
    try await writer().put(spool, at: name, lockedUntil: time)
  }

  /// Whether it has versions, and makes them.
  public func keepsVersions() async throws(StorageError) -> Bool {
    try await proved.versioning() == .enabled
  }

  /// Puts another version on top.
  public func putOnTop(
    _ spool: any Spool, at name: ObjectName, retainedUntil time: Int64?
  ) async throws(StorageError) {
    try await proved.putOnTop(spool, at: name, lockedUntil: time)
  }

  /// Removes what interrupted writers left.
  @discardableResult
  public func clearSpool(olderThan seconds: Int64) async throws(StorageError) -> Int {
    try await proved.clearSpool(olderThan: seconds)
  }
}
