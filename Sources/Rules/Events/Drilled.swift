public import Sealing

/// How thoroughly a recovery was rehearsed.
public enum DrillLevel: String, Hashable, Sendable, CaseIterable {
  /// People answered a plan's questions; nothing was brought back.
  case tabletop
  /// Records were really brought back, by who had a way in already.
  case functional
  /// The same from recovery shares, on a machine that remembers nothing.
  case full
}

/// What came of a drill that was begun.
public enum DrillVerdict: String, Hashable, Sendable, CaseIterable {
  /// It met all that its plan asks for.
  case passed
  /// It missed something of it.
  case failed
  /// It could not be carried out, so it says nothing about the recovery.
  case unfit
}

/// Members of `drilled`.
public struct DrillOutcome: Hashable, Sendable {
  /// The place that it recovered from; nil for a tabletop, and where the place could not be reached.
  public let destination: Identifier?
  /// How thoroughly it was rehearsed.
  public let level: DrillLevel
  /// What came of it.
  public let verdict: DrillVerdict
  /// SHA-256 of the plan.
  public let plan: Digest
  /// SHA-256 of the report.
  public let report: Digest
  /// Measured, in seconds: from the snapshot's start to the incident; nil where nothing came back.
  public let rpo: UInt64?
  /// Measured, in seconds: from the incident to verified usable; nil where nothing came back.
  public let rto: UInt64?
  /// The entry of the snapshot that came back; nil where none did.
  public let snapshot: UInt64?

  /// A drill's outcome.
  public init(
    destination: Identifier?, level: DrillLevel, verdict: DrillVerdict, plan: Digest, report: Digest,
    rpo: UInt64?, rto: UInt64?, snapshot: UInt64?
  ) {
    self.destination = destination
    self.level = level
    self.verdict = verdict
    self.plan = plan
    self.report = report
    self.rpo = rpo
    self.rto = rto
    self.snapshot = snapshot
  }

  /// Whether it met all that its plan asks for.
  public var passed: Bool { verdict == .passed }

  /// Whether it shows that records can be brought back: answers of people don't, nor does one that only had to notice
  /// something.
  public var provesRecovery: Bool { passed && level != .tabletop && rto != nil && snapshot != nil }
}

extension DrillOutcome: EventContent {
  static let name = EventName.drilled
  static let memberNames: [String] = [
    "destination", "level", "outcome", "plan", "report", "rpo", "rto", "snapshot",
  ]
  static let sealedMember: String? = "plan"
  static let roles: Set<Role> = [.custodian, .operator, .clerk, .auditor]

  init(_ object: JSONObject) throws(Malformed) {
    destination = object["destination"] == nil ? nil : try object.identifier("destination")
    level = try object.choice("level", of: DrillLevel.self)
    verdict = try object.choice("outcome", of: DrillVerdict.self)
    plan = try object.digest("plan")
    report = try object.digest("report")
    rpo = try object.optionalInteger("rpo")
    rto = try object.optionalInteger("rto")
    snapshot = try object.optionalInteger("snapshot")
    let brought = destination != nil || rpo != nil || rto != nil || snapshot != nil
    try object.require(level != .tabletop || !brought, "level", "is tabletop, where nothing is brought back")
  }

  var members: JSONObject {
    var object = JSONObject([
      "level": .string(level.rawValue), "outcome": .string(verdict.rawValue), "plan": plan.value,
      "report": report.value,
    ])
    if let destination { object["destination"] = .string(destination.hex) }
    if let rpo { object["rpo"] = .integer(rpo) }
    if let rto { object["rto"] = .integer(rto) }
    if let snapshot { object["snapshot"] = .integer(snapshot) }
    return object
  }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? { nil }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    state.drills.append(entry.holding(self), keepingNewest: 1000)
  }

  var summary: String {
    let figures = [rto.map { "RTO \($0) s" }, rpo.map { "RPO \($0) s" }].compactMap(\.self)
    let kind = level == .functional ? "" : ", \(level.rawValue)"
    return "\(verdict.rawValue)\(kind)\(figures.isEmpty ? "" : ": ")\(figures.joined(separator: ", "))"
  }
}

extension DrillOutcome: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    destination = try rows.flag() ? rows.identifier() : nil
    level = try rows.choice()
    verdict = try rows.choice()
    plan = try rows.digest()
    report = try rows.digest()
    rpo = try rows.optionalNumber()
    rto = try rows.optionalNumber()
    snapshot = try rows.optionalNumber()
  }

  func write(to rows: inout FoldWriter) {
    rows.flag(destination != nil)
    if let destination { rows.identifier(destination) }
    rows.choice(level)
    rows.choice(verdict)
    rows.digest(plan)
    rows.digest(report)
    rows.number(rpo)
    rows.number(rto)
    rows.number(snapshot)
  }
}
