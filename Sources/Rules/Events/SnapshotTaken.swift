public import Sealing

/// Members of `snapshot`.
public struct Snapshot: Hashable, Sendable {
  /// The present generation, which the place has.
  public let generation: UInt64
  /// Boxes live at `size` that the place doesn't have.
  public let missing: [Digest]
  /// The place.
  public let place: Identifier
  /// The ledger size that it holds the boxes of.
  public let size: UInt64
  /// When it was begun.
  public let started: UInt64

  /// A snapshot.
  public init(generation: UInt64, missing: [Digest], place: Identifier, size: UInt64, started: UInt64) {
    self.generation = generation
    self.missing = missing
    self.place = place
    self.size = size
    self.started = started
  }
}

extension Snapshot: EventContent {
  static let name = EventName.snapshot
  static let memberNames: [String] = ["generation", "missing", "place", "size", "started"]
  static let roles: Set<Role> = [.custodian, .operator]

  init(_ object: JSONObject) throws(Malformed) {
    generation = try object.integer("generation", in: EventBounds.generation)
    missing = try object.digests("missing")
    place = try object.identifier("place")
    size = try object.integer("size")
    started = try object.integer("started")
  }

  var members: JSONObject {
    JSONObject([
      "generation": .integer(generation), "missing": .array(missing.map(\.value)),
      "place": .string(place.hex),
      "size": .integer(size), "started": .integer(started),
    ])
  }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    switch rule {
    case .generation: state.isNotPresent(generation)
    case .snapshot: breaksSnapshot(in: state, number: place.number)
    default: nil
    }
  }

  /// Rule 6: it is of this ledger, at a place that was registered. That no box live at its size was removed since
  /// follows from rule 9, by which no live box ever is.
  private func breaksSnapshot(in state: LedgerState, number: UInt64) -> String? {
    guard size <= number else { return "its size \(size) is above its own number" }
    guard state.places[place]?.copyings.isEmpty == false else {
      return "no `copying` of place \(place) counts before it"
    }
    if let forgotten = state.places[place]?.forgotten {
      return "place \(place) was forgotten by entry \(forgotten)"
    }
    // Else what is live at its size and what is live where it stands would differ.
    return state.moved > size ? "boxes were moved by entry \(state.moved - 1), since its size \(size)" : nil
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    state.places[place, default: KnownPlace(place)].snapshots.append(entry.holding(self))
  }

  var summary: String {
    "of size \(size) at place \(place.hex.prefix(8)), \(missing.count) missing"
  }
}

extension Snapshot: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    generation = try rows.number()
    missing = try rows.list { rows throws(FoldReader.Torn) in try rows.digest() }
    place = try rows.identifier()
    size = try rows.number()
    started = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.number(generation)
    rows.list(missing) { rows, digest in rows.digest(digest) }
    rows.identifier(place)
    rows.number(size)
    rows.number(started)
  }
}
