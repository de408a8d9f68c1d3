import Backup
import Ledger
import Rules
import Sealing
import TestKit
import Testing

@testable import Vault

/// Acts as values: in words, asked for by one custodian, carried out by another.
struct ActTests {
  private static func file(_ identity: Identity) throws -> IdentityFile.Public {
    try IdentityFile.Public(of: identity)
  }

  @Test func actsAreSaidInPlainWords() throws {
    let somebody = try Self.file(Identity.generate())
    let id = somebody.identity.id
    let home = try Identifier.random()
    func grant(_ role: Role, _ classes: [String] = [], _ label: String = "") -> Act {
      .grant(somebody, role: role, classes: classes, label: label)
    }
    let said: [(Act, String, EventName)] = [
      (grant(.custodian), "make \(id.hex) a custodian, who opens everything", .granted),
      (grant(.auditor), "make \(id.hex) an auditor, who opens the journal", .granted),
      (grant(.archivist), "make \(id.hex) an archivist, who opens all classes", .granted),
      (grant(.archivist, ["basic"]), "make \(id.hex) an archivist, who opens basic", .granted),
      (
        grant(.clerk, ["basic", "contracts"], "Ada at the desk"),
        "make \(id.hex) a clerk, who opens basic, contracts, called \"Ada at the desk\"", .granted
      ),
      (grant(.operator), "make \(id.hex) an operator, who opens nothing", .granted),
      (grant(.operator, ["basic"]), "make \(id.hex) an operator, who opens basic", .granted),
      (.settleClock, "state this machine's time as the right one", .clock),
      (
        .revoke(id, reason: ""), "end all rights of \(id.hex), and begin new keys for all that it opened",
        .revoked
      ),
      (
        .revoke(id, reason: "left"),
        "end all rights of \(id.hex), and begin new keys for all that it opened, because: left", .revoked
      ),
      (.rotate(sections: ["basic", "journal"]), "begin new keys for basic, journal", .keyring),
      (
        .recover(home: home, snapshot: 12),
        "make place \(home.hex.prefix(8)) the vault, which knows of snapshots up to 12",
        .recovered
      ),
      (
        .recover(home: home, snapshot: 0),
        "make place \(home.hex.prefix(8)) the vault, which knows of no snapshot", .recovered
      ),
    ]
    for (act, words, name) in said {
      #expect("\(act)" == words)
      #expect(act.eventName == name)
    }
  }

  @Test func actsAreCarriedOut() async throws {
    let scene = try await Scene()
    let clerk = try Identity.generate()
    let opened = try await scene.open()
    let granted = try await opened.perform(
      .grant(try Self.file(clerk), role: .clerk, classes: ["basic"], label: "a clerk"))
    #expect(Set(granted.opens) == ["basic", "directory"] && granted.generation == 2)
    let rotated = try await opened.perform(.rotate(sections: ["contracts"]))
    #expect(rotated.rotated == ["contracts"] && rotated.generation == 3)
    let revoked = try await opened.perform(.revoke(clerk.publicIdentity.id, reason: "left"))
    #expect(Set(revoked.rotated) == ["basic", "directory"] && revoked.generation == 4)
    let home = opened.state.home
    #expect(try await opened.perform(.recover(home: home, snapshot: 0)).takeover == nil)
    #expect(opened.state.recoveries.isEmpty && opened.state.notCounted.isEmpty)
  }

  /// Enters a custodian's request for an event; also at a copy, where nothing else may be entered.
  private func ask(_ event: Event, by custodian: Identity, in opened: OpenPlace) async throws -> UInt64 {
    let time = opened.machine.now()
    let entry = try event.entry(by: custodian.publicIdentity.id, time: time)
    let asked = AskedAct(
      act: event.name, drops: 0, expires: time + 86_400, particulars: entry.particulars)
    let written = try await opened.ledger.commit(
      as: custodian, clock: opened.machine.now, journal: try await opened.journal()
    ) { _ in [OpenLedger.Draft(.requested(asked), saying: Array("why".utf8))] }
    return written.lowerBound
  }

  @Test func aGrantOfACustodianIsAskedForByAnother() async throws {
    let scene = try await Scene()
    let second = try await scene.hire(.custodian)
    let third = try Identity.generate()
    let act = Act.grant(try Self.file(third), role: .custodian, classes: [], label: "the third")
    let event = Event.granted(
      Grantee(identity: third.publicIdentity, kind: .file, roles: [.custodian]))
    let opened = try await scene.open()
    let before = Files.tree(scene.place)
    #expect(await code { try await opened.perform(act) } == .refused)
    #expect(await code { try await opened.perform(act, request: 0) } == .refused)
    #expect(Files.tree(scene.place) == before)
    let own = try await ask(event, by: scene.custodian, in: opened)
    #expect(await code { try await opened.perform(act, request: own) } == .refused)

    let request = try await ask(event, by: second, in: try await scene.open(as: second))
    // It is for this act and no other.
    let another = Act.grant(try Self.file(Identity.generate()), role: .custodian, classes: [], label: "")
    #expect(await code { try await opened.perform(another, request: request) } == .refused)
    let outcome = try await opened.perform(act, request: request)
    #expect(outcome.opens.count == 6)
    let state = try await scene.open(as: third).state
    #expect(state.activeCustodians.contains(third.publicIdentity.id) && state.notCounted.isEmpty)
    let used = try #require(state.requests[request]?.used)
    #expect(state.identities[third.publicIdentity.id]?.granted == used)

    let end = Act.revoke(third.publicIdentity.id, reason: "left")
    #expect(await code { try await opened.perform(end) } == .refused)
    let asked = try await ask(
      .revoked(third.publicIdentity.id), by: second, in: try await scene.open(as: second))
    #expect(try await opened.perform(end, request: asked).rotated.count == 6)
    #expect(await code { try await opened.perform(act, request: request) } == .refused)
  }

  @Test func aChangeOfKeysNamesItsRequest() async throws {
    let scene = try await Scene()
    let opened = try await scene.open()
    try await opened.perform(.rotate(sections: ["basic"]), request: 1)
    let last = try #require(try await opened.ledger.files.commit(at: 2))
    #expect(CommitAhead.entries(in: last) == 1)
    #expect(String(decoding: last, as: UTF8.self).contains(#""request":1"#))
  }

  @Test func aRecoveryIsAskedForByAnotherWhereThePolicySaysSo() async throws {
    let scene = try await Scene()
    let opened = try await scene.open()
    let policy = opened.state.policy
    let strict = Policy(
      clockLead: policy.clockLead, classes: policy.classes, cryptoperiod: policy.cryptoperiod,
      fourEyes: [.recovered],
      holdback: policy.holdback, erasePercent: policy.erasePercent, schedule: policy.schedule)
    try await opened.commit(as: scene.custodian) { _ in [OpenLedger.Draft(.policy(strict))] }
    let second = try await scene.hire(.custodian)
    try await scene.snapshot(to: scene.at("destination"))
    Files.remove(Array(scene.place))
    let destination = try await scene.open(scene.at("destination"), toWrite: false, unlocked: false)
    _ = try await Restorer(from: destination, to: .folder(scene.at("again"))).run { _ in }

    let copy = try await scene.open(scene.at("again"))
    let planned = try #require(try await copy.takeover())
    #expect(planned.act == .recover(home: copy.place.marker.place, snapshot: planned.snapshot ?? 0))
    let before = Files.tree(scene.at("again"))
    #expect(await code { try await copy.perform(planned.act) } == .refused)
    #expect(Files.tree(scene.at("again")) == before)

    let event = Event.recovered(
      Recovery(
        home: planned.home, root: planned.from.root, size: planned.from.size,
        snapshot: planned.snapshot ?? 0))
    let theirs = try await scene.open(scene.at("again"), as: second)
    let request = try await ask(event, by: second, in: theirs)
    // It is described for one place and one snapshot.
    let other = Act.recover(home: try Identifier.random(), snapshot: planned.snapshot ?? 0)
    #expect(await code { try await copy.perform(other, request: request) } == .refused)
    let older = Act.recover(home: planned.home, snapshot: (planned.snapshot ?? 0) - 1)
    #expect(await code { try await copy.perform(older, request: request) } == .refused)
    let taken = try #require(try await copy.perform(planned.act, request: request).takeover)
    #expect(taken.size == request + 1)
    let state = try await scene.open(scene.at("again")).state
    #expect(state.home == planned.home && state.notCounted.isEmpty)
    #expect(state.requests[request]?.used == request + 1)
    _ = try await scene.open(scene.at("again"), as: second).rotate(sections: ["basic"])
  }

  /// One machine whose clock is years ahead must not stop all others for as long.
  @Test func aWrongClockIsSettledByACustodian() async throws {
    let scene = try await Scene()
    let operative = try await scene.hire(.operator)
    let years: Int64 = 2 * 365 * 86_400
    let late = try await scene.open(as: operative, on: "other", ahead: years)
    try await late.commit(as: operative) { state in
      [OpenLedger.Draft(.copying(Copying(generation: state.generation?.number ?? 1, place: try .random())))]
    }
    // It is told, and stops nobody: not the end of who entered it, and nothing else.
    let told = try await scene.open()
    guard case .clock(.claimed(_, let stated))? = told.remarks.first else {
      Issue.record("\(told.remarks)")
      return
    }
    #expect(stated.by == operative.publicIdentity.id && told.remarks.count == 1)
    _ = try await told.rotate(sections: ["basic"])
    try await told.perform(.revoke(operative.publicIdentity.id, reason: "stolen"))
    // What a custodian states stops others, until one of them settles it.
    let second = try await scene.hire(.custodian)
    let other = try await scene.hire(.operator)
    let third = try await scene.hire(.operator)
    _ = try await scene.open(as: second, on: "other", ahead: years).rotate(sections: ["basic"])
    await #expect(throws: VaultError(.clock, "")) { try await scene.open().rotate(sections: ["basic"]) }
    try await scene.open().perform(.revoke(other.publicIdentity.id, reason: "left"))
    await #expect(throws: VaultError(.refused, "")) {
      try await scene.open(as: third).perform(.settleClock)
    }
    try await scene.open().perform(.settleClock)
    _ = try await scene.open().rotate(sections: ["basic"])
    #expect(try await scene.open().state.notCounted.isEmpty)
  }
}
