import Sealing
import Storage
import StorageFaults
import Synchronization
import TestKit
import Testing

@testable import Rules
@testable import Vault

/// Damaged boxes among those that are moved together.
struct DamagedMoveTests {
  /// Nine small boxes of one class and year, that are put together.
  private func scene() async throws -> Scene {
    let scene = try await Scene(classes: NewClasses([("basic", 10)]))
    for number in 0..<9 {
      try await scene.seal(
        scene.source(["basic/1001/n\(number)": "seal \(number)", "basic/\(2000 + number)/n": "n"]))
    }
    return scene
  }

  private func move(
    _ scene: Scene, _ purpose: MovePurpose, store: (any ObjectStore)? = nil
  ) async throws -> Mover.Outcome {
    try await Mover(in: scene.open(on: "moving", store: store), for: purpose).run { _, _ in }
  }

  /// Flips a bit of a body.
  private func damage(_ box: KnownBox, in scene: Scene) throws {
    let path = "\(scene.place)/\(Layout.box(box.box.hash).text)"
    var bytes = try #require(Files.read(path))
    bytes[100] ^= 1
    Files.remove(Array(path.utf8))
    Files.write(bytes, to: Array(path.utf8))
  }

  private func boxes(_ scene: Scene) async throws -> [KnownBox] {
    Array(try await scene.open(toWrite: false).state.liveBoxes())
  }

  /// Each damaged box is named, and the others of its group are moved without it; by the next run, too.
  @Test(arguments: [[4], [1, 4, 8], [0]]) func aDamagedBoxKeepsNoOtherOne(_ which: [Int]) async throws {
    let scene = try await scene()
    let boxes = try await self.boxes(scene)
    #expect(boxes.count == 9)
    let before = try await scene.catalog().keys
    for number in which { try damage(boxes[number], in: scene) }
    let wanted = Set(which.map { Layout.box(boxes[$0].box.hash).text })
    let moved = try await move(scene, .compact)
    #expect(Set(moved.findings.map(\.object)) == wanted && moved.findings.count == which.count)
    #expect(moved.findings.allSatisfy { $0.kind == .damaged }, "\(moved.findings)")
    #expect(moved.replaced.boxes == UInt64(9 - which.count) && moved.new.boxes == 1)
    #expect(try await scene.catalog().keys == before)
  }

  /// One that the disk doesn't give is such a box, too.
  @Test func anUnreadableBoxKeepsNoOtherOne() async throws {
    let scene = try await scene()
    let bad = Layout.box(try await boxes(scene)[3].box.hash)
    // Its index can be read, and its bundles can't: what is in it the catalog knows.
    _ = try await scene.open(on: "moving", toWrite: false).catalog()
    let reads = Mutex(0)
    let store = FaultyStore(try await Machine.folders(.folder(scene.place), false)) { operation, _ in
      guard operation.kind == .read, operation.name == bad else { return nil }
      return reads.withLock {
        $0 += 1; return $0
      } > 2 ? .failBefore(StorageError(.io, "read", bad.text)) : nil
    }
    let moved = try await move(scene, .compact, store: store)
    #expect(moved.findings.map(\.object) == [bad.text], "\(moved.findings)")
    #expect(moved.replaced.boxes == 8 && moved.new.boxes == 1)
  }

  /// What is left of a group where most of it is damaged isn't put in its own place night after night.
  @Test func oneSoundBoxAmongDamagedOnesIsLeft() async throws {
    let scene = try await scene()
    for box in try await boxes(scene).dropLast() { try damage(box, in: scene) }
    let moved = try await move(scene, .compact)
    #expect(moved.findings.count == 8 && moved.replaced.boxes == 0 && moved.entries.isEmpty)
    // Under a newer epoch it is worth it.
    _ = try await scene.open().rotate(sections: ["basic"])
    let resealed = try await move(scene, .reseal([]))
    #expect(resealed.findings.count == 8 && resealed.replaced.boxes == 1, "\(resealed)")
  }
}
