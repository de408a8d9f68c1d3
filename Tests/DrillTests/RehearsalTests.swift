import Backup
import Foundation
import Ledger
import Sealing
import Storage
import Testing

@testable import Drill
@testable import Vault

/// A vault with sealed records and a snapshot, in a folder of its own.
private final class Site {
  let root: String
  let identity: Identity
  let surroundings: Surroundings
  let vaultID: Identifier

  init() async throws {
    let root = FileManager.default.temporaryDirectory.path + "/drill-tests-" + (try Identifier.random().hex)
    self.root = root
    for (name, text) in [("basic/C1/a.txt", "alpha"), ("contracts/C1/b.pdf", "beta"), ("basic/C2/c.txt", "")]
    {
      let path = root + "/source/" + name
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
    identity = try Identity.generate()
    let now = UInt64(Date().timeIntervalSince1970)
    surroundings = Surroundings(memory: root + "/memory") { now }
    vaultID = try await CreateVault.create(
      root + "/vault", founder: .identity(identity), classes: .standard, in: surroundings
    ).vault
    let vault = try await open()
    _ = try await vault.seal([root + "/source"], layout: SourceLayout(nil, className: nil, subject: nil))
    _ = try await SnapshotTaking(of: vault, to: root + "/destination").run { _ in }
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func open() async throws -> OpenVault {
    let vault = try await OpenVault.open(root + "/vault", in: surroundings, expecting: vaultID, toWrite: true)
    try await vault.unlock(with: .identity(identity))
    return vault
  }

  func drill(_ text: String? = nil) async throws -> Rehearsal.Outcome {
    let plan = try #require(text ?? PlanCatalog.text("site-lost"))
    try FileManager.default.createDirectory(atPath: root + "/scratch", withIntermediateDirectories: true)
    return try await Rehearsal(
      vault: try await open(), key: .identity(identity), planText: plan, destination: root + "/destination",
      scratch: root + "/scratch", evidence: root + "/drills"
    ).run { _ in }
  }

  var scratchIsEmpty: Bool {
    (try? FileManager.default.contentsOfDirectory(atPath: root + "/scratch").isEmpty) == true
  }

  func boxes() throws -> [String] {
    let folder = root + "/destination/boxes"
    return try FileManager.default.subpathsOfDirectory(atPath: folder).map { folder + "/" + $0 }
      .filter {
        (try? FileManager.default.attributesOfItem(atPath: $0)[.type] as? FileAttributeType) == .typeRegular
      }
  }
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
    let vault = try await site.open()
    let entered = try #require(vault.state.drills.last)
    #expect(entered.number == outcome.entry && entered.content.passed)
    let document = try #require(try DurableFile.read(outcome.document, limit: 1 << 20))
    let proof = try #require(try DurableFile.read(outcome.proof, limit: 1 << 20))
    try Evidence(parsing: Array(proof.dropLast())).check(document: document, vault: site.vaultID)
    var altered = document
    altered[altered.count / 2] ^= 1
    #expect(throws: LedgerError.self) {
      try Evidence(parsing: Array(proof.dropLast())).check(document: altered, vault: site.vaultID)
    }
    let page = try #require(try DurableFile.read(outcome.page, limit: 1 << 20))
    #expect(String(decoding: page, as: UTF8.self).contains("Passed"))
  }

  @Test("a destination with a damaged box makes the drill red, and still leaves evidence")
  func damaged() async throws {
    let site = try await Site()
    let box = try #require(try site.boxes().first)
    var bytes = try #require(try DurableFile.read(box, limit: 1 << 24))
    bytes[100] ^= 1
    try DurableFile.replace(bytes, at: box)
    let outcome = try await site.drill()
    #expect(!outcome.report.passed)
    #expect(!outcome.report.findings.isEmpty)
    #expect(site.scratchIsEmpty)
    #expect(try await site.open().state.drills.last?.content.passed == false)
  }

  @Test("a destination that lost a box, or everything, makes the drill red")
  func lost() async throws {
    let site = try await Site()
    try FileManager.default.removeItem(atPath: try #require(try site.boxes().first))
    #expect(try await !site.drill().report.passed)
    try FileManager.default.removeItem(atPath: site.root + "/destination")
    let outcome = try await site.drill()
    #expect(!outcome.report.passed)
    #expect(outcome.report.measured.restored == 0)
    #expect(site.scratchIsEmpty)
  }

  @Test("an objective that can't be met makes the drill red")
  func tooSlow() async throws {
    let site = try await Site()
    let text = try #require(PlanCatalog.text("site-lost")).replacing("rpo: 24h", with: "rpo: 1s")
    // The clock of this site stands still, so the snapshot is as old as it is: only its age is changed.
    let now = site.surroundings.now
    let later = Surroundings(memory: site.root + "/memory") { now() + 3600 }
    let vault = try await OpenVault.open(
      site.root + "/vault", in: later, expecting: site.vaultID, toWrite: true)
    try await vault.unlock(with: .identity(site.identity))
    let outcome = try await Rehearsal(
      vault: vault, key: .identity(site.identity), planText: text, destination: site.root + "/destination",
      scratch: site.root, evidence: site.root + "/drills"
    ).run { _ in }
    #expect(!outcome.report.passed)
    #expect(outcome.report.measured.rpo == 3600)
    #expect(outcome.report.findings.isEmpty)
  }
}
