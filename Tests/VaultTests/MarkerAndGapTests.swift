import Sealing
import TestKit
import Testing

@testable import Vault

/// What whoever runs the store can do with one unsigned file, or by taking a commit away.
struct MarkerAndGapTests {
  @Test func aMarkerThatChangedIsNoticed() async throws {
    let scene = try await Scene()
    _ = try await scene.open()
    let marker = Marker(vault: scene.vault, place: try Identifier.random())
    Files.write(marker.bytes, to: Array(scene.place + "/STRONGROOM"))
    let machine = scene.machine("custodian")
    // Saying the id again doesn't let anything be written: it names the vault, not the place.
    #expect(
      await code {
        _ = try await OpenPlace.open(.folder(scene.place), in: machine, expecting: scene.vault, toWrite: true)
      } == .refused)
    #expect(await code { _ = try await OpenPlace.open(.folder(scene.place), in: machine) } == .unknownVault)
    #expect(
      await code { _ = try await OpenPlace.open(.folder(scene.place), in: machine, toWrite: true) }
        == .unknownVault)
  }

  @Test func aGapInTheLedgerIsToldToReadersAndTakesNoWrite() async throws {
    let scene = try await Scene()
    _ = try await scene.seal(scene.source(["basic/1/a": "one"]))
    _ = try await scene.seal(scene.source("more", ["basic/2/b": "two"]))
    // The second commit, so that genuine ones lie behind the gap.
    let second = try #require(Files.names(scene.place + "/ledger").sorted().dropFirst().first)
    for folder in ["/ledger/", "/second/ledger/"] { Files.unlink(scene.place + folder + second) }
    let stranger = scene.machine("stranger")
    let read = try await OpenPlace.open(.folder(scene.place), in: stranger, expecting: scene.vault)
    #expect(read.gap?.object == "ledger/" + second && read.shortfalls == [read.gap])
    #expect(
      await code {
        _ = try await OpenPlace.open(
          .folder(scene.place), in: stranger, expecting: scene.vault, toWrite: true)
      } == .refused)
    #expect(!Files.exists(scene.place + "/ledger/" + second))
  }

  @Test func classFoldersAreNotTakenForCustomers() async throws {
    let scene = try await Scene()
    let source = scene.source(["contracts/C7/k": "a contract", "C8/b": "a letter"])
    let vault = try await scene.open()
    let summary = try await vault.seal(
      [source], layout: try SourceLayout(nil, className: "basic", subject: nil))
    #expect(summary.new == 1)
    #expect(summary.leftOut.map { String(decoding: $0.path, as: UTF8.self) } == ["contracts/C7/k"])
  }
}
