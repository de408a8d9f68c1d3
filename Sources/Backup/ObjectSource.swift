public import Storage
public import Vault

/// Where objects that are named by their digests are had from: whoever gives them can't give wrong ones.
public struct ObjectSource: Sendable {
  let store: any ObjectStore
  let location: Location

  /// A place of the vault.
  public init(_ place: OpenPlace) { self.init(place.place) }

  init(_ place: Place) { (store, location) = (place.store, place.location) }

  /// A location at which objects may lie though no place can be opened there.
  /// - Throws: `StorageError` where there is nothing.
  public init(at location: Location, in machine: Machine) async throws {
    self.location = location
    store = Place.twice(try await machine.openStore(location, false), mends: false)
  }
}
