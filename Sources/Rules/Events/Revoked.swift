internal import Sealing

/// Members of `revoked`.
struct Revocation {
  /// Who is no longer active.
  let identity: Identifier
}

extension Revocation: EventContent {
  static let name = EventName.revoked
  static let memberNames: [String] = ["identity"]
  static let sealedMember: String? = "reason"
  static let roles: Set<Role> = [.custodian]

  init(_ object: JSONObject) throws(Malformed) { identity = try object.identifier("identity") }

  var members: JSONObject { ["identity": .string(identity.hex)] }

  /// Rule 7: who is revoked is active, and a custodian stays.
  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    guard rule == .identity else { return nil }
    guard state.isActive(identity) else { return "\(identity) isn't active" }
    return state.activeCustodians.elementsEqual([identity]) ? "\(identity) is the last custodian" : nil
  }

  func isGrave(in state: LedgerState) -> Bool {
    state.isActive(identity) && state.identities[identity]?.roles.takeFourEyes == true
  }

  var ignoresClocks: Bool { true }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    state.identities[identity]?.revoked = entry.number
    state.closeRequestsOfFormerCustodians(by: entry)
    state.closeRequests(afterRevoking: identity, by: entry)
  }

  var summary: String {
    "\(identity.hex.prefix(8))"
  }
}
