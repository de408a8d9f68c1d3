internal import Storage
internal import Synchronization

/// A store to which the recovery writes, and that breaks once: full, or killed in the middle. Then it is as good as any.
final class BreakingStore: ObjectStore {
  /// What happens, and after how much.
  enum Break: Hashable, Sendable {
    /// No space is left once so many bytes were put.
    case full(after: UInt64)
    /// Nothing goes on once so many objects were put.
    case killed(after: UInt64)
  }

  var location: String { inner.location }
  private let inner: any ObjectStore
  private let state: Mutex<State>

  private struct State {
    var breaks: [Break]
    var bytes: UInt64 = 0
    var objects: UInt64 = 0
    var isBroken = false
    var happened: UInt64 = 0
  }

  init(_ inner: any ObjectStore, _ breaks: [Break]) {
    self.inner = inner
    state = Mutex(State(breaks: breaks))
  }

  /// How often it broke.
  var happened: UInt64 { state.withLock { $0.happened } }

  /// Whether it is broken now; then the next attempt finds it whole.
  func takeBroken() -> Bool {
    state.withLock { state in
      defer { state.isBroken = false }
      return state.isBroken
    }
  }

  private func check(_ bytes: UInt64) throws(StorageError) {
    let broken = state.withLock { state -> Break? in
      if state.isBroken { return .killed(after: 0) }
      state.bytes += bytes
      state.objects += 1
      guard let next = state.breaks.first else { return nil }
      let isOver =
        switch next {
        case .full(let limit): state.bytes > limit
        case .killed(let limit): state.objects > limit
        }
      guard isOver else { return nil }
      state.breaks.removeFirst()
      state.isBroken = true
      state.happened += 1
      return next
    }
    switch broken {
    case .full: throw StorageError(.full, "write", location, reason: "the drill filled this disk")
    case .killed: throw StorageError(.io, "write", location, reason: "the drill killed the recovery here")
    case nil: break
    }
  }

  func put(_ bytes: [UInt8], at name: ObjectName) async throws(StorageError) -> PutOutcome {
    try check(UInt64(bytes.count))
    return try await inner.put(bytes, at: name)
  }

  func spool() async throws(StorageError) -> any Spool { try await inner.spool() }

  func put(_ spool: any Spool, at name: ObjectName) async throws(StorageError) -> PutOutcome {
    do { try check(spool.size) } catch {
      spool.discard()
      throw error
    }
    return try await inner.put(spool, at: name)
  }

  func get(_ name: ObjectName, limit: Int) async throws(StorageError) -> [UInt8]? {
    try await inner.get(name, limit: limit)
  }

  func read(
    _ name: ObjectName, at offset: UInt64, count: Int, into buffer: inout [UInt8]
  ) async throws(StorageError) -> Int {
    try await inner.read(name, at: offset, count: count, into: &buffer)
  }

  func open(_ name: ObjectName) async throws(StorageError) -> any StoredObject { try await inner.open(name) }
  func size(_ name: ObjectName) async throws(StorageError) -> UInt64? { try await inner.size(name) }
  func list(_ folder: String) async throws(StorageError) -> [ObjectInfo] { try await inner.list(folder) }
  func names(_ folder: String) async throws(StorageError) -> [ObjectName] { try await inner.names(folder) }

  func unexpectedEntries(besides folders: Set<String>) async throws(StorageError) -> [String] {
    try await inner.unexpectedEntries(besides: folders)
  }

  func erase(_ name: ObjectName) async throws(StorageError) -> Bool { try await inner.erase(name) }

  func clearSpool(olderThan seconds: Int64) async throws(StorageError) -> Int {
    try await inner.clearSpool(olderThan: seconds)
  }
}
