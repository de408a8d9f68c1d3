import Backup
import Rules
import Sealing
import Storage
import TestKit
import Testing

@testable import Drill
@testable import Vault

/// Every ready plan, on an archive that is well, and on one whose fault its recovery can't survive.
@Suite("Ready plans")
struct ReadyPlanTests {
  /// A vault over twenty days: snapshots, an erasure, records sealed yesterday.
  final class Archive: Sendable {
    let scene: Scene
    var destination: String { scene.at("destination") }

    init() async throws {
      scene = try await Scene()
      let first = Dictionary(
        uniqueKeysWithValues: (1...8).flatMap { customer in
          ["basic", "contracts"].map { ("\($0)/C\(customer)/a.txt", "\($0) of \(customer)") }
        })
      try await scene.seal(scene.source("first", first))
      try await scene.snapshot(to: destination)
      scene.clock.pass(days: 10)
      try await scene.seal(scene.source("second", ["basic/C9/b.txt": "nine"]))
      try await scene.snapshot(to: destination)
      let vault = try await scene.open()
      let id = try #require(try await vault.customer(numbered: "C3"))
      _ = try await vault.erase([id], classes: [], reason: "asked")
      scene.clock.pass(days: 6)
      try await scene.snapshot(to: destination)
      scene.clock.pass(days: 3)
      try await scene.seal(scene.source("third", ["basic/C10/c.txt": "ten", "contracts/C10/c.txt": "ten"]))
      scene.clock.pass(days: 1)
      try await scene.snapshot(to: destination)
    }

    private init(copying other: Archive) throws {
      scene = try Scene(copying: other.scene, ["vault", "destination"], keepingTimes: true)
    }

    func copy() throws -> Archive { try Archive(copying: self) }

    /// Runs a plan, and says what of vault and destination isn't as it was, but for the ledger's growth.
    func run(_ text: String) async throws -> (report: DrillReport, changed: [String]) {
      try DurableFile.makeFolder(scene.at("scratch"))
      let before = (Files.tree(scene.place), Files.tree(destination))
      let outcome = try await Rehearsal(
        vault: try await scene.open(), key: .identity(scene.custodian), plan: Plan(yaml: text),
        settings: Rehearsal.Settings(
          destination: .folder(destination), scratch: scene.at("scratch"), evidence: scene.at("drills"))
      ).run { _ in }
      #expect(Files.names(scene.at("scratch")).isEmpty)
      let after = (Files.tree(scene.place), Files.tree(destination))
      let changed =
        before.0.filter { after.0[$0.key] != $0.value }.keys.map { String(decoding: $0, as: UTF8.self) }
        + (before.1 == after.1 ? [] : ["the destination"])
      let new = after.0.keys.filter { before.0[$0] == nil }.map { String(decoding: $0, as: UTF8.self) }
      #expect(new.allSatisfy { $0.contains("ledger/") }, "\(new)")
      return (outcome.report, changed)
    }
  }

  private static let well = Mutexed()

  /// The archive that is well, made once.
  private actor Mutexed {
    private var made: Archive?
    func archive() async throws -> Archive {
      if let made { return try made.copy() }
      let new = try await Archive()
      made = new
      return try new.copy()
    }
  }

  static let names = PlanCatalog.names.filter { $0 != "first-hour" }

  @Test(
    "on an archive that is well every ready plan passes, and nothing of vault and destination changes",
    arguments: names)
  func green(_ name: String) async throws {
    let archive = try await Self.well.archive()
    let (report, changed) = try await archive.run(try #require(PlanCatalog.text(name)))
    let failed = report.checks.filter { !$0.passed }.map { "\($0)" }
    #expect(report.verdict == .passed, "\(failed) \(report.unfit.map { "\($0)" } ?? "") \(report.findings)")
    #expect(changed == [])
    #expect(report.faults.filter { !$0.isFound }.isEmpty)
    #expect(report.isSandboxDestroyed && report.validUntil != nil)
  }

  /// What a plan's recovery can't survive, as another fault in the plan.
  static let deadly: [(String, String)] = [
    ("site-lost", "faults: [{fault: flip, of: boxes, count: 1}]"),
    ("ransomware", "faults: [{fault: overwrite, of: boxes}]"),
    (
      "vault-deleted",
      "faults: [{fault: cut, snapshots: 1}]\nexpects: [noticed, recovered]\nprobes: [counts, {customer: C10}]"
    ),
    ("rotten-bits", "recovery: restore\nfaults: [{fault: truncate, of: boxes, count: 1}]"),
    ("custodian-lost", "faults: [{fault: lose, of: keyring, copies: both}]"),
    (
      "keyring-lost",
      "faults: [{fault: lose, of: keyring, copies: both}, {fault: lose, at: vault, of: keyring}]"
    ),
    // Who remembers nothing can't notice it.
    ("rolled-back", "loses: [vault, memory]"),
    ("stolen-credentials", "faults: [{fault: lose, of: boxes}, {fault: lose, at: vault, of: boxes}]"),
    ("customer-request", "scope: {customers: [C1]}\nfaults: [{fault: overwrite, of: boxes}]"),
    ("erased-stays-erased", "faults: [{fault: lose, of: boxes, count: 1}]"),
    ("wrong-vault", "faults: [{fault: slow}]\nexpects: [refused]"),
  ]

  @Test("under a fault that its recovery can't survive a ready plan is red, and says so", arguments: deadly)
  func red(_ name: String, _ changes: String) async throws {
    let archive = try await Self.well.archive()
    let (report, changed) = try await archive.run(Self.changed(try #require(PlanCatalog.text(name)), changes))
    #expect(report.verdict == .failed, "\(report.checks)")
    #expect(changed == [])
  }

  /// A plan with some of its members said otherwise.
  static func changed(_ text: String, _ changes: String) -> String {
    let keys = changes.split(separator: "\n").compactMap { $0.split(separator: ":").first.map { $0 + ":" } }
    var (kept, isDropped): ([Substring], Bool) = ([], false)
    for line in text.split(separator: "\n") {
      if !line.hasPrefix(" ") { isDropped = keys.contains { line.hasPrefix($0) } }
      if !isDropped { kept.append(line) }
    }
    return kept.joined(separator: "\n") + "\n" + changes
  }

  @Test("an identity that was never revoked would open what is new: the check can fail")
  func formerKey() async throws {
    // Judged from what was measured: a key that opens makes the plan red.
    let plan = try Plan(yaml: try #require(PlanCatalog.text("former-employee")))
    var measured = Measured()
    measured.formerKeyOpened = true
    #expect(plan.judge(measured).contains { !$0.passed })
  }

  @Test("what can't be carried out is unfit, entered as such, and no pass")
  func unfit() async throws {
    let scene = try await Scene()
    let long = (0..<100).map { Digest.sha256(of: [UInt8($0)]).hex }.joined()
    try await scene.seal(scene.source(["basic/C1/a.txt": long]))
    try await scene.snapshot(to: scene.at("destination"))
    try DurableFile.makeFolder(scene.at("scratch"))
    func run(_ text: String) async throws -> DrillReport {
      try await Rehearsal(
        vault: try await scene.open(), key: .identity(scene.custodian), plan: Plan(yaml: text),
        settings: Rehearsal.Settings(
          destination: .folder(scene.at("destination")), scratch: scene.at("scratch"),
          evidence: scene.at("drills"))
      ).run { _ in }.report
    }
    let erased = try await run(try #require(PlanCatalog.text("erased-stays-erased")))
    #expect(erased.unfit == .nothingErased && erased.verdict == .unfit && erased.checks.isEmpty)
    let cut = try await run(try #require(PlanCatalog.text("rolled-back")))
    #expect(cut.unfit == .fewSnapshots(needed: 2))
    let space = try await run(try #require(PlanCatalog.text("site-lost")) + "limits: {space: 1 KiB}\n")
    #expect(space.unfit?.code == "no_space")
    Files.remove(Array(scene.at("destination")))
    let away = try await run(try #require(PlanCatalog.text("site-lost")))
    #expect(away.unfit?.code == "unreachable" && away.destination == nil)
    let entered = try await scene.open().state.drills
    #expect(entered.count == 4 && !entered.contains { $0.content.verdict != .unfit || $0.content.passed })
    #expect(Files.names(scene.at("scratch")).isEmpty)
  }

  @Test(
    "a recovery that is killed, finds its disk full, and reads slowly and with errors, goes on where it was")
  func survives() async throws {
    let archive = try await Self.well.archive()
    let plan = Self.changed(
      try #require(PlanCatalog.text("site-lost")),
      "faults: [{fault: kill, after: 2}, {fault: slow, milliseconds: 1}]")
    let (report, _) = try await archive.run(plan)
    #expect(report.verdict == .passed && report.attempts == 2, "\(report.checks)")
    #expect(report.steps.filter { $0.stage == .restore }.map(\.succeeded) == [false, true])
  }

  @Test("a sample is of so many customers, the same for a seed, and is counted against what the vault holds")
  func sample() async throws {
    let archive = try await Self.well.archive()
    let text = Self.changed(try #require(PlanCatalog.text("customer-request")), "scope: {sample: 4}\nseed: 7")
    let report = try await archive.run(text).report
    #expect(report.verdict == .passed)
    let again = try await archive.run(text).report
    #expect(report.measured.restored == again.measured.restored && report.bytes == again.bytes)
    #expect((report.measured.expected ?? 0) >= 4 && report.estimate != nil)
    let other = Self.changed(text, "scope: {customers: [C1, C1, C99]}")
    #expect(try await archive.run(other).report.unfit == .unknownCustomers(1))
    let known = try await archive.run(Self.changed(text, "scope: {customers: [C1, C1]}")).report
    #expect(known.verdict == .passed && known.measured.expected == 2 && known.measured.restored == 2)
    // Without a seed each drill looks at others.
    let chance = Self.changed(try #require(PlanCatalog.text("customer-request")), "scope: {sample: 2}")
    let seeds = [try await archive.run(chance).report.seed, try await archive.run(chance).report.seed]
    #expect(seeds[0] != seeds[1])
  }

  @Test("those whose turn it is come before any comes again")
  func untested() async throws {
    let archive = try await Self.well.archive()
    let text = Self.changed(try #require(PlanCatalog.text("customer-request")), "scope: {untested: 2}")
    let plan = try Plan(yaml: text)
    let vault = try await archive.scene.open()
    let all = Set(try await Promise.untested(10_000, of: plan, in: vault, Stop()))
    #expect(all.count > 4)
    var tested: [String] = []
    while tested.count + 1 < all.count {
      let turn = try await Promise.untested(2, of: plan, in: try await archive.scene.open(), Stop())
      #expect(turn.count == 2 && Set(tested).isDisjoint(with: turn), "\(tested) \(turn)")
      tested += turn
      let report = try await archive.run(text).report
      #expect(report.verdict == .passed && report.estimate == nil)
    }
    // What can't be carried out was nobody's turn.
    let next = try await Promise.untested(2, of: plan, in: try await archive.scene.open(), Stop())
    #expect(all.isSuperset(of: next))
  }

  @Test("a customer who was erased since the snapshot comes back with it, and the drill is red for it")
  func erasedSince() async throws {
    let archive = try await Self.well.archive()
    let vault = try await archive.scene.open()
    let id = try #require(try await vault.customer(numbered: "C5"))
    _ = try await vault.erase([id], classes: [], reason: "asked")
    let report = try await archive.run(try #require(PlanCatalog.text("erased-stays-erased"))).report
    #expect(report.verdict == .failed && report.measured.erasures?.back == 2, "\(report.checks)")
    // All that was promised came back, and more.
    #expect(try await archive.run(try #require(PlanCatalog.text("site-lost"))).report.verdict == .passed)
  }

  @Test("a destination that is behind what the vault's ledger names of it makes a drill red")
  func behind() async throws {
    let archive = try await Self.well.archive()
    Files.copy(archive.destination, to: archive.scene.at("kept"), keepingTimes: true)
    try await archive.scene.seal(archive.scene.source("fourth", ["basic/C11/d.txt": "eleven"]))
    try await archive.scene.snapshot(to: archive.destination)
    Files.remove(Array(archive.destination.utf8))
    Files.copy(archive.scene.at("kept"), to: archive.destination, keepingTimes: true)
    for name in ["site-lost", "vault-deleted"] {
      let report = try await archive.run(try #require(PlanCatalog.text(name))).report
      #expect(report.verdict == .failed && report.findings.map(\.kind) == [.missing], "\(report.findings)")
    }
  }

  @Test("what only had to be noticed shows no recovery, whatever it brought back")
  func noticedOnly() async throws {
    let archive = try await Self.well.archive()
    let text = Self.changed(
      try #require(PlanCatalog.text("site-lost")),
      "faults: [{fault: lose, of: boxes}]\nexpects: [noticed]\nprobes: []\nobjectives: {}")
    let report = try await archive.run(text).report
    #expect(report.verdict == .passed && report.measured.rto == nil && report.snapshot == nil)
    let entered = try #require(try await archive.scene.open().state.drills.last?.content)
    #expect(entered.passed && !entered.provesRecovery)
  }

  @Test("damage that one side shows isn't found at the other, and what never struck wasn't survived")
  func sides() async throws {
    let archive = try await Self.well.archive()
    let both = Self.changed(
      try #require(PlanCatalog.text("stolen-credentials")),
      "seed: 3\nfaults: [{fault: flip, at: vault, of: boxes}, {fault: flip, of: boxes}]\nexpects: [noticed]\nrecovery: none\nobjectives: {}"
    )
    let report = try await archive.run(both).report
    #expect(report.faults.map(\.isFound) == [false, true], "\(report.faults)")
    let failing = Self.changed(both, "faults: [{fault: flip, of: boxes}, {fault: fail, after: 1}]")
    let blind = try await archive.run(failing).report
    #expect(blind.verdict != .passed && blind.faults.allSatisfy { !$0.isFound })
    let late = Self.changed(
      try #require(PlanCatalog.text("site-lost")), "faults: [{fault: kill, after: 100000}]")
    #expect(try await archive.run(late).report.unfit == .didNotHappen)
  }

  @Test("probes are asked of what came back: a canary, a customer, a program that hangs, fails or floods")
  func probes() async throws {
    let archive = try await Self.well.archive()
    let digest = Digest.sha256(of: Array("basic of 1".utf8)).hex
    let text = Self.changed(
      try #require(PlanCatalog.text("site-lost")),
      """
      probes: [{canary: {customer: C1, path: a.txt, sha256: \(digest)}}, {canary: {customer: C1, path: b.txt, sha256: \(digest)}}, {canary: {customer: C2, path: a.txt, sha256: \(digest)}}, {customer: C4}, {customer: C3}, {command: [/bin/sh, -c, "test -s basic/C1/a.txt"]}, {command: [/bin/sh, -c, "exit 3"]}, {command: [/bin/sh, -c, "kill -9 $$"]}, {command: [/bin/sleep, "1000"], within: 1s}, {command: [/no/such/program]}, {command: [/bin/sh, -c, "head -c 10000000 /dev/zero"]}]
      """)
    let report = try await archive.run(text).report
    let answers = report.measured.probes.map(\.answer)
    #expect(
      Array(answers.prefix(9)) == [
        .asNoted, .absent, .another, .records(2), .records(0), .ended(0), .ended(3), .signal(9), .late(1),
      ])
    #expect(answers[9] == .notRun && answers.last == .ended(0) && report.verdict == .failed)
    let document = String(decoding: try DrillDocument(report).encoded(), as: UTF8.self)
    #expect(!document.contains(digest) && !document.contains("basic of 1"))
  }
}
