import Foundation
import Sealing
import Storage
import Synchronization
import TestKit
import Testing

@testable import Backup
@testable import Vault

@Suite struct RecoveryTests {
  @Test("What was sealed after the last snapshot is lost, is said, and is given up only when told")
  func lostTail() async throws {
    let story = try await Story.furnished()
    let taken = try await story.snapshot()
    let copied = Files.tree(story.source)
    try story.write("basic/1001/later.txt", Array("later".utf8))
    try await story.seal()
    let seen = try await story.look().state.size
    try FileManager.default.removeItem(atPath: story.vault)

    let careful = try await story.restore(to: story.at("careful"))
    #expect(careful.behind == seen - (taken.number + 2) && careful.behind > 0)
    #expect(careful.fork.size == taken.number + 2)
    #expect(try await story.exported(story.at("careful")) == copied)

    let again = story.at("again")
    let told = try await story.restore(to: again)
    #expect(told.behind == careful.behind)
    let before = Files.tree(again)
    let wrong = Fork(size: careful.fork.size - 1, root: careful.fork.root)
    for fork in [nil, wrong] {
      await #expect(throws: VaultError(.rollback, "")) { try await story.recover(again, accepting: fork) }
    }
    #expect(Files.tree(again) == before)
    let takeover = try #require(try await story.recover(again, accepting: careful.fork))
    #expect(takeover.givenUp == careful.behind && takeover.size == careful.fork.size)
    #expect(takeover.snapshot == taken.number && takeover.asOf == taken.started)
    #expect(try await story.seal(at: again).new == 1)
    let state = try await story.look(again).state
    #expect(state.recoveries.map(\.content.size) == [careful.fork.size])
    #expect(state.home == told.place && state.notCounted.isEmpty)

    // The same destination goes on: it holds nothing of the tail that was given up.
    let next = try await story.snapshot(of: story.at("again"))
    #expect(next.place == taken.place && next.copied == 1 && next.kept == taken.copied)
    #expect(try await story.exported(story.destination) == Files.tree(story.source))
    #expect(try await story.verify(story.destination, level: .restore).isWhole)
  }

  @Test("Where only bookkeeping is lost nothing is given up that anybody must accept")
  func lostBookkeeping() async throws {
    let story = try await Story.furnished()
    let taken = try await story.snapshot()
    let opened = try await story.open()
    let looked = try await Verifier(of: opened, level: .hash, scratch: story.root).run { _ in }
    _ = try await Verifier.enter(looked, at: opened)
    let seen = try await story.look().state
    #expect(seen.size > seen.substance.size && seen.substance.size <= taken.number)
    try FileManager.default.removeItem(atPath: story.vault)
    let restored = try await story.restore(to: story.at("again"))
    let lacks = try #require(restored.lacks)
    #expect(lacks.isOnlyBookkeeping && lacks.entries == seen.size - restored.size)
    let takeover = try #require(try await story.recover(story.at("again")))
    #expect(takeover.givenUp == lacks.entries)
    #expect(try await story.seal(at: story.at("again")).unchanged > 0)
  }

  @Test("Damage that was found, and a former home that is copied to, are no bookkeeping")
  func whatLooksLikeBookkeeping() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    try await story.snapshot(to: story.at("second"))
    try await story.snapshot()
    let vandal = Vandal(place: story.at("second"))
    for box in try vandal.names("boxes") { try vandal.flip(box) }
    let second = try await story.open(story.at("second"), toWrite: false)
    let found = try await Verifier(of: second, level: .hash, scratch: story.root).run { _ in }
    _ = try await Verifier.enter(found, at: story.open())
    #expect(
      try await story.restore(to: story.at("one")).lacks?.lacks
        == Behind.Lacks(boxes: 0, keys: false, places: true))
    // The vault moves to a copy, and its old folder becomes a destination.
    try await story.snapshot()
    let moved = story.at("moved")
    let restored = try await story.restore(to: moved)
    try FileManager.default.moveItem(atPath: story.vault, toPath: story.at("old"))
    try await story.recover(moved, accepting: restored.fork)
    try await story.snapshot(of: moved)
    try await story.snapshot(of: moved, to: story.at("old"))
    #expect(
      try await story.restore(to: story.at("two")).lacks?.lacks
        == Behind.Lacks(boxes: 0, keys: false, places: true))
  }

  @Test("What this machine sees while a recovery is under way counts; what nobody accepted isn't accepted")
  func aRecoveryLooksAgain() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    let opened = try await story.open()
    let looked = try await Verifier(of: opened, level: .hash, scratch: story.root).run { _ in }
    _ = try await Verifier.enter(looked, at: opened)
    let restored = try await story.restore(to: story.at("copy"))
    try FileManager.default.moveItem(atPath: story.vault, toPath: story.at("away"))
    let begun = try await story.open(story.at("copy"))
    #expect(try await begun.takeover()?.behind?.isOnlyBookkeeping == true)
    try FileManager.default.moveItem(atPath: story.at("away"), toPath: story.vault)
    try story.write("basic/1001/later.txt", Array("later".utf8))
    try await story.seal()
    try FileManager.default.moveItem(atPath: story.vault, toPath: story.at("away"))
    await #expect(throws: VaultError(.rollback, "")) { try await begun.recover() }
    let memory = try KnownPlaces(path: story.machine().knownPlaces)
    #expect(memory.vaults[try await story.look(story.at("copy")).state.vault]?.accepted == nil)
    #expect(restored.lacks?.isOnlyBookkeeping == true)
  }

  @Test("What is missing is told by kind; a machine that doesn't know what it was asks")
  func kindsOfLoss() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    _ = try await story.open().rotate(sections: ["basic"])
    #expect(
      try await story.restore(to: story.at("one")).lacks?.lacks
        == Behind.Lacks(boxes: 0, keys: true, places: false))
    try story.write("basic/1001/later.txt", Array("later".utf8))
    try await story.seal()
    #expect(
      try await story.restore(to: story.at("two")).lacks?.lacks
        == Behind.Lacks(boxes: 1, keys: true, places: false))
    try await story.snapshot()
    try await story.snapshot(to: story.at("elsewhere"))
    #expect(
      try await story.restore(to: story.at("three")).lacks?.lacks
        == Behind.Lacks(boxes: 0, keys: false, places: true))
    try await story.snapshot()
    let opened = try await story.open()
    let looked = try await Verifier(of: opened, level: .hash, scratch: story.root).run { _ in }
    _ = try await Verifier.enter(looked, at: opened)
    try FileManager.default.removeItem(atPath: story.vault)
    // As a machine that saw no more than size and root remembers it.
    let memory = story.machine().knownPlaces
    let text = String(decoding: try #require(Files.read(memory)), as: UTF8.self)
    Files.write(Array(text.replacing(/"tail":\{[^}]*\},/, with: "").utf8), to: Array(memory.utf8))
    let restored = try await story.restore(to: story.at("four"))
    #expect(restored.lacks?.lacks == nil && restored.behind > 0)
    await #expect(throws: VaultError(.rollback, "")) { try await story.recover(story.at("four")) }
    #expect(try await story.recover(story.at("four"), accepting: restored.fork) != nil)
  }

  @Test("A restored copy takes no write of any kind, and keeps no file of one")
  func everyWriteIsRefused() async throws {
    let story = try await Story.furnished()
    let taken = try await story.snapshot()
    let clerk = try Identity.generate()
    _ = try await story.open().grant(
      try IdentityFile.Public(of: clerk), role: .clerk, classes: ["basic"],
      label: "a clerk")
    try await story.snapshot()
    try FileManager.default.removeItem(atPath: story.vault)
    let again = story.at("again")
    _ = try await story.restore(to: again)
    // Of a customer that is known, so that a box would be the first file.
    try story.write("basic/1001/letter.txt", Array("Dear Ada".utf8))
    func somebody() throws -> IdentityFile.Public {
      try IdentityFile.Public(of: Identity.generate())
    }
    let verified = try await story.verify(again)
    let writes: [(String, (OpenPlace) async throws -> Void)] = [
      ("seal", { _ = try await $0.seal([story.source], layout: .default) }),
      (
        "grant with keys", { _ = try await $0.grant(somebody(), role: .clerk, classes: ["basic"], label: "") }
      ),
      ("grant without", { _ = try await $0.grant(somebody(), role: .operator, classes: [], label: "") }),
      ("revoke", { _ = try await $0.revoke(clerk.publicIdentity.id, reason: "") }),
      ("revoke without keys", { _ = try await $0.revoke(story.worker.publicIdentity.id, reason: "") }),
      ("rotate", { _ = try await $0.rotate(sections: ["basic"]) }),
      ("gc", { _ = try await Remover(from: $0).run() }),
      (
        "snapshot",
        { _ = try await SnapshotTaker(of: $0, to: .folder(story.at("elsewhere")), begins: true).run { _ in } }
      ),
      ("verify", { _ = try await Verifier.enter(verified, at: $0) }),
      ("an entry", { try await $0.commit(as: story.custodian) { _ in [OpenLedger.Draft(.clock)] } }),
    ]
    let before = Files.tree(again)
    for (name, write) in writes {
      let opened = try await story.open(again)
      await #expect(throws: VaultError(.refused, ""), "\(name)") { try await write(opened) }
      #expect(Files.tree(again) == before, "\(name)")
      #expect(!FileManager.default.fileExists(atPath: story.at("elsewhere")), "\(name)")
    }
    #expect(try await story.recover(again)?.snapshot ?? 0 > taken.number)
    for (_, write) in writes { try await write(try await story.open(again)) }
  }

  @Test("Only a custodian makes a copy the vault, once, and while the vault itself can't be read")
  func whoRecovers() async throws {
    let story = try await Story.furnished()
    let taken = try await story.snapshot()
    let again = story.at("again")
    let restored = try await story.restore(to: again)
    let before = Files.tree(again)
    await #expect(throws: VaultError(.refused, "")) {
      try await story.recover(again, accepting: restored.fork)
    }
    try FileManager.default.removeItem(atPath: story.vault)
    await #expect(throws: VaultError(.notGranted, "")) {
      try await story.recover(again, as: story.worker, accepting: restored.fork)
    }
    await #expect(throws: VaultError(.notGranted, "")) {
      try await story.open(again, unlocked: false, accepting: restored.fork).recover()
    }
    #expect(Files.tree(again) == before)
    let takeover = try await story.recover(again, accepting: restored.fork)
    #expect(takeover?.snapshot == taken.number && takeover?.size == restored.size)
    // It is the vault: there is nothing to be done.
    let after = Files.tree(again)
    #expect(try await story.recover(again) == nil)
    #expect(Files.tree(again) == after)
    let verified = try await story.verify(again)
    #expect(verified.isWhole && verified.strays.isEmpty)
  }

  @Test("Another machine that saw what was given up follows the recovered vault once it is told to")
  func following() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    try story.write("basic/1001/later.txt", Array("later".utf8))
    try await story.seal()
    _ = try await story.look(memory: "colleague")
    try FileManager.default.removeItem(atPath: story.vault)
    let again = story.at("again")
    let fork = try await story.restore(to: again).fork
    try await story.recover(again, accepting: fork)
    try await story.seal(at: again)
    await #expect(throws: VaultError(.rollback, "")) { try await story.look(again, memory: "colleague") }
    let opened = try await story.open(again, memory: "colleague", unlocked: false, accepting: fork)
    #expect(opened.isHome)
    #expect(try await story.look(again, memory: "colleague").role == .home)
  }

  @Test("A read that fails once costs a restored copy no box")
  func readThatFailsOnce() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    for number in 1...3 {
      let seen = Mutex(0)
      story.saboteur.strike { operation, _ in
        guard operation.kind == .read, operation.name?.isUnder("boxes") == true else { return nil }
        return seen.withLock { seen in
          seen += 1
          return seen == number ? .failBefore(StorageError(.io, "read", "")) : nil
        }
      }
      let restored = try await story.restore(to: story.at("again-\(number)"))
      story.saboteur.rest()
      #expect(seen.withLock { $0 } > 3)
      #expect(restored.missing.isEmpty && restored.findings.isEmpty)
    }
  }

  @Test("The vault that was given up is a rollback when it turns up again")
  func oldVault() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    try story.write("basic/1001/later.txt", Array("later".utf8))
    try await story.seal()
    try FileManager.default.moveItem(atPath: story.vault, toPath: story.at("hidden"))
    let lost = try await story.restore(to: story.at("again"))
    try await story.recover(story.at("again"), accepting: lost.fork)
    try FileManager.default.moveItem(atPath: story.at("hidden"), toPath: story.vault)
    await #expect(throws: VaultError(.rollback, "")) { try await story.look() }
  }

  @Test("An accepted fork is used once: a second copy that ends there doesn't go on too")
  func acceptedOnce() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    try story.write("basic/1001/later.txt", Array("later".utf8))
    try await story.seal()
    let other = try await story.restore(to: story.at("other"))
    _ = try await story.restore(to: story.at("again"))
    try FileManager.default.removeItem(atPath: story.vault)
    // Who accepted it, and didn't go on, hasn't used it.
    _ = try await story.open(story.at("other"), accepting: other.fork)
    await #expect(throws: VaultError(.rollback, "")) { try await story.recover(story.at("other")) }
    try await story.recover(story.at("again"), accepting: other.fork)
    try await story.seal(at: story.at("again"))
    await #expect(throws: VaultError(.rollback, "")) { try await story.recover(story.at("other")) }
    // Nor where it is accepted once more: the vault that was made of it is there.
    await #expect(throws: VaultError(.refused, "")) {
      try await story.recover(story.at("other"), accepting: other.fork)
    }
    // It can still be read, as what it is: behind.
    let newer = try await story.look(story.at("again")).state.size
    guard case .copy(let behind?) = try await story.look(story.at("other")).role else {
      Issue.record("it isn't behind")
      return
    }
    #expect(behind.entries == newer - other.size)
    #expect(try await story.seal(at: story.at("again")).unchanged == 6)
  }

  @Test("A destination that holds the abandoned tail can't be continued, a fresh one can")
  func abandonedTail() async throws {
    let story = try await Story.furnished()
    try await story.snapshot(to: story.at("older"))
    try FileManager.default.copyItem(atPath: story.at("older"), toPath: story.destination)
    try story.write("basic/1001/later.txt", Array("later".utf8))
    try await story.seal()
    try await story.snapshot(to: story.at("older"))
    try FileManager.default.removeItem(atPath: story.vault)
    let lost = try await story.restore(to: story.at("again"))
    try await story.recover(story.at("again"), accepting: lost.fork)
    try await story.seal(at: story.at("again"))
    await #expect(throws: VaultError(.rollback, "")) {
      try await story.snapshot(of: story.at("again"), to: story.at("older"))
    }
    for number in 1...8 {
      try story.write("basic/1001/more\(number).txt", Array("more".utf8))
      try await story.seal(at: story.at("again"))
    }
    await #expect(throws: VaultError(.refused, "")) {
      try await story.snapshot(of: story.at("again"), to: story.at("older"))
    }
    // Nor is it taken for a copy that is merely behind, once it is shorter than what was seen.
    await #expect(throws: VaultError(.rollback, "")) { try await story.look(story.at("older")) }
    #expect(try await story.snapshot(of: story.at("again"), to: story.at("fresh")).isNew)
  }

  @Test("A vault that was rolled back takes no snapshot: this machine remembers, and so does the destination")
  func rolledBack() async throws {
    let story = try await Story.furnished()
    try FileManager.default.copyItem(atPath: story.vault, toPath: story.at("older"))
    try story.write("basic/1001/later.txt", Array("later".utf8))
    try await story.seal()
    try await story.snapshot()
    try FileManager.default.removeItem(atPath: story.vault)
    try FileManager.default.moveItem(atPath: story.at("older"), toPath: story.vault)
    await #expect(throws: VaultError(.rollback, "")) { try await story.snapshot() }
    // Another machine has not seen more, but the destination has it.
    let opened = try await story.open(as: story.worker, memory: "elsewhere")
    await #expect(throws: VaultError(.rollback, "")) {
      try await SnapshotTaker(of: opened, to: .folder(story.destination), begins: true).run { _ in }
    }
  }

  @Test("A machine that never saw the vault needs its id")
  func emptyMemory() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    await #expect(throws: VaultError(.unknownVault, "")) {
      try await OpenPlace.open(.folder(story.destination), in: story.machine(memory: "elsewhere"))
    }
    let restored = try await story.restore(to: story.at("again"), memory: "elsewhere")
    #expect(restored.behind == 0)
    let sealed = try await OpenPlace.open(
      .folder(story.at("again")), in: story.machine(memory: "elsewhere"), toWrite: true)
    try await sealed.unlock(with: .identity(story.custodian))
    #expect(try await sealed.recover()?.givenUp == 0)
    #expect(try await sealed.rotate(sections: ["basic"]).generation == 2)
    #expect(sealed.isHome && sealed.state.recoveries.count == 1)
  }

  @Test("A destination 90 days old comes back as it was, and then lets superseded keys go")
  func old() async throws {
    let story = try await Story.furnished()
    _ = try await story.open().rotate(sections: ["basic"])
    try await story.snapshot()
    let older = try await story.look().state.generations.dropLast().map { Layout.keyringFile($0.file).text }
    // A copy of the operator's own, from before: what was there when the older generation was superseded.
    for name in older {
      for copy in [name, "second/" + name] {
        try FileManager.default.copyItem(
          atPath: story.vault + "/" + copy, toPath: story.destination + "/" + copy)
      }
    }
    story.pass(days: 90)
    let restored = try await story.restore(to: story.at("again"))
    #expect(restored.missing.isEmpty)
    #expect(try await story.exported(story.at("again")) == Files.tree(story.source))
    let left = try await story.snapshot(beyondLimit: true)
    #expect(left.erased >= UInt64(older.count))
    for name in older { #expect(!FileManager.default.fileExists(atPath: story.destination + "/" + name)) }
    #expect(try await story.verify(story.destination, level: .open).isWhole)
  }

  @Test("Within the hold-back nothing is erased, and beyond the limit only when told")
  func holdback() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    _ = try await story.open().rotate(sections: ["basic"])
    let second = try await story.snapshot()
    #expect(second.erased == 0 && second.findings.isEmpty)
    story.pass(days: 2)
    #expect(try await story.snapshot().erased == 0)
    story.pass(days: 2)
    // What remains of a few records is small beside the keyring, so the generation is within the limit of bytes.
    let third = try await story.snapshot()
    #expect(third.erased > 0 && third.findings.isEmpty)
    let state = try await story.look().state
    for known in state.superseded {
      #expect(
        !FileManager.default.fileExists(atPath: story.destination + "/" + Layout.keyringFile(known.file).text)
      )
    }
    #expect(try await story.verify(story.destination, level: .restore).isWhole)
  }

  @Test("A custodian's key that states old times lets nothing go early")
  func forgedTimes() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    story.turnBack(days: 40)
    let thief = try await story.open()
    try await thief.commit(as: story.custodian) { _ in [OpenLedger.Draft(.clock)] }
    _ = try await thief.rotate(sections: ["basic"])
    story.pass(days: 40)
    let state = try await story.look().state
    let older = try #require(state.superseded.last)
    #expect(try story.now - #require(older.superseded) > 30 * 86_400)
    try await story.snapshot(beyondLimit: true)
    story.pass(days: 1)
    #expect(try await story.snapshot(beyondLimit: true).erased == 0)
    #expect(
      FileManager.default.fileExists(atPath: story.destination + "/" + Layout.keyringFile(older.file).text))
  }

  @Test("Where more than the policy's limit would go, nothing goes until told")
  func limit() async throws {
    // Without a box the keyring is all that is there.
    let story = try await Story()
    try await story.snapshot()
    _ = try await story.open().rotate(sections: ["basic"])
    try await story.snapshot()
    story.pass(days: 4)
    let careful = try await story.snapshot()
    #expect(careful.erased == 0 && careful.findings.map(\.kind) == [.unfinished])
    #expect(careful.findings.map(\.hint) == [.eraseBeyondLimit])
    let told = try await story.snapshot(beyondLimit: true)
    #expect(told.erased > 0 && told.findings.isEmpty)
    #expect(try await story.verify(story.destination, level: .open).isWhole)
  }

  @Test("An older snapshot gives older records under the newest ledger")
  func olderSnapshot() async throws {
    let story = try await Story.furnished()
    let first = try await story.snapshot()
    try story.write("basic/1001/later.txt", Array("later".utf8))
    try await story.seal()
    _ = try await story.open().rotate(sections: ["basic"])
    let second = try await story.snapshot()
    let restored = try await story.restore(to: story.at("older"), snapshot: first.number)
    #expect(restored.snapshot == first.number && restored.leftOut == 1 && restored.boxes == first.copied)
    #expect(restored.size == second.number + 2)
    let opened = try await story.open(story.at("older"), toWrite: false)
    #expect(try await opened.catalog().records.count == 5)
    #expect(opened.state.generation?.number == second.generation)
    await #expect(throws: VaultError(.input, "")) {
      try await story.restore(to: story.at("none"), snapshot: first.number + 1)
    }
  }

  @Test("A restore says what the destination lost, and writes into nothing that is there")
  func losses() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    let boxes = try Vandal(place: story.destination).names("boxes")
    try Vandal(place: story.destination).flip(boxes[0])
    try Vandal(place: story.destination).remove(boxes[1])
    let restored = try await story.restore(to: story.at("again"))
    #expect(Set(restored.missing.map { Layout.box($0).text }) == Set(boxes[..<2]))
    #expect(restored.boxes == 1 && restored.findings.count == 2)
    #expect(try await story.verify(story.at("again"), level: .list).findings.count == 2)
    await #expect(throws: VaultError(.exists, "")) { try await story.restore(to: story.at("again")) }
    await #expect(throws: VaultError(.exists, "")) { try await story.restore(to: story.source) }
  }
}
