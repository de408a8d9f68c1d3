import Foundation
import Sealing
import Storage
import StorageFaults
import Synchronization
import TestKit
import Testing

@testable import Backup
@testable import Vault

@Suite struct CrashTests {
  /// A destination with one snapshot, and more sealed since: a customer, a generation, a box.
  private func before() async throws -> (story: Story, first: SnapshotTaker.Outcome) {
    let story = try await Story.furnished()
    let first = try await story.snapshot()
    _ = try await story.open().rotate(sections: ["basic"])
    try story.write("communications/1009/letter.txt", Array("Dear Alan".utf8))
    try await story.seal()
    return (story, first)
  }

  // What a crash leaves behind is what was written before it, so every write is struck and no read.
  @Test(
    "A second snapshot that crashes at any write leaves the destination as before or after",
    arguments: [Fault.crash, .crashAfter])
  func everyOperation(fault: Fault) async throws {
    let (story, first) = try await before()
    var number = 1
    var outcomes: Set<Bool> = []
    while number < 2000 {
      let fork = try story.fork()
      let (struck, failed) = await strike(fork, number, fault)
      if !struck { break }
      #expect(failed)
      let there = try await fork.look(fork.destination)
      let stands = there.state.newestSnapshot(of: first.place)?.number
      let isAfter = stands != first.number
      outcomes.insert(isAfter)
      // It stands at a snapshot, and not somewhere in what broke off.
      #expect(isAfter || there.state.size == first.number + 2, "operation \(number): \(there.state.size)")
      let seen = try await fork.verify(fork.destination)
      #expect(seen.findings.allSatisfy(Self.isUnfinished), "operation \(number): \(seen.findings)")
      #expect(
        try await fork.exported(fork.destination).count == (isAfter ? 6 : 5), "operation \(number)")
      let retried = try await fork.snapshot()
      #expect(
        retried.findings.isEmpty && retried.place == first.place, "operation \(number): \(retried.findings)")
      let after = try await fork.verify(fork.destination)
      #expect(after.isWhole, "operation \(number): \(after.findings)")
      number += 1
    }
    #expect(number > 15 && number < 2000)
    #expect(outcomes == [false, true])
  }

  /// A tail that broke off, or the second copy of its last commit.
  private static func isUnfinished(_ finding: Finding) -> Bool {
    finding.kind == .unfinished || (finding.kind == .missing && finding.object.hasPrefix("second/ledger/"))
  }

  /// Whether the fault struck, and whether the snapshot failed.
  private func strike(_ story: Story, _ number: Int, _ fault: Fault) async -> (Bool, Bool) {
    let writes = Mutex((count: 0, struck: false))
    story.saboteur.strike { operation, _ in
      writes.withLock { writes in
        if writes.struck { return .crash }
        if operation.kind.writes { writes.count += 1 }
        writes.struck = writes.count == number
        return writes.struck ? fault : nil
      }
    }
    defer { story.saboteur.rest() }
    do {
      try await story.snapshot()
      return (false, false)
    } catch {
      return (true, true)
    }
  }

  @Test("What a copy that broke off had got is brought back, and the vault goes on from there")
  func restoresWhatBrokeOff() async throws {
    let (story, first) = try await before()
    let size = try await story.look().state.size
    // All boxes and the keyring are there, and all of the ledger but the snapshot's own entry.
    let last = Layout.commit(size + 1)
    story.saboteur.strike { operation, _ in
      operation.kind == .put && operation.name == last ? .crash : nil
    }
    await #expect(throws: StorageError(.io, "", "")) { try await story.snapshot() }
    story.saboteur.rest()
    try FileManager.default.removeItem(atPath: story.vault)
    #expect(
      try await story.look(story.destination).state.newestSnapshot(of: first.place)?.number == first.number)
    let restored = try await story.restore(to: story.at("again"))
    #expect(restored.unfinished && restored.missing.isEmpty && restored.findings.isEmpty)
    #expect(restored.size == size + 1 && restored.snapshot == first.number)
    // The snapshot's entry itself was seen and is lost.
    #expect(restored.behind == 1)
    #expect(try await story.exported(story.at("again")) == Files.tree(story.source))
    try await story.recover(story.at("again"), accepting: restored.fork)
    try story.write("basic/1001/more.txt", Array("more".utf8))
    try await story.seal(at: story.at("again"))
    let next = try await story.snapshot(of: story.at("again"))
    #expect(next.place == first.place && next.copied == 1)
    #expect(try await story.verify(story.destination, level: .restore).isWhole)
  }

  @Test("A restore that crashes is completed by the next")
  func restore() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    story.strikeAt("again")
    var number = 1
    while number < 2000 {
      let again = story.at("again")
      let writes = Mutex(number)
      story.saboteur.strike { operation, _ in
        writes.withLock { left in
          if operation.kind.writes { left -= 1 }
          return left <= 0 ? .crash : nil
        }
      }
      let done = (try? await story.restore(to: again)) != nil
      story.saboteur.rest()
      if done { break }
      await #expect(throws: VaultError(.noVault, "")) { try await story.look(again) }
      let restored = try await story.restore(to: again)
      #expect(restored.findings.isEmpty)
      #expect(try await story.verify(again).isWhole, "operation \(number)")
      try FileManager.default.removeItem(atPath: again)
      number += 1
    }
    #expect(number > 15)
    #expect(try await story.exported(story.at("again")) == Files.tree(story.source))
  }

  @Test("A first snapshot that crashes is completed by the next")
  func first() async throws {
    let story = try await Story.furnished()
    var number = 1
    while number < 2000 {
      let fork = try story.fork()
      let (struck, _) = await strike(fork, number, .crash)
      if !struck { break }
      if FileManager.default.fileExists(atPath: fork.destination + "/STRONGROOM") {
        // What bears a marker has its snapshot.
        let there = try await fork.look(fork.destination)
        #expect(there.state.newestSnapshot(of: there.place.marker.place) != nil, "operation \(number)")
        let seen = try await fork.verify(fork.destination)
        #expect(seen.findings.allSatisfy(Self.isUnfinished), "operation \(number): \(seen.findings)")
      }
      try await fork.snapshot()
      #expect(try await fork.verify(fork.destination).isWhole, "operation \(number)")
      #expect(try await fork.exported(fork.destination).count == 5)
      number += 1
    }
    #expect(number > 20)
  }

  @Test(
    "An answer that was lost, a full disk: the next run completes it",
    arguments: [Fault.failAfter, .diskFull])
  func lostAnswers(fault: Fault) async throws {
    let (story, _) = try await before()
    for number in 1..<40 {
      let fork = try story.fork()
      fork.saboteur.strike { operation, count in count == number * 4 ? fault : nil }
      _ = try? await fork.snapshot()
      fork.saboteur.rest()
      try await fork.snapshot()
      #expect(try await fork.verify(fork.destination).isWhole, "operation \(number)")
    }
  }

  @Test("A spool that is put half is found at the latest by the next verification of its bytes")
  func lyingStore() async throws {
    let story = try await Story.furnished()
    story.saboteur.strike { operation, _ in operation.kind == .spoolPut ? .truncateSpool : nil }
    let taken = try await story.snapshot()
    story.saboteur.rest()
    // Listing what is left tells.
    #expect(!taken.findings.isEmpty)
    let again = try await story.snapshot()
    #expect(again.copied == taken.copied && again.findings.isEmpty)
  }
}
