internal import Boxes
package import Rules
package import Sealing

/// What was sealed since an entry. Moves put older records into newer boxes, so the entry that brought a box doesn't say how
/// old they are.
extension LedgerState {
  /// How many boxes `sealed` entries brought from an entry on, whether others stand in their place by now or not.
  package func countSealed(since entry: UInt64) -> Int {
    boxes.reversed().prefix { $0.entry >= entry }.count { moves[$0.entry] == nil }
  }

  /// The boxes in which something sealed since an entry may lie: those that `sealed` entries brought, and those that stand in
  /// place of any of them.
  package func boxesThatMayHold(sealedSince entry: UInt64) -> [KnownBox] {
    var found = Set(
      boxes.reversed().prefix { $0.entry >= entry }.filter { moves[$0.entry] == nil }.map(\.ordinal))
    for move in standingMoves where move.replaced.contains(where: { found.contains(Int($0)) }) {
      found.formUnion(move.boxes)
    }
    return found.sorted().map { boxes[$0] }
  }
}

extension OpenPlace {
  /// The live boxes that hold what was sealed since an entry. One that others were put into with older ones is opened, where
  /// the place is unlocked; what doesn't open may hold some.
  package func boxesHolding(sealedSince entry: UInt64) async throws -> Set<Digest> {
    var found: Set<Digest> = []
    let opening = keys == nil ? nil : try IndexOpener(self)
    for box in state.boxesThatMayHold(sealedSince: entry) where box.isLiveNow {
      try Task.checkCancellation()
      if state.moves[box.entry] != nil, let opening,
        case .opened(let opened) = try await opening.index(of: box),
        !opened.rows.contains(where: { $0.firstEntry(in: box) >= entry })
      {
        continue
      }
      found.insert(box.box.hash)
    }
    return found
  }
}
