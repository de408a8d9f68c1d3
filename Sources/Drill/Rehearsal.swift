internal import Rules
public import Backup
internal import Ledger
internal import Sealing
public import Storage
public import Vault

/// Runs a drill: loses what the plan says, restores from a destination for real, verifies every record, measures, and
/// leaves evidence. The scratch folder is removed whatever happens, or it is told where it is.
public final class Rehearsal {
  /// What came out, and where it lies.
  public struct Outcome: Sendable {
    /// The report.
    public let report: DrillReport
    /// The number of the `drilled` entry.
    public let entry: UInt64
    /// The report's document (JSON).
    package let document: String
    /// The proof that the ledger names it.
    public let proof: String
    /// The page for people.
    public let page: String
  }

  private let vault: OpenPlace
  private let plan: Plan
  private let planText: String
  private let destination: Location
  private let scratchParent: String
  private let mayUseMemory: Bool
  private let evidenceFolder: String
  private let key: KeySource

  /// - Parameters:
  ///   - vault: the vault in whose ledger the drill is entered; its records are not read.
  ///   - key: what opens the records; the restored copy is opened with it, as somebody else would after a loss.
  ///   - destination: where the recovery comes from; nil: from where the plan says.
  ///   - scratch: the folder in which the scratch folder is made.
  ///   - mayUseMemory: whether records in the clear may lie in memory instead, where they fit.
  ///   - evidence: the folder to which report, proof and page are written.
  ///   - locate: what the plan calls a destination.
  public init(
    vault: OpenPlace, key: KeySource, planText: String, destination: Location?, scratch: String,
    mayUseMemory: Bool = false, evidence: String, locate: (String) throws -> Location = { .folder($0) }
  ) throws {
    self.vault = vault
    self.key = key
    self.planText = planText
    plan = try Plan(yaml: planText)
    guard let destination = try destination ?? plan.destination.map(locate) else {
      throw DrillError(.needs, "the plan names no destination", hint: .nameDestination)
    }
    self.destination = destination
    scratchParent = scratch
    self.mayUseMemory = mayUseMemory
    evidenceFolder = evidence
  }

  /// Rehearses the recovery, judges it, and enters what came out.
  /// - Throws: what keeps the drill from being run or entered; `VaultError` `.storage` where the scratch folder could not
  ///   be removed, once the drill is entered. A recovery that fails is a result: the drill is red.
  public func run(report: @escaping @Sendable (CopyProgress) -> Void) async throws -> Outcome {
    let identity = try vault.writer()
    guard vault.state.may(identity.publicIdentity.id, .drilled) else {
      throw VaultError(.notGranted, "this identity may not enter drills", safe: "nothing was written")
    }
    try await vault.requireHome()
    guard try vault.unlocked().opensEveryClass(of: vault.state.policy) else {
      throw VaultError(
        .notGranted, "this identity doesn't open every class, so it can't tell whether all came back",
        safe: "nothing was written", hint: .askForGrant(role: nil))
    }
    // A drill whose evidence has no place to lie is not begun: it would be entered, and nobody could show what it found.
    try Place.refuse(
      .folder(evidenceFolder), within: Location.folder(evidenceFolder).upwards, for: "the evidence's folder")
    try Place.refuse(.folder(scratchParent), within: Location.folder(scratchParent).upwards, for: "scratch")
    try DurableFile.makeFolder(evidenceFolder)
    let scratch = try ScratchFolder(named: "strongroom-drill", in: scratchParent, of: vault.machine)
    let recovery = Recovery(
      vault: vault.state.vault, key: key, destination: destination, scratch: scratch, lost: lost,
      machine: vault.machine, mayUseMemory: mayUseMemory)
    let recovered: Recovery.Result
    do { recovered = try await recovery.run(report: report) } catch {
      try scratch.remove(after: error)
      throw error
    }
    // Records in the clear lie no longer than they must; what the drill found is entered even where they can't go.
    var leftover: VaultError?
    do { try scratch.remove() } catch { leftover = error }
    let outcome: Outcome
    do { outcome = try await leaveEvidence(of: judged(recovered, by: identity), as: identity) } catch {
      guard let leftover else { throw error }
      throw VaultError(leftover.code, "\(error); \(leftover.what)", hint: leftover.hint)
    }
    if let leftover {
      throw VaultError(
        leftover.code, leftover.what, safe: "the drill is entered as \(outcome.entry)", hint: leftover.hint)
    }
    return outcome
  }

  /// The locations that the plan loses.
  private var lost: [Location] {
    plan.loses.map { loss in
      switch loss {
      case .vault: vault.place.location
      }
    }
  }

  private func judged(_ recovered: Recovery.Result, by identity: Identity) -> DrillReport {
    let snapshotStarted = recovered.snapshot.content.started
    let measured = Objectives.Measured(
      rto: (recovered.milliseconds + 999) / 1000,
      rpo: recovered.incident >= snapshotStarted ? recovered.incident - snapshotStarted : 0,
      expected: recovered.expected, restored: recovered.restored,
      findings: UInt64(recovered.findings.all.count))
    let since = vault.state.liveBoxes().count { $0.entry >= recovered.snapshot.content.size }
    return DrillReport(
      plan: plan, planDigest: Digest.sha256(of: Array(planText.utf8)), vault: vault.state.vault,
      destination: recovered.place, snapshot: recovered.snapshot.number,
      snapshotStarted: snapshotStarted,
      incident: recovered.incident, by: identity.publicIdentity.id, measured: measured,
      bytes: recovered.bytes,
      boxesSince: UInt64(since), findings: Array(recovered.findings.all.prefix(100)), stages: recovered.stages
    )
  }

  private func leaveEvidence(of report: DrillReport, as identity: Identity) async throws -> Outcome {
    let document = report.document
    let outcome = DrillOutcome(
      destination: report.destination, passed: report.passed, plan: report.planDigest,
      report: Digest.sha256(of: document), rpo: report.measured.rpo, rto: report.measured.rto,
      snapshot: report.snapshot)
    let text = Hex.encode(Array(plan.name.utf8))
    let written = try await vault.commit(as: identity) { _ in
      [OpenLedger.Draft(.drilled(outcome), sealed: ["plan": .string(text)])]
    }
    guard let entry = written.first else { throw DrillError(.evidence, "the drill could not be entered") }
    let proof = try await vault.prove(entry: entry, document: document)
    let name = "drill-\(report.vault.hex.prefix(8))-\(entry)"
    let stem = "\(evidenceFolder)/\(name)"
    try DurableFile.makeFolder(evidenceFolder)
    try DurableFile.writeNew(document.span, to: stem + ".json", mode: 0o644)
    try DurableFile.writeNew(proof.bytes.span, to: stem + ".tlog-proof", mode: 0o644)
    let page = try ReportPage.render(
      report, entry: entry, evidence: "\(name).json, \(name).tlog-proof")
    try DurableFile.writeNew(Array(page.utf8).span, to: stem + ".html", mode: 0o644)
    return Outcome(
      report: report, entry: entry, document: stem + ".json", proof: stem + ".tlog-proof",
      page: stem + ".html")
  }
}
