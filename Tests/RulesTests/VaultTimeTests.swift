import Ledger
import Sealing
import Testing

@testable import Rules

struct VaultTimeTests {
  @Test func writersBehindWait() throws {
    var house = try House()
    try house.enter(.clock, time: 10_000)
    let (time, policy) = (house.state.time, house.state.policy)
    #expect(time.newest == 10_000)
    #expect(time.doubt(clock: 9_400, policy: policy) == nil)
    #expect(time.doubt(clock: 9_399, policy: policy) == .behind(seconds: 601))
    #expect(time.doubt(clock: .max, policy: policy) == nil)
    let keys = Event.keys(house.pages([1]))
    #expect(time.refusesWriting(keys, clock: 9_399, policy: policy) == .behind(seconds: 601))
    #expect(time.refusesWriting(keys, clock: 9_400, policy: policy) == nil)
    #expect(time.refusesWriting(.clock, clock: 1, policy: policy) == nil)
    let recovery = Event.recovered(Recovery(home: place(), root: some(), size: 1, snapshot: 1))
    #expect(time.refusesWriting(recovery, clock: 1, policy: policy) == nil)
    #expect(time.refusesWriting(.requested(try house.asked(recovery)), clock: 1, policy: policy) == nil)
    #expect(time.refusesWriting(.requested(try house.asked(.clock)), clock: 1, policy: policy) != nil)
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
