public import Storage
internal import Ledger

/// The ledger's files in a place: reading a commit, and adding one where nothing is yet.
///
/// What a commit says is not its business; that only one of two racing writers gets a place, is.
public struct LedgerFiles: Sendable {
  /// Where the ledger lies.
  public let store: any ObjectStore
  /// A commit is at most this long (Format.md, 4.1).
  public static let limit = 8 << 20 + 4096

  /// The ledger of a place.
  public init(_ store: any ObjectStore) { self.store = store }

  private var takesSecond = false

  /// The same, with the second copy of a commit taken where it is intact: for who knows that the first ones aren't those
  /// that were seen before.
  package var takingSecond: LedgerFiles {
    var files = self
    files.takesSecond = true
    return files
  }

  /// What became of a commit that was put.
  public enum Outcome: Sendable {
    /// It stands in the ledger, in both copies.
    case won
    /// It stands in the ledger and counts, but its second copy could not be written.
    case wonOnce(StorageError)
    /// Another one stands in its place.
    case lost
  }

  /// The bytes at a place in the ledger, nil behind its end.
  package func commit(at number: UInt64) async throws -> [UInt8]? {
    if takesSecond, let bytes = await secondCopy(at: number) { return bytes }
    return try await store.get(Layout.commit(number), limit: Self.limit)
  }

  /// The second copy of a commit, where it is intact.
  private func secondCopy(at number: UInt64) async -> [UInt8]? {
    guard let second = MirroredStore.second(of: Layout.commit(number)),
      let bytes = (try? await store.get(second, limit: Self.limit)).flatMap(\.self),
      Commit.looksIntact(bytes, number: number)
    else { return nil }
    return bytes
  }

  /// Puts the first copy of a commit back where it is another one than the commit that was used; a reader who doesn't
  /// write tells it.
  package func mendFirst(at number: UInt64) async throws {
    guard let twice = store as? MirroredStore, let used = try await commit(at: number),
      let first = await twice.copyAsItLies(Layout.commit(number), limit: Self.limit), first != used
    else { return }
    try await twice.mendFirst(Layout.commit(number), first, from: used)
  }

  /// A commit that stands behind the ledger's end, which something must have torn away; nil where there is none.
  /// `listed` is what was there at some time before the ledger was read to that size.
  package func gap(behind size: UInt64, in listed: LedgerNames) async throws -> ObjectName? {
    guard let beyond = listed.first(above: size) else { return nil }
    // Another writer may have gone on meanwhile.
    return try await commit(at: size) == nil ? Layout.commit(beyond) : nil
  }

  /// Which commits are there, without a look at any of them.
  /// - Parameter number: those before it are of no interest, where looking at all costs.
  package func names(from number: UInt64 = 0) async throws -> LedgerNames {
    let before = store.isRemote && number > 0 ? Layout.commit(number - 1) : nil
    let start = before == nil ? 0 : number
    if let twice = store as? MirroredStore {
      let names = try await twice.namesOfCopies(Layout.ledger, after: before)
      return LedgerNames(first: names.first, second: names.second, from: start)
    }
    let names =
      if let before { try await store.list(Layout.ledger, after: before).map(\.name) } else {
        try await store.names(Layout.ledger)
      }
    return LedgerNames(first: names, second: names, from: start)
  }

  /// The first copies of commits from a number on, as a listing shows them.
  func rows(from number: UInt64) async throws(StorageError) -> [ObjectInfo] {
    number == 0
      ? try await store.list(Layout.ledger)
      : try await store.list(Layout.ledger, after: Layout.commit(number - 1))
  }

  /// Whether it lies behind a network.
  package var isRemote: Bool { store.isRemote }

  /// The commit at a place, as `accept` takes it; nil behind the ledger's end.
  ///
  /// The store tells damage only by a commit's form. A digit that flipped within an entry shows when the commit is
  /// folded; then the second copy is tried, and the first mended from it.
  package func commit<Accepted>(
    at number: UInt64, _ accept: ([UInt8]) throws -> Accepted
  ) async throws -> Accepted? {
    guard let served = try await commit(at: number) else { return nil }
    do {
      return try accept(served)
    } catch {
      let name = Layout.commit(number)
      guard let second = MirroredStore.second(of: name),
        let other = try? await store.get(takesSecond ? name : second, limit: Self.limit), other != served,
        let accepted = try? accept(other)
      else { throw error }
      guard !takesSecond else { return accepted }
      try await (store as? MirroredStore)?.mendFirst(name, served, from: other)
      return accepted
    }
  }

  /// The first copy of a commit as it lies there, nobody having looked at it; nil where it can't be read, or its second
  /// copy is to be looked at as well.
  func firstCopy(at number: UInt64) async -> [UInt8]? {
    if takesSecond { return await secondCopy(at: number) }
    let name = Layout.commit(number)
    guard let twice = store as? MirroredStore else {
      return (try? await store.get(name, limit: Self.limit)).flatMap(\.self)
    }
    return await twice.firstCopy(name, limit: Self.limit)
  }

  /// Adds a commit if nothing is at its place yet.
  ///
  /// Neither a conflict nor an error proves anything: a commit whose second copy could not be written counts. So the
  /// object is read back, and only equal bytes mean that this writer won.
  public func append(_ bytes: [UInt8], at number: UInt64) async throws -> Outcome {
    let name = Layout.commit(number)
    var failure: StorageError?
    do {
      if try await store.put(bytes, at: name) == .created { return .won }
    } catch {
      failure = error
    }
    if let present = try await commit(at: number) {
      guard present == bytes else { return .lost }
      return failure == nil ? .won : try await complete(bytes, name)
    }
    if let failure, failure.code != .lost { throw failure }
    // Neither ours nor another's arrived: the next try decides. What was thought lost may arrive late, so that what is
    // there is read again, whatever this try says.
    var second: StorageError?
    do {
      if try await store.put(bytes, at: name) == .created { return .won }
    } catch {
      second = error
    }
    guard let present = try await commit(at: number) else {
      throw second ?? StorageError(.lost, "write", name.text)
    }
    guard present == bytes else { return .lost }
    return second == nil ? .won : try await complete(bytes, name)
  }

  /// A commit that stands, though putting it failed: what a passing fault held up is made good, and what can't be is told.
  /// - Throws: `StorageError` where its first copy may not last; then nobody can say whether it counts.
  private func complete(_ bytes: [UInt8], _ name: ObjectName) async throws -> Outcome {
    do {
      _ = try await store.put(bytes, at: name)
      return .won
    } catch {
      guard let twice = store as? MirroredStore else { throw error }
      try await twice.secureFirst(bytes, at: name)
      return .wonOnce(error)
    }
  }
}

extension LedgerFiles.Outcome {
  /// Whether the commit stands in the ledger.
  package var isIn: Bool { if case .lost = self { false } else { true } }

  /// What is out of order with a commit that stands there; nil where nothing is.
  package func finding(at number: UInt64) -> Finding? {
    guard case .wonOnce(let error) = self, let second = MirroredStore.second(of: Layout.commit(number)) else {
      return nil
    }
    return Finding(.missing, second.text, .notWritten(error))
  }
}
