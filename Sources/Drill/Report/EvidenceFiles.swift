internal import Ledger
internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// Enters a drill, and writes what shows it to others: report, proof and pages.
struct EvidenceFiles {
  let settings: Rehearsal.Settings
  let vault: OpenPlace

  func leave(
    _ report: DrillReport, _ outcome: DrillOutcome, _ document: [UInt8], as identity: Identity
  ) async throws -> Rehearsal.Outcome {
    let text = Hex.encode(Array(report.plan.name.utf8))
    let written = try await vault.commit(as: identity) { _ in
      [OpenLedger.Draft(.drilled(outcome), sealed: ["plan": .string(text)])]
    }
    guard let entry = written.first else { throw DrillError(.evidence, "the drill could not be entered") }
    let proof = try await vault.prove(entry: entry, document: document)
    let name = "drill-\(report.vault.hex.prefix(8))-\(entry)"
    let stem = "\(settings.evidence)/\(name)"
    try DurableFile.makeFolder(settings.evidence)
    try DurableFile.writeNew(document.span, to: stem + ".json", mode: 0o644)
    try DurableFile.writeNew(proof.bytes.span, to: stem + ".tlog-proof", mode: 0o644)
    var pages: [String: String] = [:]
    for words in ReportWords.all where settings.languages.contains(words.tag) {
      let page = try ReportPage.render(report, in: words, entry: entry, evidence: name)
      let path = "\(stem).\(words.tag).html"
      try DurableFile.writeNew(Array(page.utf8).span, to: path, mode: 0o644)
      pages[words.tag] = path
    }
    return Rehearsal.Outcome(
      report: report, entry: entry, document: stem + ".json", proof: stem + ".tlog-proof", pages: pages)
  }
}
