/// What `MirroredStore` found out of order with one of two copies, and what came of it.
public struct Repair: Hashable, Sendable, CustomStringConvertible {
  /// What was out of order.
  package enum Fault: String, Hashable, Sendable {
    /// There was no copy.
    case missing
    /// The copy isn't what was put.
    case damaged
    /// The copy could not be read: the device failed, or it isn't what can be read.
    case unreadable
    /// We may not read it.
    case denied
    /// Both copies are intact and they differ; the first counts, and nothing was changed.
    case differs
  }

  /// What was done.
  public enum Result: Hashable, Sendable {
    /// A good copy stands there again; the damaged bytes, if any, are kept under this name.
    case mended(aside: ObjectName?)
    /// Nothing was written: this reader must not, or there is nothing to mend it from.
    case left
    /// Mending failed; the other copy is as it was.
    case failed(StorageError)
  }

  /// The name of the copy: the object's own, or that under `second/`.
  public let copy: ObjectName
  /// What was out of order with it.
  package let fault: Fault
  /// What was done.
  public let result: Result

  /// One line for people.
  public var description: String {
    switch result {
    case .mended(nil): "\(copy) was \(fault.rawValue) and is mended"
    case .mended(let aside?):
      "\(copy) was \(fault.rawValue) and is mended; the damaged bytes are kept as \(aside)"
    case .left where fault == .differs:
      "\(copy) differs from the first copy, and both are intact; the first counts"
    case .left: "\(copy) is \(fault.rawValue)"
    case .failed(let error): "\(copy) is \(fault.rawValue) and could not be mended: \(error)"
    }
  }
}

/// A store that keeps `ledger/` and `keyring/`, on which all hangs, twice: the second copy lies under
/// `second/`. All other names pass through, those under `second/` too.
///
/// A put writes the first copy, then the second, and returns when both are durable. A read serves the first
/// copy that is intact; where both are intact and differ, the first counts. What is missing or damaged is
/// mended from the other copy, and nothing is overwritten: damaged bytes are put under `aside/` before their
/// name is used again. Where neither copy is intact, the first is served as it is, for the caller to refuse.
package final class MirroredStore: ObjectStore {
  /// The folders that are kept twice.
  package static let folders = ["ledger", "keyring"]
  /// The largest object that is kept twice, in bytes.
  package static let limit = 64 << 20

  /// Where the store is.
  package var location: String { store.location }

  let store: any ObjectStore
  let mends: Bool
  let verify: @Sendable (ObjectName, [UInt8]) -> Bool
  let onMend: @Sendable (Repair) -> Void

  /// Wraps a store. `verify` says whether bytes are intact for a name; `mends` is false for those who must
  /// not write; `onMend` hears of everything found out of order.
  package init(
    _ store: any ObjectStore, mends: Bool = true,
    verify: @escaping @Sendable (ObjectName, [UInt8]) -> Bool,
    onMend: @escaping @Sendable (Repair) -> Void = { _ in }
  ) {
    self.store = store
    self.mends = mends
    self.verify = verify
    self.onMend = onMend
  }

  /// What the store below is.
  package var isRemote: Bool { store.isRemote }

  /// What the store below does.
  package var retains: Bool { store.retains }

  /// What the store below can.
  package func requireRetaining() async throws(StorageError) { try await store.requireRetaining() }

  /// One object of the store below.
  package func isRetained(_ name: ObjectName, until time: Int64) async throws(StorageError) -> Bool {
    try await store.isRetained(name, until: time)
  }

  /// One object of the store below.
  package func pinned(_ name: ObjectName) async throws(StorageError) -> (any PinnedObject)? {
    try await store.pinned(name)
  }

  /// What is kept twice is never retained: an erasure must reach it.
  package func put(
    _ spool: any Spool, at name: ObjectName, retainedUntil time: Int64?
  ) async throws(StorageError) -> PutOutcome {
    guard try Self.checkedSecond(of: name) == nil else { return try await put(spool, at: name) }
    return try await store.put(spool, at: name, retainedUntil: time)
  }

  /// What the store below does.
  package func keepsVersions() async throws(StorageError) -> Bool { try await store.keepsVersions() }

  /// One object of the store below: of what is kept twice each copy by itself (`rewrite`).
  package func putOnTop(
    _ spool: any Spool, at name: ObjectName, retainedUntil time: Int64?
  ) async throws(StorageError) {
    guard try Self.checkedSecond(of: name) == nil else {
      spool.discard()
      throw StorageError(.unsupported, "write", name.text, reason: "it is kept twice")
    }
    try await store.putOnTop(spool, at: name, retainedUntil: time)
  }

  /// What the store below does.
  package func takesManyWriters() async throws(StorageError) -> Bool { try await store.takesManyWriters() }

  /// The name of the second copy; nil for what is kept once.
  package static func second(of name: ObjectName) -> ObjectName? {
    folders.contains { name.isUnder($0) } ? name.under("second") : nil
  }

  /// Puts both copies; see `ObjectStore`. Throws where the second could not be written, and the object may
  /// then be there in its first: the next put or get completes it.
  package func put(_ bytes: [UInt8], at name: ObjectName) async throws(StorageError) -> PutOutcome {
    guard let second = try Self.checkedSecond(of: name) else { return try await store.put(bytes, at: name) }
    guard bytes.count <= Self.limit else { throw StorageError(.tooLarge, "write", name.text) }
    if try await isKnownThere(name, second) { return try await settleForPut(name, second) }
    guard try await store.put(bytes, at: name) == .created else {
      return try await settleForPut(name, second)
    }
    // Somebody who read the first copy meanwhile may have mended the second.
    if try await store.put(bytes, at: second) == .exists { try await reconcile(name, second, strictly: true) }
    return .created
  }

  /// Whether either copy is there, for who is about to put them. Over a network nobody asks twice: who adds a commit has
  /// just looked for both copies, and other names are those of their bytes.
  private func isKnownThere(_ name: ObjectName, _ second: ObjectName) async throws(StorageError) -> Bool {
    guard !store.isRemote else { return false }
    return try await isThere(name, second)
  }

  /// Makes sure that the first copy, which is there, lasts, whatever became of the second.
  package func secureFirst(_ bytes: [UInt8], at name: ObjectName) async throws(StorageError) {
    _ = try await store.put(bytes, at: name)
  }

  /// A place to write an object.
  package func spool() async throws(StorageError) -> any Spool { try await store.spool() }

  /// Puts what was spooled, both copies where the name is kept twice.
  package func put(_ spool: any Spool, at name: ObjectName) async throws(StorageError) -> PutOutcome {
    guard let second = try Self.checkedSecond(of: name) else { return try await store.put(spool, at: name) }
    guard spool.size <= UInt64(Self.limit) else {
      spool.discard()
      throw StorageError(.tooLarge, "write", name.text)
    }
    if try await isKnownThere(name, second) {
      spool.discard()
      return try await settleForPut(name, second)
    }
    guard try await store.put(spool, at: name) == .created else {
      return try await settleForPut(name, second)
    }
    guard let bytes = try await store.get(name, limit: Self.limit) else {
      throw StorageError(.lost, "write", name.text)
    }
    if try await store.put(bytes, at: second) == .exists { try await reconcile(name, second, strictly: true) }
    return .created
  }

  /// The copy that counts; nil where both are absent.
  package func get(_ name: ObjectName, limit: Int) async throws(StorageError) -> [UInt8]? {
    guard let second = try Self.checkedSecond(of: name) else {
      return try await store.get(name, limit: limit)
    }
    return try await serve(name, second, limit: limit)
  }

  /// The first copy as it lies there, for who judges it by more than `verify` can. Nil where it can't be read, or where
  /// a reader who mends has to look at the second.
  package func firstCopy(_ name: ObjectName, limit: Int) async -> [UInt8]? {
    guard let second = Self.second(of: name), let bytes = await copyAsItLies(name, limit: limit) else {
      return nil
    }
    guard mends, !store.isRemote else { return bytes }
    let size = (try? await store.size(second)).flatMap(\.self)
    return size == UInt64(bytes.count) ? bytes : nil
  }

  /// The first copy as it lies there; nil where it can't be read.
  package func copyAsItLies(_ name: ObjectName, limit: Int) async -> [UInt8]? {
    (try? await store.get(name, limit: limit)).flatMap(\.self)
  }

  /// Reads part of an object; of one that is kept twice, part of the copy that counts, verified whole.
  package func read(
    _ name: ObjectName, at offset: UInt64, count: Int, into buffer: inout [UInt8]
  ) async throws(StorageError) -> Int {
    guard let second = try Self.checkedSecond(of: name) else {
      return try await store.read(name, at: offset, count: count, into: &buffer)
    }
    guard let bytes = try await serve(name, second, limit: Self.limit) else {
      throw StorageError(.absent, "read", name.text)
    }
    buffer.removeAll(keepingCapacity: true)
    guard offset < UInt64(bytes.count), count > 0 else { return 0 }
    buffer.append(contentsOf: bytes[Int(offset)...].prefix(count))
    return buffer.count
  }

  /// An object for many reads; of one that is kept twice each read serves the copy that counts.
  package func open(_ name: ObjectName) async throws(StorageError) -> any StoredObject {
    guard try Self.checkedSecond(of: name) == nil else { return NamedObject(store: self, name: name) }
    return try await store.open(name)
  }

  /// The size of the copy that counts.
  package func size(_ name: ObjectName) async throws(StorageError) -> UInt64? {
    guard let second = try Self.checkedSecond(of: name) else { return try await store.size(name) }
    let first = try await store.size(name)
    let other = try await store.size(second)
    guard let first else { return other }
    guard let other, other != first else { return first }
    return try await serve(name, second, limit: Self.limit).map { UInt64($0.count) }
  }

  /// The objects in a folder; in `ledger` and `keyring` those of which there is either copy.
  package func list(_ folder: String) async throws(StorageError) -> [ObjectInfo] {
    let rows = try await store.list(folder)
    guard Self.folders.contains(where: { folder == $0 || folder.hasPrefix($0 + "/") }) else { return rows }
    let known = Set(rows.map(\.name))
    var union = rows
    for row in try await store.list("second/" + folder) {
      guard let name = row.name.within("second"), !known.contains(name) else { continue }
      union.append(ObjectInfo(name: name, size: row.size, modified: row.modified))
    }
    return union.sorted { $0.name < $1.name }
  }

  /// Those of the first copy's folder, or of any other, behind a name.
  package func list(_ folder: String, after name: ObjectName) async throws(StorageError) -> [ObjectInfo] {
    try await store.list(folder, after: name)
  }

  /// The names in a folder; in `ledger` and `keyring` those of which there is either copy.
  package func names(_ folder: String) async throws(StorageError) -> [ObjectName] {
    guard Self.folders.contains(where: { folder == $0 || folder.hasPrefix($0 + "/") }) else {
      return try await store.names(folder)
    }
    let copies = try await namesOfCopies(folder)
    return Array(Set(copies.first).union(copies.second))
  }

  /// The names in a folder that is kept twice, by copy; those of the second without `second/`.
  package func namesOfCopies(
    _ folder: String, after name: ObjectName? = nil
  ) async throws(StorageError) -> (first: [ObjectName], second: [ObjectName]) {
    guard let name, let second = Self.second(of: name) else {
      let first = try await store.names(folder)
      return (first, try await store.names("second/" + folder).compactMap { $0.within("second") })
    }
    let first = try await store.list(folder, after: name).map(\.name)
    let others = try await store.list("second/" + folder, after: second)
    return (first, others.compactMap { $0.name.within("second") })
  }

  /// Those of the store below.
  package func unexpectedEntries(besides folders: Set<String>) async throws(StorageError) -> [String] {
    try await store.unexpectedEntries(besides: folders)
  }

  /// Erases both copies, and damaged ones that were put aside: they hold the same keys.
  package func erase(_ name: ObjectName) async throws(StorageError) -> Bool {
    guard let second = try Self.checkedSecond(of: name) else { return try await store.erase(name) }
    // The first goes last, so that what is half erased still shows. Who reads it meanwhile may mend the
    // second: once more.
    for _ in 0..<3 {
      guard try await store.erase(second), try await store.erase(name) else { return false }
      if try await !isThere(name, second) { break }
    }
    for copy in [name, second] {
      for aside in try await asides(of: copy) where try await !store.erase(aside) { return false }
    }
    return try await !isThere(name, second)
  }

  /// Clears the spool of the store under it.
  @discardableResult
  package func clearSpool(olderThan seconds: Int64) async throws(StorageError) -> Int {
    try await store.clearSpool(olderThan: seconds)
  }

  /// Reads both copies whole and mends what can be; throws where mending fails. Does nothing for names kept
  /// once.
  package func mend(_ name: ObjectName) async throws(StorageError) {
    guard let second = try Self.checkedSecond(of: name) else { return }
    try await reconcile(name, second, strictly: true)
  }

  /// Nil: the name is kept once. Names so deep that they have no second copy are refused.
  private static func checkedSecond(of name: ObjectName) throws(StorageError) -> ObjectName? {
    guard folders.contains(where: { name.isUnder($0) }) else { return nil }
    guard let second = second(of: name), asideFolder(of: second) != nil else {
      throw StorageError(.badName, "use", name.text, reason: "the name is too deep to be kept twice")
    }
    return second
  }
}
