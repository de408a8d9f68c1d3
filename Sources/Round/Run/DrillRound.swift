internal import Backup
internal import Drill
internal import Sealing
internal import Storage
internal import Synchronization
internal import Vault

/// A drill of a round. It opens the vault for itself, with a key that opens every class.
struct DrillRound: Sendable {
  let vault: Location
  let id: Identifier
  let machine: Machine
  let key: KeySource
  let drill: RoundSettings.PlannedDrill
  let settings: Rehearsal.Settings
  let report: @Sendable (CopyProgress) -> Void

  /// What is to be cancelled where the round is.
  private enum Stopping {
    case notYet, asked
    case cancelling(Task<Void, any Error>)
  }

  /// Runs it. Where the round is interrupted the drill is broken off, and what came of it until then is entered.
  func run() async -> RoundStep {
    let stopping = Mutex(Stopping.notYet)
    let work = Task.detached(executorPreference: BlockingPool.shared) {
      await rehearse { task in
        let isAsked = stopping.withLock { stopping in
          if case .asked = stopping { return true }
          stopping = .cancelling(task)
          return false
        }
        if isAsked { task.cancel() }
      }
    }
    return await withTaskCancellationHandler {
      await work.value
    } onCancel: {
      stopping.withLock { stopping in
        if case .cancelling(let task) = stopping { task.cancel() } else { stopping = .asked }
      }
    }
  }

  private func rehearse(_ cancellable: (Task<Void, any Error>) -> Void) async -> RoundStep {
    let began = ContinuousClock.now
    var result: RoundStep.Result
    var notices: [Notice] = []
    do {
      let home = try await OpenPlace.open(vault, in: machine, expecting: id, toWrite: true)
      defer { notices = home.remarks }
      try await home.unlock(with: key)
      result = .drilled(
        try await Rehearsal(vault: home, key: key, plan: drill.plan, settings: settings)
          .run(cancellable: cancellable, report: report))
    } catch { result = .failed(error) }
    let took = UInt64(clamping: (ContinuousClock.now - began).components.seconds)
    return RoundStep(.drill(drill.name), result, took: took, notices: notices)
  }
}
