internal import Ledger
public import Sealing

/// Members of `moved`: boxes that stand in the place of others from now on.
public struct BoxMove: Hashable, Sendable {
  /// Why.
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// What was kept for long enough is left out.
    case disposed
    /// What no key opens is given up.
    case lost
    /// Sealed under newer epochs, or in fewer boxes.
    case rewritten

    /// Whether a person says that what it leaves out is rightly left out.
    package var takesAPerson: Bool { self != .rewritten }
  }

  /// The new boxes: at most 50, each once; none where nothing lives on.
  public let boxes: [SealedBoxes.Box]
  /// The present generation.
  public let generation: UInt64
  /// Why.
  public let reason: Reason
  /// The boxes in whose place they stand: 1 to 250, each once.
  public let replaced: [Digest]
  /// The retention year of all of them.
  public let year: UInt64

  /// At most so many new boxes in an entry.
  package static let mostBoxes = 50
  /// At most so many boxes that are replaced, in an entry.
  package static let mostReplaced = 250

  /// Boxes in the place of others.
  public init(boxes: [SealedBoxes.Box], generation: UInt64, reason: Reason, replaced: [Digest], year: UInt64)
  {
    self.boxes = boxes
    self.generation = generation
    self.reason = reason
    self.replaced = replaced
    self.year = year
  }
}

extension BoxMove: EventContent {
  static let name = EventName.moved
  static let memberNames: [String] = ["boxes", "generation", "reason", "replaced", "year"]
  static let sealedMember: String? = "reason"
  static let roles: Set<Role> = [.custodian]

  init(_ object: JSONObject) throws(Malformed) {
    boxes = try object.boxes("boxes")
    try object.require(boxes.count <= Self.mostBoxes, "boxes", "has more than \(Self.mostBoxes)")
    generation = try object.integer("generation", in: EventBounds.generation)
    reason = try object.choice("reason", of: Reason.self)
    replaced = try object.digests("replaced")
    try object.require(
      (1...Self.mostReplaced).contains(replaced.count), "replaced", "doesn't have 1 to \(Self.mostReplaced)")
    year = try object.integer("year", in: SealedBoxes.Box.years)
  }

  var members: JSONObject {
    JSONObject([
      "boxes": .array(boxes.map { .object($0.members) }), "generation": .integer(generation),
      "reason": .string(reason.rawValue), "replaced": .array(replaced.map(\.value)), "year": .integer(year),
    ])
  }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    switch rule {
    case .generation: state.isNotPresent(generation)
    case .box: SealedBoxes.breaksBoxes(boxes, in: state) ?? breaksReplaced(in: state) ?? comesEarly(at: place)
    default: nil
    }
  }

  /// Rule 3: what is replaced is live, once, and all of it is of one year.
  private func breaksReplaced(in state: LedgerState) -> String? {
    if let odd = boxes.first(where: { $0.year != year }) { return "box \(odd.hash) is of year \(odd.year)" }
    var seen: Set<Digest> = []
    for digest in replaced {
      if !seen.insert(digest).inserted { return "it replaces box \(digest) twice" }
      guard let box = state.box(digest), box.isLiveNow else { return "box \(digest) isn't live" }
      if box.box.year != year { return "box \(digest) is of year \(box.box.year)" }
      // Else what was left out could be neither taken back nor removed.
      if let origin = state.pendingLeaving(bringing: box) {
        return "entry \(origin) brought box \(digest), and what it left out isn't removed yet"
      }
    }
    return nil
  }

  /// Rule 3: nothing is disposed of in the years for which it is kept.
  private func comesEarly(at place: EntryPlace) -> String? {
    // What lies beyond the year 9999 lies beyond any box's.
    guard reason == .disposed, CivilTime.day(of: place.time) != nil, year >= CivilTime.year(of: place.time)
    else {
      return nil
    }
    return "what is kept for \(year) is disposed of in \(CivilTime.year(of: place.time))"
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    let first = state.boxes.count
    SealedBoxes(boxes: boxes, generation: generation).enter(&state, as: entry)
    let ordinals = replaced.compactMap { state.box($0)?.ordinal }.sorted()
    for ordinal in ordinals { state.boxes.replace(ordinal, by: entry.number) }
    let others = state.activeCustodians.contains { $0 != entry.by }
    state.moves[entry.number] = KnownMove(
      entry: entry.number, by: entry.by, time: entry.time, reason: reason, leaf: entry.leaf,
      boxes: first..<state.boxes.count,
      replaced: ordinals.map { UInt32($0) }, since: state.time.newest, compared: others ? nil : entry.number,
      lookedSince: others ? nil : state.time.newest, looked: others ? nil : entry.number)
    state.moved = entry.number + 1
    state.movesKnown = entry.number + 1
  }

  var summary: String {
    "\(reason.rawValue): \(boxes.count) \(boxes.count == 1 ? "box" : "boxes") in place of \(replaced.count), year \(year)"
  }
}
