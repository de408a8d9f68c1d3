internal import Boxes
internal import Storage

/// A box's bytes in a store; opened by the first read, and kept open. Used by one task at a time.
final class StoredBox: BoxSource {
  private let store: any ObjectStore
  private let name: ObjectName
  private var opened: (any StoredObject)?

  init(store: any ObjectStore, name: ObjectName) {
    self.store = store
    self.name = name
  }

  func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) async throws -> Int {
    if let opened { return try await opened.read(at: offset, count: count, into: &buffer) }
    let found = try await store.open(name)
    opened = found
    return try await found.read(at: offset, count: count, into: &buffer)
  }
}
