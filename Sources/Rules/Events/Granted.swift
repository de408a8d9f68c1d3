public import Sealing

/// Members of `granted`.
public struct Grantee: Hashable, Sendable {
  /// Both public keys.
  public let identity: PublicIdentity
  /// What its secret is kept in.
  public let kind: IdentityKind
  /// Ascending, each once, at least one.
  public let roles: [Role]

  /// An identity to be made active; roles are put in order.
  public init(identity: PublicIdentity, kind: IdentityKind, roles: Set<Role>) {
    self.identity = identity
    self.kind = kind
    self.roles = roles.sorted()
  }
}

extension Grantee: EventContent {
  static let name = EventName.granted
  static let memberNames: [String] = ["ed25519", "kind", "roles", "xwing"]
  static let sealedMember: String? = "label"
  static let roles: Set<Role> = [.custodian]

  init(_ object: JSONObject) throws(Malformed) {
    identity = try object.publicIdentity()
    kind = try object.choice("kind", of: IdentityKind.self)
    roles = try object.choices("roles", of: Role.self)
    try object.require(!roles.isEmpty, "roles", "is empty")
    try object.require(roles.isStrictlyAscending, "roles", "isn't ascending")
  }

  var members: JSONObject {
    var members = identity.members(kind: kind)
    members["roles"] = .array(roles.map { .string($0.rawValue) })
    return members
  }

  /// Rule 7: who is active already keeps their kind, and a custodian stays.
  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    guard rule == .identity, let known = state.identities[identity.id], known.isActive else { return nil }
    guard known.kind == kind else { return "\(identity.id) is active with kind `\(known.kind.rawValue)`" }
    return !roles.contains(.custodian) && state.activeCustodians.elementsEqual([identity.id])
      ? "\(identity.id) is the last custodian" : nil
  }

  func isGrave(in state: LedgerState) -> Bool {
    roles.takeFourEyes
      || state.isActive(identity.id) && state.identities[identity.id]?.roles.takeFourEyes == true
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    var (granted, since) = (entry.number, entry.number)
    var earlier: [KnownIdentity.Span] = []
    if let known = state.identities[identity.id] {
      earlier = known.earlier
      if let end = known.revoked {
        earlier.append(KnownIdentity.Span(from: known.since, to: end))
      } else {
        since = known.since
        // Who could compare generations goes on being able to.
        if known.roles.contains(.custodian), roles.contains(.custodian) { granted = known.granted }
      }
    }
    state.identities[identity.id] = KnownIdentity(
      identity: identity, kind: kind, roles: roles, granted: granted, since: since, earlier: earlier)
    state.closeRequestsOfFormerCustodians(by: entry)
  }

  var summary: String {
    "\(identity.id.hex.prefix(8)) as \(roles.map(\.rawValue).joined(separator: "+"))"
  }
}
