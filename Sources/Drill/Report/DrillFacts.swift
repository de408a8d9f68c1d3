internal import Foundation
internal import Rules
internal import Sealing
internal import Vault

/// The particulars of a drill, as its page lists them.
enum DrillFacts {
  static func list(
    _ report: DrillReport, _ words: ReportWords, entry: UInt64, evidence: String
  ) -> [(String, String)] {
    let (names, units) = (words.facts, words.units)
    var facts = [(names.incident, CivilTime.text(report.incident))]
    if let snapshot = report.snapshot {
      facts.append(
        (names.snapshot, units.snapshot(snapshot.number, CivilTime.text(snapshot.content.started))))
      facts.append((names.since, units.boxes(words.grouped(report.boxesSince))))
    }
    if let restored = report.measured.restored {
      facts.append((names.restored, units.recordsBytes(words.grouped(restored), words.size(report.bytes))))
    }
    if let share = share(report) { facts.append((names.share, words.percent(share))) }
    facts.append((names.read, words.size(report.measured.read)))
    if let throughput = throughput(report) {
      facts.append((names.throughput, "\(words.size(throughput))/\(units.second)"))
    }
    if let estimate = report.estimate {
      let share = Double(estimate.unsoundAtMost) / 10_000
      facts.append(
        (
          names.estimate,
          units.estimate(
            words.span(milliseconds: estimate.milliseconds), String(format: "%.2f %%", share))
        ))
    }
    if report.attempts > 1 { facts.append((names.attempts, "\(report.attempts)")) }
    facts.append((names.level, words.levels[report.plan.level] ?? ""))
    if !report.plan.controls.isEmpty {
      facts.append((names.controls, report.plan.controls.joined(separator: "; ")))
    }
    if let until = report.validUntil { facts.append((names.validUntil, CivilTime.text(until))) }
    facts.append((names.sandbox, report.isSandboxDestroyed ? names.destroyed : names.stays))
    if !report.notes.isEmpty { facts.append((names.notes, report.notes.joined(separator: "; "))) }
    facts.append((names.vault, report.vault.hex))
    if let destination = report.destination { facts.append((names.destination, destination.hex)) }
    facts += [
      (names.by, report.by.hex),
      (names.plan, "\(report.plan.name), SHA-256 \(report.plan.digest.hex)"),
      (names.seed, "\(report.seed)"),
      (names.tool, tool(report.tool)), (names.entry, "\(entry)"),
      (names.evidence, "\(evidence).json, \(evidence).tlog-proof"),
    ]
    return facts
  }

  private static func tool(_ tool: DrillReport.Tool) -> String {
    ["strongroom \(tool.version)", tool.commit, tool.binary.isEmpty ? "" : "SHA-256 \(tool.binary)"].filter {
      !$0.isEmpty
    }.joined(separator: ", ")
  }

  /// In thousandths: of what share of the archive's records it is known that they came back.
  private static func share(_ report: DrillReport) -> UInt64? {
    guard report.archive.bytes > 0, report.bytes > 0 else { return nil }
    // Of a part it is known how many bytes of boxes were read for it.
    guard report.plan.scope == .all else {
      return report.plan.recovery == .read
        ? min(1000, UInt64(Double(report.measured.read) * 1000 / Double(report.archive.bytes))) : nil
    }
    guard let expected = report.measured.expected, let restored = report.measured.restored, expected > 0
    else { return nil }
    return restored * 1000 / expected
  }

  private static func throughput(_ report: DrillReport) -> UInt64? {
    let took = report.steps.filter { [.restore, .read, .verify].contains($0.stage) }.reduce(0) {
      $0 + $1.took
    }
    return took > 0 && report.bytes > 0 ? UInt64(Double(report.bytes) * 1000 / Double(took)) : nil
  }
}
