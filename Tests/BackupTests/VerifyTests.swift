@testable import Rules
import Foundation
import Sealing
import Storage
import StorageFaults
import TestKit
import Testing

@testable import Backup
@testable import Vault

@Suite struct VerifyTests {
  /// A vault and a destination, whole.
  private func places() async throws -> Story {
    let story = try await Story.furnished()
    _ = try await story.open().rotate(sections: ["contracts"])
    try await story.snapshot()
    return story
  }

  @Test(
    "What we may not read is unread, not damaged, and isn't entered as either",
    arguments: [VerifyLevel.hash, .open])
  func unread(level: VerifyLevel) async throws {
    let story = try await places()
    let box = try #require(try Vandal(place: story.vault).names("boxes").first)
    let commit = "second/" + Layout.commit(2).text
    let store = FaultyStore(try FolderStore(path: story.vault, create: false)) { operation, _ in
      guard [.get, .read].contains(operation.kind), [box, commit].contains(operation.name?.text) else {
        return nil
      }
      return .failBefore(StorageError(.denied, "read", operation.name?.text ?? ""))
    }
    let opened = try await story.scene.open(toWrite: false, store: store)
    let outcome = try await Verifier(of: opened, level: level).run { _ in }
    #expect(outcome.findings.map(\.object).sorted() == [box, commit].sorted(), "\(outcome.findings)")
    #expect(outcome.findings.allSatisfy { $0.kind == .unread && $0.what.contains("permission denied") })
    #expect(outcome.covered.damaged.isEmpty && outcome.covered.missing.isEmpty)
    #expect(outcome.covered.boxes.count == Int(outcome.boxes) - 1)
  }

  /// What a level finds at the vault and at the destination after the same damage.
  private func found(
    _ story: Story, _ level: VerifyLevel, _ damage: (Vandal) throws -> Void
  ) async throws -> [[Finding]] {
    var found: [[Finding]] = []
    for place in [story.vault, story.destination] {
      try damage(Vandal(place: place))
      found.append(try await story.verify(place, level: level).findings)
    }
    return found
  }

  @Test("Nothing is found where nothing is wrong", arguments: [VerifyLevel.list, .hash, .open, .restore])
  func whole(level: VerifyLevel) async throws {
    let story = try await places()
    for place in [story.vault, story.destination] {
      let outcome = try await story.verify(place, level: level)
      #expect(outcome.findings.isEmpty && outcome.strays.isEmpty)
      #expect(outcome.boxes == 3)
      #expect(outcome.records == (level >= .open ? 5 : 0))
    }
  }

  @Test("A truncated box is found by its size")
  func truncated() async throws {
    let story = try await places()
    let box = try Vandal(place: story.vault).names("boxes")[1]
    for findings in try await found(story, .list, { try $0.truncate(box) }) {
      #expect(findings.map(\.object) == [box] && findings.map(\.kind) == [.damaged])
    }
  }

  @Test("A missing box is found")
  func missing() async throws {
    let story = try await places()
    let box = try Vandal(place: story.vault).names("boxes")[0]
    for findings in try await found(story, .list, { try $0.remove(box) }) {
      #expect(findings.map(\.object) == [box] && findings.map(\.kind) == [.missing])
    }
  }

  @Test(
    "A flipped byte in a box is found by reading, and not by listing",
    arguments: [VerifyLevel.list, .hash, .open])
  func flipped(level: VerifyLevel) async throws {
    let story = try await places()
    let box = try Vandal(place: story.vault).names("boxes")[2]
    for findings in try await found(story, level, { try $0.flip(box) }) {
      #expect(findings.map(\.object) == (level == .list ? [] : [box]))
    }
  }

  @Test("Every box is read, however many of one size there are", arguments: [VerifyLevel.hash, .open])
  func everyBox(level: VerifyLevel) async throws {
    let story = try await places()
    for number in 0..<9 {
      try story.write("contracts/1001/more \(number).txt", pattern(900, seed: number))
      _ = try await story.seal()
    }
    let vandal = Vandal(place: story.vault)
    let boxes = try vandal.names("boxes")
    #expect(boxes.count == 12)
    for box in boxes { try vandal.flip(box) }
    let findings = try await story.verify(story.vault, level: level).findings
    #expect(findings.map(\.object).sorted() == boxes.sorted())
  }

  @Test("Two boxes that changed places are found")
  func swapped() async throws {
    let story = try await places()
    let boxes = try Vandal(place: story.vault).names("boxes")
    let found = try await found(story, .hash) { vandal in
      let one = try Data(contentsOf: URL(fileURLWithPath: vandal.place + "/" + boxes[0]))
      let other = try Data(contentsOf: URL(fileURLWithPath: vandal.place + "/" + boxes[1]))
      try vandal.put([UInt8](other), boxes[0])
      try vandal.put([UInt8](one), boxes[1])
    }
    for findings in found { #expect(findings.map(\.object).sorted() == Array(boxes[..<2])) }
  }

  @Test(
    "Each copy of ledger and keyring is looked at by itself", arguments: ["", "second/"],
    ["ledger", "keyring"])
  func copies(copy: String, folder: String) async throws {
    let story = try await places()
    let names = try Vandal(place: story.vault).names(copy + folder)
    for name in names {
      let fork = try story.fork()
      for place in [fork.vault, fork.destination] {
        let vandal = Vandal(place: place)
        guard FileManager.default.fileExists(atPath: place + "/" + name) else { continue }
        // In an entry's text, so that the structure stays intact; in a page or generation anywhere.
        try vandal.flip(name, at: folder == "ledger" ? 40 : nil)
        let flipped = try await fork.verify(place)
        #expect(flipped.findings.map(\.object) == [name])
        #expect(flipped.findings.map(\.kind) == [.damaged])
        try vandal.remove(name)
        let gone = try await fork.verify(place, level: .list)
        // What isn't needed any more is missed by nobody.
        #expect(gone.findings.allSatisfy { $0.object == name && $0.kind == .missing })
        #expect(gone.findings.count <= 1)
        // And the place still opens.
        #expect(try await fork.verify(place, level: .open).findings == gone.findings)
      }
    }
  }

  @Test("What a remembered ledger passes over is found, and mended by the next who writes")
  func passedOver() async throws {
    let story = try await places()
    let name = try #require(try Vandal(place: story.vault).names("ledger").dropFirst().first)
    let good = try Data(contentsOf: URL(fileURLWithPath: story.vault + "/" + name))
    _ = try await story.open(toWrite: false)
    try Vandal(place: story.vault).flip(name, at: 40)
    // Whoever goes on from what was remembered doesn't look at it.
    let writer = try await story.open()
    #expect(writer.remarks.isEmpty && writer.ledger.foldedBefore != nil)
    #expect(try await story.verify(story.vault).findings.map(\.object) == [name])
    let mended = try await story.open()
    #expect(mended.ledger.foldedBefore == nil)
    #expect(mended.mended.contains { $0.copy.text == name })
    #expect(try Data(contentsOf: URL(fileURLWithPath: story.vault + "/" + name)) == good)
    #expect(try await story.verify(story.vault).isWhole)
  }

  @Test("Both copies of a page gone: a finding, and not a crash")
  func bothCopies() async throws {
    let story = try await places()
    let state = try await story.look().state
    let known = try #require(state.generation)
    let generation = try await KeyringFiles(try await story.look().place.store).generation(
      known, vault: state.vault)
    let page = try #require(generation.pages.first)
    let name = Layout.keyringFile(page.digest).text
    for findings in try await found(
      story, .hash,
      {
        try $0.remove(name)
        try $0.remove("second/" + name)
      })
    {
      #expect(findings.contains { $0.object == name && $0.kind == .missing })
    }
  }

  @Test("An older generation under the present one's name is found, in each copy")
  func olderGeneration() async throws {
    let story = try await places()
    let state = try await story.look().state
    let present = Layout.keyringFile(try #require(state.generation).file).text
    let older = Layout.keyringFile(state.generations[0].file).text
    for place in [story.vault, story.destination] {
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: story.vault + "/" + older)))
      try Vandal(place: place).put(bytes, present)
      let outcome = try await story.verify(place)
      #expect(Set(outcome.findings.map(\.object)) == [present])
      try Vandal(place: place).put(bytes, "second/" + present)
      let both = try await story.verify(place)
      #expect(Set(both.findings.map(\.object)).isSuperset(of: [present, "second/" + present]))
    }
  }

  @Test("What nothing names is a stray, and no failure")
  func strays() async throws {
    let story = try await places()
    let digest = Digest.sha256(of: Array("stray".utf8))
    let names = ["boxes/\(digest.hex.prefix(2))/\(digest.hex)", "keyring/\(digest.hex)", "notes.txt"]
    for place in [story.vault, story.destination] {
      for name in names { try Vandal(place: place).put(Array("stray".utf8), name) }
      let outcome = try await story.verify(place)
      #expect(outcome.isWhole)
      #expect(outcome.strays.sorted() == names.sorted())
    }
  }

  @Test("A ledger with a hole is cut there, and what lies behind is found")
  func hole() async throws {
    let story = try await places()
    // An empty memory: with one, a vault that is shorter than before is a rollback.
    let last = try Vandal(place: story.vault).names("ledger").suffix(2)
    let name = try #require(last.first)
    try Vandal(place: story.vault).remove(name)
    try Vandal(place: story.vault).remove("second/" + name)
    let outcome = try await story.verify(story.vault, level: .list, memory: "elsewhere")
    #expect(outcome.findings.contains { $0.object == name && $0.kind == .missing })
    await #expect(throws: VaultError(.rollback, "")) { try await story.verify(story.vault, level: .list) }
  }

  @Test("Without a vault id it is consistent with itself, and no more")
  func unknown() async throws {
    let story = try await places()
    let opened = try await OpenPlace.open(
      .folder(story.destination), in: story.machine(memory: "elsewhere"), allowsUnknown: true)
    #expect(opened.trust == .selfConsistent)
    #expect(try await Verifier(of: opened, level: .hash).run { _ in }.isWhole)
    await #expect(throws: VaultError(.notGranted, "")) {
      try await Verifier(of: opened, level: .open).run { _ in }
    }
  }

  @Test("A verification can be entered at the vault, and says which boxes it covers")
  func entered() async throws {
    let story = try await places()
    let box = try Vandal(place: story.destination).names("boxes")[0]
    try Vandal(place: story.destination).flip(box)
    let outcome = try await story.verify(story.destination)
    let vault = try await story.open(as: story.worker)
    let number = try await Verifier.enter(outcome, at: vault)
    let place = try await story.look(story.destination).place.marker.place
    let entered = try #require(vault.state.places[place]?.verifications.last)
    #expect(entered.number == number && entered.content.level == .hash)
    #expect(
      vault.state.claimedBoxes(at: place).ordinals.map { Layout.box(vault.state.boxes[$0].box.hash).text }
        == [box])
    let coverage = vault.state.coverage(of: place, level: .hash)
    let covered = vault.state.boxes.indices.map { coverage[$0] }
    #expect(covered.count == 3 && covered.filter { $0 == nil }.count == 1)
  }
}
