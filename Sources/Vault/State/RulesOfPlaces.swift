internal import Sealing

/// The rules about places: 6 snapshot, 8 place.
extension State {
  /// Rule 6: a snapshot is of this ledger, at a place that was registered. That no box live at its size was removed
  /// since follows from rule 9, by which no live box ever is.
  func brokenSnapshot(_ event: Event, number: UInt64) -> String? {
    guard case .snapshot(let snapshot) = event else { return nil }
    guard snapshot.size <= number else { return "its size \(snapshot.size) is above its own number" }
    guard places[snapshot.place]?.copyings.isEmpty == false else {
      return "no `copying` of place \(snapshot.place) counts before it"
    }
    return nil
  }

  /// Rule 8: who recovers says which ledger they saw.
  func brokenPlace(_ event: Event, start: CommitStart) -> String? {
    guard case .recovered(let recovery) = event else { return nil }
    guard recovery.size == start.size, recovery.root == start.root else {
      return "it names the ledger at size \(recovery.size), which isn't the one before its commit"
    }
    return nil
  }
}
