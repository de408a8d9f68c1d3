internal import Backup
internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// The recovery that a drill rehearses, with the damage before it: in a sandbox, as on a machine from which is lost what the
/// plan loses.
struct Recovery: Sendable {
  let plan: Plan
  let vault: Identifier
  let key: KeySource
  let sandbox: Sandbox
  let baseline: Baseline
  let promise: Promise
  /// By what damage is chosen.
  let seed: UInt64
  /// The machine that keeps note of folders in memory, where records in the clear may lie there.
  let memory: Machine?
  let report: @Sendable (CopyProgress) -> Void

  /// What came of it.
  struct Result: Sendable {
    var incident: UInt64 = 0
    var snapshot: Entered<Snapshot>?
    var measured = Measured()
    var bytes: UInt64 = 0
    var findings = Findings()
    var faults: [FaultOutcome] = []
    var timeline = Timeline()
    var attempts: UInt64 = 1
    /// Whether records in the clear stayed somewhere.
    var leftPlaintext = false
    /// Customers whose records were looked at, where they were named or chosen.
    var customers = 0
    /// Why it says nothing about a recovery; nil where it does.
    var unfit: Unfit?
  }

  /// Damages, looks, recovers, and asks. What goes wrong in it is a finding; the drill is then red.
  func run() async -> Result {
    var result = Result()
    result.incident = sandbox.stranger.now()
    result.customers = promise.customers.count
    var traces = Traces()
    var damages: [Damage] = []
    do {
      let lag: Behind?
      (damages, lag) = try await result.timeline.doing(.damage) { try await damaged() }
      try await detectAndRecover(damages, lag, &traces, &result)
      // What was to strike and didn't was not survived.
      if !sandbox.didBreak { throw Unfit.didNotHappen }
    } catch {
      note(error, &result)
    }
    for damage in damages where damage.fault.kind.leavesTraces {
      result.faults.append(FaultOutcome(damage, traces))
    }
    // Whoever took longer than the plan allows was stopped, and missed it.
    if result.unfit == .interrupted, let limit = plan.limits.time, result.timeline.elapsed >= limit * 1000 {
      result.unfit = nil
    }
    // What was never asked isn't answered.
    for probe in plan.probes.dropFirst(result.measured.probes.count) {
      result.measured.probes.append(ProbeResult(probe: probe, answer: .notAsked))
    }
    if result.unfit != nil { (result.measured.rto, result.measured.rpo) = (nil, nil) }
    result.measured.faults = (UInt64(result.faults.count), UInt64(result.faults.count(where: \.isFound)))
    result.measured.damage = UInt64(result.findings.all.count)
    result.measured.took = (result.timeline.elapsed + 999) / 1000
    result.measured.read = sandbox.bytesRead
    return result
  }

  private func note(_ error: any Error, _ result: inout Result) {
    if (error as? VaultError)?.hint == ScratchFolder.leftBehind { result.leftPlaintext = true }
    if let unfit = Unfit(error) {
      result.unfit = unfit
    } else {
      let reason = VaultError(telling: error).map(Reason.recovery) ?? .otherRecovery("\(error)")
      result.findings.add([Finding(.unfinished, "recovery", reason)])
    }
  }

  private func detectAndRecover(
    _ damages: [Damage], _ lag: Behind?, _ traces: inout Traces, _ result: inout Result
  ) async throws {
    let found = try await detect(damages, lag, &traces, &result)
    if plan.expects.contains(.shut) { try await tryFormerKey(&result) }
    if plan.recovery == .mend { try await mend(found, &traces, &result) }
    if plan.expects.contains(.refused) || plan.recovery == .none {
      if plan.expects.contains(.refused) { try await expectRefusal(&result) }
      return
    }
    let source = try await result.timeline.doing(.open) {
      try await OpenPlace.open(sandbox.destination, in: sandbox.stranger, expecting: vault)
    }
    if source.lacks(more: lag) { traces.add(.destination, .memory) }
    traces.add(source.shortfalls, .open)
    let snapshot = try await choose(in: source, found, &result)
    result.snapshot = snapshot
    // What a snapshot that mends brings is of after the incident; what one of the future says nobody can measure.
    let started = plan.recovery == .mend ? baseline.newest.content.started : snapshot.content.started
    result.measured.rpo = result.incident >= started ? result.incident - started : nil
    switch plan.recovery {
    case .read: try await read(from: source, snapshot, &traces, &result)
    case .restore, .mend, .none: try await restore(from: source, snapshot, &traces, &result)
    }
    result.measured.rto = (result.timeline.elapsed + 999) / 1000
  }
}
