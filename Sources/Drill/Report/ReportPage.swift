internal import Rules
internal import Foundation
internal import Mustache
internal import Sealing
internal import Vault

/// The drill's report as one HTML page in one language, without anything from elsewhere, for who decides rather than
/// operates. It prints on A4.
enum ReportPage {
  /// More rows than this are counted, not shown: a page is for reading.
  private static let mostRows = 40

  /// The page.
  /// - Parameters:
  ///   - entry: the number of the `drilled` entry.
  ///   - evidence: what report and proof are called, without their endings.
  static func render(
    _ report: DrillReport, in words: ReportWords, entry: UInt64, evidence: String
  ) throws -> String {
    let source = String(decoding: PackageResources.report_mustache, as: UTF8.self)
    let template = try MustacheTemplate(string: source)
    let text = report.plan.text(in: words.tag)
    var context: [String: Any] = [
      "lang": words.tag == "zh" ? "zh-Hans" : words.tag, "kind": words.kind,
      "title": PlainText.harmless(text.title), "story": PlainText.harmless(text.story, lines: true),
      "mark": report.verdict.rawValue,
      "verdict": words.verdicts[report.verdict] ?? "", "sentence": sentence(report, words),
      "objectivesTitle": words.objectives, "timelineTitle": words.timeline, "damageTitle": words.damage,
      "findingsTitle": words.findings, "beforeTitle": words.before, "trendTitle": words.trend,
      "particularsTitle": words.particulars, "signTitle": words.signOff, "footer": words.footer,
      "c1": words.columns.what, "c2": words.columns.wanted, "c3": words.columns.got,
      "c4": words.columns.verdict, "d1": words.damageColumns.what, "d2": words.damageColumns.objects,
      "d3": words.damageColumns.found, "f1": words.findingColumns.what, "f2": words.findingColumns.remedy,
      "f3": words.findingColumns.owner, "f4": words.findingColumns.due, "s1": words.signColumns.role,
      "s2": words.signColumns.name, "s3": words.signColumns.date, "s4": words.signColumns.signature,
      "noFindings": words.noFindings,
    ]
    context["checks"] = report.checks.map { check in
      [
        "name": PlainText.harmless(words.subject(check.subject)),
        "wanted": PlainText.harmless(words.value(check.wanted)),
        "got": PlainText.harmless(words.value(check.got)), "mark": check.passed ? "met" : "missed",
        "result": check.passed ? words.met : words.missed,
      ]
    }
    context["hasChecks"] = !report.checks.isEmpty
    context["stages"] = stages(report, words)
    context["damage"] = damage(report, words)
    context["hasDamage"] = !report.faults.isEmpty || report.plan.faults.contains { !$0.kind.leavesTraces }
    context["findings"] = rows(report.findings)
    context["hasFindings"] = !report.findings.isEmpty
    context["before"] = rows(report.before)
    context["hasBefore"] = !report.before.isEmpty
    context["facts"] = DrillFacts.list(report, words, entry: entry, evidence: evidence).map {
      ["name": $0.0, "value": PlainText.harmless($0.1)]
    }
    context["answersTitle"] = words.answered
    context["hasAnswers"] = !report.answers.isEmpty
    context["isTabletop"] = report.plan.level == .tabletop
    context["answers"] = report.answers.map { answered in
      [
        "question": PlainText.harmless(answered.question),
        "answer": PlainText.harmless(answered.answer.isEmpty ? words.unanswered : answered.answer),
        "mark": answered.answer.isEmpty ? "missed" : "",
      ]
    }
    context["roles"] = words.roles
    let trend = TrendChart.svg(of: report, words)
    context["hasTrend"] = trend != nil
    context["trend"] = trend ?? ""
    return template.render(context)
  }

  /// The verdict in one sentence.
  private static func sentence(_ report: DrillReport, _ words: ReportWords) -> String {
    var parts = [words.sentence[report.verdict] ?? ""]
    if let unfit = report.unfit { parts.append("(\(words.unfits[unfit.code] ?? unfit.code))") }
    if let restored = report.measured.restored, report.plan.expects.contains(.recovered) {
      let count =
        report.measured.expected.map { words.units.of(words.grouped(restored), words.grouped($0)) }
        ?? words.units.unknown(words.grouped(restored))
      parts.append(
        words.units.cameBack(words.units.records(count), report.measured.rto.map { words.span($0) }))
    }
    return parts.joined(separator: words.tag == "zh" ? "" : " ")
  }

  private static func stages(_ report: DrillReport, _ words: ReportWords) -> [[String: Any]] {
    let whole = max(1, report.steps.map { $0.began + $0.took }.max() ?? 1)
    return report.steps.map { step in
      [
        "name": words.stages[step.stage] ?? "", "at": words.span(milliseconds: step.began),
        "time": words.span(milliseconds: step.took), "left": "\(step.began * 1000 / whole)",
        "width": "\(max(5, step.took * 1000 / whole))", "broke": !step.succeeded, "broken": words.broke,
      ]
    }
  }

  private static func damage(_ report: DrillReport, _ words: ReportWords) -> [[String: Any]] {
    let done = report.faults.map { outcome -> [String: Any] in
      let fault = outcome.fault
      let what = "\(words.faults[fault.kind] ?? "") · \(words.sides[fault.at] ?? "")"
      let ways = outcome.foundBy.sorted { $0.key < $1.key }.map { way, count in
        "\(words.ways[way] ?? way)\(outcome.count > 1 ? ": \(words.grouped(count))" : "")"
      }
      let missing = outcome.count - outcome.foundBy.values.reduce(0, +)
      let found = ways + (missing > 0 ? ["\(words.notFound): \(words.grouped(missing))"] : [])
      let objects =
        fault.kind.choosesObjects
        ? "\(words.grouped(outcome.count)) \(words.things[fault.of] ?? "")" : "–"
      return [
        "what": what, "objects": objects, "found": found.joined(separator: "; "),
        "mark": outcome.isFound ? "met" : "missed",
      ]
    }
    let quiet = report.plan.faults.filter { !$0.kind.leavesTraces }.map { fault -> [String: Any] in
      ["what": words.faults[fault.kind] ?? "", "objects": "–", "found": words.noTraces, "mark": ""]
    }
    return done + quiet
  }

  private static func rows(_ findings: [Finding]) -> [[String: Any]] {
    var rows: [[String: Any]] = findings.prefix(mostRows).map {
      ["what": PlainText.harmless($0.description)]
    }
    if findings.count > mostRows { rows.append(["what": "+ \(findings.count - mostRows)"]) }
    return rows
  }
}
