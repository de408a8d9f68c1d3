@testable import Rules
import Sealing
import Storage
import StorageFaults
import TestKit
import Testing

@testable import Backup
@testable import Vault

/// One object that can't be read, replaced or had keeps no other from being repaired; and what was erased stays so.
@Suite struct StuckRepairTests {
  private func places() async throws -> Story {
    let story = try await Story.furnished()
    _ = try await story.open().rotate(sections: ["contracts"])
    try await story.snapshot()
    return story
  }

  /// Verifies the vault, and repairs it from the destination, with faults at the vault.
  private func repair(_ story: Story, _ plan: @escaping FaultyStore.Plan) async throws -> Repairer.Outcome {
    let faulty = FaultyStore(try FolderStore(path: story.vault, create: false))
    faulty.reset(plan: plan)
    let vault = story.vault
    story.scene.setGate { _, location, store in location == vault ? faulty : store }
    defer { story.scene.setGate(nil) }
    let opened = try await story.look(story.vault)
    let found = try await Verifier(of: opened, level: .hash).run { _ in }
    return try await Repairer(of: opened, from: [ObjectSource(try await story.look(story.destination))])
      .run(found.findings) { _ in }
  }

  @Test("What can't be replaced keeps nothing else from being mended, and is kept aside once")
  func stuck() async throws {
    let story = try await places()
    let vandal = Vandal(place: story.vault)
    let boxes = try vandal.names("boxes")
    for box in boxes { try vandal.flip(box) }
    let pages = try Vandal(place: story.destination).names("keyring")
    for page in pages.prefix(2) { try vandal.flip("second/" + page) }
    let stuck: Set = [boxes[0], "second/" + pages[0]]
    for turn in 0..<2 {
      let outcome = try await repair(story) { operation, _ in
        guard operation.kind == .erase, let name = operation.name?.text, stuck.contains(name) else {
          return nil
        }
        return .failBefore(StorageError(.denied, "erase", name))
      }
      #expect(outcome.boxCount == (turn == 0 ? 2 : 0) && outcome.files == (turn == 0 ? 1 : 0))
      #expect(Set(outcome.findings.map(\.object)) == stuck, "\(outcome.findings)")
      #expect(try vandal.names("aside").count == boxes.count + 2)
    }
    #expect(Set(try await story.verify(story.vault).findings.map(\.object)) == stuck)
    #expect(try await repair(story) { _, _ in nil }.boxCount == 1)
    #expect(try await story.verify(story.vault).isWhole)
  }

  @Test("What the device can't read any more is written anew, and the rest too")
  func unreadable() async throws {
    let story = try await places()
    let vandal = Vandal(place: story.vault)
    let before = Files.tree(story.vault).mapValues(\.digest)
    let boxes = try vandal.names("boxes")
    try vandal.remove(boxes[1])
    let page = try #require(try Vandal(place: story.destination).names("keyring").first)
    let bad: Set = [boxes[0], page]
    let outcome = try await repair(story) { operation, _ in
      guard [.read, .get].contains(operation.kind), let name = operation.name?.text, bad.contains(name) else {
        return nil
      }
      return .failBefore(StorageError(.io, "read", name))
    }
    #expect(outcome.boxCount == 2 && outcome.files == 1, "\(outcome.findings)")
    #expect(Files.tree(story.vault).mapValues(\.digest) == before)
  }

  @Test("A snapshot states a box as missing that can't be replaced at its destination, and goes on")
  func snapshot() async throws {
    let story = try await places()
    let box = try #require(try Vandal(place: story.destination).names("boxes").first)
    try Vandal(place: story.destination).truncate(box)
    story.saboteur.strike { operation, _ in
      guard operation.kind == .erase, operation.name?.text == box else { return nil }
      return .failBefore(StorageError(.denied, "erase", box))
    }
    let outcome = try await story.snapshot()
    #expect(outcome.missing.map { Layout.box($0).text } == [box])
    #expect(outcome.findings.contains { $0.object == box }, "\(outcome.findings)")
    story.saboteur.rest()
    #expect(try await story.snapshot().missing.isEmpty)
    #expect(try await story.verify(story.destination).isWhole)
  }

  @Test("A file of the keyring that was erased since it was verified doesn't come back")
  func erasedSince() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    _ = try await story.open().rotate(sections: ["contracts"])
    let stale = try await story.look(story.vault)
    let old = try #require(stale.state.superseded.last)
    story.pass(days: 30)
    let erased = try await Remover(from: story.open(), ignoresLimit: true).run()
    #expect(erased.erased > 0 && erased.findings.isEmpty, "\(erased.findings)")
    let name = Layout.keyringFile(old.file)
    let gone = try Vandal(place: story.vault).names("keyring")
    #expect(!gone.contains(name.text))
    let findings = [Finding(.damaged, name.text, .otherThanName)]
    let source = ObjectSource(try await story.look(story.destination))
    let outcome = try await Repairer(of: stale, from: [source]).run(findings) { _ in }
    #expect(outcome.files == 0)
    #expect(try Vandal(place: story.vault).names("keyring") == gone)
  }

  @Test("Where the keyring's newest file is gone, its pages come back with it")
  func wholeKeyring() async throws {
    let story = try await places()
    let vandal = Vandal(place: story.vault)
    let copied = try Vandal(place: story.destination).names("keyring")
    for name in try vandal.names("keyring") + vandal.names("second/keyring") { try vandal.remove(name) }
    let outcome = try await repair(story) { _, _ in nil }
    #expect(outcome.files == 2 * UInt64(copied.count))
    #expect(try await story.verify(story.vault, level: .open).isWhole)
  }
}
