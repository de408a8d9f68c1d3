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
    let marker = try await marker(raw)
    let notices = Notices()
    guard let store = Place.twice(raw, mends: true, onMend: notices.note) as? MirroredStore else {
      throw VaultError(.failed, "\(location) doesn't keep its ledger twice")
    }
    let end = try await end(store, isHome: marker.place == source.state.home)
    var state: LedgerState?
    var written: UInt64 = 0
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
      written += try await mend(number, good, after: before, raw, store)
    }
    return written
  }

  private func marker(_ raw: any ObjectStore) async throws -> Marker {
    guard let bytes = try await raw.get(Layout.marker, limit: Marker.limit) else {
      throw VaultError(
        .noVault, "no vault or destination at \(location): the file STRONGROOM is missing",
        safe: "nothing was written")
    }
    let marker: Marker
    do { marker = try Marker(bytes: bytes) } catch {
      throw VaultError(.damaged, "\(location)/STRONGROOM: \(error.what)", safe: "nothing was written")
    }
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
    return marker
  }

  /// Commits that begin before this number are to be there.
  private func end(_ store: MirroredStore, isHome: Bool) async throws -> UInt64 {
    let names = try await store.namesOfCopies(Layout.ledger)
    let last = (names.first + names.second).compactMap(Layout.commitNumber).max()
    guard isHome else { return last.map { $0 == .max ? $0 : $0 + 1 } ?? 0 }
    // What this machine saw at the vault is all that it knows to be right there.
    guard let seen = source.known.vaults[source.state.vault]?.home,
      source.ledger.root(at: seen.size) == seen.root
    else { return 0 }
    return seen.size
  }

  /// A copy as it lies there, nil bytes where none does; nil where it can't be read.
  private static func look(at copy: ObjectName, _ raw: any ObjectStore) async -> (bytes: [UInt8]?, Void)? {
    do { return (try await raw.get(copy, limit: LedgerFiles.limit), ()) } catch { return nil }
  }

  /// Writes the copies of a commit anew that aren't it.
  private func mend(
    _ number: UInt64, _ good: [UInt8], after state: LedgerState?, _ raw: any ObjectStore,
    _ store: MirroredStore
  ) async throws -> UInt64 {
    let name = Layout.commit(number)
    guard let second = MirroredStore.second(of: name) else { return 0 }
    let copies = [name, second]
    var wrong: [ObjectName] = []
    var absent: [ObjectName] = []
    for copy in copies {
      // What can't be read is told by the verification.
      guard let look = await Self.look(at: copy, raw) else { continue }
      guard let found = look.bytes else {
        absent.append(copy)
        continue
      }
      guard found != good else { continue }
      wrong.append(copy)
      var otherwise = state
      guard !otherwise.fold(found) else {
        throw VaultError(
          .refused, "\(copy) at \(location) is another commit than the one at \(source.place.location)",
          safe: "nothing there was changed",
          hint:
            "somebody went on from there another way: find out who; restore the right one to another place")
      }
    }
    var written: UInt64 = 0
    for copy in wrong where try await store.rewrite(copy, with: good) { written += 1 }
    // Somebody may have got there since it was looked at: nothing of theirs goes.
    for copy in absent where try await raw.put(good, at: copy) == .created { written += 1 }
    return written
  }
}
