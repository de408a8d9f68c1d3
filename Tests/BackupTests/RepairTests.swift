@testable import Rules
import Sealing
import Storage
import StorageFaults
import TestKit
import Testing

@testable import Backup
@testable import Vault

/// What is damaged or missing at a place is written anew from another one, and nothing else is touched.
@Suite struct RepairTests {
  private func places() async throws -> Story {
    let story = try await Story.furnished()
    _ = try await story.open().rotate(sections: ["contracts"])
    try await story.snapshot()
    return story
  }

  /// Verifies a place, repairs it, and verifies it again as the command does.
  private func repair(
    _ location: String, from sources: [String], of story: Story
  ) async throws -> (first: Verifier.Outcome, repair: Repairer.Outcome, then: Verifier.Outcome) {
    var open: [OpenPlace] = []
    for source in sources { open.append(try await story.look(source)) }
    let first = try await story.verify(location)
    let repair = try await Repairer(of: try await story.look(location), from: open.map { ObjectSource($0) })
      .run(first.findings) { _ in
      }
    let again = try await OpenPlace.open(
      .folder(location), in: story.machine(), expecting: story.vaultID, afresh: true)
    let then = try await Verifier(of: again, .init(first.concernedBoxes(of: again))).run { _ in }
    return (first, repair, first.followed(by: then))
  }

  private func repairLedger(
    _ location: String, from source: String, of story: Story, memory: String = "custodian"
  ) async throws -> UInt64 {
    try await LedgerRepairer(at: .folder(location), from: story.look(source, memory: memory)).run()
  }

  /// Everything but what was put aside.
  private func objects(_ place: String) -> [[UInt8]: Fact] {
    Files.tree(place).filter { !$0.key.starts(with: Array("aside".utf8)) }
  }

  @Test("Boxes and files of the keyring come back from a healthy place, and the damaged ones are kept")
  func objectsComeBack() async throws {
    let story = try await places()
    for (damaged, healthy) in [(story.vault, story.destination), (story.destination, story.vault)] {
      let vandal = Vandal(place: damaged)
      let before = objects(damaged).mapValues(\.digest)
      let boxes = try vandal.names("boxes")
      // Superseded ones aren't copied.
      let page = try #require(try Vandal(place: story.destination).names("keyring").first)
      try vandal.flip(boxes[0])
      try vandal.truncate(boxes[1])
      try vandal.remove(boxes[2])
      try vandal.flip(page)
      try vandal.remove("second/" + page)
      let (first, repair, then) = try await repair(damaged, from: [healthy], of: story)
      #expect(Set(first.findings.map(\.object)) == Set(boxes + [page, "second/" + page]))
      #expect(repair.boxCount == 3 && repair.files == 2 && repair.findings.isEmpty)
      #expect(then.isWhole)
      #expect(objects(damaged).mapValues(\.digest) == before)
      #expect(try vandal.names("aside").count == 3)
      // What the second look adds up to is what one look at all finds.
      let whole = try await story.verify(damaged)
      #expect(whole.isWhole && whole.boxes == then.boxes && whole.bytes == then.bytes)
      #expect(Set(whole.covered.boxes.map(\.ordinal)) == Set(then.covered.boxes.map(\.ordinal)))
      #expect(then.covered.boxes.count == 3 && then.covered.damaged.isEmpty && then.covered.missing.isEmpty)
    }
  }

  @Test("What one place can't give another one may; what none has stays a finding")
  func severalPlaces() async throws {
    let story = try await places()
    let other = story.at("other")
    try await story.snapshot(to: other)
    let vandal = Vandal(place: story.vault)
    let boxes = try vandal.names("boxes")
    for box in boxes { try vandal.flip(box) }
    for box in boxes.dropFirst() { try Vandal(place: story.destination).flip(box) }
    try Vandal(place: other).remove(boxes[2])
    let (_, repair, then) = try await repair(story.vault, from: [story.destination, other], of: story)
    #expect(repair.boxCount == 2)
    #expect(then.findings.map(\.object) == [boxes[2]] && then.findings.map(\.kind) == [.damaged])
    #expect(then.boxes == 3 && then.covered.boxes.count == 2 && then.covered.damaged.count == 1)
    // It is as it was: nobody made room for what doesn't come.
    #expect(try vandal.names("boxes") == boxes)
  }

  @Test("A box that we may not read is left alone")
  func unread() async throws {
    let story = try await places()
    let box = try #require(try Vandal(place: story.vault).names("boxes").first)
    let before = objects(story.vault)
    let store = FaultyStore(try FolderStore(path: story.vault, create: false)) { operation, _ in
      guard [.get, .read].contains(operation.kind), operation.name?.text == box else { return nil }
      return .failBefore(StorageError(.denied, "read", box))
    }
    let opened = try await story.scene.open(toWrite: false, store: store)
    let first = try await Verifier(of: opened, level: .hash).run { _ in }
    let repair = try await Repairer(of: opened, from: [ObjectSource(try await story.look(story.destination))])
      .run(first.findings) { _ in }
    #expect(repair.boxCount == 0 && repair.files == 0)
    let again = try await Verifier(of: opened, .init(first.concernedBoxes(of: opened))).run { _ in }
    #expect(first.followed(by: again).findings.map(\.kind) == [.unread])
    #expect(objects(story.vault) == before)
  }

  @Test("A repair that is cut off at any write is completed by running it again", arguments: [true, false])
  func cutOff(happens: Bool) async throws {
    let story = try await places()
    let before = objects(story.vault).mapValues(\.digest)
    let boxes = try Vandal(place: story.vault).names("boxes")
    let page = try #require(try Vandal(place: story.destination).names("keyring").first)
    let commit = try #require(try Vandal(place: story.vault).names("ledger").dropFirst().first)
    for write in 1..<100 {
      let vandal = Vandal(place: story.vault)
      try vandal.flip(boxes[0])
      try vandal.remove(boxes[1])
      for copy in ["", "second/"] {
        try vandal.flip(copy + page)
        try vandal.truncate(copy + commit)
      }
      let faulty = FaultyStore(try FolderStore(path: story.vault, create: false))
      let source = try await story.look(story.destination)
      faulty.reset(plan: FaultyStore.nthWrite(write, happens ? .crashAfter : .crash))
      do {
        let vault = story.vault
        story.scene.setGate { _, location, store in location == vault ? faulty : store }
        defer { story.scene.setGate(nil) }
        _ = try await LedgerRepairer(at: .folder(story.vault), from: source).run()
        _ = try await repair(story.vault, from: [story.destination], of: story)
      } catch { #expect(faulty.crashed, "\(error)") }
      _ = try await repairLedger(story.vault, from: story.destination, of: story)
      let (_, _, then) = try await repair(story.vault, from: [story.destination], of: story)
      #expect(then.isWhole, "write \(write): \(then.findings)")
      #expect(objects(story.vault).mapValues(\.digest) == before, "write \(write)")
      if !faulty.crashed { return }
    }
    Issue.record("it never came to an end")
  }

  @Test("A ledger that nobody can open any more opens again, with the commits that were signed")
  func ledger() async throws {
    let story = try await places()
    for (damaged, healthy) in [(story.vault, story.destination), (story.destination, story.vault)] {
      let vandal = Vandal(place: damaged)
      let before = objects(damaged).mapValues(\.digest)
      let commits = try vandal.names("ledger")
      try vandal.flip(commits[1])
      try vandal.truncate("second/" + commits[1])
      try vandal.remove(commits[2])
      try vandal.remove("second/" + commits[2])
      await #expect(throws: VaultError.self) {
        try await OpenPlace.open(
          .folder(damaged), in: story.machine(), expecting: story.vaultID, afresh: true)
      }
      #expect(try await repairLedger(damaged, from: healthy, of: story) == 4)
      #expect(try await story.verify(damaged).isWhole)
      #expect(objects(damaged).mapValues(\.digest) == before)
      #expect(try await repairLedger(damaged, from: healthy, of: story) == 0)
    }
  }

  @Test(
    "One flipped digit within a signed entry is put right in the copy that has it",
    arguments: ["", "second/"])
  func oneCopy(_ copy: String) async throws {
    let story = try await places()
    let vandal = Vandal(place: story.vault)
    let before = objects(story.vault).mapValues(\.digest)
    let commit = try #require(try vandal.names("ledger").dropFirst().first)
    try vandal.flip(copy + commit, at: 200)
    #expect(try await repairLedger(story.vault, from: story.destination, of: story) == 1)
    #expect(objects(story.vault).mapValues(\.digest) == before)
  }

  @Test("At its end a vault's ledger goes on as far as this machine saw it there, and no further")
  func tail() async throws {
    let story = try await places()
    let commits = try Vandal(place: story.vault).names("ledger")
    let copied = try Vandal(place: story.destination).names("ledger")
    #expect(copied.count == commits.count)
    for commit in commits.suffix(2) {
      for copy in ["", "second/"] { try Vandal(place: story.vault).remove(copy + commit) }
    }
    // One who never saw the vault takes a copy's word for nothing.
    #expect(
      try await repairLedger(story.vault, from: story.destination, of: story, memory: "stranger") == 0)
    #expect(try Vandal(place: story.vault).names("ledger").count == commits.count - 2)
    #expect(try await repairLedger(story.vault, from: story.destination, of: story) == 4)
    #expect(try await story.verify(story.vault).isWhole)
  }

  @Test("A commit that was signed otherwise is no damage")
  func otherwise() async throws {
    let story = try await places()
    let other = try story.fork()
    _ = try await story.scene.hire(.auditor)
    _ = try await other.scene.hire(.operator)
    try await story.snapshot()
    let number = try #require(try await other.look().ledger.numbers.last)
    let commit = Layout.commit(number).text
    let forged = try #require(Files.read(other.vault + "/" + commit))
    for copy in ["", "second/"] { try Vandal(place: story.vault).put(forged, copy + commit) }
    let before = objects(story.vault)
    await #expect(throws: VaultError(.refused, "")) {
      try await repairLedger(story.vault, from: story.destination, of: story)
    }
    #expect(objects(story.vault) == before)
  }

  @Test("Behind a fork nothing of a destination's ledger is replaced, and nothing before it is written")
  func behindAFork() async throws {
    let story = try await places()
    let other = try story.fork()
    for role in [Role.auditor, .auditor] { _ = try await story.scene.hire(role) }
    for role in [Role.operator, .operator] { _ = try await other.scene.hire(role) }
    try await story.snapshot()
    // What went on the other way is there in part: the first commit behind the fork is damaged.
    let numbers = try await other.look().ledger.numbers.suffix(2)
    let vandal = Vandal(place: story.destination)
    for number in numbers {
      let commit = Layout.commit(number).text
      var forged = try #require(Files.read(other.vault + "/" + commit))
      if number == numbers.first { forged = Array(forged.dropLast(20)) }
      for copy in ["", "second/"] { try vandal.put(forged, copy + commit) }
    }
    // And something before it.
    let early = try #require(try vandal.names("ledger").dropFirst().first)
    for copy in ["", "second/"] { try vandal.truncate(copy + early) }
    let before = objects(story.destination)
    await #expect(throws: VaultError(.refused, "")) {
      try await repairLedger(story.destination, from: story.vault, of: story)
    }
    #expect(objects(story.destination) == before)
  }

  @Test("A place is repaired neither from itself nor from another vault")
  func wrongPlaces() async throws {
    let story = try await places()
    await #expect(throws: VaultError(.input, "")) {
      try await repairLedger(story.vault, from: story.vault, of: story)
    }
    let other = try await Story()
    let source = try await story.look(story.destination)
    await #expect(throws: VaultError(.refused, "")) {
      try await LedgerRepairer(at: .folder(other.vault), from: source).run()
    }
  }
}
