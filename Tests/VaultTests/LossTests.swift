import Sealing
import Storage
import TestKit
import Testing

@testable import Keyring
@testable import Rules
@testable import Vault

/// What no key opens is given up, and nothing else is: nobody blocks the end of an epoch by junk.
struct LossTests {
  private static let files = ["basic/1001/a": "one", "basic/1002/b": "two", "contracts/1001/c": "three"]

  private func scene() async throws -> Scene {
    let scene = try await Scene(classes: NewClasses([("basic", 10), ("contracts", 10)]))
    try await scene.seal(scene.source("first", Self.files))
    return scene
  }

  /// Enters a box with a bundle that opens, and one under a key that is in no keyring.
  private func junk(_ scene: Scene, epochKey: Secret? = nil) async throws -> Digest {
    let opened = try await scene.open()
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    let subject = try #require(try await opened.customer(numbered: "1001"))
    let key = try #require(try await opened.unlocked().key(of: subject, in: basic))
    let stranger = try Secret.random(count: 32)
    func record(
      _ path: String, _ customer: String
    ) throws -> (id: Identifier, subject: [UInt8], path: String, content: String) {
      (id: try .random(), subject: Array(customer), path: path, content: path)
    }
    try await Forger.enter(
      [
        Forger.Bundle(id: try .random(), subject: subject, key: key, records: [try record("kept", "1001")]),
        Forger.Bundle(
          id: try .random(), subject: try .random(), key: stranger, records: [try record("lost", "9")]),
      ], to: opened, epochKey: epochKey)
    return try #require(try await scene.open(toWrite: false).state.liveBoxes().last).box.hash
  }

  @discardableResult
  private func giveUp(
    _ scene: Scene, _ boxes: [Digest], as identity: Identity? = nil
  ) async throws -> Mover.Outcome {
    try await Mover(in: scene.open(as: identity, on: "moving"), for: .giveUp(boxes)).run { _, _ in }
  }

  private func gc(_ scene: Scene, days: UInt64) async throws -> Remover.Outcome {
    scene.clock.set(RemoverTests.later(days))
    return try await Remover(from: try await scene.open(on: "gc"), ignoresLimit: true).run()
  }

  private func names(_ scene: Scene) async throws -> Set<String> {
    let opened = try await scene.open(on: "reader", toWrite: false)
    let check = try await opened.checkBoxes(opened.boxesHere) { _, _ in }
    #expect(check.findings.isEmpty, "\(check.findings)")
    return try await Set(opened.catalog().byName.keys)
  }

  @Test func whatNoKeyOpensIsGivenUpAndTheRestCarried() async throws {
    let scene = try await scene()
    let box = try await junk(scene)
    let before = try await scene.open(toWrite: false).checkBoxes(scene.open(toWrite: false).boxesHere) {
      _, _ in
    }
    #expect(before.findings.contains { $0.kind == .lost })
    let outcome = try await giveUp(scene, [box])
    #expect(outcome.replaced.boxes == 1 && outcome.new.boxes == 1 && outcome.bundles == 1)
    #expect(outcome.leftOut.bundles == 1 && outcome.leftOut.records == 1)
    #expect(try await names(scene) == Set(Self.files.keys).union(["basic/1001/kept"]))
    let entry = try #require(outcome.entries.first)
    #expect(try await scene.open(toWrite: false).disposals()[entry]?.bundles == 1)
    // Once more there is nothing.
    let live = try await scene.open(toWrite: false).state.liveBoxes().map(\.box.hash)
    let again = try await giveUp(scene, live)
    #expect(again.replaced.boxes == 0 && again.findings.count == live.count)
    #expect(try await gc(scene, days: 10).erased > 0)
    #expect(try await names(scene) == Set(Self.files.keys).union(["basic/1001/kept"]))
  }

  @Test func aBoxThatNoKeyOpensGoesWhole() async throws {
    let scene = try await scene()
    let box = try await junk(scene, epochKey: try Secret.random(count: 32))
    let outcome = try await giveUp(scene, [box])
    #expect(outcome.replaced.boxes == 1 && outcome.new.boxes == 0)
    #expect(try await names(scene) == Set(Self.files.keys))
  }

  /// What is hidden for a while isn't gone.
  @Test func whileAPageIsMissingNothingIsGivenUp() async throws {
    let scene = try await scene()
    let archivist = try await scene.hire(.archivist)
    scene.clock.set(RemoverTests.later(10))
    _ = try await gc(scene, days: 10)
    try await scene.seal(scene.source("more", ["basic/7/a": "7"]), as: archivist)
    let state = try await scene.open(toWrite: false).state
    let box = try #require(state.liveBoxes().last).box.hash
    let page = try #require(state.pendingPages.last).page.hash
    let path = "\(scene.place)/\(Layout.keyringFile(page).text)"
    let second = "\(scene.place)/second/\(Layout.keyringFile(page).text)"
    for path in [path, second] { Files.remove(Array(path.utf8)) }
    await #expect { try await giveUp(scene, [box]) } throws: { "\($0)".contains("may come back") }
    #expect(try await scene.open(toWrite: false).state.moves.isEmpty)
  }

  @Test func whileAnOlderKeyringIsThereNothingIsGivenUp() async throws {
    let scene = try await scene()
    let box = try await junk(scene)
    _ = try await scene.open().rotate(sections: ["contracts"])
    await #expect { try await giveUp(scene, [box]) } throws: { "\($0)".contains("isn't removed yet") }
    _ = try await gc(scene, days: 10)
    #expect(try await giveUp(scene, [box]).replaced.boxes == 1)
  }

  @Test func whatIsDamagedIsntGivenUp() async throws {
    let scene = try await scene()
    let box = try await junk(scene)
    let path = "\(scene.place)/\(Layout.box(box).text)"
    var bytes = try #require(Files.read(path))
    bytes[bytes.count - 100] ^= 1
    Files.remove(Array(path.utf8))
    Files.write(bytes, to: Array(path.utf8))
    await #expect { try await giveUp(scene, [box]) } throws: { "\($0)".contains("may be whole elsewhere") }
    Files.remove(Array(path.utf8))
    await #expect(throws: VaultError.self) { try await giveUp(scene, [box]) }
  }

  /// A stolen key says that what opens is lost.
  @Test func whatOpensIsntConfirmedAsLost() async throws {
    let scene = try await scene()
    let other = try await scene.hire(.custodian)
    let box = try await junk(scene)
    _ = try await gc(scene, days: 10)
    try await scene.open(as: other, on: "theirs").compareWhereDue()
    _ = try await gc(scene, days: 10)
    let honest = try #require(try await scene.open(toWrite: false).state.liveBoxes().first).box
    let opened = try await scene.open()
    let wrong = try await opened.commit(as: scene.custodian) { state in
      [
        OpenLedger.Draft(
          .moved(
            BoxMove(
              boxes: [], generation: state.generation?.number ?? 0, reason: .lost, replaced: [honest.hash],
              year: honest.year)), sealed: DisposalStatement(classes: []).object)
      ]
    }
    let theirs = try await scene.open(as: other, on: "theirs")
    await #expect { try await theirs.look(atMove: wrong.lowerBound) } throws: {
      "\($0)".contains("that opens")
    }
    try await theirs.perform(.end(wrong.lowerBound, reason: ""))
    let entry = try #require(try await giveUp(scene, [box]).entries.first)
    let again = try await scene.open(as: other, on: "theirs")
    let look = try await again.look(atMove: entry)
    #expect(look.leftOut.bundles == 1)
    try await again.confirm(look)
    #expect(try await names(scene) == Set(Self.files.keys).union(["basic/1001/kept"]))
  }

  /// Junk by the name of a bundle that opens: once the junk is gone the other one would count, and nobody would have seen it.
  @Test func whatGoesBeforeAnotherIsntGivenUp() async throws {
    let scene = try await scene()
    let other = try await scene.hire(.custodian)
    let opened = try await scene.open()
    let subject = try #require(try await opened.customer(numbered: "1001"))
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    let key = try #require(try await opened.unlocked().key(of: subject, in: basic))
    let bundle = try Identifier.random()
    try await Forger.enter(
      boxes: try [Secret.random(count: 32), key].map { key in
        [
          Forger.Bundle(
            id: bundle, subject: subject, key: key,
            records: [(id: try .random(), subject: Array("1001"), path: "two", content: "hidden")])
        ]
      }, to: opened)
    _ = try await gc(scene, days: 10)
    try await scene.open(as: other, on: "theirs").compareWhereDue()
    _ = try await gc(scene, days: 10)
    let live = try await scene.open(toWrite: false).state.liveBoxes()
    let junk = live[live.count - 2].box
    let outcome = try await giveUp(scene, [junk.hash])
    #expect(outcome.replaced.boxes == 0 && outcome.findings.count == 1, "\(outcome)")
    // A stolen key gives it up all the same.
    let stolen = try await scene.open()
    let given = try await stolen.commit(as: scene.custodian) { state in
      [
        OpenLedger.Draft(
          .moved(
            BoxMove(
              boxes: [], generation: state.generation?.number ?? 0, reason: .lost, replaced: [junk.hash],
              year: junk.year)),
          sealed: DisposalStatement(
            classes: [DisposalStatement.Class(id: basic, bundles: 1, customers: 1, records: 1)]
          ).object)
      ]
    }
    let theirs = try await scene.open(as: other, on: "theirs")
    await #expect { try await theirs.look(atMove: given.lowerBound) } throws: {
      "\($0)".contains("counts since")
    }
  }

  /// Of a bundle that is in two boxes the one behind is given up; the other one stays where it is as long as that is there.
  @Test func aSecondBundleByTheSameNameIsGivenUp() async throws {
    let scene = try await scene()
    let opened = try await scene.open()
    let subject = try #require(try await opened.customer(numbered: "1001"))
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    let key = try #require(try await opened.unlocked().key(of: subject, in: basic))
    let (bundle, record) = (try Identifier.random(), try Identifier.random())
    try await Forger.enter(
      boxes: ["shown", "hidden"].map { content in
        [
          Forger.Bundle(
            id: bundle, subject: subject, key: key,
            records: [(id: record, subject: Array("1001"), path: "two", content: content)])
        ]
      }, to: opened)
    let live = try await scene.open(toWrite: false).state.liveBoxes().map(\.box.hash)
    let (shown, hidden) = (live[live.count - 2], live[live.count - 1])
    let kept = try await giveUp(scene, [shown])
    #expect(kept.replaced.boxes == 0)
    let outcome = try await giveUp(scene, [hidden])
    #expect(outcome.replaced.boxes == 1 && outcome.new.boxes == 0 && outcome.leftOut.bundles == 0)
    #expect(try await scene.catalog()["basic/1001/two"]?.digest == Digest.sha256(of: Array("shown".utf8)))
    _ = try await scene.open().rotate(sections: ["basic"])
    let moved = try await Mover(in: scene.open(on: "moving"), for: .reseal([])).run { _, _ in }
    #expect(try await scene.open(toWrite: false).state.isLive(shown) && moved.replaced.boxes == 1)
    // The first run removes the older keyring, from which a key could have come back.
    for days: UInt64 in [10, 20] { _ = try await gc(scene, days: days) }
    #expect(
      try await Mover(in: scene.open(on: "moving"), for: .reseal([])).run { _, _ in }.replaced.boxes == 1)
    #expect(try await scene.catalog()["basic/1001/two"]?.digest == Digest.sha256(of: Array("shown".utf8)))
  }
}
