internal import Rules
internal import Foundation
internal import Mustache
internal import Sealing
internal import Vault

/// The drill's report as one HTML page, without anything from elsewhere, for who decides rather than operates.
enum ReportPage {
  /// The page.
  /// - Parameter entry: the number of the `drilled` entry, and what proves it; nil where nothing was entered.
  static func render(_ report: DrillReport, entry: UInt64?, evidence: String) throws -> String {
    let source = String(decoding: PackageResources.report_mustache, as: UTF8.self)
    let template = try MustacheTemplate(string: source)
    let longest = max(report.stages.map(\.milliseconds).max() ?? 1, 1)
    let context: [String: Any] = [
      "title": PlainText.harmless(report.plan.title),
      "story": PlainText.harmless(report.plan.story, lines: true),
      "passed": report.passed,
      "verdict": report.passed ? "Passed" : "Failed",
      "summary": summary(report),
      "checks": report.checks.map {
        [
          "name": $0.name, "wanted": $0.wanted, "got": $0.got, "mark": $0.passed ? "met" : "missed",
          "passed": $0.passed,
        ]
          as [String: Any]
      },
      "stages": report.stages.map {
        [
          "name": $0.name, "time": seconds($0.milliseconds),
          "width": "\(max(1, $0.milliseconds * 100 / longest))",
        ] as [String: Any]
      },
      "facts": facts(report, entry: entry, evidence: evidence).map {
        ["name": $0.0, "value": PlainText.harmless($0.1)]
      },
      "findings": report.findings.map { PlainText.harmless($0.description) },
      "hasFindings": !report.findings.isEmpty,
    ]
    return template.render(context)
  }

  private static func summary(_ report: DrillReport) -> String {
    let expected = report.measured.expected.map(grouped) ?? "an unknown number of"
    let records = "\(grouped(report.measured.restored)) of \(expected) records"
    let time = Objectives.text(report.measured.rto)
    return report.passed
      ? "\(records) came back in \(time), each equal to what was sealed."
      : "\(records) came back in \(time). The archive could not be brought back as the plan demands; what failed is marked below."
  }

  private static func facts(_ report: DrillReport, entry: UInt64?, evidence: String) -> [(String, String)] {
    var facts = [
      ("Incident began", moment(report.incident)),
      ("Snapshot that came back", "entry \(report.snapshot), begun \(moment(report.snapshotStarted))"),
      ("Restored", "\(grouped(report.measured.restored)) records, \(grouped(report.bytes)) bytes"),
      (
        "Sealed since that snapshot",
        report.boxesSince == 0 ? "nothing" : report.boxesSince == 1 ? "1 box" : "\(report.boxesSince) boxes"
      ),
      ("Vault", report.vault.hex), ("Destination", report.destination.hex), ("Run by", report.by.hex),
      ("Plan", "\(report.plan.name), SHA-256 \(report.planDigest.hex)"),
    ]
    if let entry { facts.append(("Ledger entry", "drill \(entry)")) }
    facts.append(("Evidence", evidence))
    return facts
  }

  /// Thousands apart.
  private static func grouped(_ number: UInt64) -> String {
    number.formatted(.number.locale(Locale(identifier: "en_US")))
  }

  private static func seconds(_ milliseconds: UInt64) -> String {
    milliseconds < 10_000
      ? "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s" : Objectives.text(milliseconds / 1000)
  }

  private static func moment(_ time: UInt64) -> String {
    let style = Date.ISO8601FormatStyle(dateTimeSeparator: .space)
    return Date(timeIntervalSince1970: TimeInterval(time)).formatted(style).replacingOccurrences(
      of: "Z", with: " UTC")
  }
}
