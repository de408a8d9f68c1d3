internal import Drill
internal import Rules
internal import Sealing
internal import Storage
public import Vault

/// How a vault stands, with all that people should know of it: what the ledger shows, and what the configuration and this
/// machine's rounds add to it. Looking and doing a round end with the same.
public struct Standing: Sendable {
  /// What the ledger shows.
  public let status: VaultStatus
  /// The gravest first.
  public private(set) var matters: [Matter]
  /// Those that are read off the vault and off a round's work.
  private let found: [Matter]
  /// The configured drills, by name.
  let drills: [DrillStand]
  /// What falls due when.
  let deadlines: [Deadline]
  let openFindings: Int
  let overdueFindings: Int
  let pendingErasures: Int
  /// When whoever keeps the configured destinations wants every box read, in seconds.
  let verifyPeriod: UInt64

  /// What the configuration calls places that are known.
  let names: [Identifier: String]

  /// How a configured drill stands, by its plan as it is now.
  struct DrillStand: Hashable, Sendable {
    let name: String
    let tried: UInt64?
    let didPass: Bool
    let rto: UInt64?
  }

  /// When something falls due.
  struct Deadline: Hashable, Sendable {
    let what: String
    var place = ""
    var plan = ""
    let due: UInt64
    let isOverdue: Bool

    init(
      _ what: String, place: String = "", plan: String = "", last: UInt64, period: UInt64, now: UInt64,
      isOverdue: Bool? = nil
    ) {
      (self.what, self.place, self.plan) = (what, place, plan)
      due = last + period
      self.isOverdue = isOverdue ?? (now > due + period / 4)
    }
  }

  /// - Parameters:
  ///   - place: an open place of the vault.
  ///   - settings: what the configuration wants; nil where there is none.
  ///   - round: what a round did just now; nil for whoever only looks.
  ///   - more: what else came up.
  public init(
    of place: OpenPlace, _ settings: RoundSettings? = nil, after round: [RoundStep]? = nil,
    and more: [Matter] = []
  ) {
    let status = VaultStatus(of: place)
    let now = place.machine.now()
    let findings = place.state.findings.values
    openFindings = findings.count
    overdueFindings = findings.count { $0.found.content.due > 0 && $0.found.content.due < now }
    pendingErasures = place.state.pendingErasures.count
    var drills: [DrillStand] = []
    var deadlines: [Deadline] = []
    var matters = status.remarks.map { Matter($0) }
    if openFindings > 0 {
      let isLate = overdueFindings > 0
      matters.append(
        Matter(
          .findings(open: openFindings, overdue: overdueFindings), isLate ? .wrong : .note, for: .operator,
          key: isLate ? "findings-overdue" : "findings", amount: UInt64(overdueFindings)))
    }
    let usual = WorkFacts(
      of: place, settings ?? RoundSettings(destinations: []), coverage: status.coverage)
    verifyPeriod = usual.verifyPeriod
    matters += Self.lacking(usual, status)
    if let settings, place.isHome {
      let memory = RoundMemory(of: place.state.vault, on: place.machine)
      matters += Self.destinations(usual, memory, now) + Self.unread(usual, status, now)
      let red = Self.drills(usual, settings, memory, now)
      matters.removeAll { $0.isOfDrill(among: red) }
      matters += red
      drills = usual.drills.map { drill in
        let last = drill.last?.content
        return DrillStand(
          name: drill.name, tried: drill.tried, didPass: last?.passed ?? false, rto: last?.rto)
      }
      deadlines = Self.deadlines(usual, memory, now)
      if round == nil {
        matters += settings.unreadable.sorted { $0.key < $1.key }.map { name, error in
          Matter(
            .unreadable(drill: name, why: "\(error)"), .wrong, for: .operator, key: "failed:drill:\(name)")
        }
      }
      matters += Self.risks(of: place, settings)
      // A round that just ends needn't be missed.
      if round == nil, let late = Self.round(settings, memory, now) { matters.append(late) }
    }
    names = usual.names
    // What lies in one copy only makes every command end with 2.
    let shortfalls = UInt64(place.shortfalls.count)
    if shortfalls > 0 {
      matters.append(
        Matter(.shortfalls(shortfalls), .wrong, for: .operator, key: "shortfalls", amount: shortfalls))
    }
    matters += (round ?? []).compactMap { Self.matter(of: $0, besides: matters) }
    self.status = status
    self.drills = drills
    self.deadlines = deadlines
    found = matters
    self.matters = Self.ordered(matters + more)
  }

  /// The same with other things that came up besides.
  func with(_ more: [Matter]) -> Standing {
    var standing = self
    standing.matters = Self.ordered(found + more)
    return standing
  }

  /// The gravest first; what is of one gravity keeps its order.
  private static func ordered(_ matters: [Matter]) -> [Matter] {
    Matter.Level.allCases.sorted().flatMap { level in matters.filter { $0.level == level } }
  }

  /// How grave the gravest is; nil where there is nothing but notes.
  public var gravity: Matter.Level? {
    matters.first.flatMap { $0.level == .note ? nil : $0.level }
  }
}
