import Ledger
import Sealing
import Testing

/// Commits taken apart ahead of their turn are taken and refused for the same reasons.
struct CommitAheadTests {
  private func ledger() throws -> SmallLedger {
    var ledger = try SmallLedger.founded()
    try ledger.commit([ledger.entry("clock"), ledger.entry("clock", time: 5)])
    try ledger.commit([ledger.entry("clock", time: 6)])
    return ledger
  }

  @Test func isTheSameCommit() throws {
    let ledger = try ledger()
    let signer = ledger.identity.publicIdentity
    for commit in ledger.commits.dropFirst() {
      #expect(CommitAhead.entries(in: commit.bytes) == UInt64(commit.entries.count))
      let ahead = try #require(
        CommitAhead(commit.bytes, number: commit.number) { $0 == signer.id ? signer : nil })
      let again = try Commit(ahead, vault: commit.vault, before: commit.before)
      #expect(again.entries == commit.entries && again.tree == commit.tree && again.note == commit.note)
      try again.verify(signer: signer)
    }
  }

  @Test func itsPlaceVaultAndRootAreChecked() throws {
    let ledger = try ledger()
    let commit = ledger.commits[1]
    let ahead = try #require(CommitAhead(commit.bytes, number: 1) { _ in nil })
    #expect(refusal { try Commit(ahead, vault: commit.vault, before: commit.tree) } == .wrongPlace)
    #expect(refusal { try Commit(ahead, vault: Identifier.random(), before: commit.before) } == .wrongVault)
    let other = MerkleTree(leaves: [MerkleTree.leaf([1])])
    #expect(refusal { try Commit(ahead, vault: commit.vault, before: other) } == .wrongRoot)
    #expect(CommitAhead(commit.bytes, number: 2) { _ in nil } == nil)
    #expect(CommitAhead(Array(commit.bytes.dropLast()), number: 1) { _ in nil } == nil)
  }

  /// A signature that wasn't found right ahead of time is checked when it matters, with the key that counts then.
  @Test func aSignatureIsNeverTakenOnTrust() throws {
    let ledger = try ledger()
    let commit = ledger.commits[1]
    let signer = ledger.identity.publicIdentity
    let other = try Identity.generate().publicIdentity
    for guess in [nil, other] {
      let ahead = try #require(CommitAhead(commit.bytes, number: 1) { _ in guess })
      let again = try Commit(ahead, vault: commit.vault, before: commit.before)
      try again.verify(signer: signer)
      #expect(refusal { try again.verify(signer: other) } == .mixedSigners)
    }
    var bytes = commit.bytes
    let text = String(decoding: bytes, as: UTF8.self)
    let signature = try #require(text.split(separator: " ").last?.dropLast())
    var raw = Array(signature.utf8)
    // Past the key's id, within the signature.
    raw[20] = raw[20] == 0x41 ? 0x42 : 0x41
    bytes.replaceSubrange(bytes.count - 1 - raw.count..<bytes.count - 1, with: raw)
    let ahead = try #require(CommitAhead(bytes, number: 1) { _ in signer })
    let forged = try Commit(ahead, vault: commit.vault, before: commit.before)
    #expect(refusal { try forged.verify(signer: signer) } == .wrongSignature)
  }

  @Test func countsEntriesOfAnything() {
    #expect(CommitAhead.entries(in: []) == nil)
    #expect(CommitAhead.entries(in: Array("a\nb\n".utf8)) == nil)
    #expect(CommitAhead.entries(in: Array("a\nb\n\nc\n\n".utf8)) == 2)
    #expect(CommitAhead.entries(in: Array("\n\n".utf8)) == 1)
  }
}
