@testable import Rules
import Backup
import Foundation
import Sealing
import Testing

@testable import Drill
@testable import Vault

/// Whether the newest snapshot is young enough.
@Suite("Recovery points")
struct RecoveryPointTests {
  @Test("a snapshot is missed when it is older than the plan allows, and not before")
  func age() async throws {
    let root = FileManager.default.temporaryDirectory.path + "/drill-point-" + (try Identifier.random().hex)
    defer { try? FileManager.default.removeItem(atPath: root) }
    let plan = try Plan(yaml: PlanTests.sound)
    let identity = try Identity.generate()
    let start = UInt64(Date().timeIntervalSince1970)
    func here(_ later: UInt64) -> Machine {
      Machine(memory: root + "/memory") { start + later }
    }
    let id = try await CreateVault.create(
      .folder(root + "/vault"), founder: .identity(identity), classes: .standard, in: here(0)
    ).vault
    func open(_ later: UInt64 = 0) async throws -> OpenPlace {
      let vault = try await OpenPlace.open(
        .folder(root + "/vault"), in: here(later), expecting: id, toWrite: true)
      try await vault.unlock(with: .identity(identity))
      return vault
    }
    func point(_ later: UInt64) async throws -> RecoveryPoint {
      RecoveryPoint(of: try await open(later), plan: plan)
    }
    // Nothing is there to lose.
    #expect(try await !point(10 * 86_400).isMissed)
    try FileManager.default.createDirectory(
      atPath: root + "/source/basic/1", withIntermediateDirectories: true)
    try Data("one".utf8).write(to: URL(fileURLWithPath: root + "/source/basic/1/a"))
    _ = try await open().seal([root + "/source"], layout: SourceLayout(nil, className: nil, subject: nil))
    let none = try await point(0)
    #expect(none.isMissed && none.age == nil)
    _ = try await SnapshotTaker(of: try await open(), to: .folder(root + "/destination"), begins: true).run {
      _ in
    }
    let kept = try await point(86_400)
    #expect(!kept.isMissed && kept.age == 86_400 && kept.objective == 86_400 && kept.plan == "fire")
    #expect(try await point(86_401).isMissed)
  }
}
