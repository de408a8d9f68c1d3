public import Sealing

/// Members of `requested`.
public struct AskedAct: Hashable, Sendable {
  /// The event asked for.
  public let act: EventName
  /// How many rows an erasure may drop from the keyring, at most.
  public let drops: UInt64
  /// Until when, that second included.
  public let expires: UInt64
  /// `Entry.particulars` of the act.
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
  /// At most so many seconds from its time on may it be carried out.
  package static let longest: UInt64 = 30 * 86_400
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

  /// Rule 4: it ends, and nobody has many.
  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    guard rule == .counts else { return nil }
    guard expires >= place.time, expires - place.time <= Self.longest else {
      return "it doesn't expire within 30 days of its time"
    }
    let open = state.openRequests.count { state.requests[$0]?.asked.by == place.by }
    return open < LedgerState.maximumOpenRequests ? nil : "\(place.by) has \(open) open requests"
  }

  /// Who asks for a recovery may be the first to write at a copy.
  var settlesTime: Bool { act == .recovered }

  var ignoresClocks: Bool { true }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    state.open(KnownRequest(asked: entry.holding(self), leaf: entry.leaf))
  }

  var summary: String {
    act.rawValue
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
