@testable import Rules
import Backup
import Sealing
import TestKit
import Testing

@testable import Vault

/// What writers do where customers are erased, by two of three custodians.
extension Act {
  /// Erases customer 1003: asked for by one custodian, approved by another.
  static let erase = Act(name: "erase", ground: .erasing, refusals: [.input, .refused]) { world, machine in
    try await world.erase(machine)
  }
  /// Approves the request to erase customer 1003 that waits: the second custodian, or the third.
  static let approve = Act(name: "approve", ground: .erasing, refusals: [.refused, .input, .notGranted]) {
    world, machine in
    try await world.approve(machine, .erased, as: machine == 1 ? world.people.second : world.people.third)
  }
  /// Takes back the erasure of customer 1004, whose hold-back is over.
  static let undo = Act(name: "undo", ground: .erasing, refusals: [.refused]) { world, machine in
    try await world.undo(machine)
  }
  static let hold = Act(name: "hold", ground: .erasing) { world, machine in try await world.hold(machine) }
  /// Revokes the second custodian, whom the first one wants gone.
  static let revoke = Act(name: "revoke", ground: .erasing) { world, machine in
    try await world.approve(machine, .revoked, as: world.people.third)
  }
  /// Lets the archivist open one class in place of all.
  static let change = Act(name: "change", ground: .erasing) { world, machine in
    try await world.change(machine)
  }
  /// The week is over for which a request is good.
  static let expire = Act(name: "expire", ground: .erasing) { world, machine in
    _ = try await world.look(machine)
    world.pass(days: 8)
  }
  /// Seals for customers who are erased.
  static let again = Act(name: "again", ground: .erasing, refusals: [.notGranted, .refused]) {
    world, machine in
    try await world.seal(
      machine, "again-\(machine)",
      [
        "basic/1003/again-\(machine)": "a\(machine)", "basic/1004/again-\(machine)": "b\(machine)",
        "contracts/1003/again-\(machine)": "c\(machine)",
      ])
  }

  static let erasing = [erase, approve, undo, hold, revoke, change, expire, again]
}

extension World {
  /// A third custodian; customers 1003 and 1004, of whom the second is erased and that long enough ago for gc; and two
  /// requests of the first custodian that wait: to erase 1003, and to revoke the second custodian.
  func furnishErasing() async throws {
    try await together(
      0,
      .grant(try IdentityFile.Public(of: people.third), role: .custodian, classes: [], label: "third"),
      people.second)
    try await seal(
      0, "erasable",
      ["basic/1003/old": "three", "contracts/1003/old": "three c", "basic/1004/old": "four"])
    let opened = try await open(0)
    let fourth = try #require(try await opened.customer(numbered: "1004"))
    try await together(0, .erase([fourth], classes: [], reason: "asked for"), people.third)
    try await snapshot(0, to: "destination")
    try await compare(0)
    pass(days: 4)
    let third = try #require(try await opened.customer(numbered: "1003"))
    _ = try await open(0).carryOut(.erase([third], classes: [], reason: "asked for"))
    _ = try await open(0).carryOut(.revoke(people.second.publicIdentity.id, reason: "leaves"))
  }

  /// What one custodian asks for and another one carries out, on one machine.
  func together(_ machine: Int, _ act: Vault.Act, _ other: Identity) async throws {
    guard case .asked(let asked) = try await open(machine).carryOut(act) else { return }
    let opened = try await open(machine, as: other)
    let request = try await opened.request(asked.number)
    _ = try await opened.approve(request, try await opened.actToApprove(request))
  }

  func erase(_ machine: Int) async throws {
    let opened = try await open(machine)
    guard let id = try await opened.customer(numbered: "1003") else {
      throw VaultError(.input, "nobody knows that customer", safe: "nothing was changed")
    }
    try await together(machine, .erase([id], classes: [], reason: ""), people.third)
  }

  func approve(_ machine: Int, _ name: EventName, as identity: Identity) async throws {
    let opened = try await open(machine, as: identity)
    let oldest = opened.state.requests.values.filter { $0.asked.content.act == name && $0.end == nil }
      .min { $0.asked.number < $1.asked.number }
    guard let oldest else {
      throw VaultError(.refused, "nothing waits any more", safe: "nothing was changed")
    }
    let request = try await opened.request(oldest.asked.number)
    _ = try await opened.approve(request, try await opened.actToApprove(request))
  }

  func undo(_ machine: Int) async throws {
    let first = try #require(try await open(machine).state.erasures.keys.min())
    try await together(machine, .end(first, reason: ""), people.third)
  }

  func hold(_ machine: Int) async throws {
    let opened = try await open(machine, as: people.third)
    let id = try await opened.customer(numbered: "1003")
    _ = try await opened.placeHold(
      Hold.Terms(classes: [], subjects: [id].compactMap(\.self), name: "case", reason: ""))
  }

  func change(_ machine: Int) async throws {
    _ = try await open(machine, as: people.second).perform(
      .change(people.archivist.publicIdentity.id, role: .archivist, classes: ["basic"], label: "archivist"))
  }
}

/// What must hold of erasures in whatever order they met others.
extension Truth {
  /// Whether a path in an export is of a customer who may be erased.
  static func isErasable(_ path: String) -> Bool {
    let customer = path.split(separator: "/").dropFirst().first ?? ""
    // Who came back while erased, and whose erasure was then taken back, has two ids, and the older one no number.
    return customer.contains("1003") || customer.contains("1004") || customer.hasPrefix("%id-")
  }

  /// Findings, but that such records bear a number which leads elsewhere.
  static func wrong(_ findings: [Finding], in world: World) -> [Finding] {
    findings.filter { !(world.ground == .erasing && $0.kind == .mislabelled) }
  }

  /// Whose key is there, they are read as they were sealed, and nothing that was sealed after an erasure is lost; who is
  /// erased, of them nothing is.
  func checkErasures(_ fresh: OpenPlace) async throws {
    let found = try await exported(fresh).filter { Self.isErasable($0.key) }
    for (path, bytes) in found where path.hasSuffix("/old") || path.contains("/again-") {
      let there = world.expected.filter {
        $0.key.split(separator: "/").last == path.split(separator: "/").last
      }
      #expect(there.values.contains(bytes), "\(story): \(path) isn't what was sealed")
    }
    let keys = try fresh.unlocked()
    for erasure in fresh.state.erasures.values where erasure.ended == nil {
      for (classID, pairs) in try await fresh.account(of: erasure).keys {
        for pair in pairs {
          let key = try await keys.key(of: pair.subject, in: classID)
          #expect(key == nil, "\(story): an erased key is there")
        }
      }
      try await checkHolds(fresh, erasure)
    }
    for (request, erasures) in Dictionary(grouping: fresh.state.erasures.values, by: \.request)
    where request != nil {
      let generations = Set(erasures.map(\.erased.content.generation))
      #expect(generations.count == 1, "\(story): a request was used twice")
    }
    try await checkLaterBoxes(fresh, found)
  }

  /// Nobody is erased behind a hold that stood.
  private func checkHolds(_ fresh: OpenPlace, _ erasure: KnownErasure) async throws {
    let subjects = Set(try await fresh.account(of: erasure).keys.flatMap { $0.pairs.map(\.subject) })
    for hold in try await fresh.holds() where hold.entry < erasure.erased.number {
      for subject in subjects {
        #expect(!hold.holds(subject, in: .directory), "\(story): erased, though a hold stood")
      }
    }
  }

  /// Nothing was sealed with a key that was gone by then.
  private func checkLaterBoxes(_ fresh: OpenPlace, _ found: [String: [UInt8]]) async throws {
    let keys = try fresh.unlocked()
    let last = fresh.state.erasures.values.filter { $0.ended == nil }.map(\.erased.number).max() ?? 0
    let (file, _) = try await fresh.updatedCatalog(whole: true, remembers: true)
    for box in fresh.state.boxes where box.entry > last {
      for bundle in try file.bundles(in: box.ordinal, being: box.box.hash) ?? [] {
        let classID = try #require(Identifier(bytes: Array(bundle.customer.prefix(16))))
        let subject = try #require(Identifier(bytes: Array(bundle.customer.dropFirst(16))))
        let key = try await keys.key(of: subject, in: classID)
        #expect(key != nil, "\(story): box \(box.ordinal) was sealed with a key that was gone")
      }
    }
    guard fresh.state.erasures.values.allSatisfy({ $0.ended != nil }) else { return }
    let sealed = world.expected.keys.count { Self.isErasable($0) }
    #expect(found.count == sealed, "\(story): nobody is erased, and not everything is read")
  }

  /// Once all hold-backs are over and gc ran, no key of an erasure is at the vault any more.
  func checkGone(_ machine: Int) async throws {
    let opened = try await world.open(machine)
    // What a later hold keeps stays, and whoever is to compare is told so.
    guard try await opened.holds().isEmpty else { return }
    for listing in try await opened.erasures() where listing.erasure.ended == nil {
      #expect(
        listing.isGone, "\(story): the keys of erasure \(listing.erasure.erased.number) are there after gc")
    }
  }
}
