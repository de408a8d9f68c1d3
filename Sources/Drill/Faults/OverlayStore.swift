internal import Storage
internal import Synchronization

/// A store as it would look with some damage: what lies there stays as it is, and nothing is copied. What is written goes to
/// a store of the overlay's own.
final class OverlayStore: ObjectStore {
  let location: String
  private let below: any ObjectStore
  private let above: any ObjectStore
  private let state: Mutex<State>

  private struct State {
    var changes: [ObjectName: Change] = [:]
    var written: Set<ObjectName> = []
    var milliseconds: UInt64 = 0
    /// Every how-manieth read fails; 0 for none.
    var failing: UInt64 = 0
    var reads: UInt64 = 0
    var failures: UInt64 = 0
    var bytes: UInt64 = 0
  }

  /// - Parameters:
  ///   - below: what lies there; it is only read.
  ///   - above: an empty store for what is written.
  init(over below: any ObjectStore, writingTo above: any ObjectStore) {
    self.below = below
    self.above = above
    location = below.location
    state = Mutex(State())
  }

  /// Bytes that were read of what lies there.
  var bytesRead: UInt64 { state.withLock { $0.bytes } }

  /// Whether reads failed, where some were to.
  var didFail: Bool { state.withLock { $0.failing == 0 || $0.failures > 0 } }

  /// Changes how objects look from now on.
  func change(_ changes: [ObjectName: Change]) {
    state.withLock { state in
      for (name, change) in changes { state.changes[name] = change }
    }
  }

  /// Makes every read take longer.
  func slow(by milliseconds: UInt64) { state.withLock { $0.milliseconds += milliseconds } }

  /// Makes each so-manieth read fail.
  func fail(each: UInt64) { state.withLock { $0.failing = each } }

  // MARK: Reading

  func get(_ name: ObjectName, limit: Int) async throws(StorageError) -> [UInt8]? {
    guard let look = try await look(at: name) else { return nil }
    try await delay(name)
    guard look.size <= UInt64(limit) else { throw StorageError(.tooLarge, "read", name.text) }
    switch look.source {
    case .above: return try await above.get(name, limit: limit)
    case .below where look.change == nil:
      let bytes = try await below.get(name, limit: limit)
      count(UInt64(bytes?.count ?? 0))
      return bytes
    case .below:
      var bytes: [UInt8] = []
      let got = try await read(look, name, at: 0, count: Int(look.size), into: &bytes)
      return Array(bytes.prefix(got))
    }
  }

  func read(
    _ name: ObjectName, at offset: UInt64, count: Int, into buffer: inout [UInt8]
  ) async throws(StorageError) -> Int {
    guard let look = try await look(at: name) else { throw StorageError(.absent, "read", name.text) }
    try await delay(name)
    return try await read(look, name, at: offset, count: count, into: &buffer)
  }

  func open(_ name: ObjectName) async throws(StorageError) -> any StoredObject {
    guard let look = try await look(at: name) else { throw StorageError(.absent, "open", name.text) }
    // The usual object is read as fast as ever.
    let inner = look.source == .below && look.change == nil ? try await below.open(name) : nil
    return OverlayObject(store: self, name: name, inner: inner)
  }

  func size(_ name: ObjectName) async throws(StorageError) -> UInt64? { try await look(at: name)?.size }

  func list(_ folder: String) async throws(StorageError) -> [ObjectInfo] {
    let (changes, written) = state.withLock { ($0.changes, $0.written) }
    var rows: [ObjectInfo] = []
    for row in try await below.list(folder) where !written.contains(row.name) {
      guard let change = changes[row.name] else {
        rows.append(row)
        continue
      }
      guard let size = try await size(of: row.name, row.size, change) else { continue }
      rows.append(ObjectInfo(name: row.name, size: size, modified: row.modified))
    }
    guard !written.isEmpty else { return rows }
    rows += try await above.list(folder)
    return rows.sorted { $0.name < $1.name }
  }

  func names(_ folder: String) async throws(StorageError) -> [ObjectName] {
    let (changes, written) = state.withLock { ($0.changes, $0.written) }
    let kept = try await below.names(folder).filter { changes[$0] != .gone && !written.contains($0) }
    return kept + written.filter { $0.isUnder(folder) }
  }

  func unexpectedEntries(besides folders: Set<String>) async throws(StorageError) -> [String] {
    try await below.unexpectedEntries(besides: folders)
  }

  // MARK: Writing

  func put(_ bytes: [UInt8], at name: ObjectName) async throws(StorageError) -> PutOutcome {
    if try await look(at: name) != nil { return .exists }
    let outcome = try await above.put(bytes, at: name)
    state.withLock { _ = $0.written.insert(name) }
    return outcome
  }

  func spool() async throws(StorageError) -> any Spool { try await above.spool() }

  func put(_ spool: any Spool, at name: ObjectName) async throws(StorageError) -> PutOutcome {
    if try await look(at: name) != nil {
      spool.discard()
      return .exists
    }
    let outcome = try await above.put(spool, at: name)
    state.withLock { _ = $0.written.insert(name) }
    return outcome
  }

  func erase(_ name: ObjectName) async throws(StorageError) -> Bool {
    let wasWritten = state.withLock { $0.written.contains(name) }
    if wasWritten {
      guard try await above.erase(name) else { return false }
      state.withLock { _ = $0.written.remove(name) }
    }
    if try await below.size(name) != nil { state.withLock { $0.changes[name] = .gone } }
    return true
  }

  func clearSpool(olderThan seconds: Int64) async throws(StorageError) -> Int { 0 }
}

// MARK: How an object looks

extension OverlayStore {
  private enum Source { case above, below }

  private struct Look {
    let source: Source
    let size: UInt64
    var change: Change?
  }

  private func look(at name: ObjectName) async throws(StorageError) -> Look? {
    let (change, isWritten) = state.withLock { ($0.changes[name], $0.written.contains(name)) }
    if isWritten { return try await above.size(name).map { Look(source: .above, size: $0) } }
    guard change != .gone, let size = try await below.size(name) else { return nil }
    guard let change else { return Look(source: .below, size: size) }
    guard let seen = try await self.size(of: name, size, change) else { return nil }
    return Look(source: .below, size: seen, change: change)
  }

  private func size(
    of name: ObjectName, _ size: UInt64, _ change: Change
  ) async throws(StorageError) -> UInt64? {
    switch change {
    case .gone: nil
    case .flipped, .overwritten: size
    case .truncated(let left): min(size, left)
    case .serving(let other): try await below.size(other)
    }
  }

  private func read(
    _ look: Look, _ name: ObjectName, at offset: UInt64, count: Int, into buffer: inout [UInt8]
  ) async throws(StorageError) -> Int {
    if look.source == .above { return try await above.read(name, at: offset, count: count, into: &buffer) }
    guard let change = look.change else {
      let got = try await below.read(name, at: offset, count: count, into: &buffer)
      self.count(UInt64(got))
      return got
    }
    let left = look.size > offset ? look.size - offset : 0
    let wanted = Int(min(UInt64(max(0, count)), left))
    let from = if case .serving(let other) = change { other } else { name }
    let got = try await below.read(from, at: offset, count: wanted, into: &buffer)
    self.count(UInt64(got))
    switch change {
    case .flipped(let place) where place >= offset && place - offset < UInt64(got):
      buffer[Int(place - offset)] ^= 1
    case .overwritten(let seed):
      for index in 0..<got {
        let place = offset + UInt64(index)
        let word = Seeded.mixed(seed &+ (place / 8) &* 0x9e37_79b9_7f4a_7c15)
        buffer[index] = UInt8(truncatingIfNeeded: word >> (place % 8 * 8))
      }
    default: break
    }
    return got
  }

  fileprivate func count(_ bytes: UInt64) { state.withLock { $0.bytes += bytes } }

  /// What a slow or failing disk does before each read.
  fileprivate func delay(_ name: ObjectName) async throws(StorageError) {
    let (milliseconds, fails) = state.withLock { state in
      state.reads += 1
      let fails = state.failing > 0 && state.reads.isMultiple(of: state.failing)
      if fails { state.failures += 1 }
      return (state.milliseconds, fails)
    }
    if milliseconds > 0 { try? await Task.sleep(for: .milliseconds(Int64(clamping: milliseconds))) }
    if fails { throw StorageError(.io, "read", name.text, reason: "the drill makes this read fail") }
  }
}

/// An object of an overlay, which is looked at anew at each read unless it lies there unchanged.
private struct OverlayObject: StoredObject {
  let store: OverlayStore
  let name: ObjectName
  let inner: (any StoredObject)?

  func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) async throws(StorageError) -> Int {
    guard let inner else { return try await store.read(name, at: offset, count: count, into: &buffer) }
    try await store.delay(name)
    let got = try await inner.read(at: offset, count: count, into: &buffer)
    store.count(UInt64(got))
    return got
  }

  func expectSequentialReads() { inner?.expectSequentialReads() }
}
