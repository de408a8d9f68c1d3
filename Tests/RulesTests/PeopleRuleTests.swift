import Ledger
import Sealing
import Testing

@testable import Rules

/// Rules 1, 5, 7 and 10.
struct PeopleRuleTests {
  /// The table of Format 4.4, written down a second time.
  static let allowed: [Role: Set<String>] = [
    .custodian: Set(EventName.allCases.map(\.rawValue)),
    .archivist: ["keys", "sealed", "accessed"],
    .operator: ["copying", "snapshot", "verified", "drilled", "accessed", "found"],
    .clerk: ["verified", "drilled", "accessed", "found"],
    .auditor: ["verified", "drilled", "held", "accessed", "found", "attested"],
  ]

  /// One event of each name that keeps every rule but perhaps the first.
  static func events(_ house: House, place: Identifier) throws -> [Event] {
    let somebody = try Identity.generate().publicIdentity
    return [
      .granted(Grantee(identity: somebody, kind: .file, roles: [.clerk])),
      .revoked(house.second.publicIdentity.id),
      .requested(try house.asked(.clock)),
      .policy(house.state.policy),
      .keyring(try house.nextGeneration()),
      .keys(house.pages([1])),
      .sealed(house.boxes([some()])),
      .moved(
        BoxMove(
          boxes: [], generation: 1, reason: .rewritten,
          replaced: [house.state.liveBoxes().first?.box.hash ?? some()], year: 2036)),
      .copying(Copying(generation: 1, place: place)),
      .snapshot(house.snapshot(of: place)),
      .verified(
        Verification(
          boxes: [], damaged: [], generations: [1], level: .hash, missing: [], place: place, size: 1,
          strays: 0)),
      .drilled(
        DrillOutcome(
          destination: place, level: .functional, verdict: .passed, plan: some(), report: some(), rpo: 1,
          rto: 1, snapshot: 1)),
      .recovered(Recovery(home: place, root: house.state.root, size: house.state.size, snapshot: 1)),
      .removed([RemovedObject(hash: some(), kind: .box)]),
      .clock,
      .held(Holding()),
      .erased(try house.erasure(rows: 1)),
      .ended(house.state.size - 1),
      .accessed(AccessedRecords(records: 3)),
      .found(Found(about: 0, due: 0)),
      .attested(Attestation(about: 0, kind: .compliance, report: some())),
      .forgotten(place),
    ]
  }

  @Test(arguments: Role.allCases) func roles(_ role: Role) throws {
    var house = try House.furnished()
    try house.enter(.granted(Grantee(identity: house.second.publicIdentity, kind: .file, roles: [.clerk])))
    let place = place()
    try house.enter(.copying(Copying(generation: 1, place: place)))
    let actor = role == .custodian ? house.founder : try house.hire([role])
    try house.enter(.sealed(house.boxes([some()])))
    try house.enter(.held(Holding()))
    let events = try Self.events(house, place: place)
    #expect(Set(events.map(\.name)).union([.founded]) == Set(EventName.allCases))
    for event in events {
      let counts = Self.allowed[role]?.contains(event.name.rawValue) == true
      // Alone in its commit no erasure counts.
      let counted: Rule? = event.name == .erased ? .account : nil
      #expect(try house.broken(event, by: actor) == (counts ? counted : .role), "\(role) \(event.name)")
      // An auditor ends holds, but not alone, and whoever made a finding ends it; an archivist attests what came in.
      let may =
        counts || event.name == .ended || role == .archivist && event.name == .attested
      #expect(house.state.may(actor.publicIdentity.id, event.name) == may)
    }
  }

  @Test func oneOfSeveralRolesIsEnough() throws {
    var house = try House.furnished()
    let both = try house.hire([.archivist, .operator])
    #expect(try house.broken(.keys(house.pages([1])), by: both) == nil)
    #expect(try house.broken(.copying(Copying(generation: 1, place: place())), by: both) == nil)
    #expect(try house.broken(.clock, by: both) == .role)
  }

  @Test func revokedIdentityMakesNoCommits() throws {
    var house = try House.furnished()
    let clerk = try house.hire([.clerk])
    let event = Event.verified(
      Verification(
        boxes: [], damaged: [], generations: [], level: .list, missing: [], place: house.home, size: 0,
        strays: 0))
    try house.enter(event, by: clerk)
    try house.enter(.revoked(clerk.publicIdentity.id))
    let commit = try house.build([house.entry(event, by: clerk)], by: clerk)
    let before = house.state.root
    #expect(throws: StateError(.notActive, "")) { try house.state.apply(commit) }
    #expect(house.state.root == before)
    // Nor does somebody who never was granted.
    let stranger = try Identity.generate()
    let foreign = try house.build([house.entry(event, by: stranger)], by: stranger)
    #expect(throws: StateError(.notActive, "")) { try house.state.apply(foreign) }
    // Granted again, their commits are commits again.
    try house.enter(.granted(Grantee(identity: clerk.publicIdentity, kind: .file, roles: [.clerk])))
    try house.enter(event, by: clerk)
  }

  /// In the commit in which somebody revokes themselves, what follows is in the ledger and doesn't count.
  @Test func revokingOneselfEndsOnesRole() throws {
    var house = try House.furnished(custodians: 2)
    let revoked = Event.revoked(house.founder.publicIdentity.id)
    let request = try house.enter(.requested(house.asked(revoked)), by: house.second)
    let refused = try house.commit([house.entry(revoked, request: request), house.entry(.clock)])
    #expect(refused.map(\.rule) == [.role])
    #expect(!house.state.isActive(house.founder.publicIdentity.id))
  }

  @Test func identities() throws {
    var house = try House.furnished()
    let clerk = try house.hire([.clerk])
    func granted(_ identity: Identity, _ roles: Set<Role>) -> Event {
      .granted(Grantee(identity: identity.publicIdentity, kind: .passphrase, roles: roles))
    }
    #expect(try house.broken(granted(clerk, [.auditor])) == .identity)
    #expect(try house.broken(granted(Identity.generate(), [.auditor])) == nil)
    #expect(try house.broken(.revoked(clerk.publicIdentity.id)) == nil)
    #expect(try house.broken(.revoked(Identity.generate().publicIdentity.id)) == .identity)
    #expect(try house.broken(.revoked(house.founder.publicIdentity.id)) == .identity)
    try house.enter(.revoked(clerk.publicIdentity.id))
    #expect(try house.broken(.revoked(clerk.publicIdentity.id)) == .identity)
    #expect(try house.broken(granted(clerk, [.auditor])) == nil)
  }

  @Test func policyKeepsItsClasses() throws {
    let house = try House()
    func policy(_ ids: [Identifier]) -> Event {
      .policy(Policy.plain(classes: ids))
    }
    #expect(try house.broken(policy(house.classes)) == nil)
    #expect(try house.broken(policy(house.classes + [place()])) == nil)
    #expect(try house.broken(policy([house.classes[0]])) == .classes)
    #expect(try house.broken(policy([house.classes[0], place()])) == .classes)
  }
}
