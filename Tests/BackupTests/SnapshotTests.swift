import Foundation
import Sealing
import Storage
import StorageFaults
import Synchronization
import TestKit
import Testing

@testable import Backup
@testable import Vault

@Suite struct SnapshotTests {
  @Test("An operator without keys copies; the vault burns; what comes back is what was sealed")
  func wholeStory() async throws {
    let story = try await Story.furnished()
    let taken = try await story.snapshot()
    #expect(taken.isNew && taken.missing.isEmpty && taken.findings.isEmpty)
    #expect(taken.copied == UInt64(try Vandal(place: story.vault).names("boxes").count))
    let original = Files.tree(story.source)
    try FileManager.default.removeItem(atPath: story.vault)
    try FileManager.default.removeItem(atPath: story.at("machines/custodian"))
    // A machine that never saw the vault, with nothing but the vault card and a custodian's identity.
    let restored = try await story.restore(to: story.at("again"), memory: "elsewhere")
    #expect(restored.missing.isEmpty && restored.findings.isEmpty && restored.behind == 0)
    #expect(restored.snapshot == taken.number && !restored.unfinished)
    #expect(try await story.exported(story.at("again"), memory: "elsewhere") == original)
    let verified = try await story.verify(story.at("again"), level: .restore, memory: "elsewhere")
    #expect(verified.isWhole && verified.strays.isEmpty)
    #expect(verified.records == UInt64(original.count) && verified.expected == verified.records)
    #expect(
      Files.tree(story.root).keys.allSatisfy {
        !String(decoding: $0, as: UTF8.self).contains("strongroom-scratch")
      })
  }

  @Test("The second snapshot copies what is new, and nothing else")
  func onlyNew() async throws {
    let story = try await Story.furnished()
    let first = try await story.snapshot()
    try story.write("communications/1001/letter.txt", Array("Dear Ada".utf8))
    try await story.seal()
    let second = try await story.snapshot()
    #expect(!second.isNew && second.place == first.place)
    #expect(second.copied == 1 && second.kept == first.copied)
    let third = try await story.snapshot()
    #expect(third.copied == 0 && third.kept == second.copied + second.kept)
    let listed = Snapshots.list(at: try await story.look(story.destination))
    #expect(listed.map(\.number) == [first.number, second.number, third.number])
    #expect(listed.map(\.isNewest) == [false, false, true])
    #expect(listed.map(\.boxes) == [Int(first.copied), Int(first.copied) + 1, Int(first.copied) + 1])
    let verified = try await story.verify(story.destination, level: .restore)
    #expect(verified.isWhole && verified.strays.isEmpty)
    #expect(try await story.exported(story.destination) == Files.tree(story.source))
  }

  @Test("The destination ends with the snapshot and the verified that follows it")
  func stand() async throws {
    let story = try await Story.furnished()
    let taken = try await story.snapshot()
    let there = try await story.look(story.destination)
    #expect(there.state.size == taken.number + 2)
    let listing = try #require(there.state.places[taken.place]?.verifications.last)
    #expect(listing.number == taken.number + 1 && listing.content.level == .list)
    #expect(listing.content.boxes == [0...(taken.copied - 1)] && listing.content.missing.isEmpty)
  }

  @Test(
    "A destination that lacks the second copy of the last commit is told, and mended by the next snapshot")
  func oneCopyOnly() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    let size = try await story.look().state.size
    // Behind what it has by then come the registration and the snapshot itself, and what was verified after it.
    let last = Layout.commit(size + 2)
    let second = try #require(MirroredStore.second(of: last))
    story.saboteur.strike { operation, _ in
      operation.kind == .put && operation.name == second ? .diskFull : nil
    }
    let taken = try await story.snapshot()
    story.saboteur.rest()
    #expect(taken.findings.map(\.object) == [second.text] && taken.findings.map(\.kind) == [.missing])
    #expect(try await story.verify(story.destination).findings.map(\.object) == [second.text])
    #expect(try await story.snapshot().findings.isEmpty)
    #expect(try await story.verify(story.destination).isWhole)
  }

  @Test("Who has no role for it takes no snapshot, and nothing is written")
  func rights() async throws {
    let story = try await Story()
    let clerk = try Identity.generate()
    _ = try await story.open().grant(
      try IdentityFile.Public(of: clerk), role: .clerk, classes: ["basic"],
      label: "c")
    let before = try await story.look().state.size
    await #expect(throws: VaultError(.refused, "")) { try await story.snapshot(as: clerk) }
    #expect(!FileManager.default.fileExists(atPath: story.destination))
    #expect(try await story.look().state.size == before)
  }

  @Test("A folder with other things in it, the vault itself and another vault's place are refused")
  func wrongFolders() async throws {
    let story = try await Story.furnished()
    let before = try await story.look().state.size
    await #expect(throws: VaultError(.exists, "")) { try await story.snapshot(to: story.source) }
    await #expect(throws: VaultError(.refused, "")) { try await story.snapshot(to: story.vault) }
    await #expect(throws: VaultError(.refused, "")) { try await story.snapshot(to: story.vault + "/inside") }
    let other = try await Story()
    try await other.snapshot()
    await #expect(throws: VaultError(.refused, "")) { try await story.snapshot(to: other.destination) }
    #expect(try await story.look().state.size == before)
  }

  @Test("A box that the vault lost is named and stated, and doesn't stop the snapshot")
  func missingBox() async throws {
    let story = try await Story.furnished()
    let boxes = try Vandal(place: story.vault).names("boxes")
    try Vandal(place: story.vault).remove(boxes[0])
    try Vandal(place: story.vault).flip(boxes[1])
    let taken = try await story.snapshot()
    #expect(Set(taken.missing.map { Layout.box($0).text }) == Set(boxes[..<2]))
    #expect(taken.copied == UInt64(boxes.count - 2))
    #expect(taken.findings.map(\.kind.rawValue).sorted() == ["damaged", "missing"])
    // The destination need not hold what its snapshot states as missing, and nobody takes it for whole.
    let verified = try await story.verify(story.destination)
    #expect(verified.findings.map(\.object).sorted() == boxes[..<2].sorted())
    #expect(verified.findings.allSatisfy { $0.kind == .missing } && verified.covered.missing.isEmpty)
    let restored = try await story.restore(to: story.at("again"))
    #expect(Set(restored.missing) == Set(taken.missing))
  }

  @Test("A box that was damaged at the destination by its size is copied again, the damaged one kept aside")
  func healsSize() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    let vandal = Vandal(place: story.destination)
    let box = try vandal.names("boxes")[0]
    try vandal.truncate(box)
    let taken = try await story.snapshot()
    #expect(taken.copied == 1 && taken.findings.isEmpty)
    let verified = try await story.verify(story.destination)
    #expect(verified.isWhole)
    #expect(verified.strays.count == 1 && verified.strays[0].hasPrefix("aside/\(box)."))
  }

  @Test("Where a key rotates while it is copied, the snapshot is taken of the new generation")
  func race() async throws {
    let story = try await Story.furnished()
    let rotated = Mutex((count: 0, file: ObjectName?.none))
    story.saboteur.before { operation in
      // Once while boxes are copied, and once more when the generation that this made is.
      let isNow = rotated.withLock { rotated in
        guard
          (rotated.count == 0 && operation.kind == .spoolPut)
            || (rotated.count == 1 && operation.kind == .put && operation.name == rotated.file)
        else { return false }
        rotated.count += 1
        return true
      }
      guard isNow else { return }
      do {
        _ = try await story.open().rotate(sections: ["basic"])
        let file = try #require(try await story.look().state.generation?.file)
        rotated.withLock { $0.file = Layout.keyringFile(file) }
      } catch { Issue.record(error) }
    }
    let taken = try await story.snapshot()
    story.saboteur.before(nil)
    #expect(rotated.withLock { $0.count } == 2)
    let state = try await story.look().state
    #expect(state.notCounted.isEmpty)
    #expect(taken.generation == state.generation?.number)
    #expect(state.places[taken.place]?.copyings.count == 3)
    #expect(try await story.verify(story.destination, level: .restore).isWhole)
  }

  @Test("Pages that others add while it is copied get there too")
  func addedMeanwhile() async throws {
    let story = try await Story.furnished()
    let done = Mutex(false)
    story.saboteur.before { operation in
      guard operation.kind == .put, operation.name?.isUnder("keyring") == true else { return }
      guard
        !done.withLock({ done in
          defer { done = true }; return done
        })
      else { return }
      do {
        try story.write("basic/4711/late.txt", Array("late".utf8))
        try await story.seal()
      } catch { Issue.record(error) }
    }
    let taken = try await story.snapshot()
    story.saboteur.before(nil)
    let state = try await story.look(story.destination).state
    #expect(state.boxes.count == Int(taken.copied) + 1)
    #expect(state.pendingPages.contains { $0.entry >= taken.size })
    let verified = try await story.verify(story.destination)
    #expect(verified.isWhole)
    // The late box is of the next snapshot.
    #expect(try await story.snapshot().copied == 1)
    #expect(try await story.exported(story.destination) == Files.tree(story.source))
  }
}
