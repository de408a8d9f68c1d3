internal import Rules
import Backup
import Drill
import Round
import Sealing
import Vault

/// How a vault stands, and what a round did, on one page: looking (`status`) and doing (`round`) say the same.
enum RoundText {
  /// The page, without what is for programs.
  static func page(_ standing: Standing, _ steps: [RoundStep]) -> [String] {
    var lines = [verdict(standing)]
    let done = steps.filter(\.wasBegun)
    if !done.isEmpty { lines += ["", "done:"] + done.map { "  \(words($0))" } }
    let next = steps.compactMap { step -> (UInt64, String)? in
      if case .later(let time) = step.result { (time, step.work.words) } else { nil }
    }.min { $0.0 < $1.0 }
    if let next { lines += ["", "next: \(next.1), not before \(Output.moment(next.0))"] }
    for level in Matter.Level.allCases {
      let matters = standing.matters.filter { $0.level == level }
      guard !matters.isEmpty else { continue }
      lines += ["", "\(title(level)):"]
      lines += matters.map { matter in
        let who = level == .note || matter.addressee == .round ? "" : " (for \(matter.addressee.words))"
        return "  \(Output.printable(matter.words(after: steps)))\(who)"
      }
    }
    return lines + [""] + standing.status.lines.map { "\($0.name):".padded(22) + Output.printable($0.text) }
  }

  private static func title(_ level: Matter.Level) -> String {
    switch level {
    case .wrong: "wrong or late"
    case .due: "due"
    case .note: "worth knowing"
    }
  }

  /// The page's first line.
  static func verdict(_ standing: Standing) -> String {
    let wrong = standing.matters.count { $0.level == .wrong }
    let due = standing.matters.count { $0.level == .due }
    let parts = [
      wrong > 0 ? "\(Output.count(wrong, "thing")) wrong or late" : nil,
      due > 0 ? "\(Output.count(due, "thing")) due" : nil,
    ].compactMap(\.self)
    return parts.isEmpty ? "all is well" : parts.joined(separator: ", ")
  }

  /// The first few of what was found, and how many there are.
  private static func listed(_ findings: [Finding]) -> String {
    let first = findings.prefix(3).map { "\($0.kind.rawValue) \($0.object)" }.joined(separator: ", ")
    let more = findings.count > 3 ? " and \(Output.grouped(findings.count - 3)) more" : ""
    return "\(Output.count(findings.count, "finding")) (\(Output.printable(first))\(more); Runbook, 3)"
  }

  /// A step in words: one line.
  static func words(_ step: RoundStep) -> String {
    let took = step.took > 0 ? ", \(Output.duration(step.took))" : ""
    switch step.result {
    case .snapshot(let outcome):
      let missing = outcome.missing.isEmpty ? "" : ", \(Output.count(outcome.missing.count, "box")) MISSING"
      let findings =
        outcome.findings.isEmpty ? "" : ", \(listed(outcome.findings))"
      return
        "\(step.work.words): \(outcome.number), \(Output.count(outcome.copied, "box")) copied (\(Output.size(outcome.copiedBytes)))\(missing)\(findings)\(took)"
    case .verified(let outcome, let entry):
      let left = outcome.left > 0 ? ", \(Output.grouped(outcome.left)) left for the next rounds" : ""
      let findings = outcome.isWhole ? "nothing out of order" : listed(outcome.findings)
      return
        "\(step.work.words): \(Output.count(outcome.boxes, "box")) read (\(Output.size(outcome.bytes))), \(findings)\(left), entered as \(entry)\(took)"
    case .drilled(let outcome):
      let report = outcome.report
      let words = ReportWords.english
      let missed = report.checks.filter { !$0.passed }.map {
        "\(words.subject($0.subject)) \(words.value($0.got)), wanted \(words.value($0.wanted))"
      }
      let verdict =
        switch report.verdict {
        case .passed: "passed"
        case .failed: "FAILED: \(Output.printable(missed.joined(separator: "; ")))"
        case .unfit: "NOT CARRIED OUT: \(Output.printable(report.unfit.map { "\($0)" } ?? ""))"
        }
      return "\(step.work.words): \(verdict), entered as \(outcome.entry)\(took)"
    case .failed(let error):
      let words = ErrorReport(error).words
      let hint = words?.hint.map { " (\($0))" } ?? ""
      return "\(step.work.words): FAILED: \(Output.printable((words?.what ?? "\(error)") + hint))\(took)"
    case .blocked(let obstacle): return "\(step.work.words): not done: \(obstacle.words)"
    case .later(let time): return "\(step.work.words): not before \(Output.moment(time))"
    }
  }

  /// What is planned, one line.
  static func words(_ planned: PlannedWork) -> String {
    switch planned.stand {
    case .due: "\(planned.work.words): now"
    case .later(let time): "\(planned.work.words): not before \(Output.moment(time))"
    case .blocked(let obstacle): "\(planned.work.words): due, but \(obstacle.words)"
    }
  }

  /// For programs.
  static func json(_ matter: Matter, after steps: [RoundStep] = []) -> JSONValue {
    .object([
      "for": .string(matter.addressee.rawValue), "key": .string(matter.key),
      "level": .string(matter.level.rawValue), "text": .string(matter.words(after: steps)),
    ])
  }

  /// For programs.
  static func json(_ step: RoundStep) -> JSONValue {
    var object = json(step.work)
    object["took"] = .integer(step.took)
    object["text"] = .string(words(step))
    switch step.result {
    case .snapshot(let outcome):
      object["entry"] = .integer(outcome.number)
      object["result"] = .string(step.isGood ? "done" : "incomplete")
    case .verified(let outcome, let entry):
      object["entry"] = .integer(entry)
      object["left"] = .integer(outcome.left)
      object["result"] = .string(step.isGood ? "done" : "incomplete")
    case .drilled(let outcome):
      object["entry"] = .integer(outcome.entry)
      object["result"] = .string(outcome.report.verdict.rawValue)
    case .failed(let error):
      object["result"] = .string("failed")
      object["error"] = ErrorReport(error).words.map { .object($0.json) }
    case .blocked: object["result"] = .string("blocked")
    case .later(let time):
      object["result"] = .string("later")
      object["due"] = .integer(time)
    }
    return .object(object)
  }

  /// For programs.
  static func json(_ planned: PlannedWork) -> JSONValue {
    var object = json(planned.work)
    switch planned.stand {
    case .due: object["result"] = .string("due")
    case .later(let time):
      object["result"] = .string("later")
      object["due"] = .integer(time)
    case .blocked: object["result"] = .string("blocked")
    }
    object["text"] = .string(words(planned))
    return .object(object)
  }

  private static func json(_ work: Work) -> JSONObject {
    switch work {
    case .snapshot(let name): ["destination": .string(name), "work": .string("snapshot")]
    case .verification(let name): ["destination": .string(name ?? ""), "work": .string("verify")]
    case .drill(let name): ["drill": .string(name), "work": .string("drill")]
    }
  }
}
