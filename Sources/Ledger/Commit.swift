public import Sealing

/// One object `ledger/<n>`: 1 to 256 entries of one identity, and the note that it signed (Format 4.1).
///
/// A parsed commit has its place, root, vault and founding checked. Its signature is not: who is active, and with
/// which key, is folded elsewhere, which calls `verify(signer:)`.
public struct Commit: Sendable {
  /// At most so many entries.
  package static let entryLimit = 256
  /// At most so many bytes.
  package static let sizeLimit = 8 * 1024 * 1024 + 4096

  /// The number of entries before it; its name is this in 20 digits.
  public let number: UInt64
  /// Its entries, all by one identity.
  public let entries: [Entry]
  /// The signed note at its end.
  public let note: Note
  /// The vault that the note names.
  public let vault: Identifier
  /// The ledger's tree before this commit.
  public let before: MerkleTree
  /// The ledger's tree with this commit.
  package let tree: MerkleTree
  /// The object's bytes.
  public let bytes: [UInt8]
  /// Whose signature was found to be under it already.
  private let signed: PublicIdentity?

  /// Who made it.
  public var by: Identifier { entries[0].by }

  /// Parses the object `ledger/<number>`, after the ledger whose tree is `before`. `vault` is nil only for the first
  /// commit, whose vault id follows from the founding entry.
  public init(
    parsing bytes: [UInt8], number: UInt64, vault: Identifier?, before: MerkleTree
  ) throws(LedgerError) {
    let name = Self.name(number)
    guard number == before.size else {
      throw LedgerError(.wrongPlace, name, "isn't next after \(before.size) entries")
    }
    let text: CommitText
    do {
      text = try CommitText(bytes, number: number)
    } catch {
      throw error.about(name)
    }
    try self.init(text, of: bytes, number: number, vault: vault, before: before, signed: nil)
  }

  /// The same for a commit that was taken apart already; the vault is known by then.
  public init(_ ahead: CommitAhead, vault: Identifier, before: MerkleTree) throws(LedgerError) {
    guard ahead.number == before.size else {
      throw LedgerError(.wrongPlace, Self.name(ahead.number), "isn't next after \(before.size) entries")
    }
    try self.init(
      ahead.text, of: ahead.bytes, number: ahead.number, vault: vault, before: before, signed: ahead.signer)
  }

  private init(
    _ text: CommitText, of bytes: [UInt8], number: UInt64, vault: Identifier?, before: MerkleTree,
    signed: PublicIdentity?
  ) throws(LedgerError) {
    let name = Self.name(number)
    guard vault == nil ? number == 0 : text.checkpoint.vault == vault else {
      throw LedgerError(.wrongVault, name, "belongs to vault \(text.checkpoint.vault)")
    }
    var tree = before
    for entry in text.entries { tree.append(entry.leaf) }
    guard tree.root == text.checkpoint.root else {
      throw LedgerError(.wrongRoot, name, "has a root that isn't that of the ledger with these entries")
    }
    self.number = number
    entries = text.entries
    note = text.note
    self.vault = text.checkpoint.vault
    self.before = before
    self.tree = tree
    self.bytes = bytes
    self.signed = signed
  }

  /// Signs entries as the next commit after `before`. All must name `identity`; the first ledger begins with
  /// `founded`, and then `vault` may be nil. What is returned was parsed and verified again.
  package static func build(
    _ entries: [Entry], before: MerkleTree, vault: Identifier?, identity: Identity
  ) throws(LedgerError) -> Commit {
    let name = Self.name(before.size)
    guard let first = entries.first else { throw LedgerError(.malformed, name, "has no entries") }
    guard entries.allSatisfy({ $0.by == identity.publicIdentity.id }) else {
      throw LedgerError(.mixedSigners, name, "has entries by another identity than the one that signs")
    }
    guard let vault = vault ?? (before.size == 0 ? Self.vault(founding: first) : nil) else {
      throw LedgerError(.wrongVault, name, "is built without the vault's id")
    }
    var tree = before
    for entry in entries { tree.append(entry.leaf) }
    let checkpoint = Checkpoint(vault: vault, tree: tree)
    let note = try Note(signing: checkpoint.text, name: checkpoint.origin, identity: identity)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.reduce(Note.sizeLimit) { $0 + $1.line.count + 1 })
    for entry in entries {
      bytes += entry.line
      bytes.append(0x0a)
    }
    bytes.append(0x0a)
    bytes += note.bytes
    let commit = try Commit(parsing: bytes, number: before.size, vault: vault, before: before)
    try commit.verify(signer: identity.publicIdentity)
    return commit
  }

  /// Checks that `signer` is who the entries name, and signed the note.
  public func verify(signer: PublicIdentity) throws(LedgerError) {
    guard signer.id == by else {
      throw LedgerError(.mixedSigners, Self.name(number), "names \(by), not \(signer.id)")
    }
    if signed == signer { return }
    do {
      try note.verify(signer: signer)
    } catch {
      throw error.about(Self.name(number))
    }
  }

  /// Whether bytes have the structure of the commit `ledger/<number>`: all that can be told from them alone. Root and
  /// signature can't; a single flipped digit in an entry may pass here and is found by whoever folds the ledger.
  package static func looksIntact(_ bytes: [UInt8], number: UInt64) -> Bool {
    if number == 0 {
      return (try? Commit(parsing: bytes, number: 0, vault: nil, before: MerkleTree())) != nil
    }
    return (try? CommitText(bytes, number: number)) != nil
  }

  /// `ledger/` and the number in 20 digits.
  public static func name(_ number: UInt64) -> String {
    let digits = String(number)
    return "ledger/" + String(repeating: "0", count: 20 - digits.count) + digits
  }

  /// The first 16 bytes of SHA-256 of the founding entry's line.
  public static func vault(founding entry: Entry) -> Identifier {
    Digest.sha256(of: entry.line).identifier
  }
}
