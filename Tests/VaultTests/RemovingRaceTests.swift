import Sealing
import StorageFaults
import Synchronization
import TestKit
import Testing

@testable import Vault

/// gc and another one at the same time, all of the other's between any two operations of the first. No stray is young
/// here, so gc takes away what the other is just about to name.
struct RemovingRaceTests {
  private func template() async throws -> Scene {
    let scene = try await RemoverTests.furnished(30)
    _ = try await RemoverTests.leaveStrays(scene)
    return scene
  }

  private static let gc: @Sendable (Scene, FaultyStore?) async throws -> Void = { scene, store in
    try await RemoverTests.gc(scene, store: store)
  }

  private static let seal: @Sendable (Scene, FaultyStore?) async throws -> Void = { scene, store in
    let source = scene.source("new", ["basic/1001/new": "n", "basic/7/new": "n", "contracts/7/new": "n"])
    let opened = try await scene.open(on: "sealer", store: store)
    let summary = try await opened.seal([source], layout: .default, workers: 1)
    #expect(summary.leftOut.isEmpty && summary.new == 3)
  }

  private static let rotate: @Sendable (Scene, FaultyStore?) async throws -> Void = { scene, store in
    _ = try await scene.open(on: "rotator", store: store).rotate(sections: ["basic", "directory"])
  }

  private func race(
    _ first: @escaping @Sendable (Scene, FaultyStore?) async throws -> Void,
    _ other: @escaping @Sendable (Scene, FaultyStore?) async throws -> Void, records: Int
  ) async throws {
    try await atEveryPoint(
      of: try await template(), first: first, other: { try await other($0, nil) },
      check: { scene, point in
        try await RemoverTests.check(scene, "point \(point)", records: records)
        try await RemoverTests.gc(scene)
        try await RemoverTests.check(scene, "point \(point), again", records: records)
        let left = try await Remover(from: try await scene.open(toWrite: false)).plan()
        #expect(left.falling == 0, "point \(point)")
      })
  }

  /// gc lists what is there, and then reads the ledger, which may have gone on twice meanwhile.
  @Test func whatWasPutAndSupersededSinceTheListIsNoFinding() async throws {
    let scene = try Scene(copying: try await template(), inMemory: true)
    let store = try scene.faulty()
    let opened = try await scene.open(store: store)
    let stage = Mutex(0)
    store.setBefore { operation in
      let isTurn = stage.withLock { stage in
        if stage == 0, operation.kind == .list { stage = 1 }
        guard stage == 1, operation.kind != .list else { return false }
        stage = 2
        return true
      }
      guard isTurn else { return }
      for _ in 0..<2 {
        do { try await Self.rotate(scene, nil) } catch { Issue.record("\(error)") }
      }
    }
    let outcome = try await Remover(from: opened, ignoresLimit: true).run()
    #expect(stage.withLock { $0 } == 2)
    #expect(outcome.findings.isEmpty, "\(outcome.findings)")
    try await RemoverTests.check(scene, "after both", records: 3)
  }

  @Test func sealingMeetsGc() async throws { try await race(Self.seal, Self.gc, records: 6) }
  @Test func gcMeetsSealing() async throws { try await race(Self.gc, Self.seal, records: 6) }
  @Test func aRotationMeetsGc() async throws { try await race(Self.rotate, Self.gc, records: 3) }
}
