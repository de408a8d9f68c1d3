internal import Rules
public import Sealing
internal import Vault

/// A drill's report of which evidence shows that the vault's ledger names it.
public struct CheckedReport: Sendable {
  /// The report.
  public let document: DrillDocument
  /// Its entry.
  public let entry: UInt64
  /// When it was entered.
  public let time: UInt64

  /// Checks a report by its proof, for a vault whose id is known from elsewhere.
  /// - Throws: `EvidenceError` where the proof doesn't hold, or names another document; `VaultError` where the report is none,
  ///   or says something else than the entry.
  public init(_ report: [UInt8], proof: [UInt8], vault: Identifier) throws {
    let evidence = try Evidence(parsing: proof, vault: vault)
    try evidence.check(document: Digest.sha256(of: report))
    let document = try DrillDocument(report)
    guard case .drilled(let outcome) = try evidence.entered else {
      throw VaultError(.damaged, "entry \(evidence.index) is no drill's")
    }
    let isSaid =
      document.vault == vault.hex && document.outcome == outcome.verdict.rawValue
      && document.plan.digest == outcome.plan.hex && document.plan.level == outcome.level.rawValue
      && document.by == evidence.by.hex && document.destination == outcome.destination?.hex
      && document.rto == outcome.rto && document.rpo == outcome.rpo
      && document.snapshot?.entry == outcome.snapshot
    guard isSaid else {
      throw VaultError(.damaged, "the report says something else than its entry, \(evidence.index)")
    }
    self.document = document
    entry = evidence.index
    time = evidence.time
  }
}
