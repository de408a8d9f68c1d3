import Ledger
import Sealing
import Testing

@testable import Rules

/// Each rule keeps some entry from counting: one that no event asks about would keep nothing.
struct EveryRuleTests {
  @Test(arguments: Rule.allCases) func keepsSomethingFromCounting(rule: Rule) throws {
    var house = try House.furnished(custodians: rule == .eyes ? 2 : 1)
    let breaking = try Self.breaking(rule, in: &house)
    #expect(try house.broken(breaking.event, by: breaking.by) == rule)
  }

  /// An entry that keeps all rules before this one, and breaks it. A new rule doesn't compile without one.
  private static func breaking(_ rule: Rule, in house: inout House) throws -> (event: Event, by: Identity?) {
    switch rule {
    case .reference: return (.ended(0), nil)
    case .role: return (.clock, try house.hire([.auditor]))
    case .generation: return (.copying(Copying(generation: 9, place: place())), nil)
    case .box:
      let box = some()
      return (.sealed(house.boxes([box, box])), nil)
    case .counts:
      try house.enter(.keys(house.pages([4])))
      return (.keyring(try house.nextGeneration(dropped: 1)), nil)
    case .eyes: return (.revoked(house.second.publicIdentity.id), nil)
    case .snapshot: return (.snapshot(house.snapshot(of: place())), nil)
    case .identity: return (.revoked(try Identifier.random()), nil)
    case .place:
      return (.recovered(Recovery(home: place(), root: some(), size: house.state.size, snapshot: 1)), nil)
    case .removed:
      let present = try #require(house.state.generation).file
      return (.removed([RemovedObject(hash: present, kind: .keyring)]), nil)
    case .classes: return (.policy(.plain(classes: [house.classes[0]])), nil)
    case .account:
      try house.enter(.keys(house.pages([4])))
      return (.keyring(try house.nextGeneration(reason: .dropped, dropped: 1)), nil)
    }
  }
}
