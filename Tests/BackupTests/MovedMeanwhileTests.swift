import Sealing
import Storage
import StorageFaults
import Synchronization
import TestKit
import Testing

@testable import Backup
@testable import Rules
@testable import Vault

/// Boxes are moved while a snapshot is taken: it begins again from there, and what was copied is kept.
@Suite struct MovedMeanwhileTests {
  private static let classes = (0..<7).map { "class\($0)" }

  /// A vault with a box of each class under an older epoch, and what strikes at the destination and at the vault as
  /// the machine sees it that takes the snapshot.
  private final class Scenery: Sendable {
    let scene: Scene
    let destination = Saboteur()
    let vault = Saboteur()
    var copy: String { scene.at("copy") }

    init() async throws {
      let scene = try await Scene(classes: NewClasses(MovedMeanwhileTests.classes.map { ($0, 10) }))
      self.scene = scene
      try await scene.seal(
        scene.source(
          Dictionary(uniqueKeysWithValues: MovedMeanwhileTests.classes.map { ("\($0)/1001/a", $0) })))
      _ = try await scene.open().rotate(sections: MovedMeanwhileTests.classes)
      let (copy, place) = (scene.at("copy"), scene.place)
      scene.setGate { [destination, vault] machine, location, store in
        guard machine == "taker" else { return store }
        return location == copy ? destination.wrap(store) : location == place ? vault.wrap(store) : store
      }
    }

    func snapshot() async throws -> SnapshotTaker.Outcome {
      try await SnapshotTaker(of: scene.open(on: "taker"), to: .folder(copy), begins: true).run { _ in }
    }

    /// Another custodian reseals one class.
    func reseal(_ number: Int) async throws -> Mover.Outcome {
      let opened = try await scene.open(on: "mover")
      let id = try #require(try opened.unlocked().section(named: MovedMeanwhileTests.classes[number])).id
      return try await Mover(in: opened, for: .reseal([id])).run { _, _ in }
    }
  }

  @Test("it goes on for as long as it comes further, copies each box once, and says once where it copies to")
  func goesOn() async throws {
    let scenery = try await Scenery()
    let scene = scenery.scene
    let old = Set(try await scene.open(toWrite: false).state.liveBoxes().map { Layout.box($0.box.hash) })
    let moves = Mutex(0)
    let puts = Mutex<[ObjectName]>([])
    scenery.destination.before { operation in
      guard operation.kind == .spoolPut, let name = operation.name else { return }
      // Once in each attempt: what the move before brought is copied.
      let next = moves.withLock { (moves) -> Int? in
        guard moves < Self.classes.count, moves == 0 || !old.contains(name) else { return nil }
        defer { moves += 1 }
        return moves
      }
      puts.withLock { $0.append(name) }
      guard let next else { return }
      do { #expect(try await scenery.reseal(next).replaced.boxes == 1) } catch { Issue.record(error) }
    }
    let taken = try await scenery.snapshot()
    scenery.destination.before(nil)
    #expect(moves.withLock { $0 } == 7 && taken.missing.isEmpty && taken.findings.isEmpty)
    let put = puts.withLock { $0 }
    #expect(put.count == 14 && Set(put).count == 14 && taken.copied == 14 && taken.kept == 0)
    let state = try await scene.open(toWrite: false).state
    #expect(state.notCounted.isEmpty && state.places[taken.place]?.copyings.count == 1)
    #expect(state.moved <= taken.size)
    let there = try await scene.open(scenery.copy, on: "reader", toWrite: false)
    #expect(there.state.newestSnapshot(of: taken.place)?.number == taken.number)
    #expect(try await there.catalog().findings.isEmpty)
    let verified = try await Verifier(of: there, level: .hash, scratch: scene.scratch.path).run { _ in }
    #expect(verified.isWhole)
  }

  /// Takes a snapshot, and comes each time before the commit that would be it: the one behind where it says what it copies.
  private func told(
    _ scenery: Scenery, before change: @escaping @Sendable () async throws -> Void
  ) async throws -> VaultError {
    scenery.vault.before { operation in
      guard operation.kind == .put, operation.name.flatMap(Layout.commitNumber) != nil else { return }
      do {
        let state = try await scenery.scene.open(toWrite: false, unlocked: false).state
        let said = state.places.values.compactMap { $0.copyings.last?.content.generation }.max()
        if said == state.generation?.number { try await change() }
      } catch { Issue.record(error) }
    }
    defer { scenery.vault.before(nil) }
    return try await #require(throws: VaultError.self) { try await scenery.snapshot() }
  }

  @Test("where it comes no further it gives up, and says that boxes were moved and what to do")
  func movedInVain() async throws {
    let scenery = try await Scenery()
    let scene = scenery.scene
    let moved = try #require(try await scenery.reseal(0).entries.first)
    let last = Mutex(moved)
    let told = try await told(scenery) {
      // Taken back and done again: there is no box to copy that isn't there.
      let opened = try await scene.open(on: "mover")
      let entry = last.withLock { $0 }
      if let move = opened.state.moves[entry], move.ended == nil {
        _ = try await opened.perform(.end(entry, reason: ""))
        return
      }
      let box = try #require(opened.state.liveBoxes().first)
      try await opened.commit(as: scene.custodian) { state in
        [
          OpenLedger.Draft(
            .moved(
              BoxMove(
                boxes: [], generation: state.generation?.number ?? 0, reason: .rewritten,
                replaced: [box.box.hash], year: box.box.year)))
        ]
      }
      last.withLock { $0 = opened.state.size - 1 }
    }
    #expect(told.code == .busy && told.hint == .letMovingEnd)
    #expect(told.what.hasPrefix("boxes were moved ") && !told.what.contains("keyring"), "\(told)")
    #expect(try await scene.open(toWrite: false).state.notCounted.isEmpty)
    // Later it goes on.
    #expect(try await scenery.snapshot().kept > 0)
  }

  @Test("where keys change again and again it says that")
  func rotatedInVain() async throws {
    let scenery = try await Scenery()
    let told = try await told(scenery) {
      _ = try await scenery.scene.open(on: "mover").rotate(sections: ["class1"])
    }
    #expect(told.code == .busy && told.hint != .letMovingEnd)
    #expect(told.what.hasPrefix("the keyring was changed ") && !told.what.contains("moved"), "\(told)")
  }

  @Test("it is bounded though it comes further each time")
  func bounded() throws {
    var tries = SnapshotTries()
    for _ in 1..<SnapshotTries.most {
      try tries.note(SnapshotTries.Changes(boxes: true), copied: true)
    }
    let error = #expect(throws: VaultError.self) {
      try tries.note(SnapshotTries.Changes(keyring: true, boxes: true), copied: true)
    }
    #expect(
      error?.what
        == "boxes were moved 64 times, and the keyring was changed once while the snapshot was taken")
  }
}
