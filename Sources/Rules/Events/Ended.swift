internal import Sealing

/// Members of `ended`: what an earlier entry began is over.
struct Ending {
  /// The entry of a request, a hold, a finding, an erasure or a move.
  let entry: UInt64
}

extension Ending: EventContent {
  static let name = EventName.ended
  static let memberNames: [String] = ["entry"]
  static let sealedMember: String? = "reason"
  static let roles = Set(Role.allCases)

  init(_ object: JSONObject) throws(Malformed) { entry = try object.integer("entry") }

  var members: JSONObject { ["entry": .integer(entry)] }

  /// Of a hold an auditor may be the second pair of eyes, but never the only one. A finding is also its maker's to end, and
  /// an auditor's where it isn't a custodian's: that may say what is still to be erased.
  func roles(in state: LedgerState, by: Identifier) -> Set<Role> {
    if let finding = state.findings[entry] {
      if finding.found.by == by { return Set(Role.allCases) }
      return finding.byCustodian ? [.custodian] : [.custodian, .auditor]
    }
    return state.holds[entry] != nil && state.activeCustodians.count >= 2
      ? [.custodian, .auditor] : [.custodian]
  }

  /// Rule 0: it names something that can be ended.
  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    guard rule == .reference else { return nil }
    if let request = state.requests[entry] {
      if let end = request.end { return "request \(entry) isn't open any more: \(end.how.words)" }
      return request.isToRevoke(place.by) ? "nobody ends a request to revoke themselves" : nil
    }
    if let hold = state.holds[entry] {
      return hold.ended.map { "hold \(entry) was ended by entry \($0)" }
    }
    if state.findings[entry] != nil { return nil }
    if let move = state.moves[entry] { return state.cannotEnd(move) }
    guard let erasure = state.erasures[entry] else {
      return "entry \(entry) is no open request, hold or finding, and no erasure or move that counts"
    }
    if let ended = erasure.ended { return "erasure \(entry) was ended by entry \(ended)" }
    let before = state.generation(erasure.erased.content.generation - 1)
    return before.map { state.wasRemoved($0.file, .keyring) } == false
      ? nil : "the keys that erasure \(entry) dropped were removed"
  }

  func isGrave(in state: LedgerState) -> Bool {
    // What nobody has compared loses nothing where it is taken back, and nobody is kept from taking back what they
    // confirmed by mistake.
    if let move = state.moves[entry] { return move.compared != nil && !move.reason.takesAPerson }
    return state.requests[entry] == nil && state.findings[entry] == nil
  }

  func enter(_ state: inout LedgerState, as entered: EnteredAs) {
    state.close(entry, .ended, by: entered.number)
    state.holds[entry]?.ended = entered.number
    state.findings[entry] = nil
    state.erasures[entry]?.ended = entered.number
    state.end(entry, by: entered.number)
  }

  var summary: String { "entry \(entry)" }
}
