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
    guard index < state.size else { throw VaultError(.input, "the ledger has no entry \(index)") }
    guard var commit = try await commit(after: MerkleTree()), commit.vault == state.vault else {
      throw VaultError(.damaged, "the ledger doesn't begin as it did when it was read")
    }
    let founding = commit.entries[0]
    var folded = try LedgerState(founding: commit)
    var trail = try GrantTrail(founding: founding)
    var notCounted = folded.notCounted
    var leaves: [Digest] = []
    while true {
      leaves += commit.entries.map(\.leaf)
      for (offset, entry) in commit.entries.enumerated() {
        let logged = LoggedEntry(entry, number: commit.number + UInt64(offset), note: commit.note)
        if let refused = notCounted.first(where: { $0.number == logged.number }) {
          guard refused.number != index else {
            throw VaultError(.input, "\(refused.description): there is nothing to prove")
          }
        } else if logged.number == index {
          let evidence = try Evidence(of: logged, founding, trail.links(to: entry.by), in: leaves)
          return try named(document, by: evidence)
        } else {
          try trail.take(logged)
        }
      }
      guard let next = try await self.commit(after: commit.tree) else {
        throw VaultError(.damaged, "the ledger ended before entry \(index)")
      }
      notCounted = try folded.apply(next)
      commit = next
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
