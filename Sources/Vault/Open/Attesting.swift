public import Rules

extension OpenPlace {
  /// Vouches for a document.
  /// - Returns: the `attested` entry.
  /// - Throws: `VaultError` `.refused` where this identity may not, or this isn't the vault.
  public func attest(_ attestation: Attestation) async throws -> UInt64 {
    let identity = try writer()
    try await requireHome()
    let draft = OpenLedger.Draft(.attested(attestation))
    try await checkCounts(draft, by: identity)
    return try await commit(as: identity) { _ in [draft] }.lowerBound
  }
}
