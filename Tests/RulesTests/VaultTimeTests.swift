import Ledger
import Sealing
import Testing

@testable import Rules

struct VaultTimeTests {
  @Test func writersBehindWait() throws {
    var house = try House()
    let entry = try house.enter(.clock, time: 10_000)
    let stated = VaultTime.Statement(time: 10_000, entry: entry, by: house.founder.publicIdentity.id)
    let (time, policy) = (house.state.time, house.state.policy)
    #expect(time.newest == 10_000)
    #expect(time.doubt(clock: 9_400, policy: policy) == nil)
    #expect(time.doubt(clock: 9_399, policy: policy) == .behind(seconds: 601, stated))
    #expect(time.doubt(clock: .max, policy: policy) == nil)
    let keys = Event.keys(house.pages([1]))
    #expect(time.refusesWriting(keys, clock: 9_399, policy: policy) == .behind(seconds: 601, stated))
    #expect(time.refusesWriting(keys, clock: 9_400, policy: policy) == nil)
    #expect(time.refusesWriting(.clock, clock: 1, policy: policy) == nil)
    let recovery = Event.recovered(Recovery(home: place(), root: some(), size: 1, snapshot: 1))
    #expect(time.refusesWriting(recovery, clock: 1, policy: policy) == nil)
    #expect(time.refusesWriting(.requested(try house.asked(recovery)), clock: 1, policy: policy) == nil)
    #expect(time.refusesWriting(.requested(try house.asked(.clock)), clock: 1, policy: policy) == nil)
    // Nor does taking a right away wait for anybody.
    let revoked = Event.revoked(place())
    let change = Event.keyring(try house.nextGeneration(reason: .revoked))
    #expect(time.refusesWriting(revoked, clock: 1, policy: policy) == nil)
    #expect(time.refusesWriting(change, clock: 1, policy: policy) == nil)
    #expect(
      time.refusesWriting(.keyring(try house.nextGeneration()), clock: 1, policy: policy)
        == .behind(seconds: 9_999, stated))
  }

  @Test(arguments: [Role.archivist, .operator, .clerk, .auditor])
  func nobodyBelowACustodianStopsOthers(role: Role) throws {
    var house = try House.furnished()
    let policy = house.state.policy
    let before = house.state.time.custodians
    let other = try house.hire([role])
    let wrong: UInt64 = House.start + 300_000_000
    let event: Event =
      role == .archivist
      ? .keys(house.pages([1]))
      : .verified(
        Verification(
          boxes: [], damaged: [], generations: [1], level: .list, missing: [], place: house.state.home,
          size: 1,
          strays: 0))
    let entry = try house.enter(event, by: other, time: wrong)
    let time = house.state.time
    #expect(time.newest == wrong && time.custodians.time < House.start + 1_000)
    #expect(time.custodians.entry >= before.entry)
    let stated = VaultTime.Statement(time: wrong, entry: entry, by: other.publicIdentity.id)
    // It is told, and nobody waits for it.
    let clock = House.start + 1_000
    #expect(time.doubt(clock: clock, policy: policy) == .claimed(seconds: wrong - clock, stated))
    for event in [Event.keys(house.pages([1])), .keyring(try house.nextGeneration())] {
      #expect(time.refusesWriting(event, clock: clock, policy: policy) == nil)
    }
  }

  /// A hold-back that waits for a wrong time would never end; once the clock is settled it runs from there.
  @Test func holdBacksThatBeganWithAWrongClock() throws {
    var house = try House.furnished()
    let archivist = try house.hire([.archivist])
    try house.enter(.keys(house.pages([1])), by: archivist, time: 9_000_000_000)
    try house.enter(.keyring(try house.nextGeneration()), time: House.start + 10)
    try house.enter(.removed([RemovedObject(hash: some(), kind: .box)]), time: House.start + 11)
    #expect(house.state.generations.dropLast().last?.superseded == 9_000_000_000)
    #expect(house.state.removed.values.map(\.since) == [9_000_000_000])
    let earlier = house.state.generations.dropLast(2).compactMap(\.superseded)
    try house.enter(.clock, time: House.start + 20)
    #expect(house.state.generations.dropLast().last?.superseded == House.start + 20)
    #expect(house.state.removed.values.map(\.since) == [House.start + 20])
    #expect(house.state.generations.dropLast(2).compactMap(\.superseded) == earlier)
  }

  @Test func aClockEntrySettlesWhoIsWrong() throws {
    var house = try House.furnished(custodians: 2)
    try house.enter(.clock, time: 5_000)
    try house.enter(.keys(house.pages([1])), by: house.second, time: 9_000_000)
    #expect(house.state.time.newest == 9_000_000)
    // Older times don't take it back; only who settles does.
    try house.enter(.keys(house.pages([1])), time: 6_000)
    #expect(house.state.time.newest == 9_000_000)
    try house.enter(.clock, time: 6_100)
    #expect(house.state.time.newest == 6_100)
    #expect(house.state.time.stated(by: house.second.publicIdentity.id) == 6_100)
  }

  @Test func whatDoesNotCountSaysNothingAboutTime() throws {
    var house = try House.furnished()
    let clerk = try house.hire([.clerk])
    let before = house.state.time
    let refused = try house.commit([house.entry(.clock, by: clerk, time: 9_000_000_000)], by: clerk)
    #expect(refused.map(\.rule) == [.role])
    #expect(house.state.time == before)
  }

  @Test func whatTimeAllowsAndMakesDue() throws {
    var house = try House.furnished(custodians: 2)
    let other = [house.second.publicIdentity.id]
    #expect(house.state.time.allowing(clock: 77, otherCustodians: []) == 77)
    #expect(house.state.time.due(clock: 77, otherCustodians: []) == 77)
    #expect(house.state.time.allowing(clock: 77, otherCustodians: other) == nil)
    #expect(house.state.time.due(clock: 77, otherCustodians: other) == 77)
    try house.enter(.keys(house.pages([1])), by: house.second, time: House.start + 500)
    let time = house.state.time
    #expect(time.allowing(clock: House.start + 400, otherCustodians: other) == House.start + 400)
    #expect(time.allowing(clock: House.start + 600, otherCustodians: other) == House.start + 500)
    #expect(time.due(clock: House.start + 400, otherCustodians: other) == House.start + 500)
    #expect(time.due(clock: House.start + 600, otherCustodians: other) == House.start + 600)
  }
}
