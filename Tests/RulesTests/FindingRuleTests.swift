import Sealing
import Testing

@testable import Rules

/// Rules 0, 1, 4, 6 and 8 for `found`, `attested` and `forgotten`, and how a finding ends.
struct FindingRuleTests {
  @Test func aFindingIsAboutWhatStandsBeforeIt() throws {
    var house = try House.furnished()
    let next = house.state.size
    #expect(try house.broken(.found(Found(about: next, due: 0))) == .reference)
    #expect(try house.broken(.found(Found(about: next + 1, due: 0))) == .reference)
    // Nothing hangs on what that is, nor on whether it counts.
    let clerk = try house.hire([.clerk])
    let useless = house.state.size
    #expect(try house.commit([house.entry(.clock, by: clerk)], by: clerk).count == 1)
    let entry = try house.enter(.found(Found(about: useless, due: 7)), by: clerk)
    let finding = try #require(house.state.findings[entry])
    #expect(finding.found.content == Found(about: useless, due: 7))
    #expect(!finding.byCustodian)
    let mine = try house.enter(.found(Found(about: 0, due: 0)))
    #expect(house.state.findings[mine]?.byCustodian == true)
  }

  @Test func isEndedByItsMakerACustodianOrAnAuditor() throws {
    var house = try House.furnished(custodians: 2)
    let (maker, other, auditor) = (
      try house.hire([.operator]), try house.hire([.operator]), try house.hire([.auditor])
    )
    for ending in [maker, auditor, house.second] {
      let entry = try house.enter(.found(Found(about: 0, due: 0)), by: maker)
      #expect(try house.broken(.ended(entry), by: other) == .role)
      // It takes nobody else, whoever ends it.
      try house.enter(.ended(entry), by: ending)
      #expect(house.state.findings[entry] == nil)
      #expect(try house.broken(.ended(entry), by: ending) != nil)
    }
    let mine = try house.enter(.found(Found(about: 0, due: 0)))
    #expect(try house.broken(.ended(mine), by: auditor) == .role)
    #expect(try house.broken(.ended(mine), by: house.second) == nil)
  }

  @Test func nobodyHasManyOpen() throws {
    var house = try House.furnished()
    let clerk = try house.hire([.clerk])
    let found = Event.found(Found(about: 0, due: 0))
    for _ in 0..<4 { try house.commit((0..<250).map { _ in try house.entry(found, by: clerk) }, by: clerk) }
    #expect(try house.broken(found, by: clerk) == .counts)
    #expect(try house.broken(found) == nil)
    let first = try #require(house.state.findings.keys.min())
    try house.enter(.ended(first), by: clerk)
    #expect(try house.broken(found, by: clerk) == nil)
  }

  @Test func aCertificateIsOfAnErasureThatHolds() throws {
    var house = try House.furnished()
    try house.enter(.keys(house.pages([9])))
    func certificate(_ about: UInt64) -> Event {
      .attested(Attestation(about: about, kind: .erasure, report: some()))
    }
    #expect(try house.broken(certificate(house.state.size - 1)) == .reference)
    let erasure = house.state.size
    #expect(try house.erase([2]).isEmpty)
    let archivist = try house.hire([.archivist])
    #expect(try house.broken(certificate(erasure), by: archivist) == .role)
    let first = try house.enter(certificate(erasure))
    #expect(house.state.erasures[erasure]?.certificate?.number == first)
    let second = try house.enter(certificate(erasure))
    #expect(house.state.erasures[erasure]?.certificate?.number == second)
    // Of another kind it says nothing of the erasure.
    try house.enter(.attested(Attestation(about: erasure, kind: .compliance, report: some())))
    #expect(house.state.erasures[erasure]?.certificate?.number == second)
    try house.enter(.ended(erasure))
    #expect(try house.broken(certificate(erasure)) == .reference)
  }

  @Test(arguments: Attestation.Kind.allCases) func whoVouchesForWhat(_ kind: Attestation.Kind) throws {
    var house = try House.furnished()
    let allowed: Set<Role> =
      switch kind {
      case .accession: [.archivist, .custodian]
      case .compliance: [.auditor, .custodian]
      default: [.custodian]
      }
    try house.enter(.keys(house.pages([9])))
    let about = kind == .erasure ? house.state.size : 0
    #expect(try house.erase([2]).isEmpty)
    let event = Event.attested(Attestation(about: about, kind: kind, report: some()))
    for role in Role.allCases {
      let actor = role == .custodian ? house.founder : try house.hire([role])
      #expect(try house.broken(event, by: actor) == (allowed.contains(role) ? nil : .role), "\(role)")
    }
  }

  @Test func aForgottenPlaceGetsNoSnapshotUntilItIsCopiedToAgain() throws {
    var house = try House.furnished()
    let place = place()
    #expect(try house.broken(.forgotten(place)) == .place)
    #expect(try house.broken(.forgotten(house.state.home)) == .place)
    try house.enter(.copying(Copying(generation: 1, place: place)))
    try house.enter(.snapshot(house.snapshot(of: place)))
    let entry = try house.enter(.forgotten(place))
    #expect(house.state.places[place]?.forgotten == entry)
    #expect(try house.broken(.forgotten(place)) == .place)
    #expect(try house.broken(.snapshot(house.snapshot(of: place))) == .snapshot)
    try house.enter(.copying(Copying(generation: 1, place: place)))
    #expect(house.state.places[place]?.forgotten == nil)
    #expect(try house.broken(.snapshot(house.snapshot(of: place))) == nil)
    // What became the vault is none that was given up, either.
    try house.enter(.forgotten(place))
    try house.enter(
      .recovered(Recovery(home: place, root: house.state.root, size: house.state.size, snapshot: 1)))
    #expect(house.state.places[place]?.forgotten == nil)
  }
}
