import Keyring
import Sealing
import TestKit
import Testing

@testable import Vault

/// What is due, as far as it can be known.
struct StatusTests {
  private let day: UInt64 = 86_400

  private func status(_ scene: Scene, as identity: Identity? = nil, unlocked: Bool = true) async throws
    -> VaultStatus
  {
    VaultStatus(of: try await scene.open(as: identity, toWrite: false, unlocked: unlocked))
  }

  private func due(_ names: String..., amongAll: Bool = true) -> DueEpochs {
    DueEpochs(names: names, isWhole: amongAll)
  }

  @Test func anEpochThatIsTooOldIsToldToWhoOpensItsSection() async throws {
    let scene = try await Scene()
    let clerk = try await scene.hire(.clerk, ["basic"])
    let young = try await status(scene)
    #expect(young.due == due() && young.remarks == [.oneCustodian])
    // Nothing in a vault is older than the vault.
    #expect(try await status(scene, unlocked: false).due == due())

    scene.clock.set(Clock.start + 366 * day)
    let old = try await status(scene)
    let all = ["basic", "communications", "contracts", "directory", "journal", "transactions"]
    #expect(old.due == DueEpochs(names: all, isWhole: true))
    #expect(old.remarks == [.oneCustodian, .epochsDue(all, days: 365)])
    let locked = try await status(scene, unlocked: false)
    #expect(locked.due == nil && locked.remarks == [.oneCustodian])
    #expect(try await status(scene, as: clerk).due == due("basic", "directory", amongAll: false))

    _ = try await scene.open().rotate(sections: ["basic", "directory"])
    #expect(
      try await status(scene).due == due("communications", "contracts", "journal", "transactions"))
    let partly = try await status(scene, as: clerk)
    #expect(partly.due == due(amongAll: false) && partly.remarks == [.oneCustodian])
  }

  /// What time makes due goes by the later of two clocks, as elsewhere.
  @Test func aClockThatIsBehindMakesNothingYounger() async throws {
    let scene = try await Scene()
    let other = try await scene.hire(.custodian)
    scene.clock.set(Clock.start + 366 * day)
    try await scene.open(as: other, on: "other").commit(as: other) { _ in [OpenLedger.Draft(.clock)] }
    scene.clock.set(Clock.start + day)
    #expect(try await status(scene).due?.names.count == 6)
    let listing = try await scene.open(toWrite: false).keyListing()
    #expect(listing.sections.flatMap(\.epochs).allSatisfy { $0.isDue })
  }

  @Test func whatTheVaultHoldsAndWhatWasNeverDone() async throws {
    let scene = try await Scene()
    let place = try await scene.open()
    _ = try await place.seal([scene.source(["basic/1001/a": "a letter"])], layout: .default)
    let stands = VaultStatus(of: place)
    #expect(stands.vault == scene.vault && stands.isHome && stands.size == place.state.size)
    #expect(stands.boxes == 1 && stands.boxesSinceSnapshot == 1)
    #expect(stands.bytes == place.state.liveBoxes().first?.box.size)
    #expect(stands.generation == 1 && stands.rows > 0 && stands.notCounted == 0)
    #expect(stands.snapshot == nil && stands.drill == nil)
    #expect(stands.coverage.map(\.boxes) == [1])
    #expect(stands.grown == stands.bytes && stands.free ?? 0 > 0)
    scene.clock.set(Clock.start + 29 * 86_400)
    #expect(VaultStatus(of: place).grown == stands.bytes)
    scene.clock.set(Clock.start + 31 * 86_400)
    #expect(VaultStatus(of: place).grown == 0)
    scene.clock.set(Clock.start)
    #expect(
      stands.remarks == [.oneCustodian, .noSnapshot] + stands.coverage.map { .neverVerified($0) })
  }
}
