internal import Sealing

/// Members of `accessed`: how many records were opened. Whose, and what for, is sealed.
public struct AccessedRecords: Hashable, Sendable {
  /// How many.
  public let records: UInt64

  /// So many records.
  public init(records: UInt64) { self.records = records }
}

extension AccessedRecords: EventContent {
  static let name = EventName.accessed
  static let memberNames: [String] = ["records"]
  static let sealedMember: String? = "purpose"
  static let roles = Set(Role.allCases)

  init(_ object: JSONObject) throws(Malformed) { records = try object.integer("records") }

  var members: JSONObject { ["records": .integer(records)] }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? { nil }

  /// Nothing hangs on it: who asks what was opened reads the ledger.
  func enter(_ state: inout LedgerState, as entry: EnteredAs) {}

  var summary: String { "\(records) \(records == 1 ? "record" : "records")" }
}
