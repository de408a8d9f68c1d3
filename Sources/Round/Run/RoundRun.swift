internal import Backup
public import Drill
internal import Rules
internal import Sealing
public import Storage
public import Vault

/// Does what is due: places side by side, each first copied and then read; drills afterwards, one by one.
public struct RoundRun {
  /// What drills are run with.
  public struct DrillTools: Sendable {
    /// What opens every class, by the drill's name; none where no such key is at hand.
    let keys: [String: KeySource]
    /// Where a drill of this destination works.
    let settings: @Sendable (Location) -> Rehearsal.Settings

    /// Drills' keys and settings.
    public init(
      keys: [String: KeySource], settings: @escaping @Sendable (Location) -> Rehearsal.Settings
    ) {
      self.keys = keys
      self.settings = settings
    }
  }

  private let vault: OpenPlace
  private let key: KeySource
  private let settings: RoundSettings
  private let drills: DrillTools

  /// After so long without a sign of life a place is given up; to list a large one, or to erase there, takes its time.
  private static let patience = Duration.seconds(30 * 60)
  /// The same for a drill, whose probes may take hours by its plan.
  private static let drillPatience = Duration.seconds(2 * 3600)
  /// A drill that is cancelled erases records in the clear, and enters what came of it.
  private static let drillGrace = Duration.seconds(240)

  /// - Parameters:
  ///   - vault: opened to write, and unlocked.
  ///   - key: what it was unlocked with.
  ///   - drills: what drills are run with.
  public init(of vault: OpenPlace, key: KeySource, settings: RoundSettings, drills: DrillTools) {
    self.vault = vault
    self.key = key
    self.settings = settings
    self.drills = drills
  }

  /// What is to be done, without doing it.
  public func plan() -> [PlannedWork] { plan(by: settings) }

  private func plan(by settings: RoundSettings) -> [PlannedWork] {
    WorkFacts(of: vault, settings, drillKeys: Set(drills.keys.keys)).work(at: vault.machine.now())
  }

  /// What a round did, and whether it came to its end.
  struct Ran {
    var steps: [RoundStep]
    /// With the locations that stopped to answer meanwhile.
    var settings: RoundSettings
    var wasInterrupted = false
  }

  /// Does what is due. What fails is a step.
  /// - Parameter report: how far the work at a place is; what the place is called, empty for the vault.
  /// - Throws: `VaultError` where the vault isn't the home place.
  func run(report: @escaping @Sendable (_ place: String, CopyProgress) -> Void) async throws -> Ran {
    try await vault.requireHome()
    var ran = Ran(steps: await places(report), settings: settings)
    for step in ran.steps where step.isStuck {
      for destination in settings.destinations where step.work.isAt(destination.name) {
        ran.settings = ran.settings.silencing(destination.location)
      }
    }
    for drill in settings.drills where !Task.isCancelled {
      // Which place lies where was perhaps learned just now.
      try? await lookAgain()
      let step = await rehearse(drill, ran.settings, report)
      if step.isStuck { ran.settings = ran.settings.silencing(drill.destination) }
      ran.steps.append(step)
    }
    for (name, error) in settings.unreadable.sorted(by: { $0.key < $1.key }) {
      ran.steps.append(RoundStep(.drill(name), .failed(error)))
    }
    ran.wasInterrupted = Task.isCancelled
    try? await lookAgain()
    return ran
  }

  private func lookAgain() async throws {
    try await vault.ledger.catchUp()
    try vault.reloadKnown()
  }

  private func places(_ report: @escaping @Sendable (String, CopyProgress) -> Void) async -> [RoundStep] {
    let planned = plan()
    let all: [RoundSettings.Destination?] = settings.destinations + [nil]
    return await withTaskGroup(of: (Int, [RoundStep]).self) { group in
      var found: [(Int, [RoundStep])] = []
      for (number, destination) in all.enumerated() {
        let own = planned.filter { work in
          switch work.work {
          case .snapshot(let name): name == destination?.name
          case .verification(let name): name == destination?.name
          case .drill: false
          }
        }
        // Nothing is opened where nothing is due, or nothing answers.
        guard own.contains(where: { $0.stand == .due }) else {
          found.append((number, own.map { RoundStep($0.work, $0.stand.result) }))
          continue
        }
        let pulse = Patience.Pulse()
        let round = PlaceRound(
          vault: vault.place.location, id: vault.state.vault, machine: vault.machine, key: key,
          settings: settings, destination: destination, size: vault.state.size
        ) {
          pulse.beat()
          report(destination?.name ?? "", $0)
        }
        group.addTask {
          let steps = await Patience.wait(Self.patience, pulse: pulse) { await round.run() }
          return (number, steps ?? round.progress.givenUp(Task.isCancelled ? Self.brokenOff : Self.stuck))
        }
      }
      for await steps in group { found.append(steps) }
      return found.sorted { $0.0 < $1.0 }.flatMap(\.1)
    }
  }

  private static let stuck = RoundError(
    .stuck, "it doesn't answer, and was given up", safe: "the other places were seen to")

  private static let brokenOff = RoundError(.interrupted, "it was broken off with the round")

  private func rehearse(
    _ drill: RoundSettings.PlannedDrill, _ settings: RoundSettings,
    _ report: @escaping @Sendable (String, CopyProgress) -> Void
  ) async -> RoundStep {
    let work = Work.drill(drill.name)
    let stand = plan(by: settings).first { $0.work == work }?.stand
    guard stand == .due, let key = drills.keys[drill.name] else {
      return RoundStep(work, stand?.result ?? .blocked(.noDrillKey))
    }
    let pulse = Patience.Pulse()
    let rehearsal = DrillRound(
      vault: vault.place.location, id: vault.state.vault, machine: vault.machine, key: key, drill: drill,
      settings: drills.settings(drill.destination)
    ) {
      pulse.beat()
      report(drill.name, $0)
    }
    return await Patience.wait(Self.drillPatience, grace: Self.drillGrace, pulse: pulse) {
      await rehearsal.run()
    } ?? RoundStep(work, .failed(Task.isCancelled ? Self.brokenOff : Self.stuck))
  }
}

extension PlannedWork.Stand {
  /// What a step says of work that isn't begun.
  fileprivate var result: RoundStep.Result {
    switch self {
    case .later(let time): .later(time)
    case .blocked(let obstacle): .blocked(obstacle)
    // Whoever is asked to begin it does.
    case .due: .blocked(.noDrillKey)
    }
  }
}

extension RoundStep {
  /// Whether its place didn't answer.
  fileprivate var isStuck: Bool {
    if case .failed(let error) = result { (error as? RoundError)?.code == .stuck } else { false }
  }
}

extension Work {
  fileprivate func isAt(_ destination: String) -> Bool {
    switch self {
    case .snapshot(let name): name == destination
    case .verification(let name): name == destination
    case .drill: false
    }
  }
}
