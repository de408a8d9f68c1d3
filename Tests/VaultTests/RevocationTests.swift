import Keyring
import Sealing
import StorageFaults
import TestKit
import Testing

@testable import Rules
@testable import Vault

/// A revocation that somebody holds up, or that broke off.
struct RevocationTests {
  private func scene() async throws -> (scene: Scene, archivist: Identity) {
    let scene = try await Scene(classes: NewClasses([("basic", 10)]))
    let archivist = try await scene.hire(.archivist, ["basic"])
    try await scene.seal(scene.source(["basic/1001/a": "1"]))
    return (scene, archivist)
  }

  /// Nobody opens what is sealed from now on, and is known by nobody as one who does.
  private func isOut(_ id: Identifier, _ scene: Scene) async throws -> Bool {
    let opened = try await scene.open(toWrite: false)
    let isKnown = try opened.unlocked().opened.generation.grant(of: id) != nil
    return !isKnown && opened.state.identities[id]?.isActive == false
  }

  @Test func pagesWithoutEndHoldNoRevocationUp() async throws {
    let (scene, archivist) = try await scene()
    let store = try scene.faulty()
    // Before each new generation is written whoever is to be revoked adds keys.
    store.setBefore { operation in
      guard operation.kind == .put, operation.name?.text.hasPrefix("keyring/") == true else { return }
      let other = try? await scene.open(as: archivist, on: "archivist")
      if let other { try? await Forger.lead("9", to: archivist.publicIdentity.id, in: other) }
    }
    let opened = try await scene.open(store: store)
    let outcome = try await opened.revoke(archivist.publicIdentity.id, reason: "left")
    #expect(Set(outcome.rotated) == ["basic", "directory"])
    #expect(try await isOut(archivist.publicIdentity.id, scene))
    let state = try await scene.open(toWrite: false).state
    #expect(try #require(state.activity[archivist.publicIdentity.id]).entries == 4)
  }

  @Test func oneThatGotNoFurtherThanTheLedgerIsEnded() async throws {
    let (scene, archivist) = try await scene()
    let id = archivist.publicIdentity.id
    try await scene.open().commit(as: scene.custodian) { _ in [OpenLedger.Draft(.revoked(id))] }
    #expect(try await !isOut(id, scene))
    let outcome = try await scene.open().revoke(id, reason: "left")
    #expect(Set(outcome.rotated) == ["basic", "directory"])
    #expect(try await isOut(id, scene))
    // And that is all: whoever is out can't be revoked once more.
    #expect(await code { _ = try await scene.open().revoke(id, reason: "left") } == .refused)
  }
}
