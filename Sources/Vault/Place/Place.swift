internal import Sealing
public import Storage
internal import Ledger

/// A location with a marker, a ledger, a keyring and boxes: the vault, a destination or a restored copy.
public struct Place: Sendable {
  /// The store, which keeps ledger and keyring twice.
  public let store: any ObjectStore
  /// What the user calls it: a folder's path or an address.
  public let location: String
  /// What the marker says: a hint.
  public let marker: Marker

  /// A place that is known to be there.
  public init(store: any ObjectStore, location: String, marker: Marker) {
    self.store = store
    self.location = location
    self.marker = marker
  }

  /// Opens the place at a location.
  /// - Parameter mends: whether a damaged second copy may be mended while reading; false for who only looks.
  /// - Throws: `VaultError` `.noVault` where there is none, `.damaged` where its marker can't be read.
  public static func open(_ location: String, mends: Bool) async throws -> Place {
    let store = twice(try folder(location), mends: mends)
    guard let bytes = try await store.get(Layout.marker, limit: 4096) else {
      throw VaultError(
        .noVault, "no vault or destination at \(location): the file STRONGROOM is missing",
        hint: "if ledger/ and boxes/ are there, put the marker back from another copy of this place")
    }
    do {
      return Place(store: store, location: location, marker: try Marker(bytes: bytes))
    } catch {
      throw VaultError(.damaged, "\(location)/STRONGROOM: \(error.what)")
    }
  }

  private static func folder(_ location: String) throws -> FolderStore {
    do {
      return try FolderStore(path: location, create: false)
    } catch {
      guard error.code == .absent || error.code == .notAFolder else { throw error }
      throw VaultError(.noVault, "no vault or destination at \(location)")
    }
  }

  /// Wraps a store so that what all hangs on is kept twice.
  public static func twice(_ store: any ObjectStore, mends: Bool) -> any ObjectStore {
    TwiceKept(store, mends: mends) { name, bytes in
      if let digest = Layout.digest(of: name) { return Digest.sha256(of: bytes) == digest }
      if let number = Layout.commitNumber(of: name) { return Commit.looksIntact(bytes, number: number) }
      return true
    }
  }
}
