internal import Rules
internal import Sealing
public import Vault

/// A drill at the table: a plan's questions are answered by people, and the answers are kept as evidence. Nothing is
/// brought back, and it never counts as a recovery that was shown.
public final class Tabletop {
  private let vault: OpenPlace
  private let plan: Plan
  private let settings: Rehearsal.Settings

  /// An answer is at most so many bytes.
  public static let answerLimit = 4000

  /// - Parameters:
  ///   - vault: the vault in whose ledger it is entered.
  ///   - plan: one of level tabletop, or any that asks questions.
  public init(vault: OpenPlace, plan: Plan, settings: Rehearsal.Settings) {
    self.vault = vault
    self.plan = plan
    self.settings = settings
  }

  /// Asks all questions, and enters what was answered.
  /// - Parameter ask: the answer to a question; empty where nobody knows.
  public func run(_ ask: (_ number: Int, _ question: String) throws -> String) async throws
    -> Rehearsal.Outcome
  {
    let identity = try vault.writer()
    guard vault.state.may(identity.publicIdentity.id, .drilled) else {
      throw VaultError(.notGranted, "this identity may not enter drills", safe: "nothing was written")
    }
    guard plan.level == .tabletop else {
      throw DrillError(.needs, "plan '\(plan.name)' isn't a tabletop: it is to be run")
    }
    try await vault.requireHome()
    let began = vault.machine.now()
    var answers: [DrillReport.Answered] = []
    for (number, question) in plan.questions.enumerated() {
      let answer = try ask(number + 1, question)
      guard answer.utf8.count <= Self.answerLimit else {
        throw VaultError(
          .input, "the answer to question \(number + 1) is longer than \(Self.answerLimit) bytes",
          safe: "nothing was written")
      }
      answers.append(DrillReport.Answered(question: question, answer: answer))
    }
    let (known, all) = (UInt64(answers.count { !$0.answer.isEmpty }), UInt64(answers.count))
    let check = Check(
      subject: .answered, wanted: .count(all), got: .countOf(known, of: all), passed: known == all)
    let verdict: DrillVerdict = check.passed ? .passed : .failed
    let report = DrillReport(
      plan: plan, vault: vault.state.vault, by: identity.publicIdentity.id, tool: settings.tool,
      destination: nil, snapshot: nil, incident: began, seed: plan.seed ?? 0, verdict: verdict, unfit: nil,
      measured: Measured(),
      checks: [check], steps: [], faults: [], findings: [], before: [], bytes: 0, archive: (0, 0),
      boxesSince: 0, attempts: 1, isSandboxDestroyed: true,
      validUntil: check.passed ? began + plan.valid : nil, estimate: nil,
      past: Rehearsal.past(plan, in: vault), notes: settings.notes, answers: answers)
    let document = try DrillDocument(report).encoded()
    let outcome = DrillOutcome(
      destination: nil, level: .tabletop, verdict: verdict, plan: plan.digest,
      report: Digest.sha256(of: document), rpo: nil, rto: nil, snapshot: nil)
    return try await EvidenceFiles(settings: settings, vault: vault).leave(
      report, outcome, document, as: identity)
  }
}
