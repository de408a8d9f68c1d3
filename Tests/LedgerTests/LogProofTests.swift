import Foundation
import Sealing
import Testing

@testable import Ledger

/// The text of a tlog-proof, and that it is of an entry in a commit of its maker's.
struct LogProofTests {
  let ledger: SmallLedger
  let vault: Identifier
  let proof: LogProof

  init() throws {
    var ledger = try SmallLedger.founded()
    try ledger.commit((0..<5).map { try ledger.entry("clock", time: $0) })
    try ledger.commit((5..<8).map { try ledger.entry("clock", time: $0) })
    self.ledger = ledger
    vault = try #require(ledger.vault)
    proof = try #require(
      LogProof(of: 7, in: ledger.leaves, note: ledger.commits[2].note, extra: ascii("any bytes")))
  }

  private var entry: Entry { ledger.commits[2].entries[1] }
  private var signer: PublicIdentity { ledger.identity.publicIdentity }

  @Test func isWrittenAsTheStandardHasIt() throws {
    let lines = String(decoding: proof.bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "c2sp.org/tlog-proof@v1")
    #expect(lines[1] == "extra YW55IGJ5dGVz")
    #expect(lines[2] == "index 7")
    let path = lines[3...].prefix { !$0.isEmpty }
    #expect(path.count == proof.inclusion.count && path.count == 4)
    #expect(path.map { Data(base64Encoded: String($0)).map(Array.init) } == proof.inclusion.map(\.bytes))
    let note = lines[(3 + path.count + 1)...].joined(separator: "\n")
    #expect(note == String(decoding: ledger.commits[2].note.bytes, as: UTF8.self))
    #expect(note.hasPrefix("strongroom/\(vault.hex)\n9\n"))
  }

  @Test func holds() throws {
    let again = try LogProof(parsing: proof.bytes)
    #expect(again == proof)
    try again.verify(entry, vault: vault, signer: signer)
    #expect(try again.size == 9)
    // Of the first leaf of one there is no path.
    let first = try #require(
      LogProof(of: 0, in: [ledger.leaves[0]], note: ledger.commits[0].note, extra: []))
    try LogProof(parsing: first.bytes).verify(ledger.commits[0].entries[0], vault: vault, signer: signer)
    #expect(LogProof(of: 9, in: ledger.leaves, note: ledger.commits[2].note, extra: []) == nil)
    #expect(LogProof(of: .max, in: ledger.leaves, note: ledger.commits[2].note, extra: []) == nil)
  }

  @Test func isOfThatEntryVaultAndSigner() throws {
    let other = try Identity.generate().publicIdentity
    #expect(refusal { try proof.verify(entry, vault: .zero, signer: signer) } == .wrongVault)
    #expect(refusal { try proof.verify(entry, vault: vault, signer: other) } == .mixedSigners)
    let beside = ledger.commits[2].entries[2]
    #expect(refusal { try proof.verify(beside, vault: vault, signer: signer) } == .doesNotHold)
    // A signature by somebody else, over the same text.
    let stranger = try Identity.generate()
    let forged = try Note(signing: proof.note.text, name: proof.note.name, identity: stranger)
    let theirs = try #require(LogProof(of: 7, in: ledger.leaves, note: forged, extra: []))
    #expect(refusal { try theirs.verify(entry, vault: vault, signer: signer) } == .wrongSignature)
    // One under another name than the origin.
    let renamed = try Note(signing: proof.note.text, name: "other", identity: ledger.identity)
    let named = try #require(LogProof(of: 7, in: ledger.leaves, note: renamed, extra: []))
    #expect(refusal { try named.verify(entry, vault: vault, signer: signer) } == .wrongVault)
  }

  /// A commit has at most 256 entries, so a note further on isn't that of the entry's commit.
  @Test func theNoteIsThatOfTheEntrysCommit() throws {
    var longer = ledger
    try longer.commit((0..<250).map { try longer.entry("clock", time: $0) })
    try longer.commit([longer.entry("clock")])
    func check(_ index: UInt64) throws {
      let proof = try #require(
        LogProof(of: index, in: longer.leaves, note: longer.commits[4].note, extra: []))
      let entry = longer.commits.flatMap(\.entries)[Int(index)]
      try proof.verify(entry, vault: vault, signer: signer)
    }
    #expect(longer.tree.size == 260)
    try check(4)
    #expect(refusal { try check(3) } == .doesNotHold)
  }

  @Test(arguments: [
    ("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v2\n"), ("c2sp.org/tlog-proof@v1\n", ""),
    ("extra YW55IGJ5dGVz\n", ""), ("extra YW55IGJ5dGVz\n", "extra YW55IGJ5dGV\n"),
    ("extra YW55IGJ5dGVz\n", "extra  YW55IGJ5dGVz\n"), ("extra YW55IGJ5dGVz\n", "Extra YW55IGJ5dGVz\n"),
    ("extra YW55IGJ5dGVz\n", "extra YW55IGJ5dGVz\nextra YW55IGJ5dGVz\n"),
    ("extra YW55IGJ5dGVz\nindex 7\n", "index 7\nextra YW55IGJ5dGVz\n"),
    ("index 7\n", "index 07\n"), ("index 7\n", "index +7\n"), ("index 7\n", "index -7\n"),
    ("index 7\n", "index \n"), ("index 7\n", "index 7 \n"), ("index 7\n", "index 7.0\n"),
    ("index 7\n", "index 9007199254740992\n"), ("index 7\n", "index 18446744073709551623\n"),
    ("index 7\n", "index 99999999999999999999999999999999999999999\n"), ("index 7\n", "index ٧\n"),
    ("index 7\n", "index 7\r\n"), ("index 7\n", "index 7\nAAAA\n"), ("index 7\n", "index 7\n\n"),
    ("\n\nstrongroom", "\nstrongroom"), ("\n\nstrongroom", "\n\n\nstrongroom"),
  ])
  func hasOneSpelling(part: String, other: String) throws {
    let text = String(decoding: proof.bytes, as: UTF8.self)
    #expect(text.contains(part))
    let changed = text.replacing(part, with: other, maxReplacements: 1)
    #expect(throws: LedgerError.self) {
      try LogProof(parsing: ascii(changed)).verify(entry, vault: vault, signer: signer)
    }
  }

  @Test func tooLongAPath() throws {
    let text = String(decoding: proof.bytes, as: UTF8.self)
    let digest = Data(Digest.sha256(of: []).bytes).base64EncodedString() + "\n"
    let long = text.replacing("index 7\n", with: "index 7\n" + String(repeating: digest, count: 61))
    #expect(refusal { try LogProof(parsing: ascii(long)) } == .tooLarge)
  }

  @Test func everyByteAndEveryEnd() throws {
    let bytes = proof.bytes
    // Nobody vouches for the extra data: what they are is looked at by whoever knows what they mean.
    let extra = 29..<41
    #expect(Array(bytes[extra]) == ascii("YW55IGJ5dGVz"))
    for position in bytes.indices where !extra.contains(position) {
      for bit in 0..<8 {
        var changed = bytes
        changed[position] ^= 1 << bit
        #expect(throws: LedgerError.self, "byte \(position)") {
          try LogProof(parsing: changed).verify(entry, vault: vault, signer: signer)
        }
      }
    }
    for count in bytes.indices {
      #expect(throws: LedgerError.self) { try LogProof(parsing: Array(bytes[..<count])) }
    }
    #expect(throws: LedgerError.self) { try LogProof(parsing: bytes + ascii("\n")) }
  }
}
