internal import Ledger
internal import Rules
internal import Sealing
public import Storage
public import Vault

/// Writes commits of a place's ledger anew that are damaged or missing there in both copies, so that it can be opened.
///
/// They come from another place of the same vault, folded one after the other, so that only the ledger that was signed
/// gets there. A commit that somebody signed otherwise is no damage, and is left to people. The vault's own ledger is put
/// right only as far as this machine saw it there, and not at all by one that never did: what a copy holds beyond that is a
/// copy's word.
public struct LedgerRepairer {
  private let location: Location
  private let source: OpenPlace

  /// - Parameters:
  ///   - location: where the place lies.
  ///   - source: another place of its vault, whose ledger is whole.
  public init(at location: Location, from source: OpenPlace) {
    self.location = location
    self.source = source
  }

  /// - Returns: the copies of commits that were written anew.
  /// - Throws: `VaultError` `.refused` for a place of another vault, or one whose ledger went on another way; `.damaged`
  ///   where the source's ledger isn't whole; `StorageError`.
  public func run() async throws -> UInt64 {
    let raw = try await source.machine.openStore(location, true)
    guard let store = Place.twice(raw, mends: false) as? MirroredStore else {
      throw VaultError(.failed, "\(location) doesn't keep its ledger twice")
    }
    let (marker, isLost) = try await marker(raw)
    let (end, names) = try await end(store, isHome: marker.place == source.state.home)
    // All is looked at before anything is written: where somebody signed another commit, nothing is.
    let wrong = try await look(raw, upTo: end, names)
    var written: UInt64 = 0
    for copies in wrong {
      try Task.checkCancellation()
      written += try await mend(copies, raw, store)
    }
    // The last thing, as where a place is made: from then on it is one.
    if isLost, try await store.rewrite(Layout.marker, with: marker.bytes) { written += 1 }
    return written
  }

  /// Copies of a commit that are to be written anew.
  private struct Wrong {
    let number: UInt64
    /// Of the right commit.
    let digest: Digest
    var damaged: [ObjectName] = []
    var absent: [ObjectName] = []
  }

  /// - Parameter names: which commits lie there.
  private func look(_ raw: any ObjectStore, upTo end: UInt64, _ names: Set<UInt64>) async throws -> [Wrong] {
    var state: LedgerState?
    var found: [Wrong] = []
    for number in source.ledger.numbers where number < end {
      try Task.checkCancellation()
      let before = state
      let good = try await source.ledger.files.commit(at: number) { bytes in
        guard state.fold(bytes) else {
          throw VaultError(.damaged, "\(Layout.commit(number)) is damaged at \(source.place.location), too")
        }
        return bytes
      }
      guard let good else {
        throw VaultError(.damaged, "\(Layout.commit(number)) is missing at \(source.place.location), too")
      }
      let wrong = try await look(at: number, good, after: before, raw)
      if !wrong.damaged.isEmpty || !wrong.absent.isEmpty { found.append(wrong) }
    }
    // Between the source's commits none lies, unless the ledger went on another way.
    let own = Set(source.ledger.numbers)
    for number in names.sorted() where number < min(end, source.state.size) && !own.contains(number) {
      try await refuseSigned(number, raw)
    }
    return found
  }

  private func refuseSigned(_ number: UInt64, _ raw: any ObjectStore) async throws {
    let name = Layout.commit(number)
    for copy in [name, MirroredStore.second(of: name)].compactMap(\.self) {
      if let bytes = await Self.look(at: copy, raw)?.bytes, signedRoot(of: bytes, number) != nil {
        throw otherwise(copy)
      }
    }
  }

  /// The place's marker; where it is lost, the one that this machine met there.
  private func marker(_ raw: any ObjectStore) async throws -> (marker: Marker, isLost: Bool) {
    let there = try await raw.get(Layout.marker, limit: Marker.limit)
    if let marker = there.flatMap({ try? Marker(bytes: $0) }) {
      try check(marker)
      return (marker, false)
    }
    guard let known = source.remembered(at: location) else {
      throw VaultError(
        there == nil ? .noVault : .damaged,
        "no vault or destination at \(location): the file STRONGROOM is \(there == nil ? "missing" : "damaged")",
        safe: "nothing was written",
        hint: "repair it from a machine that used this place; or put the marker back from another copy of it")
    }
    let marker = Marker(vault: source.state.vault, place: known.place)
    try check(marker)
    return (marker, true)
  }

  private func check(_ marker: Marker) throws(VaultError) {
    guard marker.vault == source.state.vault else {
      throw VaultError(
        .refused,
        "\(location) is a place of vault \(marker.vault.hex), \(source.place.location) one of "
          + "\(source.state.vault.hex)", safe: "nothing was written")
    }
    guard marker.place != source.place.marker.place else {
      throw VaultError(
        .input, "\(location) can't be repaired from itself", safe: "nothing was written",
        hint: "name another place of the vault")
    }
  }

  /// Commits that begin before this number are to be there; and those that are.
  private func end(
    _ store: MirroredStore, isHome: Bool
  ) async throws -> (end: UInt64, names: Set<UInt64>) {
    let copies = try await store.namesOfCopies(Layout.ledger)
    let names = Set((copies.first + copies.second).compactMap(Layout.commitNumber))
    guard isHome else { return (names.max().map { $0 == .max ? $0 : $0 + 1 } ?? 0, names) }
    // What this machine saw at the vault is all that it knows to be right there.
    guard let seen = source.known.vaults[source.state.vault]?.home,
      source.ledger.root(at: seen.size) == seen.root
    else { return (0, names) }
    return (seen.size, names)
  }

  /// A copy as it lies there, nil bytes where none does; nil where it can't be read.
  private static func look(at copy: ObjectName, _ raw: any ObjectStore) async -> (bytes: [UInt8]?, Void)? {
    do { return (try await raw.get(copy, limit: LedgerFiles.limit), ()) } catch {
      // What no device gives any more is damage, too; what we may not read is told by the verification.
      return error.isOfDamage ? ([], ()) : nil
    }
  }

  private func look(
    at number: UInt64, _ good: [UInt8], after state: LedgerState?, _ raw: any ObjectStore
  ) async throws -> Wrong {
    let name = Layout.commit(number)
    var wrong = Wrong(number: number, digest: Digest.sha256(of: good))
    guard let second = MirroredStore.second(of: name) else { return wrong }
    var others: [[UInt8]] = []
    for copy in [name, second] {
      guard let look = await Self.look(at: copy, raw) else { continue }
      guard let found = look.bytes else {
        wrong.absent.append(copy)
        continue
      }
      guard found != good else { continue }
      wrong.damaged.append(copy)
      var folded = state
      if folded.fold(found) || isSignedOtherwise(found, number, than: good) { throw otherwise(copy) }
      others.append(found)
    }
    // Chance doesn't damage both copies alike, and leave them in form.
    if others.count == 2, others[0] == others[1], Commit.looksIntact(others[0], number: number) {
      throw otherwise(name)
    }
    return wrong
  }

  /// Whether somebody whom the vault knows signed another commit there: what lies behind a fork doesn't fold, and is no
  /// damage. A note that is the right commit's says nothing of entries that a disk changed.
  private func isSignedOtherwise(_ found: [UInt8], _ number: UInt64, than good: [UInt8]) -> Bool {
    guard let root = signedRoot(of: found, number) else { return false }
    return root != signedRoot(of: good, number)
  }

  /// The root under a commit's signature; nil where nobody whom the vault knows signed it.
  private func signedRoot(of bytes: [UInt8], _ number: UInt64) -> Digest? {
    let known = source.state.identities
    let commit = CommitAhead(bytes, number: number) { known[$0]?.identity }
    return commit.flatMap { $0.isSigned ? $0.root : nil }
  }

  private func otherwise(_ copy: ObjectName) -> VaultError {
    VaultError(
      .refused, "\(copy) at \(location) is another commit than the one at \(source.place.location)",
      safe: "nothing there was changed",
      hint: "somebody went on from there another way: find out who; restore the right one to another place")
  }

  /// Writes the copies of a commit anew that aren't it.
  private func mend(_ wrong: Wrong, _ raw: any ObjectStore, _ store: MirroredStore) async throws -> UInt64 {
    // It must be the one that was folded, whatever the source hands out now.
    let name = Layout.commit(wrong.number)
    guard let good = try await source.ledger.files.commit(at: wrong.number),
      Digest.sha256(of: good) == wrong.digest
    else {
      throw VaultError(
        .damaged, "\(name) is another one at \(source.place.location) than a moment ago",
        safe: "commits before it may have been written anew")
    }
    var written: UInt64 = 0
    for copy in wrong.damaged where try await store.rewrite(copy, with: good) { written += 1 }
    // Somebody may have got there since it was looked at: nothing of theirs goes.
    for copy in wrong.absent where try await raw.put(good, at: copy) == .created { written += 1 }
    return written
  }
}
