import Sealing
import Testing

@testable import Keyring

@Suite struct KeyringEditTests {
  let house: House

  init() throws { house = try House() }

  func counts(_ before: UInt64, _ added: UInt64, _ dropped: UInt64, _ merged: UInt64, _ after: UInt64)
    -> RowCounts
  {
    RowCounts(before: before, added: added, dropped: dropped, merged: merged, after: after)
  }

  @Test func aChangeOfNothingKeepsEverythingUnderFreshKeys() async throws {
    let change = try house.change(house.first, .rotated)
    let next = try await house.make(change)
    let opened = try house.readBack(next.opened)
    #expect(opened.generation.number == 2 && opened.generation.previous == house.first.generation.digest)
    #expect(opened.generation.through == 5)
    #expect(next.rows == counts(0, 0, 0, 0, 0))
    for (old, new) in zip(house.first.sections, opened.sections) {
      #expect(old.section.encoded() == new.section.encoded())
      #expect(!(old.key == new.key))
    }
    #expect(try await house.missing(change, next).isEmpty)
    let clerk = try OpenGeneration(opened.generation, with: house.clerk)
    #expect(clerk.sections.map(\.section.id) == [.directory, House.letters])
  }

  @Test func rotatingBeginsAnEpochInTheSectionsNamed() async throws {
    var change = try house.change(house.first, .rotated)
    try change.rotate(House.letters, since: 77, marking: .compromised)
    try change.rotate(.journal, since: 78)
    let next = try await house.make(change)
    let epochs = try #require(next.opened[House.letters]).section.epochs
    #expect(epochs.map(\.state) == [.opening, .sealing])
    #expect(epochs.map(\.marks) == [.compromised, []] && epochs.map(\.since) == [House.start, 77])
    let before = try #require(house.first[House.letters]?.section.sealing.key)
    #expect(epochs[0].key?.copied == before.copied && epochs[1].key?.copied != before.copied)
    #expect(next.opened[House.contracts]?.section.epochs.count == 1)
    #expect(next.opened.generation.journal.map(\.epoch) == [1, 2])
    #expect(next.opened.generation.newestJournal.epoch == 2)
    #expect(try await house.missing(change, next).isEmpty)
    expect(.refused) { try change.rotate(id(1), since: 1) }
  }

  @Test func additionsAreTakenOverAsTheyAre() async throws {
    let additions = [
      try house.add([(1, 1), (2, 2)], of: house.first),
      try house.add([(5, 5)], to: House.contracts, of: house.first),
      try house.addTokens([(1, 1), (2, 2), (3, 1)], of: house.first),
      try house.add([(2, 99), (3, 3)], of: house.first),
    ]
    let change = try house.change(house.first, .rotated, additions)
    let next = try await house.make(change)
    #expect(next.rows == counts(0, 8, 0, 0, 8) && next.refused.isEmpty)
    let pages = try #require(next.opened[House.letters]).section.pages
    #expect(pages.map(\.digest) == [additions[0].digest, additions[3].digest])
    #expect(next.opened.generation.pages.map(\.digest) == additions.map(\.digest).sorted())
    #expect(try house.find(2, in: next.opened) == 2)
    #expect(try house.find(3, in: next.opened) == 3)
    #expect(try house.find(5, in: next.opened, House.contracts) == 5)
    #expect(try await house.missing(change, next).isEmpty)
  }

  @Test func whatCannotBeTakenOverIsRefusedOnlyWhenItIsNamed() async throws {
    let good = try house.add([(1, 1)], of: house.first)
    let lost = try house.add([(2, 2), (3, 3)], of: house.first)
    let damaged = try house.add([(4, 4)], of: house.first)
    let foreign = try Addition(
      digest: good.digest, count: 1, size: UInt64(good.size),
      sealedKey: SealedStream.seal(key(1), key: key(2), context: SealContext(.pageKey, vault: house.vault)),
      generation: 1)
    house.shelf.lose(lost.digest)
    house.shelf.damage(damaged.digest)
    var change = try house.change(house.first, .rotated, [lost, good, damaged])
    #expect(try await change.unreadable(load: house.shelf.load) == [lost, damaged])
    await #expect(throws: KeyringError(.mismatched, "")) { try await house.make(change) }
    change.refusing = [lost.digest, damaged.digest]
    let next = try await house.make(change)
    #expect(
      next.refused == [
        RefusedPage(digest: lost.digest, count: 2), RefusedPage(digest: damaged.digest, count: 1),
      ])
    #expect(next.rows == counts(0, 1, 0, 0, 1))
    #expect(try await house.missing(change, next).isEmpty)
    let other = try house.change(house.first, .rotated, [foreign])
    #expect(try await other.unreadable(load: house.shelf.load) == [foreign])
  }

  /// A page that holds fewer rows than its entry says, sealed by somebody who may.
  @Test func aPageWithAWrongCountIsNotTakenOver() async throws {
    let plain = Secret(copying: id(1).bytes + key(1).copied)
    let page = try SealedPage(rows: plain, in: House.letters, vault: house.vault)
    let two = try SealedPage(
      rows: Secret(copying: id(1).bytes + key(1).copied + id(2).bytes + key(2).copied), in: House.letters,
      vault: house.vault)
    house.shelf.write(two)
    let honest = try Addition(naming: two, in: house.first)
    let short = try Addition(naming: page, in: house.first)
    let lying = try Addition(
      digest: honest.digest, count: 1, size: UInt64(short.size), sealedKey: honest.sealedKey, generation: 1)
    let change = try house.change(house.first, .rotated, [lying])
    #expect(try await change.unreadable(load: house.shelf.load) == [lying])
  }

  @Test func droppingRewritesOnlyThePagesThatHoldTheSubject() async throws {
    let rows = (0..<10_000).map { ($0 * 2, UInt8($0 % 200 + 1)) }.map { (UInt64($0.0), $0.1) }
    let big = try filled(rows)
    let second = try await house.make(house.change(house.first, .rotated, big))
    let late = try house.add([(6, 66), (8001, 5)], of: second.opened)
    let third = try await house.make(house.change(second.opened, .rotated, [late]))
    _ = house.shelf.takeReads()
    var change = try house.change(third.opened, .dropped)
    try change.drop([id(6), id(9000), id(7777)], in: House.letters)
    let next = try await house.make(change)
    // Rows 6 twice, of which the second never counted, 9000 once; 7777 never was there. Of four pages one holds none of
    // them, and one is asked again which of the rows 6 is the first.
    #expect(house.shelf.takeReads() == 4)
    #expect(next.rows == counts(10_002, 0, 2, 1, 9999))
    let (old, new) = (
      try #require(third.opened[House.letters]).section.pages,
      try #require(next.opened[House.letters]).section.pages
    )
    #expect(zip(old, new).map { $0.digest == $1.digest } == [false, false, true, false])
    #expect(zip(old, new).map { $0.key == $1.key } == [false, false, true, false])
    #expect(new.map(\.count) == [4095, 4095, 1808, 1])
    #expect(try house.find(6, in: next.opened) == nil && house.find(9000, in: next.opened) == nil)
    #expect(try house.find(8, in: next.opened) == 5 && house.find(8001, in: next.opened) == 5)
    #expect(next.opened[House.letters]?.section.baseCount == 3)
    #expect(try await house.missing(change, next).isEmpty)
  }

  @Test func aPageThatLosesAllItsRowsGoes() async throws {
    let additions = [
      try house.add([(1, 1)], of: house.first), try house.add([(2, 2)], of: house.first),
      try house.addTokens([(1, 1), (2, 2), (3, 1)], of: house.first),
    ]
    var change = try house.change(house.first, .dropped, additions)
    try change.drop([id(1)], in: House.letters)
    try change.drop([id(1)], in: .directory)
    let next = try await house.make(change)
    #expect(next.rows == counts(0, 5, 3, 0, 2))
    #expect(next.opened[House.letters]?.section.pages.map(\.digest) == [additions[1].digest])
    #expect(next.opened[.directory]?.section.rows == 1)
    #expect(try await house.missing(change, next).isEmpty)
  }

  @Test func mergingKeepsFirstRowsInPagesThatDoNotOverlap() async throws {
    // 80 pages over the same ids; the same id comes again with another key in every one of them.
    // So many at once would be merged while they are taken over.
    func additions(_ pages: Range<Int>, of generation: OpenGeneration) throws -> [Addition] {
      try pages.map { page in
        try house.add((0..<100).map { (UInt64(page + $0 * 10), UInt8(page + 1)) }, of: generation)
      }
    }
    let half = try await house.make(
      house.change(house.first, .rotated, additions(0..<40, of: house.first)))
    let second = try await house.make(
      house.change(half.opened, .rotated, additions(40..<80, of: half.opened)))
    let before = try #require(second.opened[House.letters]).section
    #expect(before.rows == 8000 && before.baseCount == 1 && before.needsMerging())
    var change = try house.change(
      second.opened, .merged, [try house.add([(5000, 200), (0, 201)], of: second.opened)])
    try change.merge(House.letters)
    let next = try await house.make(change)
    let after = try #require(next.opened[House.letters]).section
    // Ids 0 to 1069: page p has p, p + 10, ..., so of each id the lowest page counts.
    #expect(next.rows == counts(8000, 2, 0, 8002 - 1071, 1071))
    #expect(after.pages.count == 1 && !after.needsMerging() && after.baseCount == 1 && after.rows == 1071)
    for number: UInt64 in [0, 9, 10, 555, 999, 1000, 1069] {
      let page = number < 1000 ? number % 10 : number % 10 + (number - number % 10 - 990)
      #expect(try house.find(number, in: next.opened) == UInt8(page + 1), "\(number)")
    }
    #expect(try house.find(5000, in: next.opened) == 200)
    #expect(try await house.missing(change, next).isEmpty)
  }

  /// Pages of one row, as many as may wait, would fill a section: they leave as few, and each id keeps its first row.
  @Test(arguments: [KeyringEdit.Reason.rotated, .revoked, .granted])
  func manyAdditionsAreTakenOverAsFewPages(reason: KeyringEdit.Reason) async throws {
    var additions: [Addition] = []
    for page in 0..<200 {
      additions.append(try house.add([(UInt64(page % 150) * 7, UInt8(page + 1))], of: house.first))
    }
    let change = try house.change(house.first, reason, additions)
    let next = try await house.make(change)
    let section = try #require(next.opened[House.letters]).section
    #expect(next.rows == counts(0, 200, 0, 50, 150))
    #expect(section.pages.count == 1 && section.rows == 150)
    for page: UInt64 in [0, 1, 49, 50, 149] {
      #expect(try house.find(page * 7, in: next.opened) == UInt8(page + 1))
    }
    #expect(try await house.missing(change, next).isEmpty)
    // Few stay as they are.
    let few = try house.change(house.first, reason, Array(additions.prefix(64)))
    #expect(try await house.make(few).rows == counts(0, 64, 0, 0, 64))
  }

  @Test func mergingManyRowsFillsPages() async throws {
    let base = try await house.make(
      house.change(house.first, .rotated, filled((0..<9000).map { (UInt64($0 * 3), UInt8($0 % 250 + 1)) })))
    let more = try filled((0..<9000).map { (UInt64($0 * 2), UInt8(255)) }, of: base.opened)
    var change = try house.change(base.opened, .merged, more)
    try change.merge(House.letters)
    let next = try await house.make(change)
    // Even multiples of 3 below 18,000 stand in both: 3,000.
    #expect(next.rows == counts(9000, 9000, 0, 3000, 15_000))
    let section = try #require(next.opened[House.letters]).section
    #expect(section.pages.map(\.count) == [4096, 4096, 4096, 2712] && section.baseCount == 4)
    #expect(try house.find(6, in: next.opened) == 3 && house.find(4, in: next.opened) == 255)
    #expect(try await house.missing(change, next).isEmpty)
  }

  @Test func grantingAndRevokingChangeWhoOpensWhat() async throws {
    let auditor = try Identity.generate()
    var change = try KeyringEdit(
      of: house.first, reason: .granted, through: 3, additions: [], known: house.known)
    try change.grant(Recipient(auditor.publicIdentity), .only([.journal]))
    let second = try await house.make(change)
    #expect(
      try OpenGeneration(second.opened.generation, with: auditor).sections.map(\.section.id) == [.journal])
    #expect(try await house.missing(change, second).isEmpty)

    var revoke = try KeyringEdit(
      of: second.opened, reason: .revoked, through: 9, additions: [],
      known: house.known + [auditor.publicIdentity])
    #expect(try revoke.revoke(house.clerk.publicIdentity.id, since: 5) == [.directory, House.letters])
    let third = try await house.make(revoke)
    expect(.notGranted) { _ = try OpenGeneration(third.opened.generation, with: house.clerk) }
    #expect(third.opened.sections.map { $0.section.epochs.count } == [2, 1, 1, 2])
    #expect(try await house.missing(revoke, third).isEmpty)
    expect(.refused) { _ = try revoke.revoke(house.clerk.publicIdentity.id, since: 6) }
    expect(.refused, "an identity whose keys aren't known") {
      _ = try KeyringEdit(of: second.opened, reason: .rotated, through: 9, additions: [], known: house.known)
    }
  }

  @Test func theLastReaderOfASectionCannotGo() async throws {
    var change = try house.change(house.first, .revoked)
    _ = try change.revoke(house.custodian.publicIdentity.id, since: 5)
    await #expect(throws: KeyringError(.malformed, "")) { try await house.make(change) }
  }

  @Test func aClassCanCome() async throws {
    var change = try house.change(house.first, .granted)
    let new = OpenGeneration.NewClass(id: id(1500, in: 7), name: "payments")
    try change.add(new, since: 9, readers: [house.custodian.publicIdentity.id])
    let next = try await house.make(change)
    #expect(
      try house.readBack(next.opened).sections.map(\.section.name)
        == ["directory", "journal", "contracts", "payments", "letters"])
    #expect(try OpenGeneration(next.opened.generation, with: house.clerk).sections.count == 2)
    #expect(try await house.missing(change, next).isEmpty)
    expect(.refused) { try change.add(new, since: 9, readers: []) }
  }

  @Test func aReasonDoesOnlyWhatItSays() throws {
    var change = try house.change(house.first, .rotated)
    expect(.refused) { try change.drop([id(1)], in: House.letters) }
    expect(.refused) { try change.merge(House.letters) }
    var drop = try house.change(house.first, .dropped)
    expect(.refused) { try drop.drop([id(1)], in: .journal) }
    expect(.refused) { _ = try house.change(house.first, .founded) }
    expect(.refused, "ledgers don't shrink") {
      let opened = try OpenGeneration.founding(
        vault: house.vault, classes: [], since: 1,
        recipients: [(Recipient(house.custodian.publicIdentity), .all)],
        through: 8)
      _ = try KeyringEdit(of: opened, reason: .rotated, through: 7, additions: [], known: house.known)
    }
  }

  /// Rows of a class in full pages, as additions.
  func filled(_ rows: [(UInt64, UInt8)], of opened: OpenGeneration? = nil) throws -> [Addition] {
    var new = NewRows(for: House.letters)
    for (number, byte) in rows { new.add(subject: id(number), key: key(byte)) }
    return try new.sealed(vault: house.vault).map {
      house.shelf.write($0)
      return try Addition(naming: $0, in: opened ?? house.first)
    }
  }
}
