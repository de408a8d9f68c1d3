/// What a recovery must achieve: numbers that are compared with what was measured.
public struct Objectives: Hashable, Sendable {
  /// From the start of the incident to verified usable, at most so many seconds; nil where nothing is said.
  public let rto: UInt64?
  /// From the start of the snapshot that came back to the incident, at most so many seconds; nil where nothing is said.
  public let rpo: UInt64?
  /// Which share of the records must come back, in thousandths.
  public let records: UInt64
  /// Objects that may be out of order in what came back.
  public let damage: UInt64

  /// Objectives: times in seconds, the share of records in thousandths.
  public init(rto: UInt64? = nil, rpo: UInt64? = nil, records: UInt64 = 1000, damage: UInt64 = 0) {
    self.rto = rto
    self.rpo = rpo
    self.records = records
    self.damage = damage
  }

  init(_ node: PlanNode) {
    node.allows(["rto", "rpo", "records", "damage"])
    self.init(
      rto: node["rto"]?.duration(), rpo: node["rpo"]?.duration(),
      records: node["records"]?.thousandths() ?? 1000,
      damage: node["damage"]?.integer(0...1_000_000) ?? 0)
  }
}
