package import Rules

/// What a place must hold: at a destination the boxes of its newest snapshot, elsewhere all that are live.
extension OpenPlace {
  private var snapshotHere: Snapshot? {
    isHome ? nil : state.newestSnapshot(of: place.marker.place)?.content
  }

  /// The boxes that this place must hold.
  package var boxesHere: SomeBoxes { state.boxesHeld(at: place.marker.place) }

  /// Boxes that this place lacks though they were live, since its snapshot could not read them at the vault.
  package var boxesNotCopied: [KnownBox] {
    guard let snapshotHere else { return [] }
    let missing = Set(snapshotHere.missing)
    return missing.isEmpty
      ? [] : state.liveBoxes(at: snapshotHere.size).filter { missing.contains($0.box.hash) }
  }

  /// A box that this place must hold; nil for one that lies elsewhere, or that no entry names.
  func boxHere(_ ordinal: Int) -> KnownBox? {
    guard state.boxes.indices.contains(ordinal) else { return nil }
    let box = state.boxes[ordinal]
    guard let snapshotHere else { return box.isLive(at: state.size) ? box : nil }
    return box.isLive(at: snapshotHere.size) && !snapshotHere.missing.contains(box.box.hash) ? box : nil
  }
}
