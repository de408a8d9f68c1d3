import Backup
import Foundation
import Sealing
import Storage
import Synchronization
import Testing

@testable import Drill
@testable import Vault

/// What a drill takes for lost, and what it leaves behind.
@Suite("Losses in drills")
struct LossTests {
  /// A vault with a record and a snapshot, whose stores are opened by a way of its own.
  private final class Site: Sendable {
    let root: String
    let identity: Identity
    let vaultID: Identifier
    let machine: Machine
    let log: Mutexed

    init() async throws {
      let root =
        FileManager.default.temporaryDirectory.path + "/drill-losses-" + (try Identifier.random().hex)
      self.root = root
      try FileManager.default.createDirectory(
        atPath: root + "/source/basic/C1", withIntermediateDirectories: true)
      try Data("alpha".utf8).write(to: URL(fileURLWithPath: root + "/source/basic/C1/a.txt"))
      identity = try Identity.generate()
      let now = UInt64(Date().timeIntervalSince1970)
      let log = Mutexed()
      machine = Machine(memory: root + "/memory", now: { now }) { location, create in
        log.note(location.description)
        return try await Machine.folders(location, create)
      }
      vaultID = try await CreateVault.create(
        .folder(root + "/vault"), founder: .identity(identity), classes: .standard, in: machine
      ).vault
      self.log = log
      let vault = try await open()
      _ = try await vault.seal([root + "/source"], layout: SourceLayout(nil, className: nil, subject: nil))
      _ = try await SnapshotTaker(of: vault, to: .folder(root + "/destination"), begins: true).run { _ in }
      try FileManager.default.createDirectory(atPath: root + "/scratch", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    final class Mutexed: Sendable {
      private let names = Mutex<[String]>([])
      func note(_ name: String) { names.withLock { $0.append(name) } }
      var all: [String] { names.withLock { $0 } }
    }

    func open() async throws -> OpenPlace {
      let vault = try await OpenPlace.open(
        .folder(root + "/vault"), in: machine, expecting: vaultID, toWrite: true)
      try await vault.unlock(with: .identity(identity))
      return vault
    }

    func drill(
      from destination: String = "destination", report: @escaping @Sendable (CopyProgress) -> Void = { _ in }
    ) async throws -> Rehearsal.Outcome {
      try await Rehearsal(
        vault: try await open(), key: .identity(identity),
        plan: Plan(yaml: PlanCatalog.text("site-lost") ?? ""),
        settings: Rehearsal.Settings(
          destination: .folder(root + "/" + destination), scratch: root + "/scratch",
          evidence: root + "/drills")
      ).run(report: report)
    }
  }

  @Test("a drill opens its places the way that the vault was opened")
  func opener() async throws {
    let site = try await Site()
    let before = site.log.all.count
    #expect(try await site.drill().report.passed)
    let opened = site.log.all.dropFirst(before)
    #expect(opened.contains(site.root + "/destination"))
    #expect(opened.contains { $0.hasPrefix(site.root + "/scratch/") && $0.hasSuffix("/vault") })
  }

  @Test("what the plan loses is lost: the vault can't be recovered from itself, or from what lies in it")
  func lost() async throws {
    let site = try await Site()
    try FileManager.default.createSymbolicLink(
      atPath: site.root + "/link", withDestinationPath: site.root + "/vault")
    for place in ["vault", "link"] {
      let refused = await #expect(throws: (any Error).self) { try await site.drill(from: place) }
      #expect("\(try #require(refused))".contains("lost"), "\(String(describing: refused))")
    }
  }

  @Test("a scratch folder that can't be removed is told, and the drill is entered all the same")
  func leftover() async throws {
    let site = try await Site()
    let (scratch, moved) = (site.root + "/scratch", site.root + "/moved")
    await #expect(throws: (any Error).self) {
      _ = try await site.drill { report in
        guard report.stage == "comparing with the labels" else { return }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: scratch)) ?? [] {
          try? FileManager.default.moveItem(atPath: scratch + "/" + name, toPath: moved)
        }
      }
    }
    #expect(FileManager.default.fileExists(atPath: moved))
    #expect(try await site.open().state.drills.count == 1)
  }
}
