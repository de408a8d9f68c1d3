internal import Rules
internal import Drill
internal import Mustache
internal import Sealing
internal import Vault

/// A report as one HTML page in one language, without anything from elsewhere. It prints on A4: which control stands on
/// what comes first, and behind it what the ledger says.
struct CompliancePage {
  /// Who vouched for the report, and by which entry.
  struct Vouched {
    let entry: UInt64
    let by: String
  }

  let report: ComplianceReport
  let words: ComplianceWords
  let tool: DrillReport.Tool
  let vouched: Vouched?

  /// More rows than this are counted, not shown: a page is for reading.
  private static let mostRows = 25
  /// So many stay on one sheet of paper.
  private static let rowsKeptTogether = 10
  /// More stretches of entries than this are counted.
  private static let mostEntries = 16

  func render() throws -> String {
    let source = String(decoding: PackageResources.compliance_mustache, as: UTF8.self)
    let template = try MustacheTemplate(string: source)
    let verdicts = Control.allCases.map(report.verdict)
    func count(_ verdict: Verdict) -> Int { verdicts.count { $0 == verdict } }
    let period = words.period(report.period.first.text, report.period.last.text)
    var context: [String: Any] = [
      "lang": words.tag == "zh" ? "zh-Hans" : words.tag, "kind": words.kind, "period": period,
      "vault": report.vault.hex, "mark": Verdict.all(verdicts).rawValue,
      "sentence": words.sentence(count(.proved), count(.notProved), count(.nothing)),
      "asOf": words.asOf(CivilTime.text(report.time), words.numbers.grouped(report.size)),
      "stillOpen": report.period.isOpen(at: report.time) ? words.stillOpen : "",
      "summary": words.summary, "factsTitle": words.factsTitle, "c1": words.controlColumns.control,
      "c2": words.controlColumns.facts, "c3": words.controlColumns.verdict, "entriesLabel": words.entries,
      "particularsTitle": words.particulars, "signTitle": words.signOff, "s1": words.signColumns.role,
      "s2": words.signColumns.name, "s3": words.signColumns.date, "s4": words.signColumns.signature,
      "roles": words.roles, "footer": words.footer,
    ]
    context["controls"] = Control.allCases.map(control)
    context["facts"] = report.facts.map(fact)
    context["particulars"] = particulars.map { ["name": $0.0, "value": PlainText.harmless($0.1)] }
    return template.render(context)
  }

  private func control(_ control: Control) -> [String: Any] {
    let verdict = report.verdict(on: control)
    let name = words.controls[control]
    return [
      "law": name?.law ?? control.rawValue, "about": name?.about ?? "", "mark": verdict.rawValue,
      "verdict": words.word(for: verdict),
      "facts": control.facts.map { kind in
        [
          "id": kind.rawValue, "title": words.title(of: kind),
          "mark": (report.fact(kind)?.verdict ?? .notProved).rawValue,
          "sign": Self.sign(for: report.fact(kind)?.verdict ?? .notProved),
        ]
      },
    ]
  }

  /// For paper without colours, and eyes that don't tell them apart.
  private static func sign(for verdict: Verdict) -> String {
    switch verdict {
    case .proved: "✓"
    case .notProved: "✗"
    case .nothing: "–"
    }
  }

  private func fact(_ fact: Fact) -> [String: Any] {
    let shown = fact.rows.prefix(Self.mostRows)
    let columns = shown.flatMap { $0.figures.map(\.name) }.reduce(into: [Figure.Name]()) { names, name in
      if !names.contains(name) { names.append(name) }
    }
    let more = fact.rows.count - shown.count + fact.rowsLeftOut
    let withoutProof = fact.withoutProof(report.proved)
    return [
      "id": fact.kind.rawValue, "title": words.title(of: fact.kind),
      "says": words.facts[fact.kind]?.says ?? "",
      "mark": fact.verdict.rawValue, "verdict": words.word(for: fact.verdict),
      "figures": fact.figures.map { ["name": words.name(of: $0), "value": text($0)] },
      "lacks": fact.lacks.map(words.telling), "hasLacks": !fact.lacks.isEmpty, "hasRows": !shown.isEmpty,
      "isShort": shown.count <= Self.rowsKeptTogether,
      "columns": columns.map { words.figures[$0] ?? $0.rawValue },
      "rows": shown.map { row in
        [
          "mark": row.lacks.isEmpty ? "" : Verdict.notProved.rawValue,
          "cells": columns.map { name in row.figures.first { $0.name == name }.map(text) ?? "–" },
          "entries": entries(row.entries, 0),
        ] as [String: Any]
      },
      "hasMore": more > 0, "isPart": withoutProof > 0,
      "moreRows": more > 0 ? words.more(words.numbers.grouped(UInt64(more))) : "",
      "entries": fact.entries.isEmpty ? words.nothing : entries(fact.entries, fact.entriesLeftOut),
      "withoutProof": withoutProof > 0 ? words.withoutProof(words.numbers.grouped(withoutProof)) : "",
    ]
  }

  /// A figure's value for people.
  private func text(_ figure: Figure) -> String {
    switch figure.value {
    // A number by which something is called, not a count.
    case .count(let number) where [.snapshot, .certificate, .generation, .epoch].contains(figure.name):
      "\(number)"
    case .count(let number): words.numbers.grouped(number)
    case .bytes(let bytes): words.numbers.size(bytes)
    case .moment(let time): CivilTime.text(time)
    case .span(let seconds): words.numbers.span(seconds)
    case .flag(let flag): flag ? words.yes : words.no
    case .text(let text): PlainText.harmless(Self.isID(figure.name) ? String(text.prefix(8)) : text)
    case .word(let word): words.word(word)
    case .words(let all): all.map(words.word).joined(separator: ", ")
    case .texts(let texts): texts.isEmpty ? words.nothing : PlainText.harmless(texts.joined(separator: ", "))
    case .sealed: words.sealed
    }
  }

  /// Whether it is an id, whose beginning is enough on paper.
  private static func isID(_ name: Figure.Name) -> Bool { [.place, .identity, .root].contains(name) }

  /// Numbers of entries, the newest ones, with stretches drawn together.
  func entries(_ entries: [UInt64], _ leftOut: UInt64) -> String {
    var stretches: [ClosedRange<UInt64>] = []
    for entry in entries.reversed() {
      if let last = stretches.last, last.lowerBound == entry + 1 {
        stretches[stretches.count - 1] = entry...last.upperBound
      } else {
        stretches.append(entry...entry)
      }
    }
    let shown = stretches.prefix(Self.mostEntries)
    let rest = stretches.dropFirst(Self.mostEntries).reduce(leftOut) { $0 + UInt64($1.count) }
    let text = shown.reversed().map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)"
    }
    return (text + (rest > 0 ? [words.more(words.numbers.grouped(rest))] : [])).joined(separator: ", ")
  }

  private var particulars: [(String, String)] {
    let program = [
      "strongroom \(tool.version)", tool.commit, tool.binary.isEmpty ? "" : "SHA-256 \(tool.binary)",
    ]
    return [
      (words.vault, report.vault.hex), (words.root, report.root.hex),
      (words.journal.name, report.opensJournal ? words.journal.open : words.journal.closed),
      (words.vouched.name, vouched.map { words.vouchedBy("\($0.entry)", $0.by) } ?? words.vouched.nobody),
      (words.tool, program.filter { !$0.isEmpty }.joined(separator: ", ")),
    ]
  }
}
