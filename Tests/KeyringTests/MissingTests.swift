import Sealing
import Testing

@testable import Keyring

/// What stands before every commit: a generation that lost or changed something must not pass.
@Suite struct MissingTests {
  let house: House
  let old: OpenGeneration

  init() async throws {
    house = try House()
    let additions = [
      try house.add([(1, 1), (2, 2), (3, 3)], of: house.first),
      try house.add([(10, 4), (2, 99)], of: house.first),
      try house.addTokens([(1, 1), (2, 2)], of: house.first),
    ]
    var change = try house.change(house.first, .rotated, additions)
    try change.rotate(House.letters, since: 9)
    old = try await house.make(change).opened
  }

  /// The next generation, but with a section that something happened to.
  func spoiled(
    _ id: Identifier = House.letters, by spoil: (Section) throws -> Section
  ) throws -> OpenGeneration {
    let sections = try old.sections.map { $0.section.id == id ? try spoil($0.section) : $0.section }
    return try GenerationDraft(
      vault: house.vault, number: 3, previous: old.generation.digest, through: 10, sections: sections,
      recipients: house.known.map { Recipient($0) }
    ).sealed()
  }

  func missing(
    _ new: OpenGeneration, _ accounted: Accounted = Accounted(), additions: [Addition] = [],
    rows: RowCounts? = nil, reason: KeyringEdit.Reason = .rotated
  ) async throws -> [Difference] {
    let honest = RowCounts(
      before: old.rows, added: additions.reduce(0) { $0 + UInt64($1.count) },
      dropped: old.rows > new.rows ? old.rows - new.rows : 0, merged: 0, after: new.rows)
    return try await KeyringEdit.missing(
      from: old, additions: additions, to: house.readBack(new), accounted: accounted, rows: rows ?? honest,
      reason: reason, load: house.shelf.load)
  }

  func page(_ rows: [(UInt64, UInt8)]) throws -> PageReference {
    let bytes = rows.flatMap { id($0.0).bytes + key($0.1).copied }
    let page = try SealedPage(rows: Secret(copying: bytes), in: House.letters, vault: house.vault)
    house.shelf.write(page)
    return page.reference
  }

  func letters(_ kind: Difference.Kind, _ count: Int = 1) -> Difference {
    Difference(section: House.letters, kind: kind, count: count)
  }

  @Test func nothingIsMissingWhereNothingHappened() async throws {
    _ = house.shelf.takeReads()
    #expect(try await missing(spoiled { $0 }).isEmpty)
    #expect(house.shelf.takeReads() == 0, "equal pages need no reading")
  }

  @Test func alostPageIsFound() async throws {
    let new = try spoiled { try $0.with(pages: Array($0.pages.dropLast())) }
    #expect(try await missing(new) == [letters(.rowsLost)])
    let other = try spoiled { try $0.with(pages: Array($0.pages.dropFirst())) }
    // Without the first page a later row for 2 counts, with another key.
    #expect(try await missing(other) == [letters(.rowsChanged), letters(.rowsLost, 2)])
  }

  @Test func aLostRowIsFound() async throws {
    let rewritten = try page([(1, 1), (3, 3)])
    let new = try spoiled { try $0.with(pages: [rewritten, $0.pages[1]]) }
    #expect(
      try await missing(new) == [letters(.rowsChanged)], "the row for 2 that comes next has another key")
    let both = try page([(10, 4)])
    let gone = try spoiled { try $0.with(pages: [rewritten, both]) }
    #expect(try await missing(gone) == [letters(.rowsLost)])
  }

  @Test func aChangedKeyIsFound() async throws {
    let rewritten = try page([(1, 1), (2, 2), (3, 33)])
    let new = try spoiled { try $0.with(pages: [rewritten, $0.pages[1]]) }
    #expect(try await missing(new) == [letters(.rowsChanged)])
  }

  @Test func aRowThatOverrulesIsFound() async throws {
    let hostile = try page([(1, 77), (500, 7)])
    let new = try spoiled { try $0.with(pages: [hostile] + $0.pages) }
    let found = try await missing(
      new, rows: RowCounts(before: 7, added: 2, dropped: 0, merged: 0, after: 9))
    #expect(found.contains(letters(.rowsChanged)) && found.contains(letters(.rowsAppeared)))
    #expect(found.contains(Difference(section: .zero, kind: .counts, count: 1)))
  }

  @Test func pagesInAnotherOrderAreFound() async throws {
    let new = try spoiled { try $0.with(pages: $0.pages.reversed()) }
    #expect(try await missing(new) == [letters(.rowsChanged)])
  }

  @Test func aPageUnderAnotherKeyIsRefused() async throws {
    let new = try spoiled {
      let page = $0.pages[0]
      let other = try PageReference(
        digest: page.digest, key: key(1), count: page.count, size: page.size, range: page.range)
      return try $0.with(pages: [other, $0.pages[1]])
    }
    await #expect(throws: KeyringError(.wrongKey, "")) { try await missing(new) }
  }

  @Test func aPageThatWasNotWrittenIsRefused() async throws {
    let rewritten = try page([(1, 1), (2, 2), (3, 3)])
    house.shelf.lose(rewritten.digest)
    let new = try spoiled { try $0.with(pages: [rewritten, $0.pages[1]]) }
    await #expect(throws: KeyringError(.damaged, "")) { try await missing(new) }
  }

  @Test func droppedRowsMustBeGone() async throws {
    let accounted = Accounted(dropped: [House.letters: [id(2)]])
    #expect(try await missing(spoiled { $0 }, accounted) == [letters(.rowsNotDropped, 2)])
    let half = try page([(1, 1), (3, 3)])
    let new = try spoiled { try $0.with(pages: [half, $0.pages[1]]) }
    #expect(try await missing(new, accounted) == [letters(.rowsNotDropped)])
    let rest = try page([(10, 4)])
    let good = try spoiled { try $0.with(pages: [half, rest]) }
    #expect(try await missing(good, accounted).isEmpty)
    let tooMuch = try spoiled { try $0.with(pages: [half]) }
    #expect(try await missing(tooMuch, accounted) == [letters(.rowsLost)])
  }

  @Test func tokensOfDroppedSubjectsMustBeGone() async throws {
    let accounted = Accounted(dropped: [.directory: [id(2)]])
    #expect(
      try await missing(spoiled { $0 }, accounted)
        == [Difference(section: .directory, kind: .rowsNotDropped, count: 1)])
  }

  @Test func lostAndChangedEpochsAreFound() async throws {
    let epochs = try #require(old[House.letters]).section.epochs
    let first = Epoch(number: 1, state: .sealing, since: epochs[0].since, key: epochs[0].key)
    let lost = try spoiled { try $0.with(epochs: [first]) }
    #expect(try await missing(lost) == [letters(.epochsLost), letters(.epochStates)])
    func with(_ epoch: Epoch) throws -> OpenGeneration {
      try spoiled { try $0.with(epochs: [epoch, epochs[1]]) }
    }
    let other = try with(Epoch(number: 1, state: .opening, since: epochs[0].since, key: key(5)))
    #expect(try await missing(other) == [letters(.epochsChanged)])
    let destroyed = try with(Epoch(number: 1, state: .destroyed, since: epochs[0].since, key: nil))
    #expect(try await missing(destroyed) == [letters(.epochsChanged), letters(.epochStates)])
    let later = try with(Epoch(number: 1, state: .opening, since: 1, key: epochs[0].key))
    #expect(try await missing(later) == [letters(.epochsChanged)])
    let marked = try with(
      Epoch(number: 1, state: .opening, marks: .compromised, since: epochs[0].since, key: epochs[0].key))
    #expect(try await missing(marked) == [letters(.epochStates)])
  }

  @Test func sectionsNamesAndReadersAreCompared() async throws {
    let sections = old.sections.map(\.section).filter { $0.id != House.contracts }
    let gone = try GenerationDraft(
      vault: house.vault, number: 3, previous: old.generation.digest, through: 10, sections: sections,
      recipients: house.known.map { Recipient($0) }
    ).sealed()
    #expect(try await missing(gone) == [Difference(section: House.contracts, kind: .section, count: 1)])
    let renamed = try spoiled {
      try Section(id: $0.id, name: "other", epochs: $0.epochs, pages: $0.pages, readers: $0.readers)
    }
    #expect(try await missing(renamed) == [letters(.name)])
    let clerk = house.clerk.publicIdentity.id
    let more = try spoiled(House.contracts) { try $0.with(readers: ($0.readers + [clerk]).sorted()) }
    #expect(
      try await missing(more) == [Difference(section: House.contracts, kind: .readersAppeared, count: 1)])
    #expect(try await missing(more, Accounted(regranted: [clerk])).isEmpty)
    let fewer = try spoiled { try $0.with(readers: $0.readers.filter { $0 != clerk }) }
    #expect(try await missing(fewer) == [letters(.readersLost)])
  }

  @Test func aLostAdditionIsFound() async throws {
    let addition = try house.add([(20, 20), (21, 21)], of: old)
    let new = try spoiled { $0 }
    let rows = RowCounts(before: 7, added: 2, dropped: 0, merged: 0, after: 9)
    let found = try await missing(new, additions: [addition], rows: rows)
    #expect(found.contains(letters(.rowsLost, 2)))
    #expect(found.contains(Difference(section: .zero, kind: .counts, count: 1)))
    #expect(
      try await missing(
        new, Accounted(refused: [addition.digest]), additions: [addition],
        rows: RowCounts(before: 7, added: 0, dropped: 0, merged: 0, after: 7)
      ).isEmpty)
  }

  @Test func onlyTheNextGenerationIsCompared() async throws {
    let new = try spoiled { $0 }
    await #expect(throws: KeyringError(.mismatched, "")) {
      try await KeyringEdit.missing(
        from: house.first, additions: [], to: new, accounted: Accounted(),
        rows: RowCounts(before: 0, added: 0, dropped: 0, merged: 0, after: 0), reason: .rotated,
        load: house.shelf.load)
    }
    let clerk = try OpenGeneration(new.generation, with: house.clerk)
    await #expect(throws: KeyringError(.notGranted, "")) {
      try await KeyringEdit.missing(
        from: old, additions: [], to: clerk, accounted: Accounted(),
        rows: RowCounts(before: 7, added: 0, dropped: 0, merged: 0, after: 7), reason: .rotated,
        load: house.shelf.load)
    }
  }

  @Test func itIsToldByCountsOnly() {
    let difference = letters(.rowsLost, 3)
    #expect(difference.description == "section \(House.letters.hex): rowsLost 3")
  }

  @Test func countsMustAddUp() {
    #expect(RowCounts(before: 5, added: 2, dropped: 1, merged: 0, after: 6).addUp)
    #expect(!RowCounts(before: 5, added: 2, dropped: 1, merged: 0, after: 7).addUp)
    #expect(!RowCounts(before: 0, added: 0, dropped: 1, merged: 0, after: .max).addUp)
    #expect(!RowCounts(before: .max, added: 1, dropped: 0, merged: 0, after: 0).addUp)
  }
}
