import Foundation
import Rules
import Sealing
import Storage
import TestKit
import Testing
import Vault

@testable import Compliance

/// A report's verdicts, its proofs, and what is written of it.
@Suite(.timeLimit(.minutes(10))) struct ReportTests {
  @Test func aControlIsGreenOnlyWhereAllItsFactsAre() async throws {
    let audit = try await Audit()
    let before = try await audit.report()
    #expect(before.verdict(on: .iso27001Backup) == .notProved)
    #expect(before.verdict(on: .gdpr17) == .nothing)
    try await audit.verify()
    try await audit.verify(audit.scene.at("copy"))
    #expect(try await audit.report().verdict(on: .iso27001Backup) == .notProved)
    try await audit.drill(.passed)
    let after = try await audit.report()
    #expect(after.verdict(on: .iso27001Backup) == .proved && after.verdict(on: .mlpsBackup) == .proved)
    for control in Control.allCases {
      let verdicts = control.facts.compactMap { after.fact($0)?.verdict }
      #expect(verdicts.count == control.facts.count)
      #expect(after.verdict(on: control) == .notProved || !verdicts.contains(.notProved), "\(control)")
    }
  }

  @Test func whatIsProvedNamesEntriesThatHold() async throws {
    let audit = try await Audit()
    try await audit.verify()
    try await audit.drill(.passed)
    let report = try await audit.report()
    for fact in report.facts where fact.verdict == .proved { #expect(!fact.entries.isEmpty, "\(fact.kind)") }
    let (files, written) = try await audit.write(report, to: "report")
    let names = Files.names(files.folder + "/proofs")
    #expect(Set(names) == Set(report.proved.map { "\($0).tlog-proof" }) && written.proofs == names.count)
    #expect(Set(report.facts.flatMap(\.entries)) == report.proved)
    for name in names {
      let bytes = try #require(Files.read("\(files.folder)/proofs/\(name)"))
      let evidence = try Evidence(parsing: bytes, vault: audit.scene.vault)
      #expect("\(evidence.index).tlog-proof" == name)
      #expect(throws: EvidenceError.self) { try Evidence(parsing: bytes, vault: Identifier.random()) }
    }
  }

  /// Proofs of many entries are those of each by itself.
  @Test func provingManyIsProvingEach() async throws {
    let audit = try await Audit()
    let clerk = try await audit.scene.hire(.clerk, ["basic"])
    _ = try await audit.scene.open(as: clerk)
    let opened = try await audit.scene.open(toWrite: false)
    let all = Set(0..<opened.state.size)
    var met: [UInt64] = []
    try await opened.prove(all) { evidence in met.append(evidence.index) }
    #expect(met == all.sorted())
    for index in all {
      let one = try await opened.prove(entry: index, document: nil)
      try await opened.prove([index, 0]) { if $0.index == index { #expect($0 == one) } }
    }
    await #expect(throws: VaultError.self) { try await opened.prove([opened.state.size]) { _ in } }
  }

  @Test func proofsAreBoundedAndWhatHasNoneIsCounted() {
    func fact(_ kind: Fact.Kind, _ entries: [UInt64]) -> Fact {
      Fact(kind, [], entries: entries, entriesLeftOut: 5)
    }
    let many = fact(.reads, Array(0..<10_000))
    let few = fact(.holds, [3, 4])
    let proved = ComplianceReport.proved(by: [many, few])
    #expect(proved.count == ComplianceReport.mostProofs)
    #expect(proved.isSuperset(of: [3, 4, 9999]) && !proved.contains(100))
    #expect(many.withoutProof(proved) == 10_005 - UInt64(proved.intersection(0..<10_000).count))
    #expect(few.withoutProof(proved) == 5)
  }

  @Test func theLedgerVouchesForWhatSomebodyVouchesFor() async throws {
    let audit = try await Audit()
    let auditor = try await audit.scene.hire(.auditor)
    let report = try await audit.report(as: auditor)
    #expect(report.fact(.audits)?.verdict == .notProved)
    let (files, written) = try await audit.write(report, to: "report", as: auditor, vouching: true)
    let document = try #require(Files.read(written.report))
    let proof = try Evidence(
      parsing: try #require(Files.read(files.folder + "/report.tlog-proof")), vault: audit.scene.vault)
    try proof.check(document: Digest.sha256(of: document))
    #expect(proof.index == written.attested && proof.by == auditor.publicIdentity.id)
    let next = try #require(try await audit.report().fact(.audits))
    #expect(next.verdict == .proved && next.entries == [proof.index])

    let clerk = try await audit.scene.hire(.clerk, ["basic"])
    let other = try await audit.report()
    await #expect(throws: VaultError.self) {
      _ = try await audit.write(other, to: "refused", as: clerk, vouching: true)
    }
    #expect(!Files.exists(audit.scene.at("refused")))
    #expect(try await audit.report().size == other.size)
  }

  @Test func nothingIsReplaced() async throws {
    let audit = try await Audit()
    let report = try await audit.report()
    _ = try await audit.write(report, to: "report")
    await #expect(throws: StorageError.self) { _ = try await audit.write(report, to: "report") }
    func named() throws -> String {
      try ComplianceFiles(folder: audit.scene.at("report"), isName: true, languages: [], tool: Audit.tool)
        .folder
    }
    #expect(try named() == audit.scene.at("report-2") && named() == audit.scene.at("report-3"))
  }

  @Test func theDocumentIsReadAgainAsItWas() async throws {
    let audit = try await Audit()
    try await audit.drill(.passed)
    let bytes = try ComplianceDocument(try await audit.report(), tool: Audit.tool).encoded()
    let read = try ComplianceDocument(bytes)
    #expect(try read.encoded() == bytes && read.controls.count == Control.allCases.count)
    #expect(read.facts.map(\.fact) == Fact.Kind.allCases.map(\.rawValue))
    let text = String(decoding: bytes, as: UTF8.self)
    for changed in [text.replacing("\"version\" : 1", with: "\"version\" : 2"), text + " ", "{}"] {
      #expect(throws: VaultError.self) { try ComplianceDocument(Array(changed.utf8)) }
    }
  }

  @Test func withoutAKeyNoNameStandsInIt() async throws {
    let audit = try await Audit()
    _ = try await audit.scene.hire(.clerk, ["basic"])
    _ = try await audit.scene.open().placeHold(
      Hold.Terms(classes: [], subjects: [], name: "case seven", reason: "a court"))
    func written(unlocked: Bool) async throws -> String {
      let report = try await audit.report(unlocked: unlocked)
      let (files, _) = try await audit.write(report, to: unlocked ? "open" : "closed")
      return Files.names(files.folder).filter { !$0.hasPrefix("proofs") }.map {
        String(decoding: Files.read("\(files.folder)/\($0)") ?? [], as: UTF8.self)
      }.joined()
    }
    let (open, closed) = (try await written(unlocked: true), try await written(unlocked: false))
    for name in ["case seven", "a clerk", "contracts"] {
      #expect(open.contains(name) && !closed.contains(name), "\(name)")
    }
    for name in ["report.json", "report-en.html", "report-zh.html"] {
      #expect(Files.mode(audit.scene.at("open/\(name)")) & 0o077 == 0)
    }
  }
}
