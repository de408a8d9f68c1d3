internal import Backup
internal import Rules
internal import Sealing
internal import Storage
internal import Synchronization
internal import Vault

/// What a round does at one place: a destination, or the vault. It opens the vault for itself, so that places are seen to
/// side by side.
struct PlaceRound: Sendable {
  let vault: Location
  let id: Identifier
  let machine: Machine
  let key: KeySource
  let settings: RoundSettings
  /// Nil for the vault.
  let destination: RoundSettings.Destination?
  /// Entries of the vault's ledger when the round began.
  let size: UInt64
  let report: @Sendable (CopyProgress) -> Void
  /// What is done so far, for whoever gives it up.
  let progress = Progress()

  /// Steps that came to their end, and the work at hand.
  final class Progress: Sendable {
    private let state = Mutex((steps: [RoundStep](), at: Work?.none))

    func begin(_ work: Work) { state.withLock { $0.at = work } }

    func end(_ step: RoundStep) {
      state.withLock {
        $0.steps.append(step)
        $0.at = nil
      }
    }

    /// What is said of a place that was given up.
    func givenUp(_ error: RoundError) -> [RoundStep] {
      let (steps, work) = state.withLock { $0 }
      return steps + (work.map { [RoundStep($0, .failed(error))] } ?? [])
    }
  }

  func run() async -> [RoundStep] {
    let first: Work = destination.map { .snapshot(to: $0.name) } ?? .verification(at: nil)
    progress.begin(first)
    let home: OpenPlace
    do {
      home = try await OpenPlace.open(vault, in: machine, expecting: id, toWrite: true)
      try await home.unlock(with: key)
    } catch {
      return ended(RoundStep(first, .failed(error)))
    }
    var steps: [RoundStep] = []
    if let destination {
      steps += await step(.snapshot(to: destination.name), home) {
        .snapshot(
          try await SnapshotTaker(of: home, to: destination.location, begins: false).run(report: report))
      }
    }
    return steps
      + (await step(.verification(at: destination?.name), home) { try await verify(home) })
  }

  /// Does work whose time has come; nothing where there is none of the kind.
  private func step(
    _ work: Work, _ home: OpenPlace, _ body: () async throws -> RoundStep.Result
  ) async -> [RoundStep] {
    progress.begin(work)
    let planned = WorkFacts(of: home, settings).work(at: machine.now())
    switch planned.first(where: { $0.work == work })?.stand {
    case .later(let time): return ended(RoundStep(work, .later(time)))
    case .blocked(let obstacle): return ended(RoundStep(work, .blocked(obstacle)))
    case .due: break
    case nil: return []
    }
    let began = ContinuousClock.now
    let known = home.remarks.count
    var result: RoundStep.Result
    do { result = try await body() } catch { result = .failed(error) }
    let took = UInt64(clamping: (ContinuousClock.now - began).components.seconds)
    let notices = home.remarks.dropFirst(known).filter { !$0.isOfCommit(from: size) }
    return ended(RoundStep(work, result, took: took, notices: Array(notices)))
  }

  private func ended(_ step: RoundStep) -> [RoundStep] {
    progress.end(step)
    return [step]
  }

  private func verify(_ home: OpenPlace) async throws -> RoundStep.Result {
    // Every commit is read again, as whoever verifies wants it.
    let place = try await OpenPlace.open(
      destination?.location ?? vault, in: machine, expecting: id, afresh: true)
    try Verifier.checkMayEnter(place, at: home)
    let now = machine.now()
    let period = WorkFacts.verifyPeriod(of: home.state.policy.schedule)
    let boxes = home.longestUnread(
      at: place.place.marker.place, since: now - min(now, WorkFacts.early(period)))
    let outcome = try await Verifier(
      of: place, Verifier.Choice(boxes, for: .seconds(Int64(clamping: settings.verifyFor)))
    ).run(report: report)
    return .verified(outcome, entry: try await Verifier.enter(outcome, at: home))
  }
}
