internal import Sealing

/// `clock`, which has no members: whose clock is right is settled by whoever enters it.
struct ClockSettling {
}

extension ClockSettling: EventContent {
  static let name = EventName.clock
  static let memberNames: [String] = []
  static let roles: Set<Role> = [.custodian]

  init(_ object: JSONObject) throws(Malformed) {}

  var members: JSONObject { JSONObject() }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? { nil }

  var settlesTime: Bool { true }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {}

  var summary: String {
    "the clock is settled"
  }
}
