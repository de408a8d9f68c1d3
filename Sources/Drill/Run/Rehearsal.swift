public import Backup
internal import Ledger
internal import Rules
internal import Sealing
public import Storage
public import Vault

/// Runs a drill: does what the plan says to an overlay of the destination, recovers as somebody would after such a loss,
/// verifies, asks, judges, and leaves evidence. Vault and destination stay as they are but for the entry in the ledger.
public final class Rehearsal {
  /// What came out, and where it lies.
  public struct Outcome: Sendable {
    /// The report.
    public let report: DrillReport
    /// The number of the `drilled` entry.
    public let entry: UInt64
    /// The report's document (JSON).
    public let document: String
    /// The proof that the ledger names it.
    public let proof: String
    /// The pages for people, by language.
    public let pages: [String: String]
  }

  /// Where a drill works and what it is given.
  public struct Settings: Sendable {
    /// Where the recovery comes from.
    let destination: Location
    /// The folder in which the scratch folder is made.
    let scratch: String
    /// Whether records in the clear may lie in memory instead, where they fit.
    let mayUseMemory: Bool
    /// The folder to which report, proof and pages are written.
    let evidence: String
    /// What the program is.
    let tool: DrillReport.Tool
    /// What people note on the drill.
    let notes: [String]
    /// The languages of the pages, by their tags.
    let languages: [String]

    /// A drill's settings.
    public init(
      destination: Location, scratch: String, mayUseMemory: Bool = false, evidence: String,
      tool: DrillReport.Tool = DrillReport.Tool(version: "", commit: "", binary: ""), notes: [String] = [],
      languages: [String] = ReportWords.all.map(\.tag)
    ) {
      self.destination = destination
      self.scratch = scratch
      self.mayUseMemory = mayUseMemory
      self.evidence = evidence
      self.tool = tool
      self.notes = notes
      self.languages = languages
    }
  }

  /// What came of the drill before it is judged.
  private struct Ran {
    var baseline: Baseline?
    var result = Recovery.Result()
    var isSandboxDestroyed = true
    var leftover: VaultError?
  }

  let vault: OpenPlace
  let plan: Plan
  let key: KeySource
  let settings: Settings

  /// - Parameters:
  ///   - vault: the vault in whose ledger the drill is entered.
  ///   - key: what opens the records; the restored copy is opened with it, as somebody else would after a loss.
  public init(vault: OpenPlace, key: KeySource, plan: Plan, settings: Settings) {
    self.vault = vault
    self.key = key
    self.plan = plan
    self.settings = settings
  }

  /// Rehearses the recovery, judges it, and enters what came out.
  /// - Parameter cancellable: gets what is to be cancelled where the drill is to be broken off: what came of it until then
  ///   is entered all the same.
  /// - Throws: what keeps the drill from being begun or entered; `VaultError` `.storage` where the scratch folder could not
  ///   be removed, once the drill is entered. A recovery that fails is a result: the drill is red.
  public func run(
    cancellable: (Task<Void, any Error>) -> Void = { _ in },
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Outcome {
    let identity = try await checkMayBegin()
    let stop = Stop()
    let watched = stop.watched()
    defer { watched.cancel() }
    cancellable(watched)
    let scratch = try ScratchFolder(named: "strongroom-drill", in: settings.scratch, of: vault.machine)
    var ran: Ran
    do {
      ran = try await rehearse(in: scratch, stop, report: report)
    } catch {
      try scratch.remove(after: error)
      throw error
    }
    // Records in the clear lie no longer than they must; what the drill found is entered even where they can't go.
    do { try scratch.remove() } catch {
      ran.leftover = error
      ran.isSandboxDestroyed = false
    }
    let outcome: Outcome
    do { outcome = try await leaveEvidence(of: judged(ran, by: identity), as: identity) } catch {
      guard let leftover = ran.leftover else { throw error }
      throw VaultError(leftover.code, "\(error); \(leftover.what)", hint: leftover.hint)
    }
    if let leftover = ran.leftover {
      throw VaultError(
        leftover.code, leftover.what, safe: "the drill is entered as \(outcome.entry)", hint: leftover.hint)
    }
    return outcome
  }

  /// Looks, and says what the drill would read, write, take and need; nothing is done.
  public func preflight(report: @escaping @Sendable (CopyProgress) -> Void) async throws -> Preflight {
    let scratch = try ScratchFolder(named: "strongroom-drill", in: settings.scratch, of: vault.machine)
    let baseline: Baseline
    do { baseline = try await look(in: scratch, Stop(), report) } catch {
      try scratch.remove(after: error)
      throw error
    }
    try scratch.remove()
    var preflight = Preflight(plan: plan, archive: baseline.bytes)
    preflight.free = try FreeSpace.available(settings.scratch)
    (preflight.boxes, preflight.bytes) = (baseline.boxes, baseline.bytes)
    preflight.findings = baseline.findings.count
    preflight.last = Self.past(plan, in: vault).last { $0.rto != nil }?.rto
    return preflight
  }

  private func checkMayBegin() async throws -> Identity {
    let identity = try vault.writer()
    guard vault.state.may(identity.publicIdentity.id, .drilled) else {
      throw VaultError(.notGranted, "this identity may not enter drills", safe: "nothing was written")
    }
    guard plan.level != .tabletop else {
      throw DrillError(.needs, "plan '\(plan.name)' is a tabletop: it asks questions, and restores nothing")
    }
    try await vault.requireHome()
    guard try vault.unlocked().opensEveryClass(of: vault.state.policy) else {
      throw VaultError(
        .notGranted, "this identity doesn't open every class, so it can't tell whether all came back",
        safe: "nothing was written", hint: .askForGrant(role: nil))
    }
    // A drill whose evidence has no place to lie is not begun: it would be entered, and nobody could show what it found.
    let evidence = Location.folder(settings.evidence)
    try Place.refuse(evidence, within: evidence.upwards, for: "the evidence's folder")
    let scratch = Location.folder(settings.scratch)
    try Place.refuse(scratch, within: scratch.upwards, for: "scratch")
    try DurableFile.makeFolder(settings.evidence)
    return identity
  }

  /// By what damage and samples are chosen: the plan's seed, or one that is another with each entry of the ledger.
  var seed: UInt64 {
    plan.seed ?? Seeded.mixed(vault.state.root.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }) >> 1
  }

  /// Everything between the first look and the last; what makes the drill unfit is part of what came of it.
  private func rehearse(
    in scratch: ScratchFolder, _ stop: Stop, report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Ran {
    var ran = Ran()
    ran.result.incident = vault.machine.now()
    let recovery: Recovery
    do {
      let baseline = try await look(in: scratch, stop, report)
      ran.baseline = baseline
      recovery = try await prepare(baseline, in: scratch, stop, report)
    } catch let error as Spoiled {
      // Who comes to recover stands before it, and can't: that is a result.
      ran.result.findings.add([error.finding])
      return ran
    } catch {
      if let unfit = Unfit(error) {
        ran.result.unfit = unfit
      } else {
        // What can't be said before anything is entered.
        guard ran.baseline != nil else { throw error }
        ran.result.unfit = .notAllowed("\(error)")
      }
      return ran
    }
    let seconds = plan.limits.time
    ran.result = try await stop.run { await Deadline.run(seconds) { await recovery.run() } }
    if ran.result.leftPlaintext { ran.isSandboxDestroyed = false }
    return ran
  }
}

// MARK: Judging and evidence

extension Rehearsal {
  private func judged(_ ran: Ran, by identity: Identity) -> DrillReport {
    let result = ran.result
    var measured = result.measured
    // A plan that expects nothing back shows no recovery, whatever it brought.
    if !plan.expects.contains(.recovered) { (measured.rto, measured.rpo) = (nil, nil) }
    let checks = result.unfit == nil ? plan.judge(measured) : []
    let verdict: DrillVerdict =
      result.unfit != nil ? .unfit : checks.allSatisfy(\.passed) && !checks.isEmpty ? .passed : .failed
    let since = result.snapshot.map { vault.state.countSealed(since: $0.content.size) }
    return DrillReport(
      plan: plan, vault: vault.state.vault, by: identity.publicIdentity.id, tool: settings.tool,
      destination: ran.baseline?.place,
      snapshot: plan.expects.contains(.recovered) ? result.snapshot : nil, incident: result.incident,
      seed: seed, verdict: verdict, unfit: result.unfit, measured: measured, checks: checks,
      steps: result.timeline.steps, faults: result.faults,
      findings: Array(result.findings.all.prefix(100)),
      before: Array((ran.baseline?.findings ?? []).prefix(100)), bytes: result.bytes,
      archive: (ran.baseline?.bytes ?? 0, ran.baseline?.boxes ?? 0), boxesSince: UInt64(since ?? 0),
      attempts: result.attempts, isSandboxDestroyed: ran.isSandboxDestroyed,
      validUntil: verdict == .passed ? result.incident + plan.valid : nil,
      estimate: estimate(result, ran.baseline), past: Self.past(plan, in: vault), notes: settings.notes,
      answers: [])
  }

  private func estimate(_ result: Recovery.Result, _ baseline: Baseline?) -> DrillReport.Estimate? {
    guard case .sample = plan.scope, let baseline, result.bytes > 0, let restored = result.measured.restored,
      restored > 0
    else { return nil }
    let read = result.timeline.steps.filter { $0.stage == .read || $0.stage == .verify }.reduce(0) {
      $0 + $1.took
    }
    // Customers were chosen, so these are what is counted; how many of them lack something isn't known, at most all.
    let lacking = result.measured.expected.map { $0 - min($0, restored) } ?? UInt64(result.customers)
    let bytes = max(1, result.measured.read)
    return DrillReport.Estimate(
      milliseconds: UInt64(Double(read) * Double(max(bytes, baseline.bytes)) / Double(bytes)),
      unsoundAtMost: Sampling.upperBound(
        unsound: min(lacking, UInt64(result.customers)), of: UInt64(result.customers)))
  }

  /// Earlier drills of a plan, oldest first.
  static func past(_ plan: Plan, in vault: OpenPlace) -> [DrillReport.Past] {
    vault.state.drills.filter { $0.content.plan == plan.digest }.suffix(50).map {
      DrillReport.Past(
        entry: $0.number, time: $0.time, outcome: $0.content.verdict.rawValue, rto: $0.content.rto,
        rpo: $0.content.rpo)
    }
  }

  private func leaveEvidence(of report: DrillReport, as identity: Identity) async throws -> Outcome {
    let document = try DrillDocument(report).encoded()
    let isBack = plan.expects.contains(.recovered)
    let outcome = DrillOutcome(
      destination: report.destination, level: plan.level, verdict: report.verdict, plan: plan.digest,
      report: Digest.sha256(of: document), rpo: report.measured.rpo, rto: report.measured.rto,
      snapshot: isBack ? report.snapshot?.number : nil)
    return try await EvidenceFiles(settings: settings, vault: vault).leave(
      report, outcome, document, as: identity)
  }
}
