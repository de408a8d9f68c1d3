internal import Rules
internal import Sealing
internal import Storage

/// What is asked of a place before it is opened: that it is the one that is meant, and that nothing of it is missing.
extension OpenPlace {
  /// Whether a place is the vault: as this machine met it, or else by its own ledger, which is only looked at.
  static func isVault(
    at location: Location, in machine: Machine, as remembered: KnownPlaces.KnownLocation?,
    expecting expected: Identifier?
  ) async -> Bool {
    if let remembered { return remembered.kind == .vault }
    guard let place = try? await Place.open(location, mends: false, by: machine.openStore),
      let ledger = try? await OpenLedger.load(
        LedgerFiles(place.store), expecting: expected, standingAs: place.marker.place)
    else { return false }
    return ledger.state.home == place.marker.place
  }

  /// Refuses another vault, or another place of it, than this machine met there.
  static func checkMarker(
    of place: Place, remembered: KnownPlaces.KnownLocation?, expected: Identifier?
  ) throws(VaultError) {
    guard let remembered, expected == nil else { return }
    if remembered.vault != place.marker.vault {
      throw VaultError(
        .unknownVault,
        "at \(place.location) vault \(remembered.vault.hex) used to be; now \(place.location)/STRONGROOM names \(place.marker.vault.hex)",
        safe: "nothing was written", hint: .expectVault(place.marker.vault))
    }
    if remembered.place != place.marker.place {
      throw VaultError(
        .unknownVault, "\(place.location)/STRONGROOM names another place of the vault than was here before",
        safe: "nothing was written", hint: .putMarkerBack(orExpect: remembered.vault))
    }
  }

  /// An id says which vault is meant, not which place of it: with one in the environment a swapped marker would
  /// otherwise make the home place a copy, which could be made the vault in its stead.
  static func checkHome(
    _ place: Place, remembered: KnownPlaces.KnownLocation?, home: Identifier
  ) async throws {
    if place.marker.place == home { try await Place.requireManyWriters(place.raw) }
    guard let remembered, remembered.kind == .vault, remembered.place == home, place.marker.place != home
    else { return }
    throw VaultError(
      .refused,
      "\(place.location)/STRONGROOM names another place than the ledger's home, which was here before",
      safe: "nothing was written",
      hint: "put the marker back; a copy that was put here on purpose is made the vault where it was made"
    )
  }

  /// Compares what was read with what this machine saw before.
  static func compare(
    _ ledger: OpenLedger, with known: KnownPlaces, _ place: Place, wasHome: Bool, accepting: Fork?
  ) async throws -> Continuity {
    do throws(VaultError) {
      return try Continuity(
        ledger: ledger, memory: known.vaults[ledger.state.vault],
        isHome: place.marker.place == ledger.state.home, wasHome: wasHome, accepted: accepting,
        location: place.location)
    } catch {
      // A lost commit looks like a rollback, but can be put back.
      guard let gap = try await gap(behind: ledger, listed: nil, seen: nil) else { throw error }
      throw VaultError(error.code, "\(error.what); \(gap)", safe: error.safe, hint: putBack)
    }
  }

  /// What is to be said of what lies behind where a destination stands and is no commit; nil where nothing does.
  static func unusedTail(
    of ledger: OpenLedger, listed: LedgerNames?, at location: Location
  ) async throws -> Notice? {
    guard let error = ledger.unusedTail else { return nil }
    // What goes on behind it may be newer snapshots, which nobody can tell from junk; and so may be what looks like a
    // commit of this vault.
    let names = if let listed { listed } else { try await ledger.files.names() }
    var isTorn = names.first(above: ledger.whole.size) != nil
    for files in [ledger.files, ledger.files.takingSecond] where !isTorn {
      let bytes = await files.firstCopy(at: ledger.whole.size)
      isTorn = bytes.map { isSigned($0, of: ledger.state.vault) } ?? false
    }
    guard isTorn else { return .unusedTail(error, at: location) }
    return .shortfall(
      Finding(.damaged, Layout.commit(ledger.whole.size).text, .tornTail(error)).hidingVersions)
  }

  /// Whether bytes name a vault in one of the two places where a commit does, of which damage may have hit the other.
  private static func isSigned(_ bytes: [UInt8], of vault: Identifier) -> Bool {
    let origin = Array("strongroom/\(vault.hex)".utf8)
    return bytes.split(separator: 0x0a).contains { line in
      line.elementsEqual(origin) || line.dropFirst(4).starts(with: origin)
    }
  }

  /// Tells of a commit behind the ledger's end; a writer, who has `listed` the ledger, is refused there. A reader whose
  /// ledger reaches as far as was ever seen doesn't look for one.
  static func gap(
    behind ledger: OpenLedger, listed: LedgerNames?, seen: KnownPlaces.Memory?
  ) async throws -> Finding? {
    if listed == nil, let seen, ledger.whole.size >= seen.size { return nil }
    let names = if let listed { listed } else { try await ledger.files.names() }
    guard let beyond = try await ledger.files.gap(behind: ledger.whole.size, in: names) else { return nil }
    let gap = Finding(
      .missing, Layout.commit(ledger.whole.size).text,
      .gap(before: beyond)
    ).hidingVersions
    guard listed == nil else {
      throw VaultError(
        .refused, "\(gap)", safe: "nothing was written", hint: putBack)
    }
    return gap
  }

  private static let putBack: Hint =
    "put the missing commit back from another copy of this vault, from its ledger/ or second/ledger/"
}
