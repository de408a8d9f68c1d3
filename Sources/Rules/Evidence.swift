package import Ledger
public import Sealing

/// Evidence (Format 4.6): that an entry stands in the ledger of a vault of which the vault id alone is known, and whose
/// signature is under it.
///
/// A value of it was checked. It leads from the founding entry, whose hash is the vault id, over `granted` entries, each
/// signed by whom the step before shows, to the entry. It doesn't show that these entries count: that takes the ledger.
public struct Evidence: Hashable, Sendable {
  /// A file of it is at most so long.
  public static let sizeLimit = 8 << 20
  /// At most so many `granted` entries lead to the signer.
  package static let linkLimit = 200

  /// Who is shown to be somebody: by the founding entry, or by a `granted` one.
  public struct Shown: Hashable, Sendable {
    /// Both public keys.
    public let identity: PublicIdentity
    /// What they may enter, as that entry says.
    public let roles: [Role]
    /// The number of that entry; 0 for a founder.
    public let entry: UInt64
  }

  /// The vault.
  public let vault: Identifier
  /// The entry.
  package let entry: Entry
  /// Whose signatures lead to it: a founder, then whom each `granted` entry names; the last one signed the entry.
  public let chain: [Shown]
  /// All of it, as a tlog-proof of the entry.
  package let proof: LogProof
  /// What the entry says, in a few words.
  public let summary: String

  /// What was entered.
  package var entered: Event { get throws { try Event(entry) } }
  /// What was entered, as a word.
  public var event: String { entry.event }
  /// Who signed it.
  public var by: Identifier { entry.by }
  /// When, as their clock said.
  public var time: UInt64 { entry.time }
  /// The entry's number.
  public var index: UInt64 { proof.index }
  /// The document that the entry names, of whatever event it is.
  public var document: Digest? { try? entry.object.digest("report") }
  /// As it is written.
  public var bytes: [UInt8] { proof.bytes }

  /// Reads evidence and checks all that it claims, for a vault whose id is known from elsewhere.
  public init(parsing bytes: [UInt8], vault: Identifier) throws(EvidenceError) {
    guard bytes.count <= Self.sizeLimit else { throw EvidenceError(.malformed, "it is over 8 MiB") }
    let proof = try Self.telling { () throws(LedgerError) in try LogProof(parsing: bytes) }
    let parts = try EvidenceParts(decoding: proof.extra)
    var chain = try EvidenceChain(founding: parts.founding, vault: vault)
    for link in parts.links { try chain.add(link) }
    let event = try chain.end(proof, of: parts.entry)
    self.vault = vault
    self.proof = proof
    entry = parts.entry
    self.chain = chain.shown
    summary = event.summary
  }

  /// Evidence for an entry, to which these `granted` entries lead from the founding one. It is parsed again, so what a
  /// reader would refuse isn't written.
  /// - Parameter leaves: the leaf hashes of all entries, at least up to the end of the entry's commit.
  package init(
    of logged: LoggedEntry, _ founding: Entry, _ links: [LoggedEntry], in leaves: [Digest]
  ) throws(EvidenceError) {
    let steps = try links.map { link throws(EvidenceError) in
      try link.proof(in: leaves, extra: link.entry.line)
    }
    let parts = EvidenceParts(entry: logged.entry, founding: founding, links: steps)
    let proof = try logged.proof(in: leaves, extra: parts.encoded)
    try self.init(parsing: proof.bytes, vault: Commit.vault(founding: founding))
  }

  /// Checks that a document is the one that the entry names.
  public func check(document digest: Digest) throws(EvidenceError) {
    guard let document else {
      throw EvidenceError(.otherDocument, "entry \(index) (`\(entry.event)`) names no document")
    }
    guard document == digest else {
      throw EvidenceError(
        .otherDocument, "entry \(index) names another document: its SHA-256 is \(document.hex)")
    }
  }

  static func telling<Value>(_ body: () throws(LedgerError) -> Value) throws(EvidenceError) -> Value {
    do { return try body() } catch {
      let code: EvidenceError.Code =
        switch error.code {
        case .malformed, .tooLarge: .malformed
        case .wrongVault: .wrongVault
        default: .doesNotHold
        }
      throw EvidenceError(code, "\(error.object) \(error.what)")
    }
  }
}
