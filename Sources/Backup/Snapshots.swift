internal import Rules
public import Sealing
public import Vault

/// A snapshot as a listing shows it.
public struct SnapshotListing: Sendable {
  /// The number of its entry.
  public let number: UInt64
  /// The ledger size that it holds the boxes of.
  public let size: UInt64
  /// When it was begun.
  public let started: UInt64
  /// The keyring's generation at that time.
  public let generation: UInt64
  /// Boxes that it states as missing.
  public let missing: Int
  /// Boxes that it holds.
  public let boxes: Int
  /// Bytes of these boxes.
  public let bytes: UInt64
  /// Who took it.
  public let by: Identifier
  /// Whether the destination stands at it; older ones give older records under the newest ledger and keyring.
  public let isNewest: Bool
}

/// The snapshots of a destination.
public enum Snapshots {
  /// All that the destination's own ledger names, oldest first.
  public static func list(at destination: OpenPlace) -> [SnapshotListing] {
    let state = destination.state
    let snapshots = state.places[destination.place.marker.place]?.snapshots ?? []
    return snapshots.map { snapshot in
      let boxes = state.boxes(of: snapshot.content)
      return SnapshotListing(
        number: snapshot.number, size: snapshot.content.size, started: snapshot.content.started,
        generation: snapshot.content.generation, missing: snapshot.content.missing.count, boxes: boxes.count,
        bytes: boxes.reduce(0) { $0 + $1.box.size }, by: snapshot.by,
        isNewest: snapshot.number == snapshots.last?.number)
    }
  }
}
