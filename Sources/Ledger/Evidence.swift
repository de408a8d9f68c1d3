public import Sealing

/// A document and its proof (Format 4.6): the entry that names the document's digest, its place in the tree, and the
/// note that signed the tree. Anybody checks it with the vault's id and public tools.
///
/// It proves that the signer entered it in a ledger of this vault. It does not prove that the entry counts, nor which
/// role the signer had: that takes the ledger.
public struct Evidence: Hashable, Sendable {
  /// An entry's line and a path are in it as hex, twice their size.
  package static let sizeLimit = 2 * Entry.lineLimit + 32 * 1024

  /// The commit's number. It says where to look, and isn't proved beyond that: the note doesn't name it.
  package let commit: UInt64
  /// The document's digest; nil if the entry alone is the evidence.
  package let document: Digest?
  /// The entry.
  public let entry: Entry
  /// The entry's number.
  public let index: UInt64
  /// The audit path.
  package let inclusion: [Digest]
  /// The commit's note.
  public let note: Note
  /// Who signed it.
  package let signer: PublicIdentity
  /// The vault.
  public let vault: Identifier

  /// Evidence for the entry `index` of `commit`. `leaves` are the leaf hashes of all entries up to the commit's end.
  public init(
    commit: Commit, index: UInt64, leaves: [Digest], document: [UInt8]?, signer: PublicIdentity
  ) throws(LedgerError) {
    let object = "evidence for entry \(index)"
    guard index >= commit.number, index < commit.tree.size else {
      throw LedgerError(.doesNotHold, object, "isn't in \(Commit.name(commit.number))")
    }
    guard UInt64(leaves.count) == commit.tree.size,
      let inclusion = MerkleProof.inclusion(of: Int(index), in: leaves)
    else {
      throw LedgerError(.doesNotHold, object, "needs the leaves up to its commit's end")
    }
    self.commit = commit.number
    self.document = document.map { Digest.sha256(of: $0) }
    entry = commit.entries[Int(index - commit.number)]
    self.index = index
    self.inclusion = inclusion
    note = commit.note
    self.signer = signer
    vault = commit.vault
    try check(document: document, vault: vault)
  }

  /// Checks all that evidence claims, for the document at hand and the vault's id from elsewhere.
  public func check(document: [UInt8]?, vault expected: Identifier) throws(LedgerError) {
    guard vault == expected else { throw refused(.wrongVault, "belongs to vault \(vault)") }
    guard document.map({ Digest.sha256(of: $0) }) == self.document else {
      throw refused(.doesNotHold, "is for another document", hint: "compare the document's SHA-256")
    }
    try check()
  }

  /// Checks that everything in it holds together, whatever the document.
  private func check() throws(LedgerError) {
    if let document, (try? entry.object.digest("report")) != document {
      throw refused(.doesNotHold, "has an entry that doesn't name the document")
    }
    let checkpoint = try Checkpoint(text: note.text)
    guard checkpoint.vault == vault, note.name == checkpoint.origin else {
      throw refused(.wrongVault, "has a note of another vault")
    }
    guard commit <= index, index < checkpoint.size, checkpoint.size - commit <= UInt64(Commit.entryLimit)
    else {
      throw refused(.doesNotHold, "has an entry outside its commit")
    }
    guard
      MerkleProof.includes(
        leaf: entry.leaf, index: index, size: checkpoint.size, path: inclusion, root: checkpoint.root)
    else { throw refused(.doesNotHold, "has a path that doesn't lead to the note's root") }
    guard signer.id == entry.by else {
      throw refused(.mixedSigners, "has an entry by another than its signer")
    }
    try note.verify(signer: signer)
  }

  private func refused(_ code: LedgerError.Code, _ what: String, hint: String? = nil) -> LedgerError {
    LedgerError(code, "evidence for entry \(index)", what, hint: hint)
  }
}

extension Evidence {
  /// Canonical JSON.
  public var encoded: [UInt8] {
    var keys = JSONObject()
    keys["ed25519"] = .hex(signer.ed25519)
    keys["xwing"] = .hex(signer.xWing)
    var object = JSONObject()
    object["commit"] = .integer(commit)
    object["document"] = .string(document?.hex ?? "")
    object["entry"] = .hex(entry.line)
    object["index"] = .integer(index)
    object["inclusion"] = .array(inclusion.map { .string($0.hex) })
    object["note"] = .hex(note.bytes)
    object["signer"] = .object(keys)
    object["vault"] = .string(vault.hex)
    object["version"] = .integer(1)
    return object.encoded()
  }

  /// Parses evidence and checks that it holds together; the document and the vault's id are still to be compared, by
  /// `check(document:vault:)`.
  public init(parsing bytes: [UInt8]) throws(LedgerError) {
    do {
      try self.init(object: CanonicalJSON.decode(bytes, limit: Self.sizeLimit))
    } catch let error as LedgerError {
      throw error
    } catch {
      throw LedgerError(.malformed, "evidence", "\(error)")
    }
    try check()
  }

  private init(object: JSONObject) throws {
    try object.only([
      "commit", "document", "entry", "index", "inclusion", "note", "signer", "vault", "version",
    ])
    guard try object.integer("version") == 1 else {
      throw LedgerError(.malformed, "evidence", "is of another version than 1")
    }
    commit = try object.integer("commit")
    document = try object.string("document").isEmpty ? nil : object.digest("document")
    entry = try Entry(line: object.hex("entry"))
    index = try object.integer("index")
    let path = try object.array("inclusion")
    guard path.count <= 64 else { throw LedgerError(.tooLarge, "evidence", "has a path of over 64 digests") }
    inclusion = try path.map { value throws in
      guard case .string(let hex) = value, let digest = Digest(hex: hex) else {
        throw LedgerError(.malformed, "evidence", "has a path that isn't one of digests")
      }
      return digest
    }
    note = try Note(parsing: object.hex("note"))
    let keys = try object.object("signer")
    try keys.only(["ed25519", "xwing"])
    signer = try PublicIdentity(
      xWing: keys.hex("xwing", count: 1216), ed25519: keys.hex("ed25519", count: 32))
    vault = try object.identifier("vault")
  }
}
