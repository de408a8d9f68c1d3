public import Rules
internal import Ledger
internal import Sealing

/// Making evidence of what stands in the ledger.
extension OpenPlace {
  /// Evidence that an entry stands in the ledger, for whoever knows the vault id alone (Format.md, 4.6).
  ///
  /// The ledger is folded once more from its beginning: who was who when an entry was made isn't in today's state.
  /// - Parameter document: what the entry names, where it is to be evidence for a document.
  /// - Throws: `VaultError` `.input` where there is no such entry, it doesn't count, or it doesn't name the document;
  ///   `.damaged`.
  public func prove(entry index: UInt64, document: [UInt8]?) async throws -> Evidence {
    var found: Evidence?
    try await prove([index]) { found = $0 }
    guard let found else { throw VaultError(.damaged, "the ledger ended before entry \(index)") }
    return try named(document, by: found)
  }

  /// Evidence of several entries, which are handed on ascending: the ledger is folded once for all of them.
  /// - Throws: as for one.
  public func prove(_ entries: Set<UInt64>, _ take: (Evidence) throws -> Void) async throws {
    if let beyond = entries.first(where: { $0 >= state.size }) {
      throw VaultError(.input, "the ledger has no entry \(beyond)")
    }
    guard let last = entries.max() else { return }
    var begun: (founding: Entry, trail: GrantTrail)?
    var leaves: [Digest] = []
    try await replay { step in
      leaves += step.commit.entries.map(\.leaf)
      let founding = begun?.founding ?? step.commit.entries[0]
      var trail = try begun?.trail ?? GrantTrail(founding: founding)
      for logged in step.entries {
        let refused = step.notCounted[logged.number]
        if entries.contains(logged.number) {
          if let refused { throw VaultError(.input, "\(refused.description): there is nothing to prove") }
          try take(Evidence(of: logged, founding, trail.links(to: logged.entry.by), in: leaves))
        }
        if refused == nil { try trail.take(logged) }
      }
      begun = (founding, trail)
      return step.commit.tree.size <= last
    }
  }

  private func named(_ document: [UInt8]?, by evidence: Evidence) throws -> Evidence {
    guard let document else { return evidence }
    do { try evidence.check(document: Digest.sha256(of: document)) } catch {
      throw VaultError(.input, "\(error)")
    }
    return evidence
  }
}
