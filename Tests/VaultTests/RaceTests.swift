import Keyring
import Sealing
import StorageFaults
import Synchronization
import TestKit
import Testing

@testable import Vault

/// Two who work on one vault at the same time: the other one does all of theirs between any two operations of the
/// first.
struct RaceTests {
  private func template() async throws -> Scene {
    let scene = try await Scene(classes: NewClasses([("basic", 10), ("contracts", 10)]))
    try await scene.seal(scene.source("first", ["basic/1001/old": "old", "basic/1002/old": "old too"]))
    return scene
  }

  private static func sealing(_ files: [String: String], from name: String)
    -> @Sendable (Scene, FaultyStore?) async throws -> Void
  {
    { scene, store in
      // Who seals the same folder finds it there: written again, it would change under the first one's reading.
      let source = Files.exists(scene.at(name)) ? scene.at(name) : scene.source(name, files)
      let opened = try await scene.open(on: name, store: store)
      let summary = try await opened.seal([source], layout: .default, workers: 1)
      #expect(summary.leftOut.isEmpty)
    }
  }

  private static func ready(_ scene: Scene, losing: Bool = false) async throws -> (
    opened: OpenPlace, rows: [SealedRow]
  ) {
    let opened = try await scene.open(on: "reader", toWrite: false)
    #expect(opened.state.notCounted.isEmpty)
    return (opened, try await opened.sealedRows(losing: losing))
  }

  @Test func twoWhoSealNewCustomersGiveEachOneId() async throws {
    let one = ["basic/1001/a": "a", "basic/7/a": "a", "contracts/7/a": "a", "basic/common/a": "a"]
    let two = ["basic/1002/b": "b", "basic/7/b": "b", "contracts/8/b": "b", "contracts/common/b": "b"]
    let (first, other) = (Self.sealing(one, from: "one"), Self.sealing(two, from: "two"))
    try await atEveryPoint(
      of: try await template(), first: first, other: { try await other($0, nil) },
      check: { scene, point in
        let (opened, rows) = try await Self.ready(scene)
        #expect(rows.count == 10, "point \(point)")
        let subjects = Dictionary(grouping: rows, by: { $0.name.split(separator: "/")[0] }).mapValues {
          Set($0.map(\.subject))
        }
        #expect(
          subjects.count == 5 && subjects.values.allSatisfy { $0.count == 1 }, "point \(point): \(subjects)")
        // The rest of the road out, now and then: it takes its time.
        guard point % 12 == 1 else { return }
        #expect(try await opened.catalog().records.count == 10)
      })
  }

  @Test func twoWhoSealTheSameFilesGiveEachRecordOneId() async throws {
    let files = ["basic/1001/new": "same", "contracts/7/new": "same"]
    let seal = Self.sealing(files, from: "same")
    try await atEveryPoint(
      of: try await template(), first: seal, other: { try await seal($0, nil) },
      check: { scene, point in
        let (opened, rows) = try await Self.ready(scene)
        let new = rows.filter { $0.name.hasSuffix("/new") }
        #expect(Set(new.map(\.id)).count == 2 && Set(new.map(\.subject)).count == 2, "point \(point)")
        #expect((2...4).contains(new.count))
        guard point % 12 == 1 else { return }
        #expect(try await opened.catalog().records.count == 4)
        try await seal(scene, nil)
        #expect(try await scene.open(toWrite: false).state.size == opened.state.size)
      })
  }

  /// How many epochs of a section an entry may know: those that `keyring` entries before it began.
  private static func checkEpochs(_ opened: OpenPlace, _ rows: [SealedRow], point: Int) throws {
    let section = try #require(try opened.unlocked().section(named: "basic"))
    let rotations = opened.state.generations.filter { $0.change.reason == .rotated }
    for row in rows where row.classID == section.id {
      let before = rotations.filter { $0.entry < row.entry }.count
      #expect(
        row.epoch == UInt32(before + 1), "point \(point): \(row.name) is sealed with epoch \(row.epoch)")
    }
  }

  @Test func sealingMeetsARotation() async throws {
    let seal = Self.sealing(["basic/1001/new": "n", "basic/7/new": "n", "contracts/7/new": "n"], from: "one")
    try await atEveryPoint(
      of: try await template(), first: seal,
      other: { _ = try await $0.open(on: "two").rotate(sections: ["basic", "directory", "journal"]) },
      check: { scene, point in
        let (opened, rows) = try await Self.ready(scene)
        #expect(rows.count == 5 && opened.state.generation?.number == 2, "point \(point)")
        try Self.checkEpochs(opened, rows, point: point)
      })
  }

  @Test func aRotationMeetsSealing() async throws {
    let seal = Self.sealing(["basic/1001/new": "n", "basic/7/new": "n", "contracts/7/new": "n"], from: "two")
    try await atEveryPoint(
      of: try await template(),
      first: { scene, store in _ = try await scene.open(on: "one", store: store).rotate(sections: ["basic"])
      },
      other: { try await seal($0, nil) },
      check: { scene, point in
        let (opened, rows) = try await Self.ready(scene)
        #expect(rows.count == 5 && opened.state.generation?.number == 2, "point \(point)")
        try Self.checkEpochs(opened, rows, point: point)
      })
  }

  /// What must hold after customer 1001 was dropped in `basic` while others sealed.
  private static func checkDrop(
    _ scene: Scene, point: Int, old: (id: Identifier?, keys: [String: [UInt8]]),
    kept: (id: Identifier?, keys: [String: [UInt8]])
  ) async throws {
    let (opened, rows) = try await Self.ready(scene, losing: true)
    let drop = try #require(opened.state.generations.first { $0.change.reason == .dropped })
    let names = Set(rows.map(\.name))
    // Who was not dropped has what they had, under the keys that they had.
    let now = try await opened.keys(of: "1002")
    #expect(now.id == kept.id && now.keys["basic"] == kept.keys["basic"], "point \(point)")
    #expect(names.isSuperset(of: ["1002/old", "1002/new", "7/new"]), "point \(point): \(names)")
    // Who was dropped is gone with all that was sealed until then, and nothing brings it back.
    #expect(!names.contains("1001/old"))
    let id = try #require(old.id)
    #expect(try await opened.keys(of: id)["basic"] == nil, "point \(point)")
    let again = try await opened.keys(of: "1001")
    #expect(again.id != id && again.keys["basic"] != old.keys["basic"], "point \(point)")
    // What is sealed of them afterwards is there: it lies under a new id and key.
    let sealedAfter = opened.state.boxes.contains { $0.entry > drop.entry }
    #expect(names.contains("1001/new") == sealedAfter, "point \(point)")
    #expect(rows.filter { $0.name == "1001/new" }.allSatisfy { $0.subject == again.id })
    guard point % 12 == 1 else { return }
    // Sealing again brings what was sealed before the drop under the new id too.
    let all = Self.sealing(
      ["basic/1001/new": "n", "basic/1002/new": "n", "contracts/7/new": "n"], from: "one")
    try await all(scene, nil)
    #expect(try await scene.catalog(losing: true).keys.contains("basic/1001/new"))
  }

  @Test func sealingMeetsADrop() async throws {
    let template = try await template()
    let before = try await template.open(toWrite: false)
    let (old, kept) = (try await before.keys(of: "1001"), try await before.keys(of: "1002"))
    let seal = Self.sealing(
      ["basic/1001/new": "n", "basic/1002/new": "n", "contracts/7/new": "n"], from: "one")
    try await atEveryPoint(
      of: template, first: seal, other: { try await $0.open(on: "two").dropSubject("1001", in: "basic") },
      check: { try await Self.checkDrop($0, point: $1, old: old, kept: kept) })
  }

  @Test func aDropMeetsSealing() async throws {
    let template = try await template()
    let before = try await template.open(toWrite: false)
    let (old, kept) = (try await before.keys(of: "1001"), try await before.keys(of: "1002"))
    let seal = Self.sealing(
      ["basic/1001/new": "n", "basic/1002/new": "n", "contracts/7/new": "n"], from: "one")
    try await atEveryPoint(
      of: template,
      first: { scene, store in try await scene.open(on: "two", store: store).dropSubject("1001", in: "basic")
      },
      other: { try await seal($0, nil) },
      check: { try await Self.checkDrop($0, point: $1, old: old, kept: kept) })
  }

  /// What the ledger names is there, whole, at every moment: whoever copies it then has all they need.
  @Test func aReaderAtAnyMomentFindsAllThatTheLedgerNames() async throws {
    let scene = try await template()
    let store = try scene.faulty()
    let look: @Sendable (Operation) async -> Void = { operation in
      do {
        let (opened, rows) = try await Self.ready(scene)
        let keys = try await opened.keys(of: "1002")
        #expect(rows.count >= 2 && keys.keys["basic"] != nil)
        let generation = try opened.unlocked().opened.generation
        let pages = generation.pages.map(\.digest) + opened.state.pendingPages.map(\.page.hash)
        for digest in pages + [generation.digest] {
          let bytes = try await opened.place.store.get(Layout.keyringFile(digest), limit: 1 << 20)
          #expect(bytes.map { Digest.sha256(of: $0) } == digest)
        }
      } catch {
        Issue.record("before \(operation): \(error)")
      }
    }
    store.setBefore(look)
    let opened = try await scene.open(on: "writer", store: store)
    _ = try await opened.seal(
      [scene.source(["basic/1001/new": "n", "contracts/7/new": "n"])], layout: .default)
    _ = try await opened.rotate(sections: ["basic", "directory"])
    let public_ = try IdentityFile.Public(of: Identity.generate())
    _ = try await opened.grant(public_, role: .clerk, classes: ["basic"], label: "x")
    #expect(store.count > 100)
  }

  /// More than one commit of a run, and a rotation between them: what is committed stays, the rest is sealed anew.
  @Test func aRotationBetweenTwoCommitsOfARunSealsOnlyTheRestAgain() async throws {
    let names = (10..<28).map { "class\($0)" }
    let scene = try await Scene(classes: NewClasses(names.map { ($0, 10) }))
    let files = Dictionary(uniqueKeysWithValues: names.map { ("\($0)/1001/a", "of \($0)") })
    let source = scene.source(files)
    let store = try scene.faulty()
    store.setBefore { operation in
      // The first commit names boxes; the rotation comes in before it and again before the second.
      guard operation.kind == .put, let name = operation.name, Layout.commitNumber(of: name) != nil else {
        return
      }
      let before = (try? await scene.open(on: "two", toWrite: false).state)
      guard let before, before.generations.count <= 2,
        before.boxes.count == (before.generations.count == 1 ? 0 : 16)
      else { return }
      guard before.pendingPages.count > 0 || before.generations.count == 2 else { return }
      do { _ = try await scene.open(on: "two").rotate(sections: names) } catch { Issue.record("\(error)") }
    }
    let opened = try await scene.open(on: "one", store: store)
    let summary = try await opened.seal([source], layout: .default)
    #expect(opened.state.generations.count == 3)
    let (reader, rows) = try await Self.ready(scene)
    #expect(rows.count == names.count, "\(rows.count)")
    #expect(summary.new == UInt64(names.count) && summary.unchanged == 0 && summary.changed == 0)
    #expect(summary.boxes == UInt64(reader.state.boxes.count))
    for row in rows {
      let rotations = reader.state.generations.filter { $0.change.reason == .rotated && $0.entry < row.entry }
        .count
      #expect(row.epoch == UInt32(rotations + 1), "\(row.name)")
    }
  }

  /// A rotation before the first commit that concerns only classes of the second one.
  @Test func aRotationOfWhatIsCommittedLaterIsMetThere() async throws {
    let names = (10..<28).map { "class\($0)" }
    let scene = try await Scene(classes: NewClasses(names.map { ($0, 10) }))
    // Workers take the largest class first, so the last two come last.
    for (number, name) in names.enumerated() {
      Files.write(pattern(2000 - 100 * number), to: Array(scene.scratch.at("source/\(name)/1001/a")))
    }
    let store = try scene.faulty()
    let isRotated = Mutex(false)
    store.setBefore { operation in
      guard operation.kind == .put, let name = operation.name, Layout.commitNumber(of: name) != nil else {
        return
      }
      guard let state = try? await scene.open(on: "two", toWrite: false).state, state.pendingPages.count > 0,
        !isRotated.withLock({ was in
          defer { was = true }; return was
        })
      else { return }
      do { _ = try await scene.open(on: "two").rotate(sections: names.suffix(2)) } catch {
        Issue.record("\(error)")
      }
    }
    let opened = try await scene.open(on: "one", store: store)
    let summary = try await opened.seal([scene.scratch.at("source")], layout: .default, workers: 1)
    #expect(summary.new == UInt64(names.count) && summary.boxes == UInt64(names.count))
    let (_, rows) = try await Self.ready(scene)
    #expect(rows.count == names.count && rows.filter { $0.epoch == 2 }.count == 2, "\(rows.map(\.epoch))")
  }
}
