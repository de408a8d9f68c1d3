// A store that fails where a test says so, around a real one, for the tests of every module above Storage.

public import Storage
internal import Synchronization

/// One operation on a store.
public struct Operation: Hashable, Sendable, CustomStringConvertible {
  /// What was asked.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case put, spool, spoolWrite, spoolPut, get, read, size, list, erase

    /// Whether it can change what the store holds.
    public var writes: Bool { self == .put || self == .spoolPut || self == .erase }
  }

  /// What was asked.
  public let kind: Kind
  /// The object; nil where it is none (a listing, a spool).
  public let name: ObjectName?
  /// The folder of a listing.
  public let folder: String?

  init(_ kind: Kind, _ name: ObjectName? = nil, folder: String? = nil) {
    self.kind = kind
    self.name = name
    self.folder = folder
  }

  /// One line for people.
  public var description: String { "\(kind.rawValue) \(name?.text ?? folder ?? "")" }
}

/// How an operation fails.
public enum Fault: Sendable {
  /// It doesn't happen, and throws this.
  case failBefore(StorageError)
  /// It happens, and its answer is lost: it throws `.lost`.
  case failAfter
  /// A put of a spool puts only the first half of it, and says nothing: a store that lies.
  case truncateSpool
  /// It doesn't happen, and throws `.full`.
  case diskFull
  /// It doesn't happen, and neither does anything after it.
  case crash
  /// It happens, and nothing after it does.
  case crashAfter
}

/// A store that passes everything to a real one, except where its plan says otherwise.
public final class FaultyStore: ObjectStore {
  /// Says how the `nth` operation (from 1) fails; nil: not at all.
  public typealias Plan = @Sendable (Operation, Int) -> Fault?

  /// Where the real store is.
  public var location: String { store.location }

  let store: any ObjectStore
  private let state: Mutex<State>

  private struct State {
    var plan: Plan
    var before: (@Sendable (Operation) async -> Void)?
    var log: [Operation] = []
    var crashed = false
  }

  /// Wraps a store; without a plan it only counts.
  public init(_ store: any ObjectStore, plan: @escaping Plan = { _, _ in nil }) {
    self.store = store
    state = Mutex(State(plan: plan))
  }

  /// Starts counting again, alive, under another plan.
  public func reset(plan: @escaping Plan = { _, _ in nil }) {
    state.withLock {
      $0.plan = plan
      $0.log = []
      $0.crashed = false
    }
  }

  /// Runs before every operation, for another writer to come in between; nil for none.
  public func setBefore(_ hook: (@Sendable (Operation) async -> Void)?) {
    state.withLock { $0.before = hook }
  }

  /// Everything asked since the last reset, in order.
  public var log: [Operation] { state.withLock { $0.log } }

  /// How many operations were asked.
  public var count: Int { state.withLock { $0.log.count } }

  /// Whether a crash was planned and came.
  public var crashed: Bool { state.withLock { $0.crashed } }

  /// A plan that fails the `nth` operation and no other.
  public static func nth(_ nth: Int, _ fault: Fault) -> Plan { { _, count in count == nth ? fault : nil } }

  /// A plan that fails the `nth` of the operations that write.
  public static func nthWrite(_ nth: Int, _ fault: Fault) -> Plan {
    let seen = Mutexed(0)
    return { operation, _ in
      guard operation.kind.writes else { return nil }
      return seen.next() == nth ? fault : nil
    }
  }

  /// Passed on, but for the plan.
  public func put(_ bytes: [UInt8], at name: ObjectName) async throws(StorageError) -> PutOutcome {
    try await perform(Operation(.put, name)) { () async throws(StorageError) in
      try await self.store.put(bytes, at: name)
    }
  }

  /// Passed on, but for the plan; its writes are operations too.
  public func spool() async throws(StorageError) -> any Spool {
    let spool = try await perform(Operation(.spool)) { () async throws(StorageError) in
      try await self.store.spool()
    }
    return FaultySpool(spool, of: self)
  }

  /// Passed on, but for the plan.
  public func put(_ spool: any Spool, at name: ObjectName) async throws(StorageError) -> PutOutcome {
    guard let spool = spool as? FaultySpool else {
      throw StorageError(.unsupported, "put", name.text, reason: "it was spooled in another store")
    }
    let operation = Operation(.spoolPut, name)
    let fault = await begin(operation)
    if case .truncateSpool = fault {
      let half = try await store.spool()
      try half.write(spool.firstHalf)
      spool.discard()
      return try await store.put(half, at: name)
    }
    return try await perform(operation, fault) { () async throws(StorageError) in
      try await self.store.put(spool.inner, at: name)
    }
  }

  /// Passed on, but for the plan.
  public func get(_ name: ObjectName, limit: Int) async throws(StorageError) -> [UInt8]? {
    try await perform(Operation(.get, name)) { () async throws(StorageError) in
      try await self.store.get(name, limit: limit)
    }
  }

  /// Passed on, but for the plan.
  public func read(
    _ name: ObjectName, at offset: UInt64, count: Int, into buffer: inout [UInt8]
  ) async throws(StorageError) -> Int {
    let fault = await begin(Operation(.read, name))
    if let error = early(fault) { throw error }
    let got = try await store.read(name, at: offset, count: count, into: &buffer)
    if let error = late(fault) { throw error }
    return got
  }

  /// Passed on, but for the plan.
  public func size(_ name: ObjectName) async throws(StorageError) -> UInt64? {
    try await perform(Operation(.size, name)) { () async throws(StorageError) in
      try await self.store.size(name)
    }
  }

  /// Passed on, but for the plan.
  public func list(_ folder: String) async throws(StorageError) -> [ObjectInfo] {
    try await perform(Operation(.list, folder: folder)) { () async throws(StorageError) in
      try await self.store.list(folder)
    }
  }

  /// Passed on, but for the plan.
  public func unexpectedEntries(besides folders: Set<String>) async throws(StorageError) -> [String] {
    try await perform(Operation(.list, folder: "")) { () async throws(StorageError) in
      try await self.store.unexpectedEntries(besides: folders)
    }
  }

  /// Passed on, but for the plan.
  public func erase(_ name: ObjectName) async throws(StorageError) -> Bool {
    try await perform(Operation(.erase, name)) { () async throws(StorageError) in
      try await self.store.erase(name)
    }
  }

  /// Passed on, and no operation: nobody ever reads a spool.
  public func clearSpool(olderThan seconds: Int64) async throws(StorageError) -> Int {
    if crashed { throw StorageError(.io, "reach", location, reason: "crashed (injected)") }
    return try await store.clearSpool(olderThan: seconds)
  }
}

extension FaultyStore {
  private func perform<Value>(
    _ operation: Operation, _ body: () async throws(StorageError) -> Value
  ) async throws(StorageError) -> Value {
    try await perform(operation, await begin(operation), body)
  }

  private func perform<Value>(
    _ operation: Operation, _ fault: Fault?, _ body: () async throws(StorageError) -> Value
  ) async throws(StorageError) -> Value {
    if let error = early(fault) { throw error }
    let value = try await body()
    if let error = late(fault) { throw error }
    return value
  }

  private func begin(_ operation: Operation) async -> Fault? {
    if let hook = state.withLock({ $0.before }) { await hook(operation) }
    return count(operation)
  }

  fileprivate func count(_ operation: Operation) -> Fault? {
    state.withLock { (state) -> Fault? in
      if state.crashed { return .crash }
      state.log.append(operation)
      let fault = state.plan(operation, state.log.count)
      switch fault {
      case .crash, .crashAfter: state.crashed = true
      default: break
      }
      return fault
    }
  }

  fileprivate func early(_ fault: Fault?) -> StorageError? {
    switch fault {
    case .failBefore(let error): error
    case .diskFull: StorageError(.full, "reach", location, reason: "no space left (injected)")
    case .crash: StorageError(.io, "reach", location, reason: "crashed (injected)")
    case .failAfter, .crashAfter, .truncateSpool, nil: nil
    }
  }

  fileprivate func late(_ fault: Fault?) -> StorageError? {
    switch fault {
    case .failAfter: StorageError(.lost, "reach", location, reason: "the answer is lost (injected)")
    case .crashAfter: StorageError(.io, "reach", location, reason: "crashed (injected)")
    default: nil
    }
  }
}

private final class FaultySpool: Spool {
  let inner: any Spool
  private let store: FaultyStore
  private let kept = Mutex<[UInt8]>([])

  init(_ inner: any Spool, of store: FaultyStore) {
    self.inner = inner
    self.store = store
  }

  var size: UInt64 { inner.size }

  /// A test's objects are small, so a second copy is affordable.
  var firstHalf: [UInt8] { kept.withLock { Array($0.prefix($0.count / 2)) } }

  func write(_ bytes: Span<UInt8>) throws(StorageError) {
    let fault = store.count(Operation(.spoolWrite))
    if let error = store.early(fault) {
      inner.discard()
      throw error
    }
    try inner.write(bytes)
    kept.withLock { kept in
      for index in bytes.indices { kept.append(bytes[index]) }
    }
    if let error = store.late(fault) {
      inner.discard()
      throw error
    }
  }

  func discard() { inner.discard() }
}

private final class Mutexed: Sendable {
  private let value: Mutex<Int>
  init(_ value: Int) { self.value = Mutex(value) }
  func next() -> Int {
    value.withLock {
      $0 += 1
      return $0
    }
  }
}
