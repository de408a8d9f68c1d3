public import Storage
public import Rules
public import Sealing

/// How a place stands: its newest snapshot, and what was verified of the boxes that it must hold.
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
  /// The newest snapshot that arrived there; nil at the vault.
  public internal(set) var snapshot: Entered<Snapshot>?
  /// Boxes that somebody found damaged or missing, and nobody with a say in it found sound since.
  public internal(set) var unsound: UInt64 = 0
  /// Who says so.
  public internal(set) var claims: [PlaceClaim] = []
  /// When each of its boxes was last read there at level hash or above, or came there.
  var looked: [UInt64] = []
  /// Boxes that are to be read at once: nobody ever did, or somebody said that they are damaged and nobody found them
  /// sound since.
  package internal(set) var urgent: UInt64 = 0
  /// When the one came there or was last read that wasn't for the longest time; nil where nothing must be there.
  package var longestUnread: UInt64? { looked.min() }

  /// The boxes that nobody read there since a time.
  package func unread(since time: UInt64) -> UInt64 { UInt64(looked.count { $0 < time }) }
  /// The newest verification there at level hash or above.
  public internal(set) var last: Entered<Verification>?
}

extension OpenPlace {
  /// What was verified at the vault and at each destination, the vault first.
  public func coverage() -> [PlaceCoverage] {
    let own = place.marker.place
    let destinations = state.places.values.filter {
      $0.id != state.home && $0.forgotten == nil
        && ($0.newestArrived != nil || $0.id == own && !$0.snapshots.isEmpty)
    }.map(\.id).sorted()
    let now = machine.now()
    return ([state.home] + destinations).map { place in
      let held = state.boxesHeld(at: place)
      let known = state.places[place]
      let newestSnapshot = known?.snapshots.last
      let newest = state.coverage(of: place, level: .hash)
      let unsound = state.claimedBoxes(at: place)
      let sound = unsound.count == 0 ? held : held.selecting { unsound[$0.ordinal] == nil }
      let times = sound.lazy.compactMap { newest[$0.ordinal]?.time }
      let location = self.known.locations.filter { $0.value.vault == state.vault && $0.value.place == place }
        .keys.min { $0.description < $1.description }
      return PlaceCoverage(
        place: place, location: location, isHome: place == state.home, boxes: UInt64(held.count),
        verified: UInt64(times.count), oldest: times.min(),
        snapshot: place == self.place.marker.place ? newestSnapshot : known?.newestArrived,
        unsound: UInt64(held.count - sound.count),
        claims: state.claims(at: place, of: held, soundAsOf: newest),
        looked: state.looked(at: place, held, newest, asOf: now),
        urgent: UInt64(held.count { state.isUrgent($0, newest, unsound, asOf: now) }),
        last: known?.verifications.last { $0.content.level >= .hash })
    }
  }
}

extension OpenPlace {
  /// The boxes that a place must hold and that nobody read there since a time, the longest unread first, those first that
  /// nobody ever read. Whatever somebody said is damaged, and nobody found sound since, comes last, however lately that
  /// was: it is known to be damaged, and keeps nobody from looking at the rest.
  public func longestUnread(at place: Identifier, since time: UInt64) -> [KnownBox] {
    let newest = state.coverage(of: place, level: .hash)
    let unsound = state.claimedBoxes(at: place)
    let now = machine.now()
    return state.boxesHeld(at: place)
      .map { box in
        let claim = unsound[box.ordinal]
        let read = newest[box.ordinal]
        return (
          box: box, isClaimed: claim.map { $0 > read?.number ?? 0 } ?? false,
          time: read.map { $0.time.isBelievable(asOf: now) ? $0.time : 0 } ?? 0
        )
      }
      .filter { $0.isClaimed || $0.time < time }
      .sorted {
        ($0.isClaimed ? 1 : 0, $0.time, $0.box.ordinal) < ($1.isClaimed ? 1 : 0, $1.time, $1.box.ordinal)
      }
      .map(\.box)
  }
}

extension LedgerState {
  /// When each box was last read at a place at level hash or above, or came there; of what can be believed.
  fileprivate func looked(
    at place: Identifier, _ held: SomeBoxes, _ newest: Coverage, asOf now: UInt64
  ) -> [UInt64] {
    // A box came there when it was sealed, or when the place began.
    let began = place == home ? 0 : places[place]?.copyings.first?.time ?? 0
    func believed(_ time: UInt64) -> UInt64 { time.isBelievable(asOf: now) ? time : 0 }
    return held.map { box in
      let read = newest[box.ordinal]?.time ?? 0
      return max(believed(box.time), believed(began), believed(read))
    }
  }

  fileprivate func isUrgent(
    _ box: KnownBox, _ newest: Coverage, _ unsound: ClaimedBoxes, asOf now: UInt64
  ) -> Bool {
    guard let read = newest[box.ordinal], read.time.isBelievable(asOf: now) else { return true }
    return unsound[box.ordinal].map { $0 > read.number } ?? false
  }
}

/// What one identity says of boxes at a place.
public struct PlaceClaim: Hashable, Sendable {
  /// Who.
  public let by: Identifier
  /// How many boxes they found damaged or missing.
  public let boxes: UInt64
  /// The newest entry that says so.
  public let entry: UInt64
  /// How many of them others found sound since, at level hash or above.
  public let disputed: UInt64
  /// Those others.
  public let disputedBy: [Identifier]
}

extension LedgerState {
  /// What is claimed of the boxes that a place must hold.
  func claims(
    at place: Identifier, of held: SomeBoxes, soundAsOf newest: Coverage
  ) -> [PlaceClaim] {
    let claims = places[place]?.claims.list ?? []
    if claims.isEmpty { return [] }
    var isHere = [Bool](repeating: false, count: boxes.count)
    for box in held { isHere[box.ordinal] = true }
    return claims.compactMap { claim in
      var (count, disputed, others) = (UInt64(0), UInt64(0), Set<Identifier>())
      for ordinal in claim.ordinals.lazy.map({ Int($0) })
      where isHere.indices.contains(ordinal) && isHere[ordinal] {
        count += 1
        guard let look = newest[ordinal], look.number > claim.entry, look.by != claim.by else { continue }
        disputed += 1
        others.insert(look.by)
      }
      guard count > 0 else { return nil }
      return PlaceClaim(
        by: claim.by, boxes: count, entry: claim.entry, disputed: disputed, disputedBy: others.sorted())
    }
  }

  /// The boxes that a place must hold: at a destination those of its newest snapshot, elsewhere all that are live.
  package func boxesHeld(at place: Identifier) -> SomeBoxes {
    guard place != home, let snapshot = newestSnapshot(of: place)?.content else { return liveBoxes() }
    return boxes(of: snapshot)
  }
}
