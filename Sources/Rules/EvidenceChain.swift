internal import Ledger
internal import Sealing

/// The steps of evidence (Format 4.6): each must be signed by whom the step before shows. It is checked as it grows.
struct EvidenceChain {
  private let vault: Identifier
  private let founding: Entry
  /// Who may have signed the next step, by id: the founders, then the one whom the last link names.
  private var next: [Identifier: Evidence.Shown]
  /// The proof of the last step.
  private var last: LogProof?
  /// Whose signatures lead to here.
  private(set) var shown: [Evidence.Shown] = []

  /// Begins with the founding entry of a vault whose id is known from elsewhere.
  init(founding: Entry, vault: Identifier) throws(EvidenceError) {
    guard Commit.vault(founding: founding) == vault else {
      throw EvidenceError(
        .wrongVault, "it is for vault \(Commit.vault(founding: founding)), not for \(vault)")
    }
    guard case .founded(let content) = try Self.event(founding) else {
      throw EvidenceError(.doesNotHold, "it doesn't begin with a founding entry")
    }
    self.vault = vault
    self.founding = founding
    next = [:]
    for custodian in content.custodians {
      next[custodian.identity.id] = Evidence.Shown(
        identity: custodian.identity, roles: [.custodian], entry: 0)
    }
  }

  /// Takes the next link: whom its `granted` entry names may have signed the step behind it, and nobody else.
  mutating func add(_ link: LogProof) throws(EvidenceError) {
    let entry = try Evidence.telling { () throws(LedgerError) in try Entry(line: link.extra) }
    guard case .granted(let grantee) = try step(link, of: entry) else {
      throw EvidenceError(.doesNotHold, "the link to entry \(link.index) is no grant")
    }
    next = [
      grantee.identity.id: Evidence.Shown(
        identity: grantee.identity, roles: grantee.roles, entry: link.index)
    ]
  }

  /// Takes the entry that all of it is about.
  mutating func end(_ proof: LogProof, of entry: Entry) throws(EvidenceError) -> Event {
    try step(proof, of: entry)
  }

  private mutating func step(_ proof: LogProof, of entry: Entry) throws(EvidenceError) -> Event {
    let event = try Self.event(entry)
    guard let signer = next[entry.by] else {
      throw EvidenceError(
        .doesNotHold, "entry \(proof.index) is by \(entry.by), who isn't shown to be anybody there")
    }
    // Some events want more than a role of their row, or another one now and then: that takes the ledger.
    guard !event.content.everyRole.isDisjoint(with: signer.roles) else {
      throw EvidenceError(
        .doesNotHold, "entry \(proof.index) is a `\(entry.event)`, for which \(entry.by) has no role")
    }
    try place(proof, entry)
    try Evidence.telling { () throws(LedgerError) in
      try proof.verify(entry, vault: vault, signer: signer.identity)
    }
    last = proof
    shown.append(signer)
    return event
  }

  /// Steps stand in one ledger, in their order: entry 0 is the founding one and no other, and no commit reaches into
  /// another one.
  private func place(_ proof: LogProof, _ entry: Entry) throws(EvidenceError) {
    guard (proof.index == 0) == (entry.event == "founded"), proof.index > 0 || entry == founding else {
      throw EvidenceError(.doesNotHold, "entry 0 is the founding one, and no other is")
    }
    guard let last else { return }
    guard last.index < proof.index else {
      throw EvidenceError(.doesNotHold, "its entries aren't ascending")
    }
    let size = try Evidence.telling { () throws(LedgerError) in try last.size }
    guard last.note == proof.note || size <= proof.index else {
      throw EvidenceError(
        .doesNotHold, "the commits of entries \(last.index) and \(proof.index) aren't of one ledger")
    }
  }

  private static func event(_ entry: Entry) throws(EvidenceError) -> Event {
    do { return try Event(entry) } catch {
      throw EvidenceError(
        error.code == .unknownEvent ? .unknownEvent : .malformed, error.what, hint: error.hint)
    }
  }
}
