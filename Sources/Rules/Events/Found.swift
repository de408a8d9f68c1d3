package import Sealing

/// Members of `found`: somebody has to see to something. What it is, is sealed.
public struct Found: Hashable, Sendable {
  /// The entry that it is about.
  public let about: UInt64
  /// Until when; 0 where nobody said.
  public let due: UInt64

  /// A finding.
  public init(about: UInt64, due: UInt64) {
    self.about = about
    self.due = due
  }
}

extension Found: EventContent {
  static let name = EventName.found
  static let memberNames: [String] = ["about", "due"]
  static let sealedMember: String? = "text"
  static let roles: Set<Role> = [.custodian, .operator, .clerk, .auditor]

  init(_ object: JSONObject) throws(Malformed) {
    about = try object.integer("about")
    due = try object.integer("due")
  }

  var members: JSONObject { ["about": .integer(about), "due": .integer(due)] }

  /// One identity's findings that are open.
  static let maximum = 1000

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    switch rule {
    case .reference: return about < place.number ? nil : "entry \(about) isn't before it"
    case .counts:
      let open = state.findings.values.count { $0.found.by == place.by }
      return open < Self.maximum ? nil : "\(place.by) has \(open) open findings"
    default: return nil
    }
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    state.findings[entry.number] = KnownFinding(
      found: entry.holding(self), leaf: entry.leaf,
      byCustodian: state.identities[entry.by]?.roles.contains(.custodian) ?? false)
  }

  var summary: String { "about entry \(about)" }
}

/// A finding that is open.
public struct KnownFinding: Hashable, Sendable {
  /// What was entered.
  public let found: Entered<Found>
  /// The leaf of its entry, whose sealed part says what was found.
  package let leaf: Digest
  /// Whether its maker was a custodian then: what an erasure withheld is theirs alone to say.
  package let byCustodian: Bool
}

extension KnownFinding: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    found = try Entered(from: &rows)
    leaf = try rows.digest()
    byCustodian = try rows.flag()
  }

  func write(to rows: inout FoldWriter) {
    found.write(to: &rows)
    rows.digest(leaf)
    rows.flag(byCustodian)
  }
}

extension Found: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    about = try rows.number()
    due = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.number(about)
    rows.number(due)
  }
}
