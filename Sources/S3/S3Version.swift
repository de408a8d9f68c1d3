internal import Storage

/// One version of an object: what is read of it is what is locked, whatever is put over it meanwhile.
struct S3Version: PinnedObject {
  /// Bytes.
  let size: UInt64

  private let store: S3Store
  private let name: ObjectName
  private let id: String
  private let object: S3Object

  /// The newest one; nil where there is no object.
  static func newest(of name: ObjectName, in store: S3Store) async throws(StorageError) -> S3Version? {
    try await store.requireLocks()
    guard let head = try await store.head(name) else { return nil }
    guard let id = head["x-amz-version-id"], let size = head.length else {
      throw store.wire.error(.unsupported, store.reading(name), "the server doesn't say which version it is")
    }
    return S3Version(
      size: size, store: store, name: name, id: id, object: S3Object(store, name, version: id))
  }

  private init(size: UInt64, store: S3Store, name: ObjectName, id: String, object: S3Object) {
    self.size = size
    self.store = store
    self.name = name
    self.id = id
    self.object = object
  }

  func expectSequentialReads() { object.expectSequentialReads() }

  func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) async throws(StorageError) -> Int {
    try await object.read(at: offset, count: count, into: &buffer)
  }

  /// Locks it.
  func retain(until time: Int64) async throws(StorageError) {
    try await store.lock(name, version: id, until: time)
  }
}
