internal import Sealing

/// Members of `forgotten`: of this place nobody will say any more what it holds.
struct ForgottenPlace {
  let place: Identifier
}

extension ForgottenPlace: EventContent {
  static let name = EventName.forgotten
  static let memberNames: [String] = ["place"]
  static let sealedMember: String? = "reason"
  static let roles: Set<Role> = [.custodian]

  init(_ object: JSONObject) throws(Malformed) { place = try object.identifier("place") }

  var members: JSONObject { ["place": .string(place.hex)] }

  /// Rule 8: it ever held keys, and isn't the home place.
  func breaks(_ rule: Rule, in state: LedgerState, at entry: EntryPlace) -> String? {
    guard rule == .place else { return nil }
    guard place != state.home else { return "place \(place) is the home place" }
    guard let known = state.places[place] else { return "no entry that counts names place \(place)" }
    return known.forgotten.map { "place \(place) was forgotten by entry \($0)" }
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    state.places[place]?.forgotten = entry.number
  }

  var summary: String { "place \(place.hex.prefix(8))" }
}
