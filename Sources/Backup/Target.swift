internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// A folder that is, or is to become, a place of a vault.
struct Target {
  let location: Location
  /// Each copy an object of its own.
  let raw: any ObjectStore
  /// Ledger and keyring kept twice.
  let store: any ObjectStore
  /// What came up while it was read and written.
  let notices: Notices
  /// The place's id: from its marker, or a new one.
  let place: Identifier
  /// Whether it has no marker yet.
  let isNew: Bool
  /// Its ledger, as far as it stands; nil where there is none yet.
  let ledger: OpenLedger?

  /// What its ledger says; nil where there is none yet.
  var state: LedgerState? { ledger?.state }

  /// Opens a folder.
  /// - Parameters:
  ///   - begins: whether a new place may begin there, in a folder that is empty, or is made.
  ///   - remembered: what this machine met there.
  /// - Throws: `VaultError` `.exists` where something else lies there, `.refused` for a place of another vault, or where
  ///   nothing is there and nothing may begin.
  static func open(
    _ location: Location, of vault: Identifier, in machine: Machine, begins: Bool,
    as remembered: KnownPlaces.KnownLocation? = nil
  ) async throws -> Target {
    guard let raw = try await folder(location, machine, create: begins) else {
      throw beginsNot(location, remembered)
    }
    let notices = Notices()
    let store = Place.twice(raw, mends: true, onMend: notices.note)
    guard let bytes = try await raw.get(Layout.marker, limit: Marker.limit) else {
      guard try await isOurs(raw) else {
        throw VaultError(
          .exists, "\(location) holds other things than a place", safe: "nothing was written",
          hint: "choose an empty folder, or one that isn't there yet")
      }
      guard begins else { throw beginsNot(location, remembered) }
      try await Place.refuseNested(location, in: machine, for: "a place of its own")
      return Target(
        location: location, raw: raw, store: store, notices: notices, place: try Identifier.random(),
        isNew: true,
        ledger: try await ledger(store, of: vault, at: nil, remembered: nil))
    }
    let marker: Marker
    do { marker = try Marker(bytes: bytes) } catch {
      throw VaultError(.damaged, "\(location)/STRONGROOM: \(error.what)", safe: "nothing was written")
    }
    guard marker.vault == vault else {
      throw VaultError(
        .refused, "\(location) belongs to another vault, \(marker.vault.hex)", safe: "nothing was written",
        hint: "choose another folder")
    }
    let ledger = try await ledger(
      store, of: vault, at: marker.place,
      remembered: FoldFile(in: machine, vault: vault, place: marker.place).load())
    if let ledger, ledger.unusedTail != nil { notices.passOver(Layout.commit(ledger.whole.size)) }
    return Target(
      location: location, raw: raw, store: store, notices: notices, place: marker.place, isNew: false,
      ledger: ledger)
  }

  /// Puts the marker, by which the folder becomes a place: the last thing that is written to a new one.
  func mark(_ vault: Identifier) async throws {
    _ = try await raw.put(Marker(vault: vault, place: place).bytes, at: Layout.marker)
  }

  private static func beginsNot(_ location: Location, _ remembered: KnownPlaces.KnownLocation?) -> VaultError
  {
    VaultError(
      .refused,
      remembered == nil
        ? "there is no destination of this vault at \(location)"
        : "a destination of this vault was at \(location), and isn't there now: is its disk mounted?",
      safe: "nothing was written", hint: .beginDestination)
  }

  /// The store; nil where no folder is there and none is to be made.
  private static func folder(
    _ location: Location, _ machine: Machine, create: Bool
  ) async throws -> (any ObjectStore)? {
    do {
      // Looked at first: opening to write makes the folder.
      if !create { _ = try await machine.openStore(location, false) }
      return try await machine.openStore(location, true)
    } catch let error as StorageError where error.code == .absent && !create {
      return nil
    } catch let error as StorageError where error.code == .notAFolder {
      throw VaultError(.exists, "\(location) is not a folder", safe: "nothing was written")
    }
  }

  /// Whether the folder is empty, or holds nothing but a copy that broke off before it got its marker.
  private static func isOurs(_ store: any ObjectStore) async throws -> Bool {
    let folders: Set = [Layout.ledger, Layout.keyring, Layout.boxes, "second", "aside"]
    guard try await store.unexpectedEntries(besides: folders).isEmpty else { return false }
    return try await store.names("").allSatisfy { name in
      let first = name.within("second") ?? name
      return name.isUnder("aside") || Layout.digest(of: first) != nil || Layout.commitNumber(of: first) != nil
    }
  }

  private static func ledger(
    _ store: any ObjectStore, of vault: Identifier, at place: Identifier?, remembered: RememberedFold?
  ) async throws -> OpenLedger? {
    let files = LedgerFiles(store)
    guard try await files.commit(at: 0) != nil else { return nil }
    let listed = remembered == nil ? nil : try await files.names()
    return try await OpenLedger.load(
      files, expecting: vault, standingAs: place, remembering: remembered, listed: listed)
  }
}
