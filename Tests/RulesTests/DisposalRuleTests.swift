import Sealing
import Testing

@testable import Rules

/// When what was kept for long enough may be left out, and when it may go.
struct DisposalRuleTests {
  private static let hour: UInt64 = 3600
  /// 2037-01-02, in the year behind the one for which the house's boxes are kept.
  private static let after: UInt64 = 2_114_467_200

  private func house(_ digests: [Digest], custodians: Int = 2) throws -> House {
    var house = try House.furnished(custodians: custodians)
    try house.enter(.sealed(house.boxes(digests)))
    return house
  }

  private func disposed(_ old: [Digest], keeping new: [Digest] = [], in house: House) -> Event {
    .moved(
      BoxMove(
        boxes: house.boxes(new).boxes, generation: house.state.generation?.number ?? 1, reason: .disposed,
        replaced: old, year: 2036))
  }

  private func compared(_ numbers: [UInt64], in house: House) -> Event {
    .verified(
      Verification(
        boxes: [], damaged: [], generations: [], level: .list, missing: [], moves: numbers,
        place: house.home, size: house.state.size, strays: 0))
  }

  private func removed(_ digest: Digest) -> Event { .removed([RemovedObject(hash: digest, kind: .box)]) }

  @Test func nothingIsDisposedOfInTheYearsForWhichItIsKept() throws {
    let old = some()
    let house = try house([old])
    #expect(try house.broken(disposed([old], in: house)) == .box)
    #expect(try house.broken(disposed([old], in: house), time: Self.after - 3 * 86_400) == .box)
    #expect(try house.broken(disposed([old], in: house), time: Self.after) == nil)
  }

  @Test func itFallsADayAfterSomebodySaidThatItIsRight() throws {
    let (old, new) = (some(), some())
    var house = try house([old])
    let entry = try house.enter(disposed([old], keeping: [new], in: house), time: Self.after)
    let later = Self.after + 500 * Self.hour
    #expect(try house.broken(removed(old), time: later) == .removed)
    try house.enter(compared([entry], in: house), by: house.second, time: later)
    // By what another custodian states than whoever removes it.
    #expect(try house.broken(removed(old), time: later + 100 * Self.hour) == .removed)
    try house.enter(.accessed(AccessedRecords(records: 0)), by: house.second, time: later + 71 * Self.hour)
    #expect(try house.broken(removed(old), time: later + 100 * Self.hour) == .removed)
    // What it brought isn't moved on before.
    let next = Event.moved(
      BoxMove(
        boxes: house.boxes([some()]).boxes, generation: 1, reason: .rewritten, replaced: [new], year: 2036))
    #expect(try house.broken(next, time: later) == .box)
    try house.enter(.accessed(AccessedRecords(records: 0)), by: house.second, time: later + 72 * Self.hour)
    #expect(try house.broken(removed(old), by: house.second, time: later + 100 * Self.hour) == .removed)
    // Each look begins it anew.
    var looked = house
    try looked.enter(compared([entry], in: looked), by: looked.second, time: later + 72 * Self.hour)
    #expect(try looked.broken(removed(old)) == .removed)
    try house.enter(removed(old), time: later)
    #expect(try house.broken(next, time: later) == nil)
  }

  @Test func aHoldOrAPolicyBehindTheLookKeepsIt() throws {
    let old = some()
    var house = try house([old])
    let entry = try house.enter(disposed([old], in: house), time: Self.after)
    try house.enter(compared([entry], in: house), by: house.second, time: Self.after)
    let later = Self.after + 500 * Self.hour
    try house.enter(.accessed(AccessedRecords(records: 0)), by: house.second, time: later)
    #expect(try house.broken(removed(old), time: later) == nil)
    let hold = try house.enter(.held(Holding()), time: Self.after)
    #expect(try house.broken(removed(old), time: later) == .removed)
    var look = house
    // Not by whoever disposed of it.
    try look.enter(compared([entry], in: look), time: Self.after)
    #expect(try look.broken(removed(old), time: later) == .removed)
    try look.enter(compared([entry], in: look), by: look.second, time: Self.after)
    #expect(try look.broken(removed(old), time: later) == .removed)
    try look.enter(.accessed(AccessedRecords(records: 0)), by: look.second, time: later + 500 * Self.hour)
    #expect(try look.broken(removed(old), time: later) == nil)
    // Who confirmed it by mistake takes it back without asking.
    try look.enter(.ended(entry), by: look.second, time: Self.after)
    #expect(look.state.liveBoxes().map(\.box.hash) == [old])
    let request = try house.enter(
      .requested(house.asked(.ended(hold), expires: Self.after + 86_400)), by: house.second, time: Self.after)
    try house.enter(.ended(hold), request: request, time: Self.after)
    #expect(try house.broken(removed(old), time: later) == nil)
  }

  @Test func aSoleCustodianLooksAgain() throws {
    let old = some()
    var house = try house([old], custodians: 1)
    let entry = try house.enter(disposed([old], in: house), time: Self.after)
    let later = Self.after + 500 * Self.hour
    #expect(try house.broken(removed(old), time: later) == nil)
    try house.enter(.held(Holding()), time: Self.after)
    #expect(try house.broken(removed(old), time: later) == .removed)
    try house.enter(compared([entry], in: house), time: Self.after)
    #expect(try house.broken(removed(old), time: later) == nil)
    // A time that was put back asks for one more.
    try house.enter(.clock, time: House.start + 1)
    #expect(try house.broken(removed(old), time: later) == .removed)
  }

  @Test func itIsCopiedAsLongAsItMayComeBack() throws {
    let (old, other) = (some(), some())
    var house = try house([old, other])
    let entry = try house.enter(disposed([old], in: house), time: Self.after)
    try house.enter(compared([entry], in: house), by: house.second, time: Self.after)
    func copied() -> [Digest] { house.state.boxesToCopy(at: house.state.size).map(\.box.hash) }
    #expect(copied() == [old, other])
    try house.enter(
      .accessed(AccessedRecords(records: 0)), by: house.second, time: Self.after + 500 * Self.hour)
    try house.enter(removed(old), time: Self.after + 500 * Self.hour)
    #expect(copied() == [other])
  }

  @Test func itIsKeptToTheLaterOfTwoYears() throws {
    var house = try House.furnished()
    let classID = try #require(house.state.policy.classes.first).id
    let first = try house.enter(.sealed(house.boxes([some()])))
    func last(_ year: UInt64, _ entry: UInt64) -> UInt64? {
      house.state.keptUntil(classID, year: year, first: entry)
    }
    let sealed = CivilTime.year(of: House.start)
    #expect(last(sealed + 10, first) == sealed + 10)
    // Whoever seals may say any year; it was kept for the class's from when it was sealed.
    #expect(last(1, first) == sealed + 10)
    #expect(last(sealed + 90, first) == sealed + 90)
    #expect(house.state.keptUntil(.zero, year: 1, first: first) == nil)
    #expect(last(1, first - 1) == nil)
    // More years mean what is sealed already, too; fewer don't.
    for (years, expected) in [(UInt64(15), sealed + 15), (3, sealed + 10)] {
      let policy = house.state.policy
      try house.enter(
        .policy(
          Policy(
            clockLead: policy.clockLead,
            classes: policy.classes.map { Policy.ClassRule(id: $0.id, years: years) },
            cryptoperiod: policy.cryptoperiod, fourEyes: [], holdback: policy.holdback,
            erasePercent: policy.erasePercent, schedule: policy.schedule)))
      #expect(last(sealed + 10, first) == expected)
    }
    let second = try house.enter(.sealed(house.boxes([some()])))
    #expect(last(sealed + 3, second) == sealed + 3)
  }
}
