import Keyring
import Sealing
import TestKit
import Testing

@testable import Vault

/// What is due, as far as it can be known.
struct StatusTests {
  private let day: UInt64 = 86_400

  private func status(_ scene: Scene, as identity: Identity? = nil, unlocked: Bool = true) async throws
    -> (epochs: String, remarks: [String], json: JSONObject)
  {
    let status = VaultStatus(of: try await scene.open(as: identity, toWrite: false, unlocked: unlocked))
    let epochs = status.lines.filter { $0.name == "epochs" }.map(\.text)
    return (epochs.joined(), status.remarks.filter { $0.contains("epoch") }, status.json)
  }

  @Test func anEpochThatIsTooOldIsToldToWhoOpensItsSection() async throws {
    let scene = try await Scene()
    let clerk = try await scene.hire(.clerk, ["basic"])
    let young = try await status(scene)
    #expect(young.epochs == "none is due" && young.remarks.isEmpty)
    // Nothing in a vault is older than the vault.
    #expect(try await status(scene, unlocked: false).epochs == "none is due")

    scene.clock.set(Clock.start + 366 * day)
    let old = try await status(scene)
    #expect(old.epochs == "due: basic, communications, contracts, directory, journal, transactions")
    #expect(old.remarks.count == 1 && old.remarks[0].contains("contracts"))
    #expect(try old.json.string("epochs_known") == "all")
    let locked = try await status(scene, unlocked: false)
    #expect(locked.epochs.contains("not known") && locked.remarks.isEmpty)
    #expect(try locked.json.string("epochs_known") == "none")
    let partly = try await status(scene, as: clerk)
    #expect(partly.epochs == "due: basic, directory, of those that this identity opens")
    #expect(try partly.json.string("epochs_known") == "some")

    _ = try await scene.open().rotate(sections: ["basic", "directory"])
    #expect(try await status(scene).epochs == "due: communications, contracts, journal, transactions")
    #expect(try await status(scene, as: clerk).epochs == "none is due, of those that this identity opens")
    #expect(try await status(scene, as: clerk).remarks.isEmpty)
  }

  /// What time makes due goes by the later of two clocks, as elsewhere.
  @Test func aClockThatIsBehindMakesNothingYounger() async throws {
    let scene = try await Scene()
    let other = try await scene.hire(.custodian)
    scene.clock.set(Clock.start + 366 * day)
    try await scene.open(as: other, on: "other").commit(as: other) { _ in [OpenLedger.Draft(.clock)] }
    scene.clock.set(Clock.start + day)
    #expect(try await status(scene).epochs.hasPrefix("due: "))
    let listing = try await scene.open(toWrite: false).keyListing()
    #expect(listing.sections.flatMap(\.epochs).allSatisfy { $0.isDue })
  }
}
