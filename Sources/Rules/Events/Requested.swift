public import Sealing

/// Members of `requested`.
public struct AskedAct: Hashable, Sendable {
  /// The event asked for.
  public let act: EventName
  /// How many rows it may drop from the keyring, at most.
  package let drops: UInt64
  /// Until when, that second included.
  package let expires: UInt64
  /// `Entry.particulars` of the act; zero for a `keyring`.
  package let particulars: Digest

  /// What is asked for.
  public init(act: EventName, drops: UInt64, expires: UInt64, particulars: Digest) {
    self.act = act
    self.drops = drops
    self.expires = expires
    self.particulars = particulars
  }
}

extension AskedAct: EventContent {
  static let name = EventName.requested
  static let memberNames: [String] = ["act", "drops", "expires", "particulars"]
  static let sealedMember: String? = "reason"
  static let roles: Set<Role> = [.custodian]

  init(_ object: JSONObject) throws(Malformed) {
    act = try object.choice("act", of: EventName.self)
    drops = try object.integer("drops")
    expires = try object.integer("expires")
    particulars = try object.digest("particulars")
  }

  var members: JSONObject {
    JSONObject([
      "act": .string(act.rawValue), "drops": .integer(drops), "expires": .integer(expires),
      "particulars": .string(particulars.hex),
    ])
  }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? { nil }

  /// Who asks for a recovery may be the first to write at a copy.
  var settlesTime: Bool { act == .recovered }

  var ignoresClocks: Bool { true }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    state.requests[entry.number] = KnownRequest(asked: entry.holding(self))
  }

  var summary: String {
    "\(act.rawValue), expires \(expires)"
  }
}

/// Members of entries that a state keeps, as rows.
extension AskedAct: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    act = try rows.choice()
    drops = try rows.number()
    expires = try rows.number()
    particulars = try rows.digest()
  }

  func write(to rows: inout FoldWriter) {
    rows.choice(act)
    rows.number(drops)
    rows.number(expires)
    rows.digest(particulars)
  }
}
