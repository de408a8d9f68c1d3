public import Sealing

/// Members of `held`, which has none of its own: whose records are held is sealed.
public struct Holding: Hashable, Sendable {
  /// A hold.
  public init() {}
}

extension Holding: EventContent {
  static let name = EventName.held
  static let memberNames: [String] = []
  static let sealedMember: String? = "name"
  static let roles: Set<Role> = [.custodian, .auditor]

  init(_ object: JSONObject) throws(Malformed) {}

  var members: JSONObject { JSONObject() }

  /// One identity's holds that aren't ended.
  static let maximum = 100

  /// Rule 4: nobody has many.
  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    guard rule == .counts else { return nil }
    let open = state.holds.values.count { $0.by == place.by && $0.ended == nil }
    return open < Self.maximum ? nil : "\(place.by) has \(open) holds"
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    state.holds[entry.number] = KnownHold(by: entry.by, time: entry.time, leaf: entry.leaf)
  }

  var summary: String { "records are held" }
}

/// A hold, which keeps records from being erased.
public struct KnownHold: Hashable, Sendable {
  /// Who placed it.
  public let by: Identifier
  /// When, as they said.
  public let time: UInt64
  /// The leaf of its entry, whose sealed part says what is held.
  package let leaf: Digest
  /// The entry that ended it; nil while it holds.
  public internal(set) var ended: UInt64?
}

extension KnownHold: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    by = try rows.identifier()
    time = try rows.number()
    leaf = try rows.digest()
    ended = try rows.optionalNumber()
  }

  func write(to rows: inout FoldWriter) {
    rows.identifier(by)
    rows.number(time)
    rows.digest(leaf)
    rows.number(ended)
  }
}
