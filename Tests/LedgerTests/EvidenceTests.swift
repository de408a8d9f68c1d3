import Ledger
import Sealing
import Testing

struct EvidenceTests {
  let document = ascii("report of a drill")
  let ledger: SmallLedger
  let evidence: Evidence
  let vault: Identifier

  init() throws {
    var ledger = try SmallLedger.founded()
    try ledger.commit((0..<5).map { try ledger.entry("clock", time: $0) })
    let report = JSONObject(["report": .string(Digest.sha256(of: document).hex)])
    try ledger.commit([
      ledger.entry("clock"), ledger.entry("drilled", members: report), ledger.entry("clock"),
    ])
    self.ledger = ledger
    vault = try #require(ledger.vault)
    evidence = try Evidence(
      commit: ledger.commits[2], index: 7, leaves: ledger.leaves, document: document,
      signer: ledger.identity.publicIdentity)
  }

  @Test func holds() throws {
    let again = try Evidence(parsing: evidence.encoded)
    #expect(again == evidence)
    #expect(again.entry.event == "drilled")
    #expect(again.index == 7)
    #expect(again.commit == 6)
    try again.check(document: document, vault: vault)
    #expect(refusal { try again.check(document: document + [0], vault: vault) } == .doesNotHold)
    #expect(refusal { try again.check(document: nil, vault: vault) } == .doesNotHold)
    #expect(refusal { try again.check(document: document, vault: Identifier.random()) } == .wrongVault)
  }

  @Test func withoutDocument() throws {
    let plain = try Evidence(
      commit: ledger.commits[1], index: 3, leaves: Array(ledger.leaves[..<6]), document: nil,
      signer: ledger.identity.publicIdentity)
    try Evidence(parsing: plain.encoded).check(document: nil, vault: vault)
    #expect(refusal { try plain.check(document: document, vault: vault) } == .doesNotHold)
    // No document is something else than one of no bytes; nor is it whichever the entry names.
    #expect(refusal { try plain.check(document: [], vault: vault) } == .doesNotHold)
    var object = try CanonicalJSON.decode(evidence.encoded, limit: Evidence.sizeLimit)
    object["document"] = .string("")
    let alone = try Evidence(parsing: object.encoded())
    try alone.check(document: nil, vault: vault)
    for given in [[], document] {
      #expect(refusal { try alone.check(document: given, vault: vault) } == .doesNotHold)
    }
  }

  @Test func aSignerThatNobodyIs() throws {
    var object = try CanonicalJSON.decode(evidence.encoded, limit: Evidence.sizeLimit)
    var keys = try object.object("signer")
    keys["ed25519"] = .hex([1] + [UInt8](repeating: 0, count: 31))
    object["signer"] = .object(keys)
    #expect(refusal { _ = try Evidence(parsing: object.encoded()) } == .malformed)
  }

  @Test func isNotMadeOfWhatDoesNotHold() throws {
    let signer = ledger.identity.publicIdentity
    func make(_ index: UInt64, _ leaves: [Digest], _ document: [UInt8]?, _ signer: PublicIdentity) throws {
      _ = try Evidence(
        commit: ledger.commits[2], index: index, leaves: leaves, document: document, signer: signer)
    }
    try make(8, ledger.leaves, nil, signer)
    #expect(refusal { try make(8, ledger.leaves, document, signer) } == .doesNotHold)
    #expect(refusal { try make(5, ledger.leaves, nil, signer) } == .doesNotHold)
    #expect(refusal { try make(9, ledger.leaves, nil, signer) } == .doesNotHold)
    #expect(refusal { try make(8, Array(ledger.leaves.dropLast()), nil, signer) } == .doesNotHold)
    let other = try Identity.generate().publicIdentity
    #expect(refusal { try make(8, ledger.leaves, nil, other) } == .mixedSigners)
  }

  /// Each member changed alone.
  @Test func tampered() throws {
    let object = try CanonicalJSON.decode(evidence.encoded, limit: Evidence.sizeLimit)
    let other = try SmallLedger.founded()
    var keys = JSONObject()
    keys["ed25519"] = .string(Hex.encode(other.identity.publicIdentity.ed25519))
    keys["xwing"] = .string(Hex.encode(other.identity.publicIdentity.xWing))
    var path = try object.array("inclusion")
    let zero = JSONValue.string(String(repeating: "0", count: 64))
    let changes: [(String, JSONValue?)] = [
      ("commit", .integer(8)), ("commit", nil), ("document", zero), ("document", .string("00")),
      ("entry", .string(Hex.encode(ledger.commits[2].entries[0].line))), ("entry", .string("")),
      ("index", .integer(6)), ("index", .integer(8)), ("index", .integer(9)),
      ("inclusion", .array([])), ("inclusion", .array(path + [zero])),
      ("inclusion", .array(Array(path.dropFirst()))),
      ("inclusion", .array([JSONValue](repeating: zero, count: 65))),
      ("note", .string(Hex.encode(ledger.commits[1].note.bytes))),
      ("note", .string(Hex.encode(other.commits[0].note.bytes))),
      ("signer", .object(keys)), ("vault", .string(try Identifier.random().hex)), ("version", .integer(2)),
      ("more", .integer(1)),
    ]
    for (member, value) in changes {
      var changed = object
      changed[member] = value
      #expect(refusal { try Evidence(parsing: changed.encoded()) } != nil, "\(member)")
    }
    path.swapAt(0, 1)
    var changed = object
    changed["inclusion"] = .array(path)
    #expect(refusal { try Evidence(parsing: changed.encoded()) } == .doesNotHold)
  }

  @Test func everyByteFlip() throws {
    let bytes = evidence.encoded
    // The commit's number is a hint that nothing signs, so its one digit may become another that is possible.
    #expect(bytes.starts(with: ascii(#"{"commit":6,"#)))
    for position in bytes.indices where position != 10 {
      var changed = bytes
      changed[position] ^= 1
      #expect(refusal { try Evidence(parsing: changed) } != nil, "byte \(position)")
    }
  }
}
