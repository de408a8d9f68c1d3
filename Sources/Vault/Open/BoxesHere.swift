package import Rules

/// What a place must hold: at a destination the boxes of its newest snapshot, elsewhere all that are live.
extension OpenPlace {
  private var snapshotHere: Snapshot? {
    isHome ? nil : state.newestSnapshot(of: place.marker.place)?.content
  }

  /// The boxes that this place must hold.
  package var boxesHere: [KnownBox] { state.boxesHeld(at: place.marker.place) }

  /// A box that this place must hold; nil for one that lies elsewhere, or that no entry names.
  func boxHere(_ ordinal: Int) -> KnownBox? {
    guard state.boxes.indices.contains(ordinal) else { return nil }
    let box = state.boxes[ordinal]
    guard let snapshotHere else { return box.isLive(at: state.size) ? box : nil }
    return box.isLive(at: snapshotHere.size) && !snapshotHere.missing.contains(box.box.hash) ? box : nil
  }
}
