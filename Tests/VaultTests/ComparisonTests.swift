import Sealing
import TestKit
import Testing

@testable import Keyring
@testable import Rules
@testable import Vault

/// Nothing of a generation falls on the word of whoever replaced it.
struct ComparisonTests {
  /// A vault with records and two custodians.
  private func scene() async throws -> (scene: Scene, other: Identity) {
    let scene = try await Scene(classes: NewClasses([("basic", 10), ("contracts", 10)]))
    let other = try await scene.hire(.custodian)
    try await scene.seal(scene.source("first", RemoverTests.files))
    return (scene, other)
  }

  private func gc(_ scene: Scene, as identity: Identity) async throws -> Remover.Outcome {
    scene.clock.set(RemoverTests.later(10))
    return try await Remover(from: try await scene.open(as: identity, on: "gc"), ignoresLimit: true).run()
  }

  private func compare(_ scene: Scene, as identity: Identity) async throws -> OpenPlace {
    let opened = try await scene.open(as: identity, on: "comparing")
    await opened.compareWhereDue()
    return opened
  }

  private func lies(_ generation: UInt64, _ scene: Scene) async throws -> Bool {
    let state = try await scene.open(toWrite: false).state
    let file = try #require(state.generation(generation)).file
    return Files.exists("\(scene.place)/\(Layout.keyringFile(file).text)")
  }

  @Test func whatAnotherCustodianComparedMayFall() async throws {
    let (scene, other) = try await scene()
    let before = try #require(try await scene.open(toWrite: false).state.generation).number
    _ = try await scene.open().rotate(sections: ["basic"])
    #expect(try await gc(scene, as: other).uncompared == [before + 1])
    // Nobody says so of their own.
    #expect(try await compare(scene, as: scene.custodian).state.uncompared.map(\.number) == [before + 1])
    #expect(try await gc(scene, as: scene.custodian).erased == 0)
    #expect(try await lies(before, scene))

    let compared = try await compare(scene, as: other)
    #expect(compared.state.uncompared.isEmpty && compared.remarks.isEmpty)
    let size = compared.state.size
    #expect(try await compare(scene, as: other).state.size == size)
    let outcome = try await gc(scene, as: scene.custodian)
    #expect(outcome.erased > 0 && outcome.uncompared.isEmpty)
    #expect(try await !lies(before, scene))
    #expect(try await scene.catalog().count == RemoverTests.files.count)
  }

  @Test func withOneCustodianNobodyElseIsWaitedFor() async throws {
    let scene = try await RemoverTests.furnished()
    #expect(try await scene.open(toWrite: false).state.uncompared.isEmpty)
    #expect(try await RemoverTests.gc(scene).erased > 0)
    // Who came with a generation opens none before it, and isn't waited for.
    _ = try await scene.hire(.custodian)
    #expect(try await scene.open(toWrite: false).state.uncompared.isEmpty)
  }

  /// Additions, merges, revocations and grants in between are accounted for.
  @Test func whatHappensEveryDayDiffersInNothing() async throws {
    let (scene, other) = try await scene()
    let archivist = try await scene.hire(.archivist)
    try await scene.seal(scene.source("more", ["basic/7/a": "7", "contracts/8/b": "8"]), as: archivist)
    _ = try await scene.open().rotate(sections: ["contracts", "directory", "journal"])
    _ = try await scene.open(as: other, on: "other").rotate(sections: ["basic"])
    _ = try await scene.open().revoke(archivist.publicIdentity.id, reason: "left")
    let waiting = try await scene.open(toWrite: false).state.uncompared
    #expect(Set(waiting.map(\.by)).count == 2 && waiting.contains { !$0.taken.isEmpty })
    for identity in [other, scene.custodian] {
      #expect(try await compare(scene, as: identity).remarks.isEmpty)
    }
    let state = try await scene.open(toWrite: false).state
    #expect(state.uncompared.isEmpty && state.generations.allSatisfy(\.taken.isEmpty))
  }

  /// Whoever has a custodian's key can make a generation that counts and holds nothing.
  @Test func aStolenKeyEmptiesNoVault() async throws {
    let (scene, other) = try await scene()
    let before = try await forge(scene)
    let outcome = try await gc(scene, as: other)
    #expect(outcome.uncompared == [before + 1])
    let compared = try await compare(scene, as: other)
    #expect(compared.state.uncompared.map(\.number) == [before + 1])
    #expect(
      compared.remarks.contains {
        if case .keyringDiffers(before + 1, scene.custodian.publicIdentity.id, _) = $0 { true } else { false }
      })
    // Once more of the same, which follows the first forged one well: nothing behind it is freed by that.
    _ = try await scene.open().rotate(sections: ["basic"])
    #expect(try await compare(scene, as: other).state.uncompared.map(\.number) == [before + 1])
    let later = try await gc(scene, as: other)
    #expect(later.uncompared == [before + 1])
    // And one whose file was never written keeps nobody from comparing the others.
    _ = try await scene.open().rotate(sections: ["contracts"])
    let forged = try #require(try await scene.open(toWrite: false).state.generation(before + 1))
    for half in ["", "second/"] {
      Files.write(
        Array("junk".utf8), to: Array("\(scene.place)/\(half)\(Layout.keyringFile(forged.file).text)"))
    }
    let last = try await compare(scene, as: other)
    #expect(last.state.uncompared.map(\.number) == [before + 1])
    #expect(last.remarks.contains { if case .notCompared = $0 { true } else { false } })
    // All keys are still there.
    let state = try await scene.open(toWrite: false).state
    let files = KeyringFiles(try await scene.open(toWrite: false).place.store)
    let old = try await files.generation(try #require(state.generation(before)), vault: state.vault)
    let opened = try OpenGeneration(old, with: other)
    let taken = try #require(state.generation(before + 1)).taken.map(\.page)
    #expect(opened.isWhole && opened.rows + taken.reduce(0) { $0 + $1.count } > 0)
    for page in old.pages { _ = try await files.page(page.digest, size: Int(page.size)) }
    for page in taken { _ = try await files.page(page.hash, size: Int(page.size)) }
  }

  /// What an archivist sealed this morning hangs on a page that waits.
  @Test func aPageIsntRefusedThoughItIsWhole() async throws {
    let (scene, other) = try await scene()
    let archivist = try await scene.hire(.archivist)
    _ = try await compare(scene, as: other)
    try await scene.seal(scene.source("more", ["basic/7/a": "7"]), as: archivist)
    let before = try await forge(scene, refusing: true)
    let looked = try await compare(scene, as: other)
    #expect(looked.state.uncompared.map(\.number) == [before + 1])
    #expect(
      looked.remarks.contains { if case .keyringDiffers = $0 { true } else { false } }, "\(looked.remarks)")
    let page = try #require(looked.state.generation(before + 1)?.left.first).page.hash
    _ = try await gc(scene, as: scene.custodian)
    #expect(try await lies(before, scene))
    #expect(Files.exists("\(scene.place)/\(Layout.keyringFile(page).text)"))
  }

  /// A generation without a row, as the custodian's program never makes it; returns the number of the one before.
  /// - Parameter refusing: with all rows of the one before, and none of those that wait.
  private func forge(_ scene: Scene, refusing: Bool = false) async throws -> UInt64 {
    let vault = try await scene.open()
    let keys = try vault.unlocked()
    let old = keys.opened
    let known = try #require(vault.state.generation)
    var sections: [Section] = []
    for open in old.sections { sections.append(refusing ? open.section : try open.section.with(pages: [])) }
    let readers = vault.state.activeIdentities.filter { old.generation.grant(of: $0.identity.id) != nil }
    let forged = try GenerationDraft(
      vault: keys.vault, number: old.generation.number + 1, previous: old.generation.digest,
      through: vault.state.size, sections: sections, recipients: readers.map { Recipient($0.identity) }
    ).sealed()
    try await keys.files.put(forged.generation.bytes)
    let waiting = vault.state.pendingPages.reduce(0) { $0 + $1.page.count }
    let before = known.change.rows.after
    let change = KeyringChange(
      file: forged.generation.digest, generation: known.number + 1, previous: known.file, reason: .merged,
      refused: refusing
        ? vault.state.pendingKeys.refusing(Set(vault.state.pendingPages.map(\.page.hash))) : [],
      rows: RowCounts(
        before: before, added: refusing ? 0 : waiting, dropped: 0, merged: refusing ? 0 : before + waiting,
        after: refusing ? before : 0),
      size: UInt64(forged.generation.bytes.count), through: vault.state.size)
    let written = try await vault.commit(as: scene.custodian) { _ in [OpenLedger.Draft(.keyring(change))] }
    #expect(written.count == 1)
    return known.number
  }
}
