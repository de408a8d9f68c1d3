import Ledger
import Rules
import Sealing
import Storage
import TestKit
import Testing

@testable import Backup
@testable import Vault

/// What lies behind a destination's newest snapshot, put there by whoever runs the store or has a key.
@Suite struct TailTests {
  /// Appends a commit to a place's own ledger, both copies of it, as anybody with a key and a hand on the store can.
  private func append(_ event: Event, by identity: Identity, to place: String, _ state: LedgerState) throws
    -> LedgerState
  {
    let entry = try event.entry(by: identity.publicIdentity.id, time: 1_900_000_000)
    let commit = try Commit.build([entry], before: state.tree, vault: state.vault, identity: identity)
    for half in ["", "second/"] {
      Files.write(commit.bytes, to: Array("\(place)/\(half)\(Layout.commit(state.size).text)"))
    }
    var next = state
    _ = try next.apply(commit.bytes)
    return next
  }

  private func code(_ body: () async throws -> Void) async -> VaultError.Code? {
    do { try await body() } catch { return (error as? VaultError)?.code }
    return nil
  }

  private func looked(_ place: Identifier, _ size: UInt64) -> Event {
    .verified(
      Verification(
        boxes: [], damaged: [], generations: [], level: .list, missing: [], place: place, size: size,
        strays: 0))
  }

  enum Tail: String, CaseIterable {
    /// Bytes that are no commit.
    case junk
    /// Nothing at all.
    case empty
    /// A commit of another vault.
    case foreign
    /// Two commits of a clerk, signed as they should be.
    case clerk
    /// The clerk's, and junk behind.
    case both
  }

  private func put(_ tail: Tail, at story: Story, by clerk: Identity) async throws {
    let there = try await story.look(story.destination)
    var state = there.state
    func junk(_ bytes: [UInt8]) {
      for half in ["", "second/"] {
        Files.write(bytes, to: Array("\(story.destination)/\(half)\(Layout.commit(state.size).text)"))
      }
    }
    switch tail {
    case .junk: junk(Array("junk".utf8))
    case .empty: junk([])
    case .foreign:
      let other = try await Story()
      junk(try #require(Files.read("\(other.vault)/\(Layout.commit(0).text)")))
    case .clerk, .both:
      for _ in 0..<2 {
        state = try append(
          looked(there.place.marker.place, state.size), by: clerk, to: story.destination, state)
      }
      if tail == .both { junk(Array("junk".utf8)) }
    }
  }

  @Test(arguments: Tail.allCases)
  func nothingOfItIsUsed(_ tail: Tail) async throws {
    let story = try await Story.furnished()
    let clerk = try await story.scene.hire(.clerk, ["basic"])
    let taken = try await story.snapshot()
    let stand = try await story.look(story.destination).state.size
    try await put(tail, at: story, by: clerk)
    // Read as if it weren't there, and told.
    let there = try await story.look(story.destination)
    #expect(there.state.size == stand)
    #expect(Snapshots.list(at: there).map(\.number) == [taken.number])
    let isTold = there.remarks.contains { if case .unusedTail = $0 { true } else { false } }
    #expect(isTold == (tail != .clerk))
    let found = try await story.verify(story.destination).findings
    #expect(!found.isEmpty && found.allSatisfy { $0.kind == .unfinished }, "\(found)")
    let restored = try await story.restore(to: story.at("again"))
    #expect(restored.missing.isEmpty && restored.findings.isEmpty && restored.snapshot == taken.number)
    #expect(try await story.exported(story.at("again")) == Files.tree(story.source))
    // The next snapshot goes on.
    try story.write("communications/1001/letter.txt", Array("Dear Ada".utf8))
    try await story.seal()
    let opened = try await story.open(as: story.worker)
    let next = try await SnapshotTaker(of: opened, to: .folder(story.destination), begins: false).run { _ in }
    #expect(next.findings.isEmpty && next.missing.isEmpty, "\(next.findings)")
    #expect(opened.remarks.contains { if case .putAside(let count, _) = $0 { count >= 2 } else { false } })
    let after = try await story.look(story.destination)
    #expect(after.remarks.isEmpty, "\(after.remarks)")
    #expect(after.state.newestSnapshot(of: next.place)?.number == next.number)
    #expect(try await story.verify(story.destination, level: .restore).isWhole)
    #expect(!(try Vandal(place: story.destination).names("aside/ledger")).isEmpty)
    #expect(try await story.exported(story.destination) == Files.tree(story.source))
  }

  @Test(
    "A custodian signs at the vault: what they signed and it doesn't have tells that it may be what is short")
  func aCustodiansTailIsNotPutAside() async throws {
    let story = try await Story.furnished()
    _ = try await story.snapshot()
    let there = try await story.look(story.destination)
    _ = try append(.clock, by: story.custodian, to: story.destination, there.state)
    #expect(await code { _ = try await story.snapshot() } == .rollback)
    #expect(throws: Files.Failed.self) { try Vandal(place: story.destination).names("aside/ledger") }
  }

  @Test("At the vault itself nothing is left out: whatever stands in the way is named")
  func junkAtTheVaultStopsWriters() async throws {
    let story = try await Story.furnished()
    let state = try await story.look().state
    for half in ["", "second/"] {
      Files.write(Array("junk".utf8), to: Array("\(story.vault)/\(half)\(Layout.commit(state.size).text)"))
    }
    #expect(await code { _ = try await story.look() } == .refused)
  }

  @Test("A commit that is damaged between two snapshots isn't taken for junk behind the first one")
  func aTornLedgerIsTold() async throws {
    let story = try await Story.furnished()
    let first = try await story.snapshot()
    try story.write("communications/1001/letter.txt", Array("Dear Ada".utf8))
    try await story.seal()
    _ = try await story.snapshot()
    let next = try Vandal(place: story.destination).names("ledger").first {
      $0 > Layout.commit(first.number).text
    }
    // The one behind the `verified` that follows the first snapshot.
    let after = try #require(
      Vandal(place: story.destination).names("ledger").first { $0 > (next ?? "") })
    for half in ["", "second/"] { try Vandal(place: story.destination).flip(half + after) }
    let there = try await story.look(story.destination, memory: "elsewhere")
    #expect(there.state.newestSnapshot(of: first.place)?.number == first.number)
    #expect(there.shortfalls.map(\.object) == [after])
    let restored = try await story.restore(to: story.at("again"), memory: "elsewhere")
    #expect(restored.unfinished && restored.snapshot == first.number)
    #expect(restored.findings.map(\.object) == [after])
  }

  @Test(
    "The newest snapshot's own commit, damaged in both copies, isn't taken for junk behind the one before",
    arguments: [UInt64(0), 1])
  func aTornEndIsTold(fromTheEnd: UInt64) async throws {
    let story = try await Story.furnished()
    let first = try await story.snapshot()
    try story.write("communications/1001/letter.txt", Array("Dear Ada".utf8))
    try await story.seal()
    _ = try await story.snapshot()
    let vandal = Vandal(place: story.destination)
    let names = try vandal.names("ledger")
    let last = names[names.count - 1 - Int(fromTheEnd)]
    for half in ["", "second/"] {
      // The `verified` behind the snapshot is gone, so that its own commit is the last.
      if fromTheEnd == 1 { Files.unlink("\(story.destination)/\(half)\(names[names.count - 1])") }
      try vandal.flip(half + last)
    }
    let isSnapshots = fromTheEnd == 1
    let restored = try await story.restore(to: story.at("again"), memory: "elsewhere")
    #expect((restored.snapshot == first.number) == isSnapshots)
    #expect(restored.findings.map(\.object) == [last] && restored.findings.allSatisfy { $0.kind == .damaged })
    let there = try await story.look(story.destination, memory: "third")
    #expect(there.shortfalls.map(\.object) == [last])
  }
}
