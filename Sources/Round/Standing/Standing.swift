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
  public let matters: [Matter]
  /// The configured drills, by name.
  let drills: [DrillStand]
  /// What falls due when.
  let deadlines: [Deadline]
  let openFindings: Int
  let overdueFindings: Int
  let pendingErasures: Int
  /// When whoever keeps the configured destinations wants every box read, in seconds.
  let verifyPeriod: UInt64

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

    init(_ what: String, place: String = "", plan: String = "", last: UInt64, period: UInt64, now: UInt64) {
      (self.what, self.place, self.plan) = (what, place, plan)
      due = last + period
      isOverdue = now > due + period / 4
    }
  }

  /// - Parameters:
  ///   - place: an open place of the vault.
  ///   - settings: what the configuration wants; nil where there is none.
  ///   - steps: what a round did just now.
  ///   - more: what else came up.
  public init(
    of place: OpenPlace, _ settings: RoundSettings? = nil, after steps: [RoundStep] = [],
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
          key: isLate ? "findings-overdue" : "findings"))
    }
    let usual = WorkFacts(of: place, settings ?? RoundSettings(destinations: []))
    verifyPeriod = usual.verifyPeriod
    if let settings, place.isHome {
      let memory = RoundMemory(of: place.state.vault, on: place.machine)
      matters += Self.destinations(usual, now)
      matters += Self.drills(usual, settings, memory, now)
      drills = Self.stands(of: place, settings)
      deadlines = Self.deadlines(usual, status, memory, now)
      if steps.isEmpty {
        matters += settings.unreadable.keys.sorted().map { Matter(failed: .drill($0)) }
      }
      matters += Self.risks(of: place, settings)
      // A round that just ends needn't be missed.
      if steps.isEmpty, let late = Self.round(settings, memory, now) { matters.append(late) }
    }
    matters += steps.compactMap { step in
      switch step.result {
      case .blocked(let obstacle):
        Matter(
          .blocked(step.work, obstacle), .due, for: obstacle == .needsPeople ? .custodian : .operator,
          key: "blocked:\(step.work.key)")
      default:
        step.isGood ? nil : Matter(failed: step.work)
      }
    }
    matters += more
    self.status = status
    self.drills = drills
    self.deadlines = deadlines
    // What is of one gravity keeps its order.
    self.matters = Matter.Level.allCases.sorted().flatMap { level in matters.filter { $0.level == level } }
  }

  /// How grave the gravest is; nil where there is nothing but notes.
  public var gravity: Matter.Level? {
    matters.first.flatMap { $0.level == .note ? nil : $0.level }
  }

  /// The policy counts how many destinations are fresh: of those that the configuration names each one is to be.
  private static func destinations(_ facts: WorkFacts, _ now: UInt64) -> [Matter] {
    let period = facts.snapshotPeriod
    return facts.destinations.compactMap { destination in
      let newest = destination.newest.flatMap { $0 <= now ? $0 : nil }
      guard now > (newest ?? 0) + period else { return nil }
      // Of a place that this machine never met it doesn't know that; the round that can't reach it says so.
      let isLate = newest.map { now > $0 + period + period / 4 } ?? false
      return Matter(
        .stale(destination: destination.name, newest: newest, period: period), isLate ? .wrong : .due,
        for: .operator, key: "stale:\(destination.name)")
    }
  }

  private static func drills(
    _ facts: WorkFacts, _ settings: RoundSettings, _ memory: RoundMemory, _ now: UInt64
  ) -> [Matter] {
    zip(facts.drills, settings.drills).compactMap { drill, planned in
      // A plan that never passed as it is now is late once it was here for its period.
      let seen = memory.plans[drill.name].flatMap { $0.digest == planned.plan.digest.hex ? $0.since : nil }
      let from = drill.passed ?? seen ?? now
      let due = drill.passed.map { $0 + drill.every } ?? from
      guard now > due || drill.passed == nil else { return nil }
      let isLate = now > from + drill.every + drill.every / 4
      return Matter(
        .drill(drill.name, since: due, hasPassedBefore: drill.passed != nil), isLate ? .wrong : .due,
        for: drill.losesIdentity ? .custodian : .round, key: "late:drill:\(drill.name)")
    }
  }

  private static func risks(of place: OpenPlace, _ settings: RoundSettings) -> [Matter] {
    switch settings.risks {
    case nil: return []
    case .failure(let error):
      return [Matter(.register(why: "\(error)"), .wrong, for: .operator, key: "register")]
    case .success(let register):
      return register.judged(by: place).filter { !$0.isTested }.map { one in
        Matter(
          .risk(one.risk.name, text: one.risk.text, score: one.risk.score), .wrong, for: .operator,
          key: "risk:\(one.risk.name)")
      }
    }
  }

  private static func stands(of place: OpenPlace, _ settings: RoundSettings) -> [DrillStand] {
    settings.drills.map { drill in
      let at = place.remembered(at: drill.destination)?.place
      let last = place.state.drills.last {
        $0.content.plan == drill.plan.digest && $0.content.destination == at
      }
      return DrillStand(
        name: drill.name, tried: last?.time, didPass: last?.content.passed ?? false, rto: last?.content.rto)
    }
  }

  private static func deadlines(
    _ facts: WorkFacts, _ status: VaultStatus, _ memory: RoundMemory, _ now: UInt64
  ) -> [Deadline] {
    let snapshots = facts.destinations.map {
      Deadline("snapshot", place: $0.name, last: $0.newest ?? 0, period: facts.snapshotPeriod, now: now)
    }
    let verifications = facts.places.compactMap { place in
      place.oldest.map {
        Deadline("verify", place: place.name ?? "vault", last: $0, period: facts.verifyPeriod, now: now)
      }
    }
    let drills = facts.drills.map { drill in
      Deadline(
        "drill", plan: drill.name, last: drill.passed ?? memory.plans[drill.name]?.since ?? now,
        period: drill.every, now: now)
    }
    return snapshots + verifications + drills
  }

  private static func round(_ settings: RoundSettings, _ memory: RoundMemory, _ now: UInt64) -> Matter? {
    // On a machine where none ever began none is missed: it may be another one's task.
    guard memory.began > 0 else { return nil }
    let last = max(memory.ended, memory.ended == 0 ? memory.began : 0)
    guard now > last, now - last > settings.every + settings.every / 4 else { return nil }
    return Matter(.noRound(since: last), .wrong, for: .operator, key: "no-round")
  }
}
