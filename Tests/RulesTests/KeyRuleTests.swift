import Ledger
import Sealing
import Testing

@testable import Rules

/// Rules 2, 3, 4 and 9: an entry that counts, and ones that break exactly this rule.
struct KeyRuleTests {
  @Test func generationOfKeysBoxesAndCopies() throws {
    var house = try House.furnished()
    let place = place()
    try house.enter(.copying(Copying(generation: 1, place: place)))
    try house.enter(.keyring(house.nextGeneration()))
    for (generation, rule) in [(UInt64(1), Rule.generation), (2, nil), (3, .generation)] {
      #expect(try house.broken(.keys(house.pages([1], generation: generation))) == rule)
      #expect(try house.broken(.sealed(house.boxes([some()], generation: generation))) == rule)
      #expect(try house.broken(.copying(Copying(generation: generation, place: place))) == rule)
      #expect(try house.broken(.snapshot(house.snapshot(of: place, generation: generation))) == rule)
    }
  }

  @Test func nothingCountsBeforeTheFirstGeneration() throws {
    let house = try House()
    #expect(try house.broken(.keys(house.pages([1]))) == .generation)
    #expect(try house.broken(.sealed(house.boxes([some()]))) == .generation)
    #expect(try house.broken(.copying(Copying(generation: 1, place: place()))) == .generation)
  }

  @Test func succession() throws {
    var house = try House.furnished()
    func change(
      generation: UInt64 = 2, previous: Digest? = house.state.generation?.file,
      through: UInt64 = house.state.size
    ) throws -> Event {
      let honest = try house.nextGeneration()
      return .keyring(
        KeyringChange(
          file: honest.file, generation: generation, previous: previous, reason: .rotated, refused: [],
          rows: honest.rows, size: 1, through: through))
    }
    #expect(try house.broken(change()) == nil)
    #expect(try house.broken(change(through: 1)) == nil)
    #expect(try house.broken(change(generation: 1)) == .generation)
    #expect(try house.broken(change(generation: 3)) == .generation)
    #expect(try house.broken(change(previous: nil)) == .generation)
    #expect(try house.broken(change(previous: some())) == .generation)
    #expect(try house.broken(change(through: house.state.size + 1)) == .generation)
    // The first generation went through 1; a later one may not fall below.
    #expect(house.state.generation?.change.through == 1)
    #expect(try house.broken(change(through: 0)) == .generation)
    let empty = try House()
    let first = try empty.nextGeneration(reason: .founded)
    #expect(try empty.broken(.keyring(first)) == nil)
    let named = KeyringChange(
      file: first.file, generation: 1, previous: some(), reason: .founded, refused: [], rows: first.rows,
      size: 1,
      through: 1)
    #expect(try empty.broken(.keyring(named)) == .generation)
    try house.enter(change())
    #expect(house.state.generations.map(\.number) == [1, 2])
    #expect(house.state.superseded.first?.superseded == house.state.generation?.time)
  }

  /// The race that rule 2 is there for: an archivist adds keys while a custodian makes the next generation.
  @Test func additionInARaceIsNeverLost() throws {
    var house = try House.furnished()
    let archivist = try house.hire([.archivist])
    let made = try house.nextGeneration()
    let keys = try house.enter(.keys(house.pages([5])), by: archivist)
    #expect(try house.broken(.keyring(made)) == .generation)
    // Made anew after the addition, it takes it over.
    let anew = try house.nextGeneration()
    #expect(anew.rows.added == 5)
    #expect(anew.through == keys + 1)
    let late = try house.nextGeneration(through: keys)
    #expect(try house.broken(.keyring(late)) == .generation)
    try house.enter(.keyring(anew))
    #expect(house.state.pendingPages.isEmpty)
    // And the other way round: keys under the generation of before don't count.
    #expect(try house.broken(.keys(house.pages([1], generation: 1)), by: archivist) == .generation)
  }

  @Test func boxIsAddedOnceAndNeverAfterRemoval() throws {
    var house = try House.furnished()
    let (one, two, stray) = (some(), some(), some())
    try house.enter(.sealed(house.boxes([one, two])))
    #expect(house.state.box(two)?.ordinal == 1)
    #expect(try house.broken(.sealed(house.boxes([one]))) == .box)
    let twice = some()
    #expect(try house.broken(.sealed(house.boxes([twice, twice]))) == .box)
    #expect(try house.broken(.sealed(house.boxes([stray]))) == nil)
    try house.enter(.removed([RemovedObject(hash: stray, kind: .box)]))
    #expect(try house.broken(.sealed(house.boxes([some(), stray]))) == .box)
    // Under a digest of the other kind nothing was removed.
    let other = some()
    try house.enter(.removed([RemovedObject(hash: other, kind: .keyring)]))
    #expect(try house.broken(.sealed(house.boxes([other]))) == nil)
  }

  @Test func removedPagesAndGenerationsDoNotComeBack() throws {
    var house = try House.furnished()
    let pages = house.pages([3])
    let next = try house.nextGeneration()
    try house.enter(
      .removed([
        RemovedObject(hash: pages.pages[0].hash, kind: .keyring),
        RemovedObject(hash: next.file, kind: .keyring),
      ]))
    #expect(try house.broken(.keys(pages)) == .box)
    #expect(try house.broken(.keyring(next)) == .box)
    #expect(try house.broken(.keyring(house.nextGeneration())) == nil)
  }

  struct Account: Sendable, CustomTestStringConvertible {
    var name: String
    var before: UInt64 = 10
    var added: UInt64 = 7
    var dropped: UInt64 = 0
    var merged: UInt64 = 0
    var after: UInt64 = 17
    var reason = KeyringChange.Reason.rotated
    var rule: Rule?
    var testDescription: String { name }
  }

  @Test(arguments: [
    Account(name: "adds up", rule: nil),
    Account(name: "dropped, and nobody erased", dropped: 2, after: 15, reason: .dropped, rule: .account),
    Account(name: "dropped none", reason: .dropped, rule: .account),
    Account(name: "merged", merged: 2, after: 15, reason: .merged, rule: nil),
    Account(name: "other before", before: 11, after: 18, rule: .counts),
    Account(name: "fewer added", added: 6, after: 16, rule: .counts),
    Account(name: "more added", added: 8, after: 18, rule: .counts),
    Account(name: "one lost", after: 16, rule: .counts),
    Account(name: "one too many", after: 18, rule: .counts),
    Account(name: "dropped without the reason", dropped: 2, after: 15, rule: .counts),
    Account(name: "dropped while merging", dropped: 2, after: 15, reason: .merged, rule: .counts),
    Account(name: "merged while rotating", merged: 2, after: 15, rule: nil),
    Account(
      name: "merged while dropping, and nobody erased", dropped: 1, merged: 1, after: 15, reason: .dropped,
      rule: .account),
    Account(name: "merged and one lost", merged: 2, after: 14, rule: .counts),
    Account(
      name: "numbers as large as can be", dropped: 1 << 53 - 1, merged: 1 << 53 - 1, after: 1 << 53 - 1,
      reason: .merged, rule: .counts),
  ])
  func account(_ account: Account) throws {
    var house = try House.furnished()
    try house.enter(.keys(house.pages([4, 6])))
    try house.enter(.keyring(house.nextGeneration()))
    try house.enter(.keys(house.pages([3])))
    try house.enter(.keys(house.pages([4])))
    let honest = try house.nextGeneration()
    let change = KeyringChange(
      file: honest.file, generation: honest.generation, previous: honest.previous, reason: account.reason,
      refused: [],
      rows: KeyringChange.Rows(
        before: account.before, added: account.added, dropped: account.dropped, merged: account.merged,
        after: account.after),
      size: 1, through: honest.through)
    #expect(try house.broken(.keyring(change)) == account.rule)
  }

  @Test func refusedPages() throws {
    var house = try House.furnished()
    try house.enter(.keys(house.pages([9])))
    try house.enter(.keyring(house.nextGeneration()))
    let other = try house.hire([.archivist])
    let (founder, archivist) = (house.founder.publicIdentity.id, other.publicIdentity.id)
    // Each has places of their own, however the entries lie.
    try house.enter(.keys(house.pages([1])))
    try house.enter(.keys(house.pages([2])), by: other)
    let last = house.pages([4])
    try house.enter(.keys(last))
    let refusing = house.state.pendingKeys.refusing([last.pages[0].hash])
    #expect(refusing == [RefusedPages(by: founder, count: 4, positions: [1])])
    func change(_ refused: [RefusedPages], added: UInt64) throws -> Event {
      let honest = try house.nextGeneration()
      let rows = KeyringChange.Rows(before: 9, added: added, dropped: 0, merged: 0, after: 9 + added)
      return .keyring(
        KeyringChange(
          file: honest.file, generation: honest.generation, previous: honest.previous, reason: .rotated,
          refused: refused, rows: rows, size: 1, through: honest.through))
    }
    #expect(try house.broken(change([], added: 7)) == nil)
    func refused(_ by: Identifier, _ count: UInt64, _ positions: [Int]) -> RefusedPages {
      RefusedPages(by: by, count: count, positions: positions)
    }
    #expect(try house.broken(change(refusing, added: 3)) == nil)
    #expect(try house.broken(change([refused(founder, 5, [0, 1])], added: 2)) == nil)
    #expect(try house.broken(change([refused(archivist, 2, [0])], added: 5)) == nil)
    let all = [refused(founder, 5, [0, 1]), refused(archivist, 2, [0])].sorted { $0.by < $1.by }
    #expect(try house.broken(change(all, added: 0)) == nil)
    #expect(try house.broken(change(refusing, added: 7)) == .counts)
    #expect(try house.broken(change([refused(founder, 3, [1])], added: 4)) == .counts)
    #expect(try house.broken(change([refused(founder, 4, [2])], added: 3)) == .counts)
    #expect(try house.broken(change([refused(archivist, 4, [1])], added: 3)) == .counts)
    #expect(try house.broken(change([refused(.zero, 4, [1])], added: 3)) == .counts)
  }

  /// Nobody below a custodian makes a change of keys long, or too long to be entered.
  @Test func whatOneIdentityHasWaitingIsBounded() throws {
    var house = try House.furnished()
    let (first, second) = (try house.hire([.archivist]), try house.hire([.archivist]))
    // A page of one row each, eighty an entry.
    let many = [UInt64](repeating: 1, count: 64)
    for _ in 0..<64 { try house.enter(.keys(house.pages(many)), by: first) }
    #expect(house.state.pendingKeys.share(of: first.publicIdentity.id).pages == 4096)
    #expect(try house.broken(.keys(house.pages([1])), by: first) == .counts)
    #expect(try house.broken(.keys(house.pages([1])), by: second) == nil)
    // Every other one of them is refused, and the entry is one that anybody takes.
    let every = Set(
      house.state.pendingPages.enumerated().filter { $0.offset % 2 == 1 }.map(\.element.page.hash))
    let change = try house.nextGeneration(refused: house.state.pendingKeys.refusing(every))
    #expect(change.rows.added == 2048)
    try house.enter(.keyring(change))
    #expect(try house.broken(.keys(house.pages([1])), by: first) == nil)
    // The same by rows: 244 full pages, and one of 576.
    for _ in 0..<4 { try house.enter(.keys(house.pages([UInt64](repeating: 4096, count: 61))), by: second) }
    #expect(try house.broken(.keys(house.pages([577])), by: second) == .counts)
    #expect(try house.broken(.keys(house.pages([576])), by: second) == nil)
  }

  /// A page whose size can't be that of its rows would take memory, and stop whoever takes it over.
  @Test func aPageHasTheSizeOfItsRows() throws {
    let house = try House.furnished()
    let one = house.pages([3]).pages[0]
    for size in [one.size - 1, one.size + 1, 1 << 31] {
      let page = AddedPages.Page(count: one.count, hash: one.hash, key: one.key, size: size)
      #expect(try house.broken(.keys(AddedPages(generation: 1, pages: [page]))) == .counts)
    }
  }

  @Test func whatOthersEnterLeavesAChangeOfKeysInPlace() throws {
    var house = try House.furnished()
    let clerk = try house.hire([.clerk])
    let place = place()
    try house.enter(.copying(Copying(generation: 1, place: place)))
    let basis = house.state.keyBasis
    try house.enter(.sealed(house.boxes([some()])))
    try house.enter(.snapshot(house.snapshot(of: place)))
    let seen = Verification(
      boxes: [], damaged: [], generations: [], level: .list, missing: [], place: place,
      size: house.state.size,
      strays: 0)
    try house.enter(.verified(seen), by: clerk)
    #expect(house.state.keyBasis == basis)
    // What it is made from changes it.
    func changes(_ event: Event) throws -> Bool {
      var copy = house
      try copy.enter(event)
      return copy.state.keyBasis != basis
    }
    #expect(try changes(.keys(house.pages([1]))))
    #expect(try changes(.keyring(house.nextGeneration())))
    #expect(try changes(.removed([RemovedObject(hash: some(), kind: .keyring)])))
    #expect(try changes(.revoked(clerk.publicIdentity.id)))
    #expect(try changes(.policy(house.state.policy)))
  }

  @Test func pageIsNamedOnceWhileItIsPending() throws {
    var house = try House.furnished()
    let one = house.pages([3])
    let twice = AddedPages(generation: 1, pages: one.pages + one.pages)
    #expect(try house.broken(.keys(twice)) == .counts)
    try house.enter(.keys(one))
    #expect(try house.broken(.keys(one)) == .counts)
  }

  @Test func nothingNeededIsRemoved() throws {
    var house = try House.furnished()
    let box = some()
    try house.enter(.sealed(house.boxes([box])))
    let first = try #require(house.state.generation).file
    try house.enter(.keyring(house.nextGeneration()))
    let present = try #require(house.state.generation).file
    let pages = house.pages([2])
    try house.enter(.keys(pages))
    func broken(_ hash: Digest, _ kind: RemovedObject.Kind) throws -> Rule? {
      let stray = RemovedObject(hash: some(), kind: .box)
      return try house.broken(.removed([stray, RemovedObject(hash: hash, kind: kind)]))
    }
    #expect(try broken(box, .box) == .removed)
    #expect(try broken(present, .keyring) == .removed)
    #expect(try broken(pages.pages[0].hash, .keyring) == .removed)
    #expect(try broken(first, .keyring) == nil)
    #expect(try broken(some(), .box) == nil)
    // Once taken over, who makes the next generation knows which pages it needs; the ledger doesn't.
    try house.enter(.keyring(house.nextGeneration()))
    #expect(try broken(pages.pages[0].hash, .keyring) == nil)
  }
}
