internal import Storage
package import Rules
internal import Keyring
public import Sealing

/// Writing to a vault: only its home place takes entries, and only from who may make them.
extension OpenPlace {
  /// Commits entries, and keeps keys and memory up with the ledger.
  /// - Throws: `VaultError` `.refused` at a place that isn't the vault.
  @discardableResult
  package func commit(as identity: Identity, _ build: (LedgerState) throws -> [OpenLedger.Draft]) async throws
    -> Range<
      UInt64
    >
  {
    try await requireHome()
    let now = machine.now
    let written = try await ledger.commit(as: identity, clock: now, journal: try await journal(), build)
    for finding in ledger.shortfalls { note(.shortfall(finding)) }
    try await refreshKeys()
    try remember(wrote: true)
    return written
  }

  /// Whether others wrote meanwhile, so that what failed for this reason is to be done anew: files of the keyring that
  /// nothing names yet may be removed as strays.
  func wasOvertaken(_ error: any Error) async -> Bool {
    let size = state.size
    guard !(error is CancellationError), (try? await ledger.catchUp()) != nil else { return false }
    return state.size != size
  }

  /// Who writes.
  public func writer() throws(VaultError) -> Identity {
    guard let identity else {
      throw VaultError(.notGranted, "this needs an identity", safe: "nothing was written")
    }
    return identity
  }

  /// Whom sealed parts are sealed to: everybody may know, so that an operator without keys seals them too.
  package func journal() async throws -> OpenLedger.Journal? {
    if let keys, keys.isPresent(in: state) { return keys.journal }
    guard let known = state.generation else { return nil }
    let generation = try await KeyringFiles(place.store).generation(known, vault: state.vault)
    let newest = generation.newestJournal
    return OpenLedger.Journal(epoch: UInt64(newest.epoch), xWing: newest.xWing)
  }

  /// Refuses a place that isn't the vault, or that isn't it alone.
  ///
  /// Whoever writes files before the entry that names them asks first: where the entry is refused, they would stay.
  package func requireHome() async throws {
    guard isHome else {
      throw VaultError(
        .refused, "\(place.location) is a copy, not the vault", safe: "nothing was written",
        hint: .recover(place.location))
    }
    try await checkAlone()
  }

  /// Whether all entries of another folder of this place are in this one, too: otherwise both were written to. Looked at
  /// once, not at every commit. A ledger that can't be read takes no entries either.
  private func holds(all other: Place) async -> Bool {
    if comparedTwins.contains(other.location) { return true }
    if let theirs = try? await OpenLedger.load(LedgerFiles(other.store), expecting: state.vault) {
      guard ledger.root(at: theirs.state.size) == theirs.state.root else { return false }
    }
    comparedTwins.insert(other.location)
    return true
  }

  /// Refuses where the vault itself still lies elsewhere: two that are written would be two histories.
  func checkAlone() async throws {
    let mine = place.location.resolved
    let written = known.locations[mine]?.written ?? 0
    for (location, other) in known.locations
    where location != mine && other.vault == state.vault && other.kind == .vault {
      // Another path to this folder.
      if location.isSameFolder(as: mine) { continue }
      let there: Place
      do { there = try await Place.open(location, mends: false, by: machine.openStore) } catch {
        // What can't be looked at may be whole: only what is gone lets a copy take its place.
        guard !isHome, VaultError(telling: error)?.code != .noVault else { continue }
        throw VaultError(
          .refused, "whether the vault at \(location) is lost can't be told: \(error)",
          safe: "nothing was written",
          hint: "look at it first; if it is given up for good, move it away")
      }
      guard there.marker.vault == state.vault else { continue }
      // What became the vault after this copy was made, the copy's ledger doesn't know.
      let place = there.marker.place
      guard place == state.home || !isHome && place == other.place else { continue }
      // Of two that are alike, marker and all, the one that was written to from here goes on: a copy that was only
      // looked at stops nobody.
      if isHome, place == self.place.marker.place, written >= other.written {
        if await holds(all: there) { continue }
        throw VaultError(
          .refused,
          "\(location) is the same place of the vault, and holds entries that this one doesn't: both were written to",
          safe: "nothing was written",
          hint: "find out which one is to go on, and move the other one away before anything is written")
      }
      throw VaultError(
        .refused, "the vault itself lies at \(location); this is a copy of it", safe: "nothing was written",
        hint: "write there; if that one is given up for good, move it away first")
    }
  }
}
