import Backup
import Foundation
import Rules
import Sealing
import Storage
import TestKit
import Testing

@testable import Drill
@testable import Vault

/// Ready plans on an archive whose boxes were moved: what was moved isn't new, and what is new stays so where it is moved.
@Suite("Drills of moved archives")
struct MovedArchiveTests {
  typealias Archive = ReadyPlanTests.Archive

  /// How an archive came to be as it is.
  enum Story: String, CaseIterable, Sendable {
    /// Resealed after its newest snapshot.
    case resealed
    /// Many small boxes, put together after its newest snapshot.
    case compacted
    /// Resealed, and copied since.
    case copied
    /// Resealed, copied, and what was replaced is erased everywhere.
    case settled
  }

  /// Each made once.
  private actor Archives {
    private var made: [Story: Archive] = [:]
    func archive(_ story: Story) async throws -> Archive {
      if let made = made[story] { return try made.copy() }
      let new = try await MovedArchiveTests.make(story)
      made[story] = new
      return try new.copy()
    }
  }

  private static let archives = Archives()

  private static func make(_ story: Story) async throws -> Archive {
    let archive = try await Archive()
    let scene = archive.scene
    switch story {
    case .resealed: try await reseal(archive)
    case .compacted:
      for number in 0..<8 {
        try await scene.seal(scene.source("small", ["basic/C\(20 + number)/d.txt": "small"]))
      }
      try await scene.snapshot(to: archive.destination)
      let moved = try await Mover(in: scene.open(), for: .compact).run { _, _ in }
      #expect(moved.replaced.boxes > 8 && moved.new.boxes == 1)
    case .copied:
      try await reseal(archive)
      try await scene.snapshot(to: archive.destination)
    case .settled:
      try await reseal(archive)
      try await scene.snapshot(to: archive.destination)
      try await settle(archive)
      try await scene.seal(scene.source("fourth", ["basic/C11/d.txt": "eleven"]))
      scene.clock.pass(days: 4)
      try await scene.snapshot(to: archive.destination)
      try await scene.seal(scene.source("fifth", ["basic/C12/e.txt": "twelve"]))
      try await scene.snapshot(to: archive.destination)
    }
    return archive
  }

  /// Every class is sealed under a new epoch.
  private static func reseal(_ archive: Archive, _ classes: [String] = ["basic", "contracts"]) async throws {
    _ = try await archive.scene.open().rotate(sections: classes)
    let moved = try await Mover(in: archive.scene.open(), for: .reseal([])).run { _, _ in }
    #expect(moved.new.boxes == UInt64(classes.count) && moved.findings.isEmpty, "\(moved)")
  }

  /// What was replaced is erased, at the vault and at the destination.
  private static func settle(_ archive: Archive) async throws {
    let scene = archive.scene
    // Files are stamped by the real clock, so the scene's has to be ahead of it for them to be old.
    scene.clock.set(max(scene.clock.now, UInt64(Date().timeIntervalSince1970)) + 10 * 86_400)
    let vault = try await scene.open()
    await vault.compareMovesWhereDue()
    #expect(try await Remover(from: vault, ignoresLimit: true).run().erased > 0)
    // The first one shows the destination that they are removed; from there its own hold-back runs.
    for days: UInt64 in [0, 10] {
      scene.clock.pass(days: days)
      _ = try await SnapshotTaker(
        of: scene.open(), to: .folder(archive.destination), begins: false, erasesBeyondLimit: true
      ).run { _ in }
    }
    let state = try await scene.open().state
    for box in state.boxes where !box.isLiveNow {
      #expect(!Files.exists("\(archive.destination)/\(Layout.box(box.box.hash).text)"))
    }
  }

  static let plans = Story.allCases.flatMap { story in ReadyPlanTests.names.map { (story, $0) } }

  @Test("every ready plan passes on it, and says what is lost with the vault", arguments: plans)
  func green(_ story: Story, _ name: String) async throws {
    let archive = try await Self.archives.archive(story)
    let (report, changed) = try await archive.run(try #require(PlanCatalog.text(name)))
    let failed = report.checks.filter { !$0.passed }.map { "\($0)" }
    #expect(report.verdict == .passed, "\(failed) \(report.unfit.map { "\($0)" } ?? "") \(report.findings)")
    #expect(changed == [])
    #expect(report.faults.filter { !$0.isFound }.isEmpty)
    // Nothing was sealed after the newest snapshot; after the one before a settled archive's attack something was.
    if report.snapshot != nil, name != "ransomware" { #expect(report.boxesSince == 0) }
  }

  @Test("its status tells nothing new, either", arguments: [Story.resealed, .compacted])
  func status(_ story: Story) async throws {
    let scene = try await Self.archives.archive(story).scene
    #expect(VaultStatus(of: try await scene.open()).boxesSinceSnapshot == 0)
    try await scene.seal(scene.source("fourth", ["basic/C11/d.txt": "eleven"]))
    #expect(VaultStatus(of: try await scene.open()).boxesSinceSnapshot == 1)
  }

  @Test("deadly faults are deadly on it", arguments: ReadyPlanTests.deadly)
  func red(_ name: String, _ changes: String) async throws {
    let archive = try await Self.archives.archive(.copied)
    let text = ReadyPlanTests.changed(try #require(PlanCatalog.text(name)), changes)
    let (report, changed) = try await archive.run(text)
    // The newest snapshot brought nothing that was sealed.
    #expect(report.verdict == .failed || changes.contains("customer: C10"), "\(report.checks)")
    #expect(changed == [])
  }

  /// Damage to boxes of the last half day.
  private func fresh(_ more: String) throws -> String {
    ReadyPlanTests.changed(
      try #require(PlanCatalog.text("ransomware")),
      "faults: [{fault: overwrite, of: boxes, since: 12h}]\n" + more)
  }

  @Test("what was moved isn't new; what was sealed since is, in the box to which it was moved")
  func new() async throws {
    let archive = try await Self.archives.archive(.copied)
    let scene = archive.scene
    #expect(try await archive.run(fresh("")).report.unfit == .nothingToDamage("overwrite", "boxes"))
    // As far as the vault goes, too.
    let atVault = ReadyPlanTests.changed(
      try fresh(""), "loses: [memory]\nfaults: [{fault: flip, at: vault, of: boxes, since: 12h}]")
    #expect(try await archive.run(atVault).report.unfit == .nothingToDamage("flip", "boxes"))
    try await scene.seal(scene.source("fourth", ["basic/C1/d.txt": "one more"]))
    try await scene.snapshot(to: archive.destination)
    let one = try await archive.run(fresh("")).report
    #expect(one.verdict == .passed && one.faults.map(\.count) == [1] && one.boxesSince == 1, "\(one.checks)")
    // Both classes are moved by one entry, and the new record lies in a box of one of them.
    try await Self.reseal(archive)
    try await scene.snapshot(to: archive.destination)
    #expect(try await scene.open().state.moves.count == 2)
    let moved = try await archive.run(fresh("snapshot: latest\nexpects: [noticed]\nobjectives: {}")).report
    #expect(moved.verdict == .passed && moved.faults.map(\.count) == [1], "\(moved.faults)")
    // No older snapshot is sound then: what it would give is in that box.
    let none = try await archive.run(fresh("")).report
    #expect(none.verdict == .failed && none.snapshot == nil)
  }

  @Test("an older snapshot brings what was moved since, and that is counted as such")
  func older() async throws {
    let archive = try await Self.archives.archive(.copied)
    let scene = archive.scene
    scene.clock.pass(days: 1)
    try await scene.seal(scene.source("fourth", ["basic/C1/d.txt": "one more"]))
    try await Self.reseal(archive)
    try await scene.snapshot(to: archive.destination)
    for scope in ["{customers: [C1]}", "{classes: [basic]}", "all"] {
      let text = ReadyPlanTests.changed(
        try #require(PlanCatalog.text("site-lost")),
        "snapshot: {before: 12h}\nscope: \(scope)\nobjectives: {rto: 4h, rpo: 3d}")
      let report = try await archive.run(text).report
      #expect(report.verdict == .passed, "\(scope): \(report.checks)")
      #expect(report.boxesSince == 1)
    }
  }

  @Test("a state whose boxes are erased can't be made, but noticed")
  func erasedSince() async throws {
    let archive = try await Self.archives.archive(.copied)
    try await Self.settle(archive)
    let state = try await archive.scene.open().state
    let place = try #require(state.places.values.first { !$0.snapshots.isEmpty })
    // As many as came since the one before the move.
    let since = place.snapshots.count { $0.content.size > state.moved }
    let back = ReadyPlanTests.changed(
      try #require(PlanCatalog.text("vault-deleted")),
      "faults: [{fault: cut, snapshots: \(since)}]\nexpects: [noticed, recovered]")
    guard case .olderErased(let boxes) = try await archive.run(back).report.unfit else {
      Issue.record("it isn't unfit")
      return
    }
    #expect(boxes > 0)
    let noticed = ReadyPlanTests.changed(
      try #require(PlanCatalog.text("rolled-back")), "faults: [{fault: cut, snapshots: \(since)}]")
    #expect(try await archive.run(noticed).report.verdict == .passed)
  }

  @Test("a destination that is cut has nothing that was moved there later")
  func cut() async throws {
    let archive = try await Self.archives.archive(.copied)
    let place = try await archive.scene.open(archive.destination, on: "reader", toWrite: false)
    let store = try await Machine.folders(.folder(archive.destination), false)
    let changes = try #require(
      Damage.cut(
        by: 1, of: place.place.marker.place, from: try await store.list(""), place.state))
    for box in place.state.boxes {
      #expect((changes[Layout.box(box.box.hash)] != nil) == (place.state.moves[box.entry] != nil))
    }
  }
}
