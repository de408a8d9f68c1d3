import Sealing
import Testing

@testable import Rules

/// Rules 0, 2, 5 and 11 for `erased` and the `keyring` behind it, and how an erasure ends.
struct ErasureRuleTests {
  private func house(custodians: Int = 1, eyes: Set<Policy.Eyes> = []) throws -> House {
    var house = try House.furnished(custodians: custodians, eyes: eyes)
    try house.enter(.keys(house.pages([9])))
    return house
  }

  /// The rules that entries of one commit break, by their places in it.
  private func broken(_ house: House, _ events: [Event]) throws -> [UInt64: Rule] {
    var copy = house
    let entries = try events.map { try house.entry($0) }
    let judged = try house.state.judge(entries)
    let refused = try copy.commit(entries)
    #expect(judged == refused)
    return Dictionary(uniqueKeysWithValues: refused.map { ($0.number - house.state.size, $0.rule) })
  }

  @Test func countsWithItsKeyring() throws {
    var house = try house()
    let first = house.state.size
    #expect(try house.erase([2, 3]).isEmpty)
    #expect(house.state.erasures.keys.sorted() == [first, first + 1])
    #expect(house.state.generation?.change.rows.dropped == 5)
    #expect(house.state.erasures[first]?.erased.content == Erasure(generation: 2, rows: 2))
  }

  @Test func takesExactlyItsKeyringBehindIt() throws {
    let house = try house()
    let (two, three) = (Event.erased(try house.erasure(rows: 2)), Event.erased(try house.erasure(rows: 3)))
    func dropping(_ rows: UInt64, _ reason: KeyringChange.Reason = .dropped) throws -> Event {
      .keyring(try house.nextGeneration(reason: reason, dropped: rows))
    }
    let late = Event.erased(Erasure(generation: 3, rows: 2))
    let hold = Event.held(Holding())
    #expect(try broken(house, [two, three, dropping(5)]) == [:])
    #expect(try broken(house, [two]) == [0: .account])
    #expect(try broken(house, [two, three, dropping(4)]) == [0: .account, 1: .account, 2: .account])
    #expect(try broken(house, [two, .clock, dropping(2)]) == [0: .account, 2: .account])
    #expect(try broken(house, [dropping(2), two]) == [0: .account, 1: .account])
    #expect(try broken(house, [two, dropping(0, .rotated)]) == [0: .account, 1: .account])
    #expect(try broken(house, [two, dropping(2, .rotated)]) == [0: .account, 1: .counts])
    // What breaks a rule itself ends the run; what is behind it may still count.
    #expect(try broken(house, [two, late, three, dropping(3)]) == [0: .account, 1: .generation])
    #expect(try broken(house, [late, dropping(2)]) == [0: .generation, 1: .account])
    // A second run stands behind another generation.
    #expect(try broken(house, [two, dropping(2), three, dropping(3)]) == [2: .generation, 3: .generation])
    // Whoever erases had looked at every hold.
    #expect(try broken(house, [hold, two, dropping(2)]) == [1: .account, 2: .generation])
  }

  @Test func nothingIsErasedBeforeThereAreKeys() throws {
    let house = try House()
    #expect(try broken(house, [.erased(Erasure(generation: 1, rows: 1))]) == [0: .generation])
  }

  @Test func oneRequestAllowsSoManyRowsInAll() throws {
    var house = try house(custodians: 2, eyes: [.drop])
    let asked = try house.asked(.erased(house.erasure(rows: 1)), drops: 5)
    let request = try house.enter(.requested(asked), by: house.second)
    #expect(try house.erasing([2, 3]) == [.eyes, .eyes, .account])
    #expect(try house.erasing([3, 3], request: request) == [.account, .eyes, .account])
    #expect(try house.erasing([2, 3], request: request) == [])
    #expect(try house.erase([2, 1], request: request).isEmpty)
    #expect(house.state.requests[request]?.end?.how == .used)
    #expect(try house.erasing([1], request: request) == [.eyes, .account])
  }

  @Test func isTakenBackWhileTheOldKeysAreThere() throws {
    var house = try house()
    let erased = house.state.size
    try house.erase([2])
    #expect(try house.broken(.ended(erased)) == nil)
    var removed = house
    let before = try #require(removed.state.generation(1)).file
    try removed.enter(.removed([RemovedObject(hash: before, kind: .keyring)]))
    #expect(try removed.broken(.ended(erased)) == .reference)
    let end = try house.enter(.ended(erased))
    #expect(house.state.erasures[erased]?.ended == end)
    #expect(try house.broken(.ended(erased)) == .reference)
  }

  @Test func takingItBackTakesTwoCustodians() throws {
    var house = try house(custodians: 2)
    let erased = house.state.size
    try house.erase([2])
    #expect(try house.broken(.ended(erased)) == .eyes)
    let request = try house.enter(.requested(house.asked(.ended(erased))), by: house.second)
    #expect(try house.broken(.ended(erased), request: request) == nil)
  }

  @Test func othersDontErase() throws {
    var house = try house()
    let archivist = try house.hire([.archivist, .auditor, .operator, .clerk])
    #expect(try house.broken(.erased(house.erasure(rows: 1)), by: archivist) == .role)
  }
}
