import Backup
import Ledger
import Rules
import Sealing
import Storage
import TestKit
import Testing

@testable import Drill
@testable import Vault

/// A vault with sealed records and a snapshot, in a folder of its own.
private struct Site {
  let scene: Scene
  var destination: String { scene.at("destination") }

  init() async throws {
    scene = try await Scene()
    try await scene.seal(
      scene.source(["basic/C1/a.txt": "alpha", "contracts/C1/b.pdf": "beta", "basic/C2/c.txt": ""]))
    try await scene.snapshot(to: destination)
  }

  func drill(_ text: String? = nil) async throws -> Rehearsal.Outcome {
    let plan = try #require(text ?? PlanCatalog.text("site-lost"))
    try DurableFile.makeFolder(scene.at("scratch"))
    return try await Rehearsal(
      vault: try await scene.open(), key: .identity(scene.custodian), plan: Plan(yaml: plan),
      settings: Rehearsal.Settings(
        destination: .folder(destination), scratch: scene.at("scratch"), evidence: scene.at("drills"),
        notes: ["ines and ben took part"])
    ).run { _ in }
  }

  var scratchIsEmpty: Bool { Files.exists(scene.at("scratch")) && Files.names(scene.at("scratch")).isEmpty }

  /// The names of the boxes at the destination.
  func boxes() throws -> [String] { try Vandal(place: destination).names("boxes") }
}

@Suite("Rehearsals")
struct RehearsalTests {
  @Test("a sound destination passes, is entered, and the evidence holds")
  func green() async throws {
    let site = try await Site()
    let outcome = try await site.drill()
    #expect(outcome.report.passed)
    #expect(outcome.report.measured.restored == 3)
    #expect(site.scratchIsEmpty)
    let vault = try await site.scene.open()
    let entered = try #require(vault.state.drills.last)
    #expect(entered.number == outcome.entry && entered.content.passed)
    let document = try #require(try DurableFile.read(outcome.document, limit: 1 << 20))
    let proof = try #require(try DurableFile.read(outcome.proof, limit: 1 << 20))
    let evidence = try Evidence(parsing: proof, vault: site.scene.vault)
    #expect(evidence.index == outcome.entry && evidence.entry.event == "drilled")
    try evidence.check(document: Digest.sha256(of: document))
    var altered = document
    altered[altered.count / 2] ^= 1
    #expect(throws: EvidenceError.self) { try evidence.check(document: Digest.sha256(of: altered)) }
    let checked = try CheckedReport(document, proof: proof, vault: site.scene.vault)
    #expect(checked.entry == outcome.entry && checked.document.outcome == "passed")
    #expect(checked.document.notes == ["ines and ben took part"])
    let other = try Identifier.random()
    #expect(throws: (any Error).self) { try CheckedReport(document, proof: proof, vault: other) }
    #expect(throws: (any Error).self) { try CheckedReport(altered, proof: proof, vault: site.scene.vault) }
    for (language, word) in [("en", "Passed"), ("zh", "通过")] {
      let page = try #require(try DurableFile.read(outcome.pages[language] ?? "", limit: 1 << 20))
      #expect(String(decoding: page, as: UTF8.self).contains(word))
    }
  }

  @Test("a destination with a damaged box makes the drill red, and still leaves evidence")
  func damaged() async throws {
    let site = try await Site()
    try Vandal(place: site.destination).flip(#require(site.boxes().first), at: 100)
    let outcome = try await site.drill()
    #expect(!outcome.report.passed)
    #expect(!outcome.report.findings.isEmpty)
    #expect(site.scratchIsEmpty)
    #expect(try await site.scene.open().state.drills.last?.content.passed == false)
  }

  @Test("a destination that lost a box makes the drill red, and what came back isn't all that there was")
  func lost() async throws {
    let site = try await Site()
    let box = try #require(site.boxes().first)
    try Vandal(place: site.destination).remove(box)
    let outcome = try await site.drill()
    let report = outcome.report
    #expect(!report.passed && report.measured.restored ?? 0 > 0 && report.measured.expected == nil)
    let records = try #require(report.checks.first { $0.subject == .records })
    let restored = try #require(report.measured.restored)
    #expect(!records.passed && records.got == .countOfUnknown(restored))
    #expect(report.findings.map(\.object) == [box] && report.measured.damage == 1)
    // What was out of order before anything was done is told apart.
    #expect(report.before.map(\.object) == [box])
    let page = String(decoding: try #require(Files.read(outcome.pages["en"] ?? "")), as: UTF8.self)
    #expect(page.contains("\(restored), and nobody knows of how many"))
    #expect(!String(decoding: try DrillDocument(report).encoded(), as: UTF8.self).contains("expectedRecords"))
  }

  @Test("what can't be a drill is refused, and nothing is entered: no such destination, no snapshot, no keys")
  func refused() async throws {
    let site = try await Site()
    let plan = try #require(PlanCatalog.text("site-lost"))
    let size = try await site.scene.open().state.size
    try DurableFile.makeFolder(site.scene.at("scratch"))
    func drill(from destination: String, by identity: Identity? = nil) async throws {
      let vault = try await site.scene.open(as: identity)
      _ = try await Rehearsal(
        vault: vault, key: .identity(identity ?? site.scene.custodian), plan: Plan(yaml: plan),
        settings: Rehearsal.Settings(
          destination: .folder(destination), scratch: site.scene.at("scratch"),
          evidence: site.scene.at("drills"))
      ).run { _ in }
    }
    await #expect(throws: VaultError(.noVault, "")) { try await drill(from: site.scene.at("destinatoin")) }
    let copy = site.scene.at("copy")
    try await site.scene.snapshot(to: copy)
    let entered = try await site.scene.open().state.size
    let clerk = try Identity.generate()
    _ = try await site.scene.open().grant(
      try IdentityFile.Public(of: clerk), role: .clerk, classes: ["basic"],
      label: "")
    let granted = try await site.scene.open().state.size
    await #expect(throws: VaultError(.notGranted, "")) { try await drill(from: copy, by: clerk) }
    #expect(entered > size)
    let now = try await site.scene.open().state
    #expect(now.size == granted && now.drills.isEmpty && Files.names(site.scene.at("drills")).isEmpty)
    #expect(site.scratchIsEmpty)
  }

  @Test("a destination that is there and can't be opened makes the drill red")
  func spoiled() async throws {
    let site = try await Site()
    Files.remove(Array(site.destination + "/STRONGROOM"))
    let report = try await site.drill().report
    #expect(report.verdict == .failed && report.destination == nil && report.measured.restored == nil)
    #expect(report.findings.map(\.kind) == [.unfinished])
    #expect(site.scratchIsEmpty)
  }

  @Test("an objective that can't be met makes the drill red")
  func tooSlow() async throws {
    let site = try await Site()
    let text = try #require(PlanCatalog.text("site-lost")).replacing("rpo: 24h", with: "rpo: 1s")
    // The clock of this site stands still, so the snapshot is as old as it is: only its age is changed.
    site.scene.clock.set(Clock.start + 3600)
    let outcome = try await site.drill(text)
    #expect(!outcome.report.passed)
    #expect(outcome.report.measured.rpo == 3600)
    #expect(outcome.report.findings.isEmpty)
  }
}
