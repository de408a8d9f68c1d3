import Ledger
import Sealing
import Testing

@testable import Rules

/// Rule 5: what takes two custodians.
struct FourEyesTests {
  static func events(_ house: House) throws -> [Event] {
    let somebody = try Identity.generate().publicIdentity
    return [
      .granted(Grantee(identity: somebody, kind: .file, roles: [.auditor, .custodian])),
      .revoked(house.second.publicIdentity.id),
      .policy(Policy.plain(classes: house.classes)),
      .recovered(Recovery(home: place(), root: house.state.root, size: house.state.size, snapshot: 3)),
      .ended(house.state.size - 1),
    ]
  }

  /// With rows to erase, and a hold.
  static func house(custodians: Int = 2, eyes: Set<Policy.Eyes> = [.drop, .recovered]) throws -> House {
    var house = try House.furnished(custodians: custodians, eyes: eyes)
    try house.enter(.keys(house.pages([5])))
    try house.enter(.held(Holding()))
    return house
  }

  @Test func allOfThemTakeARequest() throws {
    let house = try Self.house()
    for event in try Self.events(house) {
      #expect(house.state.needsRequest(event))
      #expect(try house.broken(event) == .eyes, "\(event.name)")
      #expect(try house.broken(event, request: 0) == .eyes, "\(event.name)")
    }
  }

  @Test func oneCustodianWorksAlone() throws {
    var house = try Self.house(custodians: 1)
    let hold = house.state.size - 1
    try house.enter(
      .granted(Grantee(identity: house.second.publicIdentity, kind: .file, roles: [.archivist])))
    #expect(try house.erasing([2]) == [])
    for event in try Self.events(house).dropLast() + [.ended(hold)] {
      #expect(!house.state.needsRequest(event))
      #expect(try house.broken(event) == nil, "\(event.name)")
    }
  }

  @Test func othersTakeNone() throws {
    var house = try Self.house(eyes: [])
    let clerk = try house.hire([.clerk])
    let somebody = try Identity.generate().publicIdentity
    let events: [Event] = [
      .granted(Grantee(identity: somebody, kind: .file, roles: [.archivist])),
      .revoked(clerk.publicIdentity.id), .clock,
      .recovered(Recovery(home: place(), root: house.state.root, size: house.state.size, snapshot: 3)),
    ]
    for event in events { #expect(try house.broken(event) == nil, "\(event.name)") }
    #expect(try house.erasing([2]) == [])
    let strict = try Self.house()
    #expect(try strict.broken(.keyring(strict.nextGeneration())) == nil)
  }

  @Test(arguments: 0..<5) func requestedAndCarriedOut(_ index: Int) throws {
    var house = try Self.house()
    let event = try Self.events(house)[index]
    let request = try house.enter(.requested(house.asked(event, drops: 2)), by: house.second)
    #expect(house.state.openRequests(at: 0).map(\.asked.number) == [request])
    try house.enter(Self.later(event, house), request: request)
    #expect(house.state.requests[request]?.used == request + 1)
    #expect(house.state.openRequests(at: 0).isEmpty)
  }

  /// The same act once the request stands: what names the ledger's present end names another one.
  static func later(_ event: Event, _ house: House) throws -> Event {
    switch event {
    case .recovered(let recovery):
      .recovered(
        Recovery(
          home: recovery.home, root: house.state.root, size: house.state.size, snapshot: recovery.snapshot))
    default: event
    }
  }

  @Test func recoveryIsForItsHomeAndSnapshot() throws {
    var house = try Self.house()
    let event = Event.recovered(Recovery(home: place(), root: some(), size: 0, snapshot: 3))
    let request = try house.enter(.requested(house.asked(event)), by: house.second)
    func recovered(_ home: Identifier, _ snapshot: UInt64) throws -> Event {
      .recovered(Recovery(home: home, root: house.state.root, size: house.state.size, snapshot: snapshot))
    }
    guard case .recovered(let asked) = event else { return }
    #expect(try house.broken(recovered(asked.home, 3), request: request) == nil)
    #expect(try house.broken(recovered(place(), 3), request: request) == .eyes)
    #expect(try house.broken(recovered(asked.home, 4), request: request) == .eyes)
  }

  struct Flaw: Sendable, CustomTestStringConvertible {
    var name: String
    var bySame = false
    var act: EventName?
    var expires: UInt64 = House.start + 10_000
    var particulars = false
    var used = false
    var revoked = false
    var drops: UInt64 = 2
    var rule: Rule? = .eyes
    var testDescription: String { name }
  }

  @Test(arguments: [
    Flaw(name: "none", rule: nil),
    Flaw(name: "allows more", drops: 3, rule: nil),
    Flaw(name: "by the same custodian", bySame: true),
    Flaw(name: "for another event", act: .policy),
    Flaw(name: "expired", expires: House.start + 99),
    Flaw(name: "expires that second", expires: House.start + 100, rule: nil),
    Flaw(name: "for other particulars", particulars: true),
    Flaw(name: "used", used: true),
    Flaw(name: "by a custodian revoked since", revoked: true),
    Flaw(name: "allows fewer", drops: 1),
  ])
  func flaws(_ flaw: Flaw) throws {
    var house = try Self.house()
    // A third custodian, so that two remain whatever happens.
    let third = try Identity.generate()
    let granted = Event.granted(Grantee(identity: third.publicIdentity, kind: .file, roles: [.custodian]))
    let asked = try house.enter(.requested(house.asked(granted)), by: house.second)
    try house.enter(granted, request: asked)

    let erased = Event.erased(try house.erasure(rows: 2))
    var ask = try house.asked(erased, drops: flaw.drops, expires: flaw.expires)
    ask = AskedAct(
      act: flaw.act ?? ask.act, drops: ask.drops, expires: ask.expires,
      particulars: flaw.particulars ? some() : ask.particulars)
    let request = try house.enter(.requested(ask), by: flaw.bySame ? house.founder : house.second)
    if flaw.used {
      #expect(try house.erase([1], request: request).isEmpty)
    }
    if flaw.revoked {
      let revoked = Event.revoked(house.second.publicIdentity.id)
      let asked = try house.enter(.requested(house.asked(revoked)), by: third)
      try house.enter(revoked, request: asked)
    }
    let broken = try house.erasing([2], request: request, time: House.start + 100)
    #expect(broken == (flaw.rule.map { [$0, .account] } ?? []))
  }

  @Test func requestIsForItsParticularsAlone() throws {
    var house = try Self.house()
    let third = try Identity.generate().publicIdentity
    let asked = Event.granted(Grantee(identity: third, kind: .file, roles: [.custodian]))
    let request = try house.enter(.requested(house.asked(asked)), by: house.second)
    let other = Event.granted(
      Grantee(identity: try Identity.generate().publicIdentity, kind: .file, roles: [.custodian]))
    #expect(try house.broken(other, request: request) == .eyes)
    let more = Event.granted(Grantee(identity: third, kind: .file, roles: [.custodian, .clerk]))
    #expect(try house.broken(more, request: request) == .eyes)
    #expect(try house.broken(asked, request: request) == nil)
  }

  /// An entry that takes no request doesn't use one up by naming it.
  @Test func namingARequestDoesNotUseItUp() throws {
    var house = try Self.house()
    let archivist = try house.hire([.archivist])
    let event = Event.policy(Policy.plain(classes: house.classes))
    let request = try house.enter(.requested(house.asked(event)), by: house.second)
    try house.enter(.keys(house.pages([1])), by: archivist, request: request)
    #expect(try house.broken(event, request: request) == nil)
  }
}
