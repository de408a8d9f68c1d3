internal import Rules
public import Sealing

/// A finding that is open: somebody has to see to something.
public struct OpenFinding: Hashable, Sendable {
  /// The number of its entry, by which it is called.
  public let entry: UInt64
  /// Who entered it.
  public let by: Identifier
  /// When, as they said.
  public let time: UInt64
  /// The entry that it is about; 0 where it is about the vault.
  public let about: UInt64
  /// Until when it is to be seen to; nil where nobody said.
  public let due: UInt64?
  /// What it says; nil where that can't be read.
  public let terms: Terms?
  /// Whether the journal, in which it says that, is open.
  public let isOpen: Bool
  /// Whether it keeps note of what an erasure left.
  public let isOfErasure: Bool

  /// What a finding says.
  public struct Terms: Hashable, Sendable {
    /// Who is to see to it; empty where nobody said.
    public let owner: String
    /// What was found.
    public let text: String

    /// What was found, and who is to see to it.
    public init(owner: String, text: String) {
      self.owner = owner
      self.text = text
    }
  }
}

extension OpenPlace {
  /// The findings that are open, by number.
  public func openFindings() async throws -> [OpenFinding] {
    let open = state.findings.values.sorted { $0.found.number < $1.found.number }
    let parts = try await sealedParts(of: open.map { ($0.found.number, $0.leaf) })
    return open.map { known in
      let found = known.found
      var (finding, isOpen): (WithheldFinding?, Bool) = (nil, true)
      switch parts[found.number] ?? .closed {
      case .opened(let part): finding = try? WithheldFinding(part)
      case .closed: isOpen = false
      case .unreadable: break
      }
      return OpenFinding(
        entry: found.number, by: found.by, time: found.time, about: found.content.about,
        due: found.content.due == 0 ? nil : found.content.due,
        terms: finding.map { OpenFinding.Terms(owner: $0.owner, text: $0.text) }, isOpen: isOpen,
        isOfErasure: known.byCustodian && finding?.withheld.isEmpty == false)
    }
  }

  /// Enters a finding.
  /// - Parameters:
  ///   - about: the entry that it is about; 0 for the vault.
  ///   - due: until when it is to be seen to.
  /// - Returns: the number of its entry.
  /// - Throws: `VaultError` `.input` where there is no such entry, `.notGranted` where the identity may not.
  public func enterFinding(
    _ terms: OpenFinding.Terms, about: UInt64, due: UInt64?
  ) async throws -> UInt64 {
    let identity = try writer()
    try await requireHome()
    guard state.may(identity.publicIdentity.id, .found) else {
      throw VaultError(.notGranted, "this identity may not enter findings", safe: "nothing was written")
    }
    guard about < state.size else {
      throw VaultError(
        .input, "there is no entry \(about): the ledger has \(state.size)", safe: "nothing was written")
    }
    let finding = WithheldFinding(owner: terms.owner, text: terms.text, withheld: [])
    let draft = OpenLedger.Draft(.found(Found(about: about, due: due ?? 0)), sealed: finding.object)
    try await checkCounts(draft, by: identity)
    return try await commit(as: identity) { _ in [draft] }.lowerBound
  }

  /// Ends a finding.
  /// - Returns: the number of the entry that does.
  /// - Throws: `VaultError` `.input` where there is no such finding, `.refused` where it isn't the identity's to end.
  public func endFinding(_ entry: UInt64, because reason: String) async throws -> UInt64 {
    let identity = try writer()
    try await requireHome()
    guard state.findings[entry] != nil else {
      throw VaultError(.input, "there is no open finding \(entry)", safe: "nothing was written")
    }
    let draft = OpenLedger.Draft(.ended(entry), saying: Array(reason.utf8))
    try await checkCounts(draft, by: identity)
    let written = try await commit(as: identity) { $0.findings[entry] == nil ? [] : [draft] }
    guard !written.isEmpty else {
      throw VaultError(.input, "finding \(entry) was ended meanwhile", safe: "nothing was written")
    }
    return written.lowerBound
  }
}
