public import Storage
internal import Rules
public import Sealing

/// What was verified of the boxes that a place must hold.
public struct PlaceCoverage: Hashable, Sendable {
  /// The place.
  public let place: Identifier
  /// Where this machine knows it to lie; nil where it doesn't.
  public let location: Location?
  /// Whether it is the home place.
  public let isHome: Bool
  /// The boxes that it must hold.
  public let boxes: UInt64
  /// Those of them that a verification at level hash or above found sound, and none found unsound since.
  public let verified: UInt64
  /// When the one was looked at that wasn't for the longest time; nil where none was.
  public let oldest: UInt64?
}

extension OpenPlace {
  /// What was verified at the vault and at each destination, the vault first.
  public func coverage() -> [PlaceCoverage] {
    let destinations = state.places.values.filter { $0.id != state.home && !$0.snapshots.isEmpty }
      .map(\.id).sorted()
    return ([state.home] + destinations).map { place in
      let held = state.boxesHeld(at: place)
      let newest = state.coverage(of: place, level: .hash).newest
      let times = held.compactMap { newest[$0.ordinal]?.time }
      let location = known.locations.filter { $0.value.vault == state.vault && $0.value.place == place }
        .keys.min { $0.description < $1.description }
      return PlaceCoverage(
        place: place, location: location, isHome: place == state.home, boxes: UInt64(held.count),
        verified: UInt64(times.count), oldest: times.min())
    }
  }
}

extension LedgerState {
  /// The boxes that a place must hold: at a destination those of its newest snapshot, elsewhere all that are live.
  func boxesHeld(at place: Identifier) -> [KnownBox] {
    guard place != home, let snapshot = newestSnapshot(of: place)?.content else { return liveBoxes() }
    return boxes(of: snapshot)
  }
}
