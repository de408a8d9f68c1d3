import Sealing
import Testing

@testable import Rules

/// How requests end (Format 4.7), and holds.
struct RequestRuleTests {
  /// Three custodians, so that two remain whatever happens to one.
  private func house() throws -> (house: House, third: Identity) {
    var house = try House.furnished(custodians: 2)
    let third = try Identity.generate()
    let granted = Event.granted(Grantee(identity: third.publicIdentity, kind: .file, roles: [.custodian]))
    let request = try house.enter(.requested(house.asked(granted)), by: house.second)
    try house.enter(granted, request: request)
    return (house, third)
  }

  private func ask(
    _ event: Event, in house: inout House, by identity: Identity, expires: UInt64 = House.start + 10_000
  ) throws -> UInt64 {
    try house.enter(.requested(house.asked(event, expires: expires)), by: identity)
  }

  private func policy(_ house: House) -> Event { .policy(.plain(classes: house.classes)) }

  @Test func isDeclinedOrTakenBack() throws {
    var (house, third) = try house()
    for who in [house.second, third] {
      let request = try ask(policy(house), in: &house, by: house.second)
      try house.enter(.ended(request), by: who)
      #expect(house.state.requests[request]?.end?.how == .ended)
      #expect(try house.broken(policy(house), request: request) == .eyes)
      #expect(try house.broken(.ended(request)) == .reference)
    }
    let clerk = try house.hire([.clerk])
    let request = try ask(policy(house), in: &house, by: house.second)
    #expect(try house.broken(.ended(request), by: clerk) == .role)
  }

  @Test func expiresByWhatACustodianStates() throws {
    var (house, third) = try house()
    let late = House.start + 5000
    let request = try ask(policy(house), in: &house, by: house.second, expires: late)
    let operators = try house.hire([.operator])
    let copying = Event.copying(Copying(generation: 1, place: place()))
    try house.enter(copying, by: operators, time: late + 1)
    #expect(house.state.requests[request]?.end == nil)
    try house.enter(.clock, by: third, time: late)
    #expect(house.state.requests[request]?.end == nil)
    try house.enter(.clock, by: third, time: late + 1)
    #expect(house.state.requests[request]?.end?.how == .expired)
    // What was stated before doesn't end a request.
    let next = try ask(policy(house), in: &house, by: house.second, expires: late)
    #expect(try house.broken(policy(house), request: next, time: late) == nil)
  }

  @Test func nobodyKeepsTheirOwnKey() throws {
    var (house, third) = try house()
    let revocation = Event.revoked(third.publicIdentity.id)
    let request = try ask(revocation, in: &house, by: house.second)
    #expect(try house.broken(.ended(request), by: third) == .reference)
    try house.enter(.clock, by: third, time: House.start + 20_000)
    let home = Recovery(home: place(), root: house.state.root, size: house.state.size, snapshot: 0)
    try house.enter(.recovered(home), by: third)
    #expect(house.state.requests[request]?.end == nil)
    #expect(try house.broken(revocation, request: request, time: House.start + 100) == nil)
    #expect(try house.broken(.ended(request)) == nil)
  }

  @Test func isGoodForAMonthAtMost() throws {
    let (house, _) = try house()
    func expiring(_ expires: UInt64) throws -> Rule? {
      try house.broken(.requested(house.asked(policy(house), expires: expires)), time: House.start + 100)
    }
    #expect(try expiring(House.start + 100) == nil)
    #expect(try expiring(House.start + 99) == .counts)
    #expect(try expiring(House.start + 100 + 30 * 86_400) == nil)
    #expect(try expiring(House.start + 101 + 30 * 86_400) == .counts)
  }

  @Test func nobodyHasAHundred() throws {
    var (house, third) = try house()
    let asked = try house.asked(policy(house))
    let first = house.state.size
    try house.commit((0..<100).map { _ in try house.entry(.requested(asked)) })
    #expect(house.state.openRequests.count == 100)
    #expect(try house.broken(.requested(asked)) == .counts)
    #expect(try house.broken(.requested(asked), by: third) == nil)
    try house.enter(.ended(first))
    #expect(try house.broken(.requested(asked)) == nil)
  }

  @Test func endsWithItsMaker() throws {
    var (house, third) = try house()
    let mine = try ask(policy(house), in: &house, by: house.second)
    let revocation = Event.revoked(house.second.publicIdentity.id)
    let request = try ask(revocation, in: &house, by: third)
    let again = try ask(revocation, in: &house, by: third)
    try house.enter(revocation, request: request)
    #expect(house.state.requests[mine]?.end?.how == .makerGone)
    #expect(house.state.requests[again]?.end?.how == .overtaken)
    let granted = Event.granted(
      Grantee(identity: house.second.publicIdentity, kind: .file, roles: [.custodian]))
    let back = try ask(granted, in: &house, by: third)
    try house.enter(granted, request: back)
    #expect(try house.broken(policy(house), request: mine) == .eyes)
    #expect(try house.broken(revocation, request: again) == .eyes)
  }

  @Test func isOvertaken() throws {
    var (house, third) = try house()
    let stale = try ask(policy(house), in: &house, by: house.second)
    let other = try ask(policy(house), in: &house, by: third)
    try house.enter(policy(house), request: other)
    #expect(house.state.requests[stale]?.end?.how == .overtaken)
    let left = try ask(.revoked(third.publicIdentity.id), in: &house, by: house.second)
    let home = Recovery(home: place(), root: house.state.root, size: house.state.size, snapshot: 0)
    try house.enter(.recovered(home))
    #expect(house.state.requests[left]?.end?.how == .recovered)
  }

  @Test func aHoldIsEndedByTwo() throws {
    var house = try House.furnished(custodians: 2)
    let auditor = try Identity.generate()
    let granted = Event.granted(Grantee(identity: auditor.publicIdentity, kind: .file, roles: [.auditor]))
    #expect(try house.broken(granted) == .eyes)
    let grant = try ask(granted, in: &house, by: house.second)
    try house.enter(granted, request: grant)
    let hold = try house.enter(.held(Holding()), by: auditor)
    #expect(try house.broken(.ended(hold)) == .eyes)
    #expect(try house.broken(.ended(hold), by: auditor) == .eyes)
    let request = try ask(.ended(hold), in: &house, by: house.second)
    #expect(try house.broken(.ended(hold), request: request) == nil)
    let end = try house.enter(.ended(hold), by: auditor, request: request)
    #expect(house.state.holds[hold]?.ended == end)
    #expect(try house.broken(.ended(hold)) == .reference)
  }

  @Test func withOneCustodianNoAuditorEndsAHold() throws {
    var house = try House.furnished()
    let auditor = try house.hire([.auditor])
    let clerk = try house.hire([.clerk])
    #expect(try house.broken(.held(Holding()), by: clerk) == .role)
    let hold = try house.enter(.held(Holding()), by: auditor)
    #expect(try house.broken(.ended(hold), by: auditor, request: 0) == .role)
    #expect(try house.broken(.ended(hold)) == nil)
  }

  @Test func nobodyPlacesAHundredHolds() throws {
    var house = try House.furnished()
    let auditor = try house.hire([.auditor])
    try house.commit((0..<100).map { _ in try house.entry(.held(Holding()), by: auditor) }, by: auditor)
    #expect(try house.broken(.held(Holding()), by: auditor) == .counts)
    #expect(try house.broken(.held(Holding())) == nil)
  }

  @Test func aGrantChangesWhoIsActive() throws {
    var house = try House.furnished()
    let clerk = try house.hire([.clerk])
    func grantee(_ who: Identity, _ roles: Set<Role>, _ kind: IdentityKind = .file) -> Event {
      .granted(Grantee(identity: who.publicIdentity, kind: kind, roles: roles))
    }
    #expect(try house.broken(grantee(clerk, [.archivist], .shares)) == .identity)
    try house.enter(grantee(clerk, [.archivist]))
    #expect(house.state.identities[clerk.publicIdentity.id]?.roles == [.archivist])
    #expect(try house.broken(grantee(house.founder, [.clerk])) == .identity)
    let first = house.state.identities[house.founder.publicIdentity.id]?.granted
    try house.enter(grantee(house.founder, [.clerk, .custodian]))
    #expect(house.state.identities[house.founder.publicIdentity.id]?.granted == first)
  }
}
