internal import Rules
import Drill
import Sealing
import Vault

/// What came of a drill, in a terminal and for programs.
enum DrillText {
  static func show(_ outcome: Rehearsal.Outcome, json: Bool) {
    let report = outcome.report
    for finding in report.findings { finding.tell() }
    if json { return Output.json(object(outcome)) }
    let words = ReportWords.english
    let verdict =
      switch report.verdict {
      case .passed: "passed"
      case .failed: "FAILED"
      case .unfit: "NOT CARRIED OUT"
      }
    Output.line("\(Output.printable(report.plan.title)): \(verdict)")
    if let unfit = report.unfit { Output.line("  \(Output.printable("\(unfit)"))") }
    for check in report.checks {
      let subject = Output.printable(words.subject(check.subject))
      Output.line(
        "  \(check.passed ? "met   " : "missed")  \(subject.padded(30)) \(Output.printable(words.value(check.got))) (wanted: \(Output.printable(words.value(check.wanted))))"
      )
    }
    for fault in report.faults { Output.line("  damage  \(words.telling(fault))") }
    for step in report.steps {
      Output.line(
        "          \(words.name(of: step.stage).padded(30)) \(words.span(milliseconds: step.took))\(step.succeeded ? "" : ", broke off")"
      )
    }
    Output.line("entered as drill \(outcome.entry)")
    for (language, page) in outcome.pages.sorted(by: { $0.key < $1.key }) {
      Output.line("page \(language):   \(Output.printable(page))")
    }
    Output.line("report:    \(Output.printable(outcome.document))")
    Output.line("proof:     \(Output.printable(outcome.proof))")
  }

  /// What a drill would take.
  static func show(_ preflight: Preflight, of plan: Plan, json: Bool) {
    if json {
      var object: JSONObject = [
        "boxes": .integer(preflight.boxes), "bytes": .integer(preflight.bytes),
        "findings": .integer(UInt64(preflight.findings)), "fits": .integer(preflight.fits ? 1 : 0),
        "needs_shares": .integer(preflight.needsShares ? 1 : 0), "plan": .string(plan.name),
        "reads": .integer(preflight.reads), "writes": .integer(preflight.writes),
      ]
      if let free = preflight.free { object["free_bytes"] = .integer(free) }
      if let last = preflight.last { object["last_rto"] = .integer(last) }
      return Output.json(object)
    }
    for line in PlanText.lines(of: plan) { Output.line(Output.printable(line)) }
    Output.line("it would")
    Output.line(
      "  read:        \(Output.size(preflight.reads)) of the destination, which has \(Output.count(preflight.boxes, "box")) (\(Output.size(preflight.bytes)))"
    )
    let free = preflight.free.map { ", \(Output.size($0)) are free" } ?? ""
    Output.line(
      "  write:       \(Output.size(preflight.writes)) of scratch\(free)\(preflight.fits ? "" : ": NOT ENOUGH"), and the records, which lie in memory if they fit"
    )
    Output.line(
      "  take:        \(preflight.last.map { "about \(Output.duration($0)), as the last time" } ?? "nobody knows yet: this plan never ran here")"
    )
    Output.line(
      "  need:        \(preflight.needsShares ? "recovery shares" : "an identity that opens every class")")
    if preflight.findings > 0 {
      Output.line(
        "the destination has \(Output.count(preflight.findings, "finding")) already; strongroom verify names them"
      )
    }
  }

  private static func object(_ outcome: Rehearsal.Outcome) -> JSONObject {
    let report = outcome.report
    var object: JSONObject = [
      "checks": .array(
        report.checks.map { check in
          .object([
            "check": .string(ReportWords.english.subject(check.subject)),
            "passed": .integer(check.passed ? 1 : 0),
          ])
        }),
      "entry": .integer(outcome.entry), "findings": .array(report.findings.map(\.told)),
      "outcome": .string(report.verdict.rawValue), "report": .string(outcome.document),
      "proof": .string(outcome.proof),
    ]
    if let expected = report.measured.expected { object["expected"] = .integer(expected) }
    if let restored = report.measured.restored { object["restored"] = .integer(restored) }
    if let rpo = report.measured.rpo { object["rpo"] = .integer(rpo) }
    if let rto = report.measured.rto { object["rto"] = .integer(rto) }
    if let unfit = report.unfit { object["unfit"] = .string(unfit.code) }
    return object
  }
}
