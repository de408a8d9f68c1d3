import Ledger
import Sealing
import Storage
import TestKit
import Testing

@testable import Rules
@testable import Vault

/// What somebody says of boxes is a reason to look, and no more.
struct ClaimTests {
  static func claim(
    _ boxes: [Digest], at opened: OpenPlace, by identity: Identity, level: VerifyLevel = .drill,
    covering: [ClosedRange<UInt64>] = []
  ) async throws {
    try await opened.commit(as: identity) { state in
      [
        OpenLedger.Draft(
          .verified(
            Verification(
              boxes: covering, damaged: boxes, generations: [], level: level, missing: [], place: state.home,
              size: state.size, strays: 0)))
      ]
    }
  }

  @Test func aClerksWordSealsNothingAgain() async throws {
    let scene = try await Scene()
    let clerk = try await scene.hire(.clerk, ["basic"])
    let source = scene.source(["basic/1001/a": "1", "contracts/1001/b": "2"])
    try await scene.seal(source)
    let opened = try await scene.open()
    let all = opened.state.boxes.map(\.box.hash)
    try await Self.claim(all, at: opened, by: clerk)
    let place = try #require(await scene.open(toWrite: false).coverage().first)
    #expect(place.unsound == 2 && place.claims.map(\.by) == [clerk.publicIdentity.id])
    // Looked at, and nothing sealed.
    let again = try await scene.seal(source)
    #expect(again.new == 0 && again.changed == 0 && again.damaged.isEmpty)
    #expect(try await scene.open().state.boxes.count == 2)
    // A box that isn't what was sealed is, whoever says so.
    let name = Layout.box(all[0]).text
    try Vandal(place: scene.place).flip(name)
    try await Self.claim(all, at: try await scene.open(), by: clerk)
    #expect(try await scene.seal(source).damaged.map(\.object) == [name])
    #expect(try await scene.open().state.boxes.count == 3)
  }

  @Test func onlyWhoSaidSoAndCustodiansTakeItBack() async throws {
    let scene = try await Scene()
    let (clerk, other) = (try await scene.hire(.clerk, ["basic"]), try await scene.hire(.clerk, ["basic"]))
    try await scene.seal(scene.source(["basic/1001/a": "1", "contracts/1001/b": "2"]))
    let opened = try await scene.open()
    let all = opened.state.boxes.map(\.box.hash)
    func claimed() -> Int { opened.state.claimedBoxes(at: opened.state.home).count }
    try await Self.claim(all, at: opened, by: clerk, level: .open)
    // Less thorough, or somebody else: it stays.
    try await Self.claim([], at: opened, by: clerk, level: .hash, covering: [0...1])
    try await Self.claim([], at: opened, by: other, level: .drill, covering: [0...1])
    #expect(claimed() == 2)
    let coverage = try #require(opened.coverage().first)
    #expect(coverage.claims.map(\.disputedBy) == [[other.publicIdentity.id]])
    #expect(coverage.claims.map(\.disputed) == [2])
    // Only as far as it reaches, and not of what they found, too.
    try await Self.claim([], at: opened, by: clerk, level: .open, covering: [1...1])
    #expect(claimed() == 1)
    try await Self.claim(all, at: opened, by: clerk, level: .drill)
    try await Self.claim([all[0]], at: opened, by: scene.custodian, level: .open, covering: [0...1])
    #expect(opened.state.claimedBoxes(at: opened.state.home).ordinals == [0])
    // A custodian who opens a box has read all of it.
    try await Self.claim([], at: opened, by: scene.custodian, level: .hash, covering: [0...1])
    #expect(claimed() == 1)
    try await Self.claim([], at: opened, by: scene.custodian, level: .open, covering: [0...1])
    #expect(claimed() == 0)
  }
}
