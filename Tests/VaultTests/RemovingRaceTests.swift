import Sealing
import StorageFaults
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

  @Test func sealingMeetsGc() async throws { try await race(Self.seal, Self.gc, records: 6) }
  @Test func gcMeetsSealing() async throws { try await race(Self.gc, Self.seal, records: 6) }
  @Test func aRotationMeetsGc() async throws { try await race(Self.rotate, Self.gc, records: 3) }
}
