import Keyring
import Sealing
import TestKit
import Testing

@testable import Vault

/// A class of the keyring that the policy doesn't name: how long its records are kept is nobody's guess.
struct UnruledClassTests {
  private func scene() async throws -> Scene {
    let scene = try await Scene()
    let opened = try await scene.open()
    let id = try Identifier.random()
    _ = try await KeyringUpdate(vault: opened, reason: .rotated).run(as: scene.custodian, about: "a class") {
      change in
      try change.add(
        OpenGeneration.NewClass(id: id, name: "letters"), since: scene.clock.now,
        readers: [scene.custodian.publicIdentity.id])
    }
    return scene
  }

  @Test func itIsNotSealedInto() async throws {
    let scene = try await scene()
    let before = try await scene.open().state.boxes.count
    let letters = scene.source("one", ["letters/1001/a": "1"])
    #expect(await code { try await scene.seal(letters) } == .refused)
    let opened = try await scene.open()
    let flat = scene.source("flat", ["1001/a": "1"])
    let layout = try SourceLayout(nil, className: "letters", subject: nil)
    #expect(await code { _ = try await opened.seal([flat], layout: layout) } == .refused)
    #expect(try await scene.open().state.boxes.count == before)
  }

  /// One foreign class stops nobody from sealing into the others.
  @Test func theOthersAre() async throws {
    let scene = try await scene()
    #expect(try await scene.seal(scene.source(["basic/1001/a": "1"])).new == 1)
  }
}
