internal import NIOHTTP1
public import Storage
internal import Synchronization

/// Whether a bucket keeps what is overwritten and erased.
public enum S3Versioning: String, Hashable, Sendable {
  /// It does.
  case enabled
  /// It did: old versions may be there.
  case suspended
  /// It never did.
  case never
}

/// Whether a bucket can lock objects.
public struct S3LockState: Hashable, Sendable {
  /// It can; it has versions then.
  public let isEnabled: Bool
  /// What it locks new objects by without being asked, "COMPLIANCE" or "GOVERNANCE"; nil: it doesn't.
  public let defaultMode: String?
}

/// Until when a version is locked.
public struct S3Retention: Hashable, Sendable {
  /// Whether nobody can shorten it, not even the account's owner.
  public let isCompliance: Bool
  /// Until when, in seconds since 1970.
  public let until: Int64
}

extension S3Store {
  /// Whether the bucket keeps versions; asked once.
  public func versioning() async throws(StorageError) -> S3Versioning {
    if let known = memory.withLock({ $0.versioning }) { return known }
    let call = call(.bucket, .GET, "examine", query: [Field("versioning")])
    let found: S3Versioning
    do {
      let answer = try await wire.send(call).answer
      memory.withLock { $0.server = answer.head["server"] }
      let root = XMLAnswer(answer.body)
      // A server without versions may answer with anything.
      let status = root?.name == "VersioningConfiguration" ? root?.text("Status") : nil
      found = status == "Enabled" ? .enabled : status == "Suspended" ? .suspended : .never
    } catch {
      guard error.code == .unsupported else { throw error }
      found = .never
    }
    memory.withLock { $0.versioning = found }
    return found
  }

  /// What the server called itself when it was asked for its versions.
  var serverName: String? { memory.withLock { $0.server } }

  /// Whether it has versions, or had.
  public func isVersioned() async throws(StorageError) -> Bool { try await versioning() != .never }

  /// Whether people without any keys may list the bucket, or read this object: nothing of it is theirs to see, though it is
  /// sealed.
  public func isOpenToAll(reading name: ObjectName) async throws(StorageError) -> Bool {
    let listing = call(
      .bucket, .GET, "examine",
      query: [Field("list-type", "2"), Field("max-keys", "1"), Field("prefix", address.key(""))])
    var object = call(.bucket, .GET, name, "examine")
    object.headers = [Field("range", "bytes=0-0")]
    for call in [listing, object] where try await (200..<300).contains(wire.sendUnsigned(call)) {
      return true
    }
    return false
  }

  /// Whether the bucket can lock objects; asked once.
  public func lockState() async throws(StorageError) -> S3LockState {
    if let known = memory.withLock({ $0.lockState }) { return known }
    var call = call(.bucket, .GET, "examine", query: [Field("object-lock")])
    call.expected = [404]
    var found = S3LockState(isEnabled: false, defaultMode: nil)
    do {
      let answer = try await wire.send(call).answer
      // A server without locks may answer with anything.
      if answer.isSuccess, let root = XMLAnswer(answer.body), root.name == "ObjectLockConfiguration",
        root.text("ObjectLockEnabled") == "Enabled"
      {
        found = S3LockState(isEnabled: true, defaultMode: root.text("Rule", "DefaultRetention", "Mode"))
      }
    } catch {
      guard error.code == .unsupported else { throw error }
    }
    let state = found
    memory.withLock { $0.lockState = state }
    return found
  }

  /// Throws `.unsupported` where the bucket can lock nothing.
  func requireLocks() async throws(StorageError) {
    guard try await lockState().isEnabled else {
      let call = call(.lock, .PUT, "lock", query: [])
      throw wire.error(
        .unsupported, call, "the bucket has no Object Lock",
        hint: "make a bucket with Object Lock, on a server that has it")
    }
  }

  /// Locks an object's newest version at least until a time, in seconds since 1970, so that nobody can erase it before.
  /// One that is locked for longer stays so.
  /// - Returns: until when it is locked.
  @discardableResult
  public func lock(_ name: ObjectName, until time: Int64) async throws(StorageError) -> Int64 {
    try await lock(name, version: nil, until: time)
  }

  /// The same of a version; nil: the newest.
  @discardableResult
  func lock(_ name: ObjectName, version: String?, until time: Int64) async throws(StorageError) -> Int64 {
    var call = call(.lock, .PUT, name, "lock")
    // A server that knows no locks may take the request for the object itself, and write it over what is there.
    try await requireLocks()
    if let there = try await retention(of: name, version: version), there.isCompliance, there.until >= time {
      return there.until
    }
    call.query = [Field("retention")] + (version.map { [Field("versionId", $0)] } ?? [])
    call.body = CallBody(
      Array(
        """
        <Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Mode>COMPLIANCE</Mode>\
        <RetainUntilDate>\(S3Time.extended(time))</RetainUntilDate></Retention>
        """.utf8))
    _ = try await wire.send(call)
    // Servers without locks take the request, and do nothing.
    guard let there = try await retention(of: name, version: version), there.isCompliance,
      there.until >= time
    else {
      throw wire.error(
        .unsupported, call, "the server took the lock, and doesn't have it",
        hint: "make a bucket with Object Lock, on a server that has it")
    }
    return there.until
  }

  /// Until when an object's newest version is locked; nil where it isn't. Throws `.absent` where there is no object.
  public func retention(of name: ObjectName) async throws(StorageError) -> S3Retention? {
    try await retention(of: name, version: nil)
  }

  func retention(of name: ObjectName, version: String?) async throws(StorageError) -> S3Retention? {
    let isOfVersion = version.map { [Field("versionId", $0)] } ?? []
    if try await lockState().isEnabled {
      var call = call(.lock, .GET, name, "examine")
      call.query = [Field("retention")] + isOfVersion
      // 400, 404: a version without a lock, or none at all; 405: one that marks an object as erased.
      call.expected = [400, 404, 405]
      let answer = try await wire.send(call).answer
      if answer.isSuccess, let root = XMLAnswer(answer.body), root.name == "Retention",
        let until = root.text("RetainUntilDate").flatMap({ S3Time.read($0) })
      {
        return S3Retention(isCompliance: root.text("Mode") == "COMPLIANCE", until: until)
      }
    }
    // Not all servers say it there (and some say something else); their answer to HEAD does.
    guard let head = try await head(name, version) else {
      guard version == nil else { return nil }
      throw wire.error(.absent, reading(name), Self.nothing)
    }
    guard let mode = head["x-amz-object-lock-mode"],
      let until = head["x-amz-object-lock-retain-until-date"].flatMap({ S3Time.read($0) })
    else { return nil }
    return S3Retention(isCompliance: mode == "COMPLIANCE", until: until)
  }
}
