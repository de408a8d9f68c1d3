import Keyring
import Ledger
import Sealing
import TestKit
import Testing

@testable import Vault

/// What goes wrong in a format's own module reaches callers as the vault's error.
struct ToldErrorTests {
  @Test func aChangeOfKeysThatContradictsItself() async throws {
    let scene = try await Scene()
    let opened = try await scene.open()
    let nowhere = try Identifier.random()
    let change = KeyringUpdate(vault: opened, reason: .rotated)
    #expect(
      await code {
        _ = try await change.run(as: scene.custodian, about: "x") { try $0.rotate(nowhere, since: 1) }
      } == .refused)
    #expect(opened.state.generation?.number == 1)
  }

  @Test func aProofOfWhatAnEntryDoesNotName() async throws {
    let scene = try await Scene()
    let opened = try await scene.open()
    #expect(await code { _ = try await opened.prove(entry: 1, document: [1, 2, 3]) } == .input)
    #expect(await code { _ = try await opened.prove(entry: 99, document: nil) } == .input)
    #expect(try await opened.prove(entry: 1, document: nil).index == 1)
  }
}
