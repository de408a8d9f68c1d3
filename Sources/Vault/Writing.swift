package import Rules
internal import Keyring
public import Sealing

/// Writing to a vault: only its home place takes entries, and only from who may make them.
extension OpenPlace {
  /// Commits entries, and keeps keys and memory up with the ledger.
  ///
  /// A restored copy becomes the home place with the first write, which enters `recovered`.
  @discardableResult
  package func commit(as identity: Identity, _ build: (LedgerState) throws -> [OpenLedger.Draft]) async throws
    -> Range<
      UInt64
    >
  {
    try await becomeHome(as: identity)
    let now = machine.now
    let written = try await ledger.commit(as: identity, clock: now, journal: try await journal(), build)
    for finding in ledger.shortfalls { note(.shortfall(finding)) }
    try await refreshKeys()
    try remember()
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
    guard let identity else { throw VaultError(.notGranted, "this needs an identity") }
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

  /// Refuses where the vault itself still lies elsewhere: two that are written would be two histories.
  private func checkAlone() async throws {
    let mine = Self.absolute(place.location)
    for (location, other) in known.locations
    where location != mine && other.vault == state.vault && other.kind == .vault {
      guard let there = try? await Place.open(location, mends: false, by: machine.openStore),
        there.marker.vault == state.vault, there.marker.place == state.home
      else { continue }
      throw VaultError(
        .refused, "the vault itself lies at \(location); this is a copy of it", safe: "nothing was written",
        hint: "write there; if that one is given up for good, move it away first")
    }
  }

  /// Makes a restored copy the vault, and so ready to be written to; does nothing where it is.
  ///
  /// Whoever writes files before the entry that names them calls it first: the entry that it makes would otherwise come
  /// between, and the files would have to be written anew.
  func becomeHome(as identity: Identity) async throws {
    guard !isHome else { return try await checkAlone() }
    try await ledger.catchUp()
    guard state.may(identity.publicIdentity.id, .recovered) else {
      throw VaultError(
        .refused, "\(place.location) is a copy, not the vault; only a custodian can make it the vault",
        safe: "nothing was written", hint: "let a custodian make the first write after a restore")
    }
    if case .copy(let behind) = role, behind > 0, accepted == nil {
      let end = KnownPlaces.Fork(size: state.size, root: state.root)
      throw VaultError(
        .rollback, "this copy lacks \(behind) entries that this machine saw; writing here gives them up",
        safe: "nothing was written", hint: .acceptLoss(end))
    }
    try await checkAlone()
    let (size, root, home) = (state.size, state.root, place.marker.place)
    let snapshot = state.places.values.compactMap(\.snapshots.last?.number).max() ?? 0
    try await ledger.commit(as: identity, clock: machine.now, journal: try await journal()) { state in
      guard state.size == size, state.root == root else {
        throw VaultError(
          .busy, "another writer was faster while the vault was recovered", safe: "nothing was written")
      }
      return [OpenLedger.Draft(.recovered(Recovery(home: home, root: root, size: size, snapshot: snapshot)))]
    }
    for finding in ledger.shortfalls { note(.shortfall(finding)) }
    known.goOn(
      state.vault, size: state.size, root: state.root, recovered: KnownPlaces.Fork(size: size, root: root))
    try known.save()
    note(.becameVault(place.location, from: size))
  }
}
