internal import NIOHTTP1
public import Storage
internal import Synchronization

/// A store in a bucket, below a prefix.
///
/// Objects are put by the server's own put-if-absent, or where the server has none, by one writer who looks first
/// (`S3PutIfAbsent`). What is made without a name waits in a file of this machine. Stores of the same settings share their
/// connections; `close` gives them back, and a process may end without it.
public final class S3Store: ObjectStore {
  /// Where it lies.
  public let address: BucketAddress
  /// The same, for messages.
  public var location: String { address.description }
  /// What was sent and received.
  public var traffic: S3Traffic { wire.traffic }

  /// It is.
  public var isRemote: Bool { true }

  let wire: S3Wire
  let spoolFolder: String
  let lockUntil: @Sendable (ObjectName) -> Int64?
  let memory = Mutex(Memory())

  /// What was found out about the bucket.
  struct Memory {
    var versioning: S3Versioning?
    /// What the server calls itself.
    var server: String?
    var lockState: S3LockState?
  }

  /// A store; nothing is sent yet.
  /// - Parameters:
  ///   - spoolFolder: a folder of this machine for what waits to be sent; made when it is needed.
  ///   - traffic: counts; several stores may share one.
  ///   - throttle: bounds the bytes a second.
  ///   - lockUntil: until when an object is locked when it is put, in seconds since 1970; nil: it isn't.
  /// - Throws: where the file of a CA can't be used.
  public convenience init(
    _ address: BucketAddress, settings: S3Settings, spoolFolder: String, traffic: S3Traffic = S3Traffic(),
    throttle: Throttle? = nil, lockUntil: @escaping @Sendable (ObjectName) -> Int64? = { _ in nil }
  ) throws(StorageError) {
    try self.init(
      address, settings: settings, spoolFolder: spoolFolder, traffic: traffic, throttle: throttle,
      lockUntil: lockUntil, world: .system)
  }

  package init(
    _ address: BucketAddress, settings: S3Settings, spoolFolder: String, traffic: S3Traffic = S3Traffic(),
    throttle: Throttle? = nil, lockUntil: @escaping @Sendable (ObjectName) -> Int64? = { _ in nil },
    world: S3World
  ) throws(StorageError) {
    self.address = address
    self.spoolFolder = spoolFolder
    self.lockUntil = lockUntil
    wire = try S3Wire(address, settings, world: world, traffic: traffic, throttle: throttle)
  }

  /// Gives connections back. Nothing can be asked any longer.
  public func close() async { await wire.close() }

  /// A call about an object.
  func call(_ kind: S3RequestKind, _ method: HTTPMethod, _ name: ObjectName, _ operation: String) -> Call {
    Call(kind, method, key: address.key(name.text), operation, name.text)
  }

  /// A call about the bucket.
  func call(_ kind: S3RequestKind, _ method: HTTPMethod, _ operation: String, query: [Field]) -> Call {
    var call = Call(kind, method, key: nil, operation, "")
    call.query = query
    return call
  }
}
