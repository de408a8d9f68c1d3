import Sealing
import Storage
import TestKit
import Testing

@testable import Keyring
@testable import Rules
@testable import Vault

/// Boxes that are sealed anew or put together: nothing is lost by it, and what was replaced goes when it may.
struct MoveTests {
  private static let files = [
    "basic/1001/a": "one", "basic/1002/b": "two", "contracts/1001/c": "three", "contracts/1003/d": "four",
  ]

  private func scene(seals: Int = 1) async throws -> Scene {
    let scene = try await Scene(classes: NewClasses([("basic", 10), ("contracts", 10)]))
    for number in 0..<seals {
      let more =
        seals == 1 ? [:] : ["basic/1001/n\(number)": "seal \(number)", "basic/\(2000 + number)/n": "n"]
      try await scene.seal(scene.source("first", Self.files.merging(more) { one, _ in one }))
    }
    return scene
  }

  @discardableResult
  private func move(
    _ scene: Scene, _ purpose: MovePurpose, as identity: Identity? = nil, store: (any ObjectStore)? = nil
  ) async throws -> Mover.Outcome {
    try await Mover(in: scene.open(as: identity, on: "moving", store: store), for: purpose).run { _, _ in }
  }

  private func gc(_ scene: Scene, as identity: Identity? = nil, days: UInt64) async throws -> Remover.Outcome
  {
    scene.clock.set(RemoverTests.later(days))
    let opened = try await scene.open(as: identity, on: "gc")
    await opened.compareWhereDue()
    await opened.compareMovesWhereDue()
    return try await Remover(from: opened, ignoresLimit: true).run()
  }

  private func names(_ scene: Scene, on machine: String = "reader") async throws -> Set<String> {
    let opened = try await scene.open(on: machine, toWrite: false)
    let catalog = try await opened.catalog()
    #expect(catalog.findings.isEmpty, "\(catalog.findings)")
    let check = try await opened.checkBoxes(opened.boxesHere) { _, _ in }
    #expect(check.findings.isEmpty && check.records == UInt64(catalog.records.count), "\(check.findings)")
    return Set(catalog.byName.keys)
  }

  private func epochs(_ scene: Scene) async throws -> [String] {
    let opened = try await scene.open(toWrite: false)
    let basic = try #require(try opened.unlocked().section(named: "basic"))
    return basic.epochs.map { "\($0.state)\($0.key == nil ? " without a key" : "")" }
  }

  @Test func anEpochComesToItsEnd() async throws {
    let scene = try await scene()
    let before = try await scene.export(to: "before").files
    _ = try await scene.open().rotate(sections: ["basic"])
    #expect(try await scene.open().retireEpochs(of: []).ended.isEmpty)
    let moved = try await move(scene, .reseal([]))
    #expect(
      moved.replaced.boxes == 1 && moved.new.boxes == 1 && moved.bundles == 2 && moved.entries.count == 1)
    #expect(try await move(scene, .reseal([])).wanted.boxes == 0)
    #expect(try await names(scene) == Set(Self.files.keys))
    #expect(try await scene.export(to: "after").files == before)
    // The replaced box is there, and needs the epoch.
    #expect(try await scene.open().retireEpochs(of: []).needed.map(\.need) == [.replaced(1)])
    #expect(try await gc(scene, days: 10).erased > 0)
    #expect(try await scene.open().retireEpochs(of: []).ended == [EpochName(section: "basic", epoch: 1)])
    #expect(try await epochs(scene) == ["retired", "sealing"])
    #expect(
      try await scene.open().destroyEpochs(of: ["basic"]).ended == [EpochName(section: "basic", epoch: 1)])
    #expect(try await epochs(scene) == ["destroyed without a key", "sealing"])
    #expect(try await gc(scene, days: 20).erased > 0)
    #expect(try await names(scene) == Set(Self.files.keys))
    #expect(try await scene.export(to: "end").files == before)
    // What was sealed is known as such, and later versions come behind it.
    let again = try await scene.seal(scene.source("first", ["basic/1001/a": "one and a half"]))
    #expect(again.changed == 1 && again.new == 0)
    #expect(try await scene.catalog()["basic/1001/a"]?.versions == 2)
  }

  @Test func manySmallBoxesBecomeOne() async throws {
    let scene = try await scene(seals: 9)
    let before = try await scene.export(to: "before").files
    let live = try await scene.open(toWrite: false).state.liveBoxes().count
    let moved = try await move(scene, .compact)
    #expect(moved.replaced.boxes == 9 && moved.new.boxes == 1)
    #expect(try await scene.open(toWrite: false).state.liveBoxes().count == live - 8)
    #expect(try await scene.export(to: "after").files == before)
    #expect(try await names(scene, on: "fresh").count == before.count)
    #expect(try await move(scene, .compact).wanted.boxes == 0)
  }

  @Test func anotherCustodianComparesBeforeAnythingFalls() async throws {
    let scene = try await scene()
    let other = try await scene.hire(.custodian)
    _ = try await scene.open().rotate(sections: ["basic"])
    try await move(scene, .reseal([]))
    let boxes = Files.tree(scene.place).count { String(decoding: $0.key, as: UTF8.self).hasPrefix("boxes/") }
    let mine = try await gc(scene, days: 10)
    #expect(mine.uncomparedMoves.count == 1)
    let theirs = try await gc(scene, as: other, days: 10)
    #expect(theirs.uncomparedMoves.isEmpty && theirs.erased > 0)
    #expect(
      boxes > Files.tree(scene.place).count { String(decoding: $0.key, as: UTF8.self).hasPrefix("boxes/") })
    #expect(try await names(scene) == Set(Self.files.keys))
  }

  /// A custodian's key in a thief's hands moves everything into nothing, or into something else.
  @Test func aMoveThatLosesIsntCompared() async throws {
    let scene = try await scene()
    let other = try await scene.hire(.custodian)
    let opened = try await scene.open()
    let state = opened.state
    let box = try #require(state.liveBoxes().first)
    try await opened.commit(as: scene.custodian) { state in
      [
        OpenLedger.Draft(
          .moved(
            BoxMove(
              boxes: [], generation: state.generation?.number ?? 0, reason: .rewritten,
              replaced: [box.box.hash],
              year: box.box.year)))
      ]
    }
    let entry = try await #require(scene.open(toWrite: false).state.moves.keys.first)
    let theirs = try await scene.open(as: other, on: "theirs")
    await theirs.compareMovesWhereDue()
    #expect(theirs.remarks.contains { if case .moveDiffers(entry, _, _) = $0 { true } else { false } })
    let outcome = try await gc(scene, as: other, days: 10)
    #expect(outcome.uncomparedMoves == [entry])
    #expect(Files.exists("\(scene.place)/\(Layout.box(box.box.hash).text)"))
    // Taken back by one, since nobody compared it.
    try await scene.open(as: other).perform(.end(entry, reason: "a thief"))
    #expect(try await names(scene) == Set(Self.files.keys))
  }

  @Test func aMoveIsTakenBack() async throws {
    let scene = try await scene()
    _ = try await scene.open().rotate(sections: ["basic"])
    let moved = try await move(scene, .reseal([]))
    let before = try await names(scene)
    try await scene.open().perform(.end(moved.entries[0], reason: ""))
    #expect(try await names(scene) == before)
    #expect(try await names(scene, on: "fresh") == before)
    // And done again.
    #expect(try await move(scene, .reseal([])).replaced.boxes == 1)
    #expect(try await gc(scene, days: 10).erased > 1)
    #expect(try await names(scene) == before)
  }

  @Test func aDestinationFollows() async throws {
    let scene = try await scene()
    let copy = scene.at("copy")
    try await scene.snapshot(to: copy)
    _ = try await scene.open().rotate(sections: ["basic"])
    try await move(scene, .reseal([]))
    _ = try await gc(scene, days: 10)
    // It has the old box still, and opens as it stands.
    let behind = try await scene.open(copy, on: "reader", toWrite: false)
    #expect(try await Set(behind.catalog().byName.keys) == Set(Self.files.keys))
    _ = try await scene.open().retireEpochs(of: [])
    #expect(try await scene.open().destroyEpochs(of: []).needed.map(\.need).count == 1)
    try await scene.snapshot(to: copy)
    #expect(try await scene.open().destroyEpochs(of: []).ended.count == 1)
    scene.clock.set(RemoverTests.later(30))
    try await scene.snapshot(to: copy)
    let there = try await scene.open(copy, on: "reader", toWrite: false)
    #expect(try await Set(there.catalog().byName.keys) == Set(Self.files.keys))
    let check = try await there.checkBoxes(there.boxesHere) { _, _ in }
    #expect(check.findings.isEmpty && check.records == UInt64(Self.files.count))
    // The catalog goes from one to the other and back.
    #expect(try await names(scene) == Set(Self.files.keys))
  }

  @Test func whatWasErasedForGoodIsLeftOut() async throws {
    let scene = try await scene(seals: 9)
    let opened = try await scene.open()
    let subject = try #require(try await opened.customer(numbered: "1002"))
    _ = try await opened.perform(.erase([subject], classes: [], reason: "asked"))
    // As long as it can be taken back the box with it stays.
    #expect(try await move(scene, .compact).waiting == 1)
    _ = try await gc(scene, days: 10)
    let moved = try await move(scene, .compact)
    #expect(moved.leftOut.erased == 1 || moved.wanted.boxes == 0)
    #expect(try await names(scene).contains("basic/1001/a"))
  }

  /// A catalog that broke off is behind what others moved meanwhile: nothing may be lost by it.
  @Test func aCatalogThatBrokeOffLosesNothing() async throws {
    let scene = try await scene(seals: 9)
    let opened = try await scene.open(on: "broken", toWrite: false)
    let file = try await opened.updatedCatalog(whole: false).0
    // Which forgets how far it is.
    try file.add([
      CatalogFile.Box(
        ordinal: 0, rank: 0, hash: Digest.sha256(of: []), entry: 1, classID: nil, epoch: 0, bundles: [],
        records: [], names: [], ignored: 0)
    ])
    #expect(try file.position() == nil)
    let before = try await names(scene)
    try await move(scene, .compact)
    #expect(try await names(scene, on: "broken") == before)
    _ = try await scene.open().rotate(sections: ["basic"])
    let moved = try await Mover(in: scene.open(on: "broken"), for: .reseal([])).run { _, _ in }
    #expect(moved.new.boxes > 0)
    #expect(try await names(scene, on: "broken") == before)
    #expect(try await names(scene, on: "fresh") == before)
  }

  /// What was replaced is read again by taking a move back, and so has to be there.
  @Test func aMoveIsntTakenBackToWhatIsGone() async throws {
    let scene = try await scene()
    _ = try await scene.open().rotate(sections: ["basic"])
    let old = try await scene.open(toWrite: false).state.liveBoxes().map(\.box.hash)
    let moved = try await move(scene, .reseal([]))
    for hash in old where try await !scene.open(toWrite: false).state.isLive(hash) {
      Files.remove(Array("\(scene.place)/\(Layout.box(hash).text)".utf8))
    }
    await #expect(throws: VaultError.self) {
      try await scene.open().perform(.end(moved.entries[0], reason: ""))
    }
    #expect(try await names(scene) == Set(Self.files.keys))
  }

  /// What one custodian moved another one doesn't move on before they compared it.
  @Test func aMoveIsComparedBeforeTheNext() async throws {
    let scene = try await scene()
    let other = try await scene.hire(.custodian)
    _ = try await scene.open().rotate(sections: ["basic"])
    try await move(scene, .reseal([]))
    _ = try await scene.open().rotate(sections: ["basic"])
    #expect(try await move(scene, .reseal([]), as: other).wanted.boxes == 0)
    let theirs = try await scene.open(as: other, on: "theirs")
    #expect(await theirs.compareMovesWhereDue() == 1)
    #expect(try await move(scene, .reseal([]), as: other).replaced.boxes == 1)
    #expect(await (try scene.open(on: "mine")).compareMovesWhereDue() == 1)
    #expect(try await names(scene) == Set(Self.files.keys))
  }

  /// A copy has what nobody has compared yet, too.
  @Test func aCopyHasWhatWasReplacedUncompared() async throws {
    let scene = try await scene()
    _ = try await scene.hire(.custodian)
    _ = try await scene.open().rotate(sections: ["basic"])
    let old = try await scene.open(toWrite: false).state.liveBoxes().map(\.box.hash)
    try await move(scene, .reseal([]))
    try await scene.snapshot(to: scene.at("copy"))
    for hash in old { #expect(Files.exists("\(scene.at("copy"))/\(Layout.box(hash).text)")) }
  }

  @Test func anEpochThatIsNeededIsntCompared() async throws {
    let scene = try await scene()
    let other = try await scene.hire(.custodian)
    _ = try await scene.open().rotate(sections: ["basic"])
    try await scene.open(as: other, on: "theirs").compareWhereDue()
    let opened = try await scene.open()
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    _ = try await KeyringUpdate(vault: opened, reason: .retired).run(as: scene.custodian, about: "a thief") {
      change in try change.advance(1, of: basic, to: .retired)
    }
    let theirs = try await scene.open(as: other, on: "theirs")
    await theirs.compareWhereDue()
    #expect(theirs.state.uncompared.count == 1)
    #expect(theirs.remarks.contains { if case .keyringDiffers = $0 { true } else { false } })
  }

  /// Who seals may name one bundle in two boxes of an entry. Which of them counts mustn't change by a move that nobody sees.
  @Test func whatCountsStaysWhatCounts() async throws {
    let scene = try await scene()
    let opened = try await scene.open()
    let subject = try #require(try await opened.unlocked().subject(.number, Array("1001")))
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    let key = try #require(try await opened.unlocked().key(of: subject, in: basic))
    let (bundle, record) = (try Identifier.random(), try Identifier.random())
    let boxes = ["shown", "hidden"].map { content in
      [
        Forger.Bundle(
          id: bundle, subject: subject, key: key,
          records: [(id: record, subject: Array("1001"), path: "two", content: content)])
      ]
    }
    try await Forger.enter(boxes: boxes, to: opened)
    _ = try await scene.open().rotate(sections: ["basic"])
    let moved = try await move(scene, .reseal([]))
    #expect(moved.wanted.boxes == 1 && moved.replaced.boxes == 1)
    #expect(moved.findings.count { "\($0.reason)".contains("neither is moved") } == 2, "\(moved.findings)")
    for machine in ["custodian", "fresh"] {
      let catalog = try await scene.open(on: machine, toWrite: false).catalog()
      #expect(catalog.byName["basic/1001/two"]?.digest == Digest.sha256(of: Array("shown".utf8)))
    }
  }

  /// What is hidden for a while could come back, and be read again: its keys stay until the ledger says that it won't.
  @Test func aReplacedBoxThatIsGoneHoldsItsEpoch() async throws {
    let scene = try await scene()
    _ = try await scene.open().rotate(sections: ["basic"])
    let old = try await scene.open(toWrite: false).state.liveBoxes().map(\.box.hash)
    try await move(scene, .reseal([]))
    for hash in old where try await !scene.open(toWrite: false).state.isLive(hash) {
      Files.remove(Array("\(scene.place)/\(Layout.box(hash).text)".utf8))
    }
    #expect(try await scene.open().retireEpochs(of: []).needed.map(\.need) == [.replaced(1)])
    _ = try await gc(scene, days: 10)
    #expect(try await scene.open().retireEpochs(of: []).ended.count == 1)
  }

  /// What can't be read isn't moved, and that is said.
  @Test func aBoxThatCantBeOpenedIsTold() async throws {
    let scene = try await scene()
    _ = try await scene.open().rotate(sections: ["basic"])
    for box in try await scene.open(toWrite: false).state.liveBoxes() {
      Files.remove(Array("\(scene.place)/\(Layout.box(box.box.hash).text)".utf8))
    }
    let moved = try await Mover(in: scene.open(on: "fresh"), for: .reseal([])).run { _, _ in }
    #expect(moved.wanted.boxes == 0 && moved.findings.count == 2)
  }

  @Test func aDamagedBoxStays() async throws {
    let scene = try await scene()
    _ = try await scene.open().rotate(sections: ["basic"])
    for box in try await scene.open(toWrite: false).state.liveBoxes() {
      let path = "\(scene.place)/\(Layout.box(box.box.hash).text)"
      var bytes = try #require(Files.read(path))
      bytes[100] ^= 1
      Files.remove(Array(path.utf8))
      Files.write(bytes, to: Array(path.utf8))
    }
    let moved = try await move(scene, .reseal([]))
    #expect(moved.findings.contains { $0.kind == .damaged } && moved.replaced.boxes == 0)
    #expect(try await scene.open(toWrite: false).state.moves.isEmpty)
  }
}
