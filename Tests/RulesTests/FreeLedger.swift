import Ledger
import Sealing
import Testing

@testable import Rules

/// A ledger that takes whatever somebody signs: what a forger can show of it.
struct FreeLedger {
  let founder: Identity
  private(set) var entries: [Entry] = []
  private(set) var notes: [Note] = []
  private(set) var vault: Identifier = .zero

  init(custodians: [Identity]) throws {
    founder = custodians[0]
    let policy = Policy(
      clockLead: 10, classes: [Policy.ClassRule(id: try .random(), years: 10)], cryptoperiod: 365,
      fourEyes: [], holdback: 72, erasePercent: 10,
      schedule: Policy.Schedule(destinations: 1, drillDays: 90, snapshotHours: 24, verifyDays: 90))
    let founding = Founding(
      custodians: custodians.map { Founding.Custodian(identity: $0.publicIdentity, kind: .file) },
      home: try .random(), nonce: try Randomness.bytes(32), policy: policy)
    let entry = try Event.founded(founding).entry(by: founder.publicIdentity.id, time: House.start)
    vault = Commit.vault(founding: entry)
    try commit([entry], by: founder)
  }

  /// The same up to a size, from where somebody goes on otherwise.
  init(forking ledger: FreeLedger, at size: Int) throws {
    self = ledger
    entries = Array(entries[..<size])
    notes = Array(notes[..<size])
  }

  /// Another ledger that is called the same.
  mutating func beginAnew(with entry: Entry, by identity: Identity) throws {
    (entries, notes) = ([], [])
    try commit([entry], by: identity)
  }

  /// Enters something by one identity; `signing` is who signs it all the same, `of` the vault that the note names.
  @discardableResult
  mutating func enter(
    _ event: Event, by identity: Identity, signing: Identity? = nil, of other: Identifier? = nil
  ) throws -> Int {
    let entry = try event.entry(
      by: identity.publicIdentity.id, time: House.start + UInt64(entries.count))
    try commit([entry], by: signing ?? identity, of: other)
    return entries.count - 1
  }

  /// Commits entries that may be anything.
  mutating func commit(_ new: [Entry], by identity: Identity, of other: Identifier? = nil) throws {
    entries += new
    let checkpoint = Checkpoint(vault: other ?? vault, tree: MerkleTree(leaves: entries.map(\.leaf)))
    let note = try Note(signing: checkpoint.text, name: checkpoint.origin, identity: identity)
    notes += new.map { _ in note }
  }

  @discardableResult
  mutating func grant(_ identity: Identity, _ roles: Set<Role>, by granter: Identity) throws -> Int {
    try enter(
      .granted(Grantee(identity: identity.publicIdentity, kind: .file, roles: roles)), by: granter)
  }

  /// The proof of an entry under the note of its commit.
  func proof(_ index: Int, extra: [UInt8]? = nil) throws -> LogProof {
    let size = try Int(Checkpoint(text: notes[index].text).size)
    let leaves = entries[..<size].map(\.leaf)
    return try #require(
      LogProof(of: UInt64(index), in: leaves, note: notes[index], extra: extra ?? entries[index].line))
  }

  /// A file of evidence for an entry, over links to others, that holds or doesn't.
  func file(_ index: Int, over links: [Int] = [], founding: Entry? = nil) throws -> [UInt8] {
    let steps = try links.map { try proof($0) }
    return try file(index, steps: steps, founding: founding)
  }

  func file(_ index: Int, steps: [LogProof], founding: Entry? = nil) throws -> [UInt8] {
    let parts = EvidenceParts(entry: entries[index], founding: founding ?? entries[0], links: steps)
    return try proof(index, extra: parts.encoded).bytes
  }

  /// Why a file of evidence is refused; nil where it isn't.
  func refusal(_ file: [UInt8], vault other: Identifier? = nil) -> EvidenceError.Code? {
    do throws(EvidenceError) {
      _ = try Evidence(parsing: file, vault: other ?? vault)
      return nil
    } catch {
      return error.code
    }
  }
}
