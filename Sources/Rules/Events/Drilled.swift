public import Sealing

/// Members of `drilled`.
public struct DrillOutcome: Hashable, Sendable {
  /// The place that it recovered from.
  public let destination: Identifier
  /// Whether it met its objectives.
  public let passed: Bool
  /// SHA-256 of the plan.
  public let plan: Digest
  /// SHA-256 of the report.
  public let report: Digest
  /// Measured, in seconds: from the snapshot's start to the incident.
  public let rpo: UInt64
  /// Measured, in seconds: from the incident to verified usable.
  public let rto: UInt64
  /// The entry of the snapshot that came back.
  public let snapshot: UInt64

  /// A drill's outcome.
  public init(
    destination: Identifier, passed: Bool, plan: Digest, report: Digest, rpo: UInt64, rto: UInt64,
    snapshot: UInt64
  ) {
    self.destination = destination
    self.passed = passed
    self.plan = plan
    self.report = report
    self.rpo = rpo
    self.rto = rto
    self.snapshot = snapshot
  }
}

extension DrillOutcome: EventContent {
  static let name = EventName.drilled
  static let memberNames: [String] = ["destination", "passed", "plan", "report", "rpo", "rto", "snapshot"]
  static let sealedMember: String? = "plan"
  static let roles: Set<Role> = [.custodian, .operator, .clerk, .auditor]

  init(_ object: JSONObject) throws(Malformed) {
    destination = try object.identifier("destination")
    passed = try object.integer("passed", in: 0...1) == 1
    plan = try object.digest("plan")
    report = try object.digest("report")
    rpo = try object.integer("rpo")
    rto = try object.integer("rto")
    snapshot = try object.integer("snapshot")
  }

  var members: JSONObject {
    JSONObject([
      "destination": .string(destination.hex), "passed": .integer(passed ? 1 : 0), "plan": plan.value,
      "report": report.value, "rpo": .integer(rpo), "rto": .integer(rto), "snapshot": .integer(snapshot),
    ])
  }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? { nil }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    state.drills.append(entry.holding(self), keepingNewest: 1000)
  }

  var summary: String {
    "\(passed ? "passed" : "failed"): RTO \(rto) s, RPO \(rpo) s"
  }
}

extension DrillOutcome: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    destination = try rows.identifier()
    passed = try rows.flag()
    plan = try rows.digest()
    report = try rows.digest()
    rpo = try rows.number()
    rto = try rows.number()
    snapshot = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.identifier(destination)
    rows.flag(passed)
    rows.digest(plan)
    rows.digest(report)
    rows.number(rpo)
    rows.number(rto)
    rows.number(snapshot)
  }
}
