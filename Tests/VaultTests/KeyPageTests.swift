import Keyring
import Sealing
import Storage
import StorageFaults
import TestKit
import Testing

@testable import Rules
@testable import Vault

/// Pages of the keyring that are gone, and pages that are many.
struct KeyPageTests {
  /// A vault whose pages are taken over by generation 2, or not yet.
  private func scene(takenOver: Bool) async throws -> (scene: Scene, page: (String) async throws -> String) {
    let scene = try await Scene()
    try await scene.seal(
      scene.source(["basic/1001/a": "1", "contracts/1001/b": "2", "contracts/1002/c": "3"]))
    if takenOver { _ = try await scene.open().rotate(sections: ["communications"]) }
    return (
      scene,
      { name in
        let keys = try await scene.open(toWrite: false).unlocked()
        let section = try #require(keys.section(named: name))
        let pages = KeyRows(section, additions: keys.additions).pages
        try #require(pages.count == 1)
        return Layout.keyringFile(pages[0].digest).text
      }
    )
  }

  @Test(arguments: [false, true], [nil, Array("junk".utf8)] as [[UInt8]?])
  func aPageThatIsGoneInBothCopiesIsNamed(takenOver: Bool, bad: [UInt8]?) async throws {
    let (scene, page) = try await scene(takenOver: takenOver)
    let name = try await page("contracts")
    for half in ["", "second/"] {
      let file = "\(scene.place)/\(half)\(name)"
      if let bad { Files.write(bad, to: Array(file)) } else { Files.unlink(file) }
    }
    // Not taken for erased: its customers' records are there, and it is said what is missing.
    let catalog = try await scene.open(toWrite: false).catalog()
    #expect(Array(catalog.byName.keys) == ["basic/1001/a"])
    #expect(catalog.findings.count == 1 && catalog.findings[0].object == name, "\(catalog.findings)")
    #expect(catalog.findings.first?.kind == (bad == nil ? .missing : .damaged))
    let (files, summary) = try await scene.export()
    #expect(files.count == 1 && summary.findings == catalog.findings)
  }

  @Test func anAdditionThatIsGoneIsLeftOutWhereACustodianSaysSo() async throws {
    let (scene, page) = try await scene(takenOver: false)
    let name = try await page("contracts")
    let place = try #require(
      await scene.open(toWrite: false).state.pendingPages.firstIndex {
        Layout.keyringFile($0.page.hash).text == name
      })
    for half in ["", "second/"] { Files.unlink("\(scene.place)/\(half)\(name)") }
    let opened = try await scene.open()
    #expect(await code { _ = try await opened.rotate(sections: ["basic"]) } == .missing)
    #expect(try await opened.mislaidPages().keys == 2)
    let lost = try await opened.mislaidPages()
    // Another page that goes missing before it is done was not among what somebody said yes to.
    let other = try await page("basic")
    let kept = try #require(Files.read("\(scene.place)/\(other)"))
    for half in ["", "second/"] { Files.unlink("\(scene.place)/\(half)\(other)") }
    #expect(await code { _ = try await opened.leaveOut(lost) } == .missing)
    for half in ["", "second/"] { Files.write(kept, to: Array("\(scene.place)/\(half)\(other)")) }
    _ = try await opened.leaveOut(lost)
    let refused = try #require(opened.state.generation).change.refused
    let custodian = scene.custodian.publicIdentity.id
    #expect(opened.remarks.filter { $0 == .pagesLeftOut(1, keys: 2, by: custodian) }.count == 1)
    #expect(refused.map(\.count) == [2] && refused.map(\.by) == [custodian])
    #expect(refused.map(\.positions) == [[place]])
    // What was sealed with them is lost, and is said to be.
    let left = try await scene.open(toWrite: false).catalog()
    #expect(left.records.count == 1 && left.findings.map(\.kind) == [.lost])
    // Who seals again gives the customers new keys.
    #expect(try await scene.seal(scene.scratch.at("source")).new == 2)
    #expect(try await scene.catalog(losing: true).count == 3)
  }

  /// Whoever copies the page back from a destination must not find that a second key was made meanwhile.
  @Test(arguments: ["contracts", "directory"]) func nobodyGetsASecondKeyWhileTheFirstIsMislaid(
    section: String
  ) async throws {
    let (scene, page) = try await scene(takenOver: false)
    let name = try await page(section)
    let good = try #require(Files.read("\(scene.place)/\(name)"))
    for half in ["", "second/"] { Files.unlink("\(scene.place)/\(half)\(name)") }
    let more = scene.source("more", ["contracts/1001/new": "4"])
    #expect(await code { try await scene.seal(more) } == .missing)
    for half in ["", "second/"] { Files.write(good, to: Array("\(scene.place)/\(half)\(name)")) }
    #expect(try await scene.seal(more).newSubjects == 0)
    #expect(try await scene.catalog().count == 4)
  }

  @Test func aPageOfAGenerationIsNeverLeftOut() async throws {
    let (scene, page) = try await scene(takenOver: true)
    let before = try await scene.open().state.size
    let file = try await page("contracts")
    for half in ["", "second/"] { Files.unlink("\(scene.place)/\(half)\(file)") }
    // Nobody makes a second key for a customer whose first may only be mislaid.
    #expect(await code { try await scene.seal(scene.scratch.at("source")) } == .missing)
    #expect(try await scene.open().state.size == before)
  }

  @Test func aDiskThatHiccupsMakesNoSecondCustomer() async throws {
    let (scene, page) = try await scene(takenOver: false)
    for name in [try await page("directory"), try await page("contracts")] {
      let store = try scene.faulty { operation, _ in
        guard operation.kind == .get, operation.name?.text.hasSuffix(name) == true else { return nil }
        return .failBefore(StorageError(.io, "read", name))
      }
      let more = scene.source("more", ["contracts/1001/new": "4"])
      let opened = try await scene.open(store: store)
      await #expect(throws: StorageError.self) { _ = try await opened.seal([more], layout: .default) }
    }
    #expect(try await scene.seal(scene.scratch.at("more")).newSubjects == 0)
    #expect(Set(try await scene.catalog(Selection(subject: "1001")).values.map(\.subject)).count == 1)
  }

  @Test func manySmallPagesAreMerged() async throws {
    let scene = try await Scene(classes: NewClasses([("basic", 10)]))
    let opened = try await scene.open()
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    var keys: [String: [UInt8]] = [:]
    for number in 0..<74 {
      var new = NewSubjects(opened)
      let value = Array("\(number)")
      let provided = try await new.provide(
        [NewSubjects.Wanted(name: #require(CustomerName(value)), classes: [basic])], as: scene.custodian)
      #expect(new.made == 1 && provided.count == 1)
      keys["\(number)"] = try await opened.keys(of: "\(number)").keys["basic"]
    }
    #expect(Set(keys.values).count == 74)
    _ = try await opened.rotate(sections: ["basic"])
    #expect(opened.state.generations.map(\.change.reason) == [.founded, .rotated])
    let listing = try opened.keyListing()
    #expect(listing.rows == 148 && opened.state.generation?.change.rows.after == 148)
    let reader = try await scene.open(toWrite: false)
    for section in reader.keys?.opened.sections.map(\.section) ?? [] { #expect(section.pages.count <= 1) }
    for (number, key) in keys { #expect(try await reader.keys(of: number).keys["basic"] == key) }
  }

  /// An archivist's pages that never were any stop nobody: not the next seal, not a change of keys, and least of all
  /// the revocation of whoever entered them. What an honest one added this morning stays.
  @Test func pagesThatNeverWereAnyStopNobody() async throws {
    let scene = try await Scene(classes: NewClasses([("basic", 10)]))
    let archivist = try await scene.hire(.archivist)
    let opened = try await scene.open()
    let generation = try #require(opened.state.generation).number
    // More than an entry names one by one, and between them, entry for entry, pages of somebody honest.
    for round in 0..<12 {
      let pages = try (0..<64).map { _ in
        AddedPages.Page(
          count: 1, hash: Digest.sha256(of: try Randomness.bytes(8)), key: [UInt8](repeating: 7, count: 104),
          size: UInt64(KeyPage.sealedSize(rows: 1)))
      }
      try await opened.commit(as: archivist) { _ in
        [OpenLedger.Draft(.keys(AddedPages(generation: generation, pages: pages)))]
      }
      try await scene.seal(scene.source("honest", ["basic/\(round)/a": "\(round)"]))
    }
    let before = try await scene.open()
    #expect(before.state.pendingKeys.share(of: archivist.publicIdentity.id).pages == 768)
    _ = try await before.revoke(archivist.publicIdentity.id, reason: "thief")
    #expect(!before.state.isActive(archivist.publicIdentity.id))
    let change = try #require(before.state.generations.first { $0.change.reason == .revoked }).change
    #expect(change.refused.map(\.by) == [archivist.publicIdentity.id] && change.refused.map(\.count) == [768])
    #expect(
      before.remarks.filter { $0 == .pagesLeftOut(768, keys: 768, by: archivist.publicIdentity.id) }.count
        == 1)
    #expect(try await scene.catalog().count == 12)
    #expect(before.state.pendingPages.isEmpty)
  }

  /// Who may not have more waiting says so; whoever is a custodian takes over first.
  @Test func whoHasTooMuchWaitingIsTold() async throws {
    let scene = try await Scene(classes: NewClasses([("basic", 10)]))
    let archivist = try await scene.hire(.archivist)
    let opened = try await scene.open()
    let generation = try #require(opened.state.generation).number
    func fill(as identity: Identity) async throws {
      for _ in 0..<64 {
        let pages = try (0..<64).map { _ in
          AddedPages.Page(
            count: 1, hash: Digest.sha256(of: try Randomness.bytes(8)),
            key: [UInt8](repeating: 7, count: 104),
            size: UInt64(KeyPage.sealedSize(rows: 1)))
        }
        try await opened.commit(as: identity) { state in
          [
            OpenLedger.Draft(
              .keys(AddedPages(generation: state.generation?.number ?? generation, pages: pages)))
          ]
        }
      }
    }
    try await fill(as: archivist)
    let source = scene.source("more", ["basic/1/a": "1"])
    #expect(await code { try await scene.seal(source, as: archivist) } == .refused)
    try await fill(as: scene.custodian)
    #expect(try await scene.seal(source).new == 1)
    #expect(try await scene.open().state.pendingPages.count == 2)
    #expect(try await scene.seal(scene.source("again", ["basic/2/a": "2"]), as: archivist).new == 1)
  }

  /// What is known of a page hangs on its digest: an entry that names one of the generation's must not make it unusable.
  @Test(arguments: ["basic", "contracts"], [false, true])
  func anEntryThatNamesAPageOfTheGenerationHidesNothing(section: String, isAltered: Bool) async throws {
    let (scene, page) = try await scene(takenOver: true)
    let archivist = try await scene.hire(.archivist)
    let name = try await page("basic")
    let opened = try await scene.open()
    let keys = try opened.unlocked()
    let named = try #require(keys.section(named: section))
    let whole = try #require(
      keys.section(named: "basic")?.pages.first { Layout.keyringFile($0.digest).text == name })
    let other = try #require(keys.opened[named.id])
    var key = try SealedStream.seal(
      Secret(copying: [UInt8](repeating: 9, count: 32)), key: other.key,
      context: SealContext(
        .pageKey, vault: opened.state.vault, section: named.id, number: keys.opened.generation.number))
    if isAltered { key[key.count - 1] ^= 1 }
    try await opened.commit(as: archivist) { _ in
      [
        OpenLedger.Draft(
          .keys(
            AddedPages(
              generation: keys.number,
              pages: [
                AddedPages.Page(
                  count: UInt64(whole.count), hash: whole.digest, key: key, size: UInt64(whole.size))
              ])))
      ]
    }
    // Somebody new is looked for first: every page that may have the row is read.
    let source = scene.source("more", ["basic/0999/a": "new", "basic/1001/a": "2", "contracts/1001/b": "3"])
    #expect(try await scene.seal(source, as: archivist).newSubjects == 1)
    _ = try await scene.open().rotate(sections: ["basic"])
    let catalog = try await scene.catalog()
    #expect(Set(catalog.values.map(\.subject)).count == 3)
    #expect(try await scene.seal(source).new == 0)
  }
}
