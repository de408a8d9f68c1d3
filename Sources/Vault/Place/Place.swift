internal import Sealing
public import Storage
internal import Ledger

/// A location with a marker, a ledger, a keyring and boxes: the vault, a destination or a restored copy.
public struct Place: Sendable {
  /// The store, which keeps ledger and keyring twice.
  public let store: any ObjectStore
  /// The store under it, in which each copy is an object of its own: for whoever looks at them one by one.
  package let raw: any ObjectStore
  /// Where it lies, as the user called it.
  public let location: Location
  /// What the marker says: a hint.
  public let marker: Marker
  /// What came up while reading and writing.
  let notices: Notices

  /// A place that is known to be there, in a store that keeps everything once.
  package init(raw: any ObjectStore, mends: Bool, location: Location, marker: Marker) {
    self.init(raw: raw, mends: mends, location: location, marker: marker, notices: Notices())
  }

  private init(raw: any ObjectStore, mends: Bool, location: Location, marker: Marker, notices: Notices) {
    self.raw = raw
    store = Self.twice(raw, mends: mends, onMend: notices.note)
    self.location = location
    self.marker = marker
    self.notices = notices
  }

  /// Opens the place at a location.
  /// - Parameter mends: whether a damaged second copy may be mended while reading; false for who only looks.
  /// - Throws: `VaultError` `.noVault` where there is none, `.damaged` where its marker can't be read.
  package static func open(
    _ location: Location, mends: Bool, by openStore: Machine.StoreOpener
  ) async throws -> Place {
    let raw = try await existing(location, openStore)
    guard let bytes = try await raw.get(Layout.marker, limit: Marker.limit) else {
      throw VaultError(
        .noVault, "no vault or destination at \(location): the file STRONGROOM is missing",
        hint:
          "if a restore or snapshot to it broke off, run that again; else, if ledger/ and boxes/ are there, put the marker back from another copy of this place"
      )
    }
    do {
      return Place(
        raw: raw, mends: mends, location: location, marker: try Marker(bytes: bytes), notices: Notices())
    } catch {
      throw VaultError(.damaged, "\(location)/STRONGROOM: \(error.what)")
    }
  }

  /// Opens the place at a location to look at it.
  package static func look(at location: Location, in machine: Machine) async throws -> Place {
    try await open(location, mends: false, by: machine.openStore)
  }

  /// Whether several writers may put there at once.
  package func takesManyWriters() async throws -> Bool { try await raw.takesManyWriters() }

  private static func existing(
    _ location: Location, _ openStore: Machine.StoreOpener
  ) async throws -> any ObjectStore {
    do {
      return try await openStore(location, false)
    } catch let error as StorageError where error.code == .absent || error.code == .notAFolder {
      throw VaultError(.noVault, "no vault or destination at \(location)")
    }
  }

  /// Refuses a place at which two writers could overwrite one another's commits: a vault has many.
  package static func requireManyWriters(_ store: any ObjectStore) async throws {
    guard try await !store.takesManyWriters() else { return }
    throw VaultError(
      .refused, "the server of \(store.location) lets one writer overwrite what another one has just put",
      safe: "nothing was written",
      hint:
        "it may be a destination, with one writer; for a vault choose a folder, or a bucket without versions on a server that knows If-None-Match"
    )
  }

  /// Wraps a store so that what all hangs on is kept twice.
  public static func twice(
    _ store: any ObjectStore, mends: Bool, onMend: @escaping @Sendable (Repair) -> Void = { _ in }
  ) -> any ObjectStore {
    MirroredStore(
      store, mends: mends,
      verify: { name, bytes in
        if let digest = Layout.digest(of: name) { return Digest.sha256(of: bytes) == digest }
        if let number = Layout.commitNumber(of: name) { return Commit.looksIntact(bytes, number: number) }
        return true
      }, onMend: onMend)
  }
}

extension Machine {
  /// Whether a vault may lie at a location, as far as that can be found out.
  public func holdsVault(_ location: Location) async -> Bool {
    guard location.path == nil else { return true }
    return (try? await openStore(location, false).takesManyWriters()) ?? true
  }

  /// What lies at the top of a location, as text for people.
  public func entries(at location: Location) async throws -> [String] {
    try await openStore(location, false).unexpectedEntries(besides: [])
  }
}

extension Place {
  /// Refuses an address that lies in a place of a vault in the same bucket. What it would lie around shows when it is looked
  /// at: a new place begins where nothing else is.
  package static func refuseNested(_ location: Location, in machine: Machine, for use: String) async throws {
    guard case .bucket(let address) = location else { return }
    for above in address.above {
      // Whose keys are for this prefix alone may look nowhere else.
      guard let store = try? await machine.openStore(.bucket(above), false),
        let bytes = (try? await store.get(Layout.marker, limit: Marker.limit)).flatMap(\.self),
        let marker = try? Marker(bytes: bytes)
      else { continue }
      throw VaultError(
        .refused,
        "\(location) lies in \(above), a place of vault \(marker.vault.hex), so it can't be \(use)",
        safe: "nothing was written", hint: "choose an address beside it")
    }
  }

  /// Compares both copies of ledger and keyring, and mends what can be.
  /// - Parameter isRight: of which objects the first copy is known to be right.
  func mendCopies(_ isRight: (ObjectName) -> Bool) async throws {
    try await (store as? MirroredStore)?.mendAll(where: isRight)
  }

  /// Refuses a folder that lies in a place of a vault.
  /// - Parameter folders: those in which a place may lie.
  package static func refuse(
    _ location: Location, within folders: some Sequence<Location>, for use: String
  ) throws(VaultError) {
    for folder in folders {
      // Where everybody may write, anybody can put a marker.
      guard case .folder(let path) = folder, !folder.isEverybodys,
        let bytes = try? DurableFile.read(path + "/\(Layout.marker.text)", limit: Marker.limit),
        let marker = try? Marker(bytes: bytes)
      else { continue }
      throw VaultError(
        .refused,
        "\(location) lies in \(folder), a place of vault \(marker.vault.hex), so it can't be \(use)",
        safe: "nothing was written", hint: "choose a folder outside")
    }
  }
}
