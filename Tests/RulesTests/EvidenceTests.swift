import Foundation
import Ledger
import Sealing
import Testing

@testable import Rules

/// What evidence shows, and what nobody can show by it (Format 4.6). The vault id alone is known.
struct EvidenceTests {
  let founder: Identity
  let custodian: Identity
  let archivist: Identity
  let stranger: Identity
  var ledger: FreeLedger

  init() throws {
    (founder, custodian) = (try .generate(), try .generate())
    (archivist, stranger) = (try .generate(), try .generate())
    ledger = try FreeLedger(custodians: [founder])
    try ledger.grant(custodian, [.custodian], by: founder)
    try ledger.grant(archivist, [.archivist], by: custodian)
    try ledger.enter(.sealed(boxes()), by: archivist)
  }

  private func boxes() -> SealedBoxes {
    let box = SealedBoxes.Box(hash: some(), index: some(), offset: 4096, size: 8192, year: 2036)
    return SealedBoxes(boxes: [box], generation: 1)
  }

  // MARK: what holds

  @Test func leadsFromTheFoundingToTheSigner() throws {
    let bytes = try ledger.file(3, over: [1, 2])
    let evidence = try Evidence(parsing: bytes, vault: ledger.vault)
    #expect(evidence.bytes == bytes)
    #expect(evidence.entry == ledger.entries[3] && evidence.index == 3)
    #expect(
      evidence.chain.map(\.identity) == [founder, custodian, archivist].map(\.publicIdentity))
    #expect(evidence.chain.map(\.roles) == [[.custodian], [.custodian], [.archivist]])
    #expect(evidence.chain.map(\.entry) == [0, 1, 2])
    #expect(evidence.document == nil && evidence.summary.contains("1 box"))
    for (index, links) in [(0, []), (1, []), (2, [1])] {
      let shown = try Evidence(parsing: ledger.file(index, over: links), vault: ledger.vault)
      #expect(shown.chain.last?.identity.id == ledger.entries[index].by)
    }
  }

  @Test mutating func aFounderWhoIsNotTheFirst() throws {
    var ledger = try FreeLedger(custodians: [founder, custodian])
    try ledger.enter(.clock, by: custodian)
    #expect(ledger.refusal(try ledger.file(1)) == nil)
  }

  @Test mutating func aDocumentThatTheEntryNames() throws {
    let report = some()
    let outcome = DrillOutcome(
      destination: place(), level: .functional, verdict: .passed, plan: some(), report: report, rpo: 1,
      rto: 2, snapshot: 1)
    let index = try ledger.enter(.drilled(outcome), by: custodian)
    let evidence = try Evidence(parsing: ledger.file(index, over: [1]), vault: ledger.vault)
    #expect(evidence.document == report)
    try evidence.check(document: report)
    #expect(throws: EvidenceError(.otherDocument, "")) { try evidence.check(document: outcome.plan) }
    let sealed = try Evidence(parsing: ledger.file(3, over: [1, 2]), vault: ledger.vault)
    #expect(throws: EvidenceError(.otherDocument, "")) { try sealed.check(document: report) }
  }

  /// Said in the format: that takes the ledger.
  @Test mutating func doesNotShowWhoWasRevokedOrDemoted() throws {
    try ledger.enter(.revoked(archivist.publicIdentity.id), by: founder)
    let late = try ledger.enter(.sealed(boxes()), by: archivist)
    #expect(ledger.refusal(try ledger.file(late, over: [1, 2])) == nil)
    try ledger.grant(custodian, [.clerk], by: founder)
    let demoted = try ledger.enter(.clock, by: custodian)
    #expect(ledger.refusal(try ledger.file(demoted, over: [1])) == nil)
    #expect(ledger.refusal(try ledger.file(demoted, over: [demoted - 1])) == .doesNotHold)
  }

  @Test mutating func stepsOfOneCommit() throws {
    let grantee = Grantee(identity: founder.publicIdentity, kind: .file, roles: [.custodian, .operator])
    let by = founder.publicIdentity.id
    let first = ledger.entries.count
    try ledger.commit(
      [Event.granted(grantee).entry(by: by, time: 1), Event.clock.entry(by: by, time: 2)], by: founder)
    #expect(ledger.refusal(try ledger.file(first + 1, over: [first])) == nil)
    let swapped = ledger.entries.count
    try ledger.commit(
      [Event.clock.entry(by: by, time: 3), Event.granted(grantee).entry(by: by, time: 4)], by: founder)
    #expect(ledger.refusal(try ledger.file(swapped, over: [swapped + 1])) == .doesNotHold)
  }

  // MARK: who may have signed

  @Test mutating func aStrangersSignature() throws {
    let own = try ledger.enter(.clock, by: stranger)
    #expect(ledger.refusal(try ledger.file(own)) == .doesNotHold)
    #expect(ledger.refusal(try ledger.file(own, over: [1])) == .doesNotHold)
    // Under the note of somebody who is shown.
    let signed = try ledger.enter(.clock, by: stranger, signing: founder)
    #expect(ledger.refusal(try ledger.file(signed)) == .doesNotHold)
    // In the name of somebody who is shown.
    let named = try ledger.enter(.clock, by: custodian, signing: stranger)
    #expect(ledger.refusal(try ledger.file(named, over: [1])) == .doesNotHold)
    // Who grants oneself.
    let granted = try ledger.grant(stranger, [.custodian], by: stranger)
    let after = try ledger.enter(.clock, by: stranger)
    #expect(ledger.refusal(try ledger.file(after, over: [granted])) == .doesNotHold)
  }

  /// Under the note of somebody else who is shown an entry isn't its maker's.
  @Test mutating func anotherOnesNote() throws {
    let index = try ledger.enter(.sealed(boxes()), by: archivist, signing: custodian)
    #expect(ledger.refusal(try ledger.file(index, over: [1, 2])) == .doesNotHold)
    #expect(ledger.refusal(try ledger.file(index, over: [1])) == .doesNotHold)
  }

  @Test mutating func anArchivistGrants() throws {
    let other = try ledger.grant(stranger, [.custodian], by: archivist)
    let byOther = try ledger.enter(.clock, by: stranger)
    #expect(ledger.refusal(try ledger.file(byOther, over: [1, 2, other])) == .doesNotHold)
    let own = try ledger.grant(archivist, [.custodian], by: archivist)
    let byOwn = try ledger.enter(.clock, by: archivist)
    #expect(ledger.refusal(try ledger.file(byOwn, over: [1, 2, own])) == .doesNotHold)
    #expect(ledger.refusal(try ledger.file(own, over: [1, 2])) == .doesNotHold)
  }

  @Test mutating func anEntryForWhichThereIsNoRole() throws {
    let clock = try ledger.enter(.clock, by: archivist)
    #expect(ledger.refusal(try ledger.file(clock, over: [1, 2])) == .doesNotHold)
    let clerk = try Identity.generate()
    let granted = try ledger.grant(clerk, [.clerk], by: founder)
    for (keyrings, refused) in [([], nil), ([2], EvidenceError.Code.doesNotHold)] as [([UInt64], _)] {
      let verified = Verification(
        boxes: [], damaged: [], generations: [], keyrings: keyrings, level: .hash, missing: [],
        place: place(), size: 1, strays: 0)
      let index = try ledger.enter(.verified(verified), by: clerk)
      #expect(ledger.refusal(try ledger.file(index, over: [granted])) == refused)
    }
  }

  // MARK: the chain

  @Test mutating func linksOutOfOrderTooManyOrTooFew() throws {
    for links in [[], [1], [2], [2, 1], [1, 1, 2], [1, 2, 2], [1, 2, 3]] {
      #expect(ledger.refusal(try ledger.file(3, over: links)) == .doesNotHold, "\(links)")
    }
    // A grant that leads elsewhere isn't tolerated, though it holds by itself.
    let other = try ledger.grant(stranger, [.clerk], by: custodian)
    let clock = try ledger.enter(.clock, by: custodian)
    #expect(ledger.refusal(try ledger.file(clock, over: [1])) == nil)
    #expect(ledger.refusal(try ledger.file(clock, over: [1, other])) == .doesNotHold)
    // One who is a custodian by an entry behind the one that they signed.
    let early = try ledger.enter(.clock, by: stranger)
    let late = try ledger.grant(stranger, [.custodian], by: founder)
    #expect(ledger.refusal(try ledger.file(early, over: [late])) == .doesNotHold)
  }

  @Test mutating func notesOfTwoLedgers() throws {
    // The custodian goes on from where they were granted, in a ledger that nobody else saw.
    var fork = try FreeLedger(forking: ledger, at: 2)
    try fork.enter(.clock, by: custodian)
    let grant = try fork.grant(stranger, [.clerk], by: custodian)
    try fork.commit([Event.clock.entry(by: custodian.publicIdentity.id, time: 9)], by: custodian)
    #expect(fork.refusal(try fork.file(grant + 1, over: [1])) == nil)
    // Of one ledger: a commit doesn't reach into the next one.
    let long = try Event.clock.entry(by: founder.publicIdentity.id, time: 9)
    var wide = try FreeLedger(forking: ledger, at: 1)
    let granted = Event.granted(Grantee(identity: custodian.publicIdentity, kind: .file, roles: [.custodian]))
    try wide.commit(
      [granted.entry(by: founder.publicIdentity.id, time: 1), long, long], by: founder)
    #expect(ledger.refusal(try ledger.file(2, steps: [wide.proof(1)])) == .doesNotHold)
    #expect(ledger.refusal(try ledger.file(2, steps: [ledger.proof(1)])) == nil)
  }

  @Test mutating func anotherVaultsNotes() throws {
    // The same founder, who signs for another vault.
    let other = try FreeLedger(custodians: [founder])
    let index = try ledger.enter(.clock, by: founder, of: other.vault)
    #expect(ledger.refusal(try ledger.file(index)) == .wrongVault)
    #expect(other.refusal(try ledger.file(index)) == .wrongVault)
    #expect(ledger.refusal(try ledger.file(3, over: [1, 2]), vault: other.vault) == .wrongVault)
    #expect(
      ledger.refusal(try ledger.file(3, over: [1, 2], founding: other.entries[0])) == .wrongVault)
    #expect(other.refusal(try ledger.file(3, over: [1, 2], founding: other.entries[0])) == .wrongVault)
    var foreign = other
    try foreign.grant(custodian, [.custodian], by: founder)
    let clock = try ledger.enter(.clock, by: custodian)
    #expect(ledger.refusal(try ledger.file(clock, steps: [foreign.proof(1)])) == .wrongVault)
  }

  @Test mutating func entryZeroIsTheFoundingAndNoOther() throws {
    let again = try Event(ledger.entries[0])
    let founded = try ledger.enter(again, by: founder)
    #expect(ledger.refusal(try ledger.file(founded)) == .doesNotHold)
    #expect(ledger.refusal(try ledger.file(0, over: [1])) == .doesNotHold)
    // A tree that begins with something else.
    var other = ledger
    try other.beginAnew(with: Event.clock.entry(by: founder.publicIdentity.id, time: 1), by: founder)
    let parts = EvidenceParts(entry: other.entries[0], founding: ledger.entries[0], links: [])
    #expect(ledger.refusal(try other.proof(0, extra: parts.encoded).bytes) == .doesNotHold)
    let link = try other.proof(0)
    #expect(ledger.refusal(try ledger.file(3, steps: [link])) == .doesNotHold)
    // What has the vault's id must found one.
    let clock = try Event.clock.entry(by: founder.publicIdentity.id, time: 1)
    let file = try ledger.file(3, over: [1, 2], founding: clock)
    #expect(ledger.refusal(file, vault: Commit.vault(founding: clock)) == .doesNotHold)
  }

  // MARK: form and bounds

  @Test mutating func whatIsUnknownOrMalformed() throws {
    let by = founder.publicIdentity.id
    try ledger.commit([Entry(event: "murdered", by: by, time: 1)], by: founder)
    #expect(ledger.refusal(try ledger.file(4)) == .unknownEvent)
    try ledger.commit([Entry(event: "clock", by: by, time: 1, members: ["more": .integer(1)])], by: founder)
    #expect(ledger.refusal(try ledger.file(5)) == .malformed)
    // A key that nobody holds: anybody signs with it.
    var nobody = Event.granted(
      Grantee(identity: stranger.publicIdentity, kind: .file, roles: [.custodian])
    ).members
    nobody["ed25519"] = .hex([1] + [UInt8](repeating: 0, count: 31))
    try ledger.commit([Entry(event: "granted", by: by, time: 1, members: nobody)], by: founder)
    #expect(ledger.refusal(try ledger.file(6)) == .malformed)
    #expect(ledger.refusal(try ledger.file(3, over: [6])) == .malformed)
  }

  @Test func extraDataOfAnotherForm() throws {
    let extra = try LogProof(parsing: ledger.file(3, over: [1, 2])).extra
    let object = try CanonicalJSON.decode(extra, limit: Evidence.sizeLimit)
    let links = try object.array("links")
    let changes: [(String, JSONValue?)] = [
      ("entry", nil), ("entry", .string("")), ("entry", .hex(ledger.entries[2].line)),
      ("entry", .integer(1)), ("format", .string("strongroom")), ("format", nil), ("founding", nil),
      ("founding", .hex(ledger.entries[1].line)), ("founding", .string("0")), ("links", nil),
      ("links", .array([.integer(1)])), ("links", .array([.string("zz")])), ("links", .array([.string("")])),
      ("links", .object([:])), ("links", .array(links.reversed())), ("more", .integer(1)),
      ("version", .integer(2)), ("version", nil), ("vault", .string(ledger.vault.hex)),
    ]
    for (member, value) in changes {
      var changed = object
      changed[member] = value
      let file = try ledger.proof(3, extra: changed.encoded()).bytes
      #expect(ledger.refusal(file) != nil, "\(member): \(String(describing: value))")
    }
    for extra in [[], extra + [0x20], extra + extra, Array("[]".utf8), Array(extra.dropLast())] {
      #expect(ledger.refusal(try ledger.proof(3, extra: extra).bytes) == .malformed)
    }
  }

  @Test func bounds() throws {
    var long = try FreeLedger(custodians: [founder])
    // Two custodians who grant each other by turns.
    for index in 1...202 {
      let (granter, granted) = index.isMultiple(of: 2) ? (custodian, founder) : (founder, custodian)
      try long.grant(granted, [.custodian], by: granter)
    }
    #expect(long.refusal(try long.file(201, over: Array(1...200))) == nil)
    #expect(long.refusal(try long.file(202, over: Array(1...201))) == .malformed)
    let huge = [UInt8](repeating: UInt8(ascii: "c"), count: Evidence.sizeLimit + 1)
    #expect(ledger.refusal(huge) == .malformed)
  }

  @Test func everyByteOfIt() throws {
    // An odd step comes by every bit.
    let isLong = ProcessInfo.processInfo.environment["STRONGROOM_PROOF"] == "long"
    try flip(ledger.file(2, over: [1]), by: isLong ? 1 : 37)
    try flip(ledger.file(1), by: isLong ? 1 : 7)
  }

  /// Every so many bytes of a file, and of its extra data, with one bit changed.
  private func flip(_ file: [UInt8], by step: Int) throws {
    let proof = try LogProof(parsing: file)
    func expectRefused(_ changed: [UInt8], _ position: Int) {
      #expect(ledger.refusal(changed) != nil, "byte \(position)")
    }
    #expect(ledger.refusal(file) == nil)
    for position in stride(from: 0, to: file.count, by: step) {
      var changed = file
      changed[position] ^= UInt8(1 << (position % 8))
      expectRefused(changed, position)
      expectRefused(Array(file[..<position]), position)
    }
    let leaves = ledger.entries[..<Int(try proof.size)].map(\.leaf)
    for position in stride(from: 0, to: proof.extra.count, by: step) {
      var extra = proof.extra
      extra[position] ^= UInt8(1 << (position % 8))
      let changed = try #require(LogProof(of: proof.index, in: leaves, note: proof.note, extra: extra))
      expectRefused(changed.bytes, position)
    }
  }
}
