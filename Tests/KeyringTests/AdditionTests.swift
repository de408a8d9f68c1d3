import Sealing
import Testing

@testable import Keyring

@Suite struct AdditionTests {
  let house: House

  init() throws { house = try House() }

  @Test func anAdditionTellsItsSectionToWhoIsGrantedIt() throws {
    let letters = try house.add([(1, 1)], of: house.first)
    let contracts = try house.add([(1, 1)], to: House.contracts, of: house.first)
    let clerk = try OpenGeneration(house.first.generation, with: house.clerk)
    #expect(try clerk.open(letters)?.section == House.letters)
    #expect(try clerk.open(contracts) == nil)
    #expect(try house.first.open(contracts)?.section == House.contracts)
    let open = try #require(try clerk.open(letters))
    let page = try KeyPage(
      opening: try #require(house.shelf.load(letters.digest)), as: open.reference, in: open.section,
      vault: house.vault)
    #expect(page.key(of: id(1))?.copied == key(1).copied)
  }

  @Test func anAlteredKeyIsRefused() throws {
    let addition = try house.add([(1, 1)], of: house.first)
    for index in addition.sealedKey.indices {
      var sealedKey = addition.sealedKey
      sealedKey[index] ^= 4
      let altered = try Addition(
        digest: addition.digest, count: 1, size: UInt64(addition.size), sealedKey: sealedKey, generation: 1)
      if index < 56 {
        #expect(try house.first.open(altered) == nil)
      } else {
        expect(.damaged) { _ = try house.first.open(altered) }
      }
    }
  }

  @Test func anAdditionOfAnotherGenerationIsRefused() throws {
    let addition = try house.add([(1, 1)], of: house.first)
    let other = try Addition(
      digest: addition.digest, count: 1, size: UInt64(addition.size), sealedKey: addition.sealedKey,
      generation: 2)
    expect(.mismatched) { _ = try house.first.open(other) }
  }

  @Test func whatNoPageHasIsRefused() throws {
    let good = try house.add([(1, 1)], of: house.first)
    let size = UInt64(good.size)
    for (count, size, key) in [
      (0, size, good.sealedKey), (4097, size, good.sealedKey),
      (UInt64.max, size, good.sealedKey), (1, UInt64.max, good.sealedKey), (1, size, good.sealedKey + [0]),
    ] {
      expect(.malformed) {
        _ = try Addition(digest: good.digest, count: count, size: size, sealedKey: key, generation: 1)
      }
    }
    // An entry can say that. It must not stop what is done with other pages.
    for (count, size) in [(2, size), (1, size + 1), (1, UInt64(UInt32.max))] as [(UInt64, UInt64)] {
      let addition = try Addition(
        digest: good.digest, count: count, size: size, sealedKey: good.sealedKey, generation: 1)
      expect(.malformed) { _ = try house.first.open(addition) }
    }
  }

  @Test func onlyWhoIsGrantedASectionAddsToIt() throws {
    let clerk = try OpenGeneration(house.first.generation, with: house.clerk)
    expect(.notGranted) { _ = try house.add([(1, 1)], to: House.contracts, of: clerk) }
  }
}

@Suite struct KeyRowsTests {
  @Test func candidatesAreThePagesThatMayHoldTheIdInTheirOrder() throws {
    func page(_ first: UInt64, _ last: UInt64, _ byte: UInt8) throws -> PageReference {
      try SectionTests.page(first, last, byte)
    }
    let epochs = [Epoch(number: 1, state: .sealing, since: 1, key: key(1))]
    let section = try Section(
      id: House.letters, name: "a", epochs: epochs,
      pages: [
        page(10, 19, 1), page(20, 29, 2), page(40, 49, 3), page(45, 60, 4), page(0, 100, 5), page(70, 80, 6),
      ],
      readers: [])
    #expect(section.baseCount == 3)
    let unknown = try PageReference(
      digest: Digest.sha256(of: [7]), key: key(7), count: 2, size: KeyPage.sealedSize(rows: 2), range: nil)
    let rows = KeyRows(
      section,
      additions: [
        OpenAddition(section: House.letters, reference: unknown),
        OpenAddition(section: House.contracts, reference: try page(0, 100, 8)),
      ])
    func keys(_ number: UInt64) -> [UInt8] { rows.candidates(for: id(number)).map { $0.key.copied[0] } }
    #expect(keys(5) == [5, 7])
    #expect(keys(10) == [1, 5, 7] && keys(19) == [1, 5, 7] && keys(20) == [2, 5, 7])
    #expect(keys(35) == [5, 7])
    #expect(keys(47) == [3, 4, 5, 7])
    #expect(keys(75) == [5, 6, 7])
    #expect(keys(200) == [7])
    #expect(rows.pages.count == 7)
  }

  /// An added page whose first id is above the base's last *first* id must not pass for a page of the base.
  @Test func anAddedPageCannotOverruleTheBase() async throws {
    let house = try House()
    let base = try house.add([(10, 1), (60, 2), (90, 3)], of: house.first)
    let second = try await house.make(house.change(house.first, .rotated, [base]))
    let hostile = try house.add([(50, 9), (60, 9), (95, 9)], of: second.opened)
    let third = try await house.make(house.change(second.opened, .rotated, [hostile]))
    #expect(try house.find(60, in: third.opened) == 2)
    #expect(try house.find(50, in: third.opened) == 9 && house.find(95, in: third.opened) == 9)
    #expect(try house.find(61, in: third.opened) == nil)
    #expect(third.opened[House.letters]?.section.baseCount == 1)
  }
}
