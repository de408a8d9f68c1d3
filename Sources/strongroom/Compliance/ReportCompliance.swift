import Rules
import ArgumentParser
import Compliance
import Sealing
import Vault

/// A report for an auditor.
struct ReportCompliance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compliance",
    abstract: "Write a report for an auditor, control by control, with the proofs that it stands on.",
    discussion: """
      A new folder with report.json, a page in English and in Chinese, and proofs/N.tlog-proof of each entry that a figure \
      stands on, the newest first; proof check takes them. Red is what no entry of the ledger proves. Needs no key; with one \
      that opens the journal, as an auditor's, names and reasons stand in it, so that the files are for you alone. With \
      --attest whoever may, an auditor or a custodian, vouches for it in the ledger.
      """)

  @Option(name: .long, help: "The first day that it is about, as 2026-01-01.")
  var from: String

  @Option(name: .long, help: "The last day, that one included.")
  var to: String

  @Option(
    name: .long, help: "The folder, which isn't there yet; by default one named after vault and days.",
    completion: .directory)
  var out: String?

  @Flag(name: .long, help: "Enter in the ledger that you vouch for it.")
  var attest = false

  @OptionGroup var pages: PageOptions
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func validate() throws {
    if let out { try Configuration.refuseEmpty(out) }
    _ = try period()
  }

  private func period() throws -> Period {
    guard let first = try CivilDay.said(from, "--from"), let last = try CivilDay.said(to, "--to"),
      let period = Period(from: first, to: last)
    else { throw ValidationError("--to is to be no day before --from, and both from 1970 on") }
    return period
  }

  func run() async throws {
    let period = try period()
    try await vault.use(toWrite: attest) { opened in
      if attest { try await keys.unlock(opened) } else { try await keys.unlockIfAny(opened) }
      let report = ComplianceReport(of: try await ComplianceSource(of: opened, period: period))
      let days = "\(period.first.text)-\(period.last.text)"
      let files = try ComplianceFiles(
        folder: out ?? "compliance-\(report.vault.hex.prefix(8))-\(days)", isName: out == nil,
        languages: pages.languages, tool: Build.tool)
      let written = try await files.write(report, of: opened, vouching: attest)
      if talk.json {
        Output.json(Self.json(report, written))
      } else {
        Self.tell(report, written, in: files.folder)
      }
    }
  }

  private static func json(_ report: ComplianceReport, _ written: ComplianceFiles.Written) -> JSONObject {
    [
      "attested": .integer(written.attested ?? 0),
      "controls": .array(
        Control.allCases.map { control in
          .object([
            "control": .string(control.rawValue), "facts": .array(control.facts.map { .string($0.rawValue) }),
            "verdict": .string(report.verdict(on: control).rawValue),
          ])
        }),
      "facts": .array(
        report.facts.map { fact in
          .object([
            "entries": .integer(UInt64(fact.entries.count) + fact.entriesLeftOut),
            "fact": .string(fact.kind.rawValue),
            "lacks": .array(fact.lacks.map { .string(ComplianceWords.english.telling($0)) }),
            "verdict": .string(fact.verdict.rawValue),
          ])
        }),
      "pages": .array(written.pages.sorted { $0.key < $1.key }.map { .string($0.value) }),
      "proofs": .integer(UInt64(written.proofs)), "report": .string(written.report),
      "size": .integer(report.size), "vault": .string(report.vault.hex),
    ]
  }

  private static func tell(
    _ report: ComplianceReport, _ written: ComplianceFiles.Written, in folder: String
  ) {
    let words = ComplianceWords.english
    for control in Control.allCases {
      Output.line("\(words.word(for: report.verdict(on: control)).padded(17)) \(words.name(of: control))")
    }
    for fact in report.facts where fact.verdict == .notProved {
      Output.line("\(words.title(of: fact.kind)): \(fact.lacks.map(words.telling).joined(separator: "; "))")
    }
    let count = Output.count(written.proofs, "proof")
    Output.line(
      "\(Output.printable(folder)): report.json, \(Output.count(written.pages.count, "page")), \(count)")
    if let entry = written.attested { Output.line("attested by entry \(entry): report.tlog-proof") }
  }
}
