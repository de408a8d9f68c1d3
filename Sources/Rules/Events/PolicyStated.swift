internal import Sealing

/// Members of `policy`.
struct PolicyStatement {
  /// The rules from now on.
  let policy: Policy
}

extension PolicyStatement: EventContent {
  static let name = EventName.policy
  static let memberNames: [String] = ["policy"]
  static let roles: Set<Role> = [.custodian]

  init(_ object: JSONObject) throws(Malformed) { policy = try Policy(object.object("policy")) }

  var members: JSONObject { ["policy": .object(policy.members)] }

  /// Rule 10: a class never vanishes from the policy.
  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    guard rule == .classes else { return nil }
    let kept = Set(policy.classes.map(\.id))
    let lost = state.policy.classes.first { !kept.contains($0.id) }
    return lost.map { "it leaves out class \($0.id)" }
  }

  func isGrave(in state: LedgerState) -> Bool { true }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    state.policy = policy
    state.policyEntry = entry.number
    state.statedYears.append(StatedYears(policy, entry: entry.number))
    state.closePolicyRequests(by: entry)
  }

  var summary: String {
    "a new policy"
  }
}
