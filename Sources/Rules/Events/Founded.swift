public import Sealing

/// Members of `founded`.
public struct Founding: Hashable, Sendable {
  /// One of the first custodians.
  public struct Custodian: Hashable, Sendable {
    /// Both public keys.
    public let identity: PublicIdentity
    /// What its secret is kept in.
    public let kind: IdentityKind

    /// A custodian of the founding entry.
    public init(identity: PublicIdentity, kind: IdentityKind) {
      self.identity = identity
      self.kind = kind
    }
  }

  /// At least one; the first is the founder.
  public let custodians: [Custodian]
  /// The home place.
  public let home: Identifier
  /// 32 random bytes, so that the vault id is the vault's alone.
  package let nonce: [UInt8]
  /// The first policy.
  public let policy: Policy

  /// A founding.
  public init(custodians: [Custodian], home: Identifier, nonce: [UInt8], policy: Policy) {
    self.custodians = custodians
    self.home = home
    self.nonce = nonce
    self.policy = policy
  }
}

extension Founding: EventContent {
  static let name = EventName.founded
  static let memberNames: [String] = ["custodians", "home", "nonce", "policy", "version"]
  static let roles: Set<Role> = [.custodian]

  init(_ object: JSONObject) throws(Malformed) {
    try object.require(object.integer("version") == 1, "version", "isn't 1")
    try object.require(object.optionalObject("sealed") == nil, "sealed", "isn't allowed here")
    home = try object.identifier("home")
    nonce = try object.hex("nonce", count: 32)
    policy = try Policy(object.object("policy"))
    var custodians: [Custodian] = []
    for member in try object.objects("custodians") {
      try member.only(["ed25519", "kind", "xwing"])
      custodians.append(
        Custodian(
          identity: try member.publicIdentity(), kind: try member.choice("kind", of: IdentityKind.self)))
    }
    self.custodians = custodians
    try object.require(
      custodians.first?.identity.id == object.identifier("by"), "custodians", "doesn't begin with the founder"
    )
    try object.require(
      Set(custodians.map(\.identity.id)).count == custodians.count, "custodians", "names one twice")
  }

  var members: JSONObject {
    JSONObject([
      "custodians": .array(custodians.map { .object($0.identity.members(kind: $0.kind)) }),
      "home": .string(home.hex), "nonce": .hex(nonce), "policy": .object(policy.members),
      "version": .integer(1),
    ])
  }

  /// A founding entry is judged where it stands: a second one is no commit.
  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? { nil }

  /// A state begins with it.
  func enter(_ state: inout LedgerState, as entry: EnteredAs) {}

  var summary: String {
    "home \(home.hex.prefix(8)), \(custodians.count) custodian"
  }
}
