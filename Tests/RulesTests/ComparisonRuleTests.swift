import Sealing
import Testing

@testable import Rules

/// By whose word a generation counts as compared with the one before it.
struct ComparisonRuleTests {
  private func compared(_ numbers: [UInt64], in house: House) -> Event {
    .verified(
      Verification(
        boxes: [], damaged: [], generations: [], keyrings: numbers, level: .list, missing: [],
        place: house.home,
        size: house.state.size, strays: 0))
  }

  private func uncompared(_ house: House) -> [UInt64] { house.state.uncompared.map(\.number) }

  @Test func onlyAnotherCustodianSaysSo() throws {
    var house = try House.furnished(custodians: 2)
    let clerk = try house.hire([.clerk])
    try house.enter(.keys(house.pages([3, 4])))
    try house.enter(.keyring(house.nextGeneration()))
    #expect(uncompared(house) == [2] && house.state.generations[1].taken.map(\.page.count) == [3, 4])
    // Their own word counts as an entry, and changes nothing.
    try house.enter(compared([2], in: house))
    #expect(uncompared(house) == [2])
    #expect(try house.broken(compared([2], in: house), by: clerk) == .role)
    #expect(try house.broken(compared([], in: house), by: clerk) == nil)
    for numbers: [UInt64] in [[0], [1], [3], [2, 3]] {
      #expect(try house.broken(compared(numbers, in: house), by: house.second) == .generation)
    }
    let entry = try house.enter(compared([2], in: house), by: house.second)
    #expect(uncompared(house).isEmpty && house.state.generations[1].compared == entry)
    #expect(house.state.generations[1].taken.isEmpty)
    // Each goes by itself.
    try house.enter(.keyring(house.nextGeneration()), by: house.second)
    try house.enter(.keyring(house.nextGeneration()))
    try house.enter(compared([3, 4], in: house))
    #expect(uncompared(house) == [4])
    try house.enter(compared([3, 4], in: house), by: house.second)
    #expect(uncompared(house).isEmpty && house.state.generations[3].compared == house.state.size - 1)
  }

  @Test func whoCouldNotIsNotWaitedFor() throws {
    var house = try House.furnished()
    try house.enter(.keyring(house.nextGeneration()))
    #expect(uncompared(house).isEmpty)
    // Granted behind the generation before: that one they don't open.
    _ = try house.hire([.custodian])
    try house.enter(.keyring(house.nextGeneration(reason: .granted)))
    #expect(uncompared(house).isEmpty)
    try house.enter(.keyring(house.nextGeneration()))
    #expect(uncompared(house) == [4])
  }

  @Test func whatWasLeftOutIsNotTaken() throws {
    var house = try House.furnished(custodians: 2)
    try house.enter(.keys(house.pages([3])), by: house.second)
    try house.enter(.keys(house.pages([4, 5, 6])))
    let refused = RefusedPages(by: house.founder.publicIdentity.id, count: 5, positions: [1])
    try house.enter(.keyring(house.nextGeneration(refused: [refused])))
    #expect(house.state.generations[1].taken.map(\.page.count) == [3, 4, 6])
  }
}
