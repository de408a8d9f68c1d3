@testable import Rules
import Ledger
import Sealing
import TestKit
import Testing

@testable import Vault

/// Ledgers of more commits than are read ahead at once, by more than one hand.
struct LongLedgerTests {
  private func longScene() async throws -> Scene {
    let scene = try await Scene()
    let opened = try await scene.open()
    func tick(_ count: Int, by identity: Identity) async throws {
      for _ in 0..<count { try await opened.commit(as: identity) { _ in [OpenLedger.Draft(.clock)] } }
    }
    try await tick(20, by: scene.custodian)
    let second = try Identity.generate()
    try await opened.commit(as: scene.custodian) { _ in
      [OpenLedger.Draft(.granted(Grantee(identity: second.publicIdentity, kind: .file, roles: [.custodian])))]
    }
    // By somebody who wasn't known when these were read ahead.
    try await tick(30, by: second)
    try await tick(12, by: scene.custodian)
    return scene
  }

  @Test func isFoldedAsCommitByCommit() async throws {
    let scene = try await longScene()
    let opened = try await scene.open(on: "new")
    let commits = Files.names(scene.place + "/ledger").sorted()
      .map { Files.read("\(scene.place)/ledger/\($0)")! }
    var state = try LedgerState(founding: commits[0])
    for commit in commits.dropFirst() { try state.apply(commit) }
    #expect(opened.state == state)
    #expect(opened.ledger.numbers.count == commits.count)
    #expect(opened.ledger.numbers == Files.names(scene.place + "/ledger").sorted().map { UInt64($0)! })
    #expect(opened.remarks.isEmpty)
  }

  @Test(arguments: [3, 11, 30, 45]) func damageIsMendedAndForgeryStops(at place: Int) async throws {
    let scene = try await longScene()
    let name = Files.names(scene.place + "/ledger").sorted()[place]
    let first = "\(scene.place)/ledger/\(name)"
    let good = try #require(Files.read(first))
    let bad = Array(String(decoding: good, as: UTF8.self).replacing("\"time\":1", with: "\"time\":2").utf8)
    Files.write(bad, to: Array(first))
    let writer = try await scene.open(on: "new")
    #expect(writer.hasMended(name), "\(writer.remarks)")
    #expect(Files.holds(first, good))
    for half in ["", "second/"] { Files.write(bad, to: Array("\(scene.place)/\(half)ledger/\(name)")) }
    do {
      _ = try await scene.open(on: "another")
      Issue.record("a forged commit was folded")
    } catch let error as VaultError {
      #expect(error.code == .refused && error.what.contains(name), "\(error)")
    }
  }
}
