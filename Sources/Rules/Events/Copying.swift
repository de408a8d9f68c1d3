public import Sealing

/// Members of `copying`.
public struct Copying: Hashable, Sendable {
  /// The present generation, whose keys the place is about to get.
  public let generation: UInt64
  /// The place.
  public let place: Identifier

  /// A place to be copied to.
  public init(generation: UInt64, place: Identifier) {
    self.generation = generation
    self.place = place
  }
}

extension Copying: EventContent {
  static let name = EventName.copying
  static let memberNames: [String] = ["generation", "place"]
  static let sealedMember: String? = "name"
  static let roles: Set<Role> = [.custodian, .operator]

  init(_ object: JSONObject) throws(Malformed) {
    generation = try object.integer("generation", in: EventBounds.generation)
    place = try object.identifier("place")
  }

  var members: JSONObject { ["generation": .integer(generation), "place": .string(place.hex)] }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    rule == .generation ? state.isNotPresent(generation) : nil
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    defer { state.places[place]?.forgotten = nil }
    guard state.places[place]?.copyings.last?.content != self else { return }
    state.places[place, default: KnownPlace(place)].copyings.append(entry.holding(self))
  }

  var summary: String {
    "to place \(place.hex.prefix(8))"
  }
}

extension Copying: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    generation = try rows.number()
    place = try rows.identifier()
  }

  func write(to rows: inout FoldWriter) {
    rows.number(generation)
    rows.identifier(place)
  }
}
