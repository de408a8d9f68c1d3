public import Drill
internal import Rules
public import Vault

/// What may happen to an archive, what is done about it, and which drill shows that it works: a YAML document
/// (Docs/Round.md).
public struct RiskRegister: Sendable {
  /// Something that may happen.
  public struct Risk: Sendable {
    /// What it is called.
    public let name: String
    /// What may happen.
    public let text: String
    /// How likely it is, 1 to 5.
    public let likelihood: UInt64
    /// How bad it would be, 1 to 5.
    public let impact: UInt64
    /// What is done about it.
    public let measure: String
    /// Who answers for it; empty where nobody said.
    public let owner: String
    /// What the plan that tests the measure is called in the register.
    public let planName: String
    /// That plan.
    public let plan: Plan
    /// Seconds within which a drill of it must have passed.
    public let every: UInt64

    /// Likelihood times impact.
    public var score: UInt64 { likelihood * impact }
  }

  /// A risk, and whether a drill shows that its measure works.
  public struct Judged: Sendable {
    /// The risk.
    public let risk: Risk
    /// The entry of the newest drill of its plan that passed, wherever it recovered from.
    public let passed: UInt64?
    /// When that was.
    public let time: UInt64?
    /// Whether it passed within the period, and none failed since.
    public let isTested: Bool
  }

  /// By name.
  public let risks: [Risk]

  /// A register is at most this long.
  package static let limit = 256 * 1024

  /// Reads a register.
  /// - Parameters:
  ///   - path: what it is called where something is wrong.
  ///   - plan: reads a plan by its name or path.
  package init(
    yaml text: String, at path: String, plan: (String) throws -> Plan
  ) throws {
    let reader = try YAMLReader(text, of: path, limit: Self.limit)
    try reader.only(Set(reader.names))
    guard (1...500).contains(reader.names.count) else {
      throw YAMLFault("\(path): a register has 1 to 500 risks")
    }
    risks = try reader.names.map { name in
      let one = try reader.mapping(name)
      try one.only(["risk", "likelihood", "impact", "measure", "owner", "plan", "every"])
      func grade(_ member: String) throws -> UInt64 {
        guard let grade = UInt64(try one.text(member, limit: 10)), (1...5).contains(grade) else {
          throw YAMLFault("\(path), \(name): '\(member)' is a number from 1 to 5")
        }
        return grade
      }
      let planName = try one.text("plan", limit: 4096)
      let known = try plan(planName)
      return Risk(
        name: name, text: try one.text("risk", limit: 2000), likelihood: try grade("likelihood"),
        impact: try grade("impact"), measure: try one.text("measure", limit: 2000),
        owner: try one.optionalText("owner", limit: 200) ?? "", planName: planName, plan: known,
        every: try one.optionalDuration("every") ?? known.valid)
    }.sorted { $0.name < $1.name }
  }

  /// Each risk with what a vault's drills show, the gravest untested one first.
  public func judged(by vault: OpenPlace) -> [Judged] {
    let now = vault.machine.now()
    return risks.map { risk in
      let runs = vault.state.drills.filter {
        $0.content.plan == risk.plan.digest && $0.content.verdict != .unfit && $0.time.isBelievable(asOf: now)
      }
      let last = runs.last(where: \.content.passed)
      // What one passed a later one that failed took back.
      let isTested = last.map { now <= $0.time + risk.every && runs.last?.number == $0.number } ?? false
      return Judged(risk: risk, passed: last?.number, time: last?.time, isTested: isTested)
    }.sorted {
      ($0.isTested ? 1 : 0, 25 - $0.risk.score, $0.risk.name) < (
        $1.isTested ? 1 : 0, 25 - $1.risk.score, $1.risk.name
      )
    }
  }
}
