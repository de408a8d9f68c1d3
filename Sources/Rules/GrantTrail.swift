package import Ledger
package import Sealing

/// By which `granted` entry each identity has the roles that it has, as the ledger goes on: what evidence shows of a
/// signer (Format 4.6).
///
/// It is the entry since which they had these roles without a break, not the newest one: what changes nothing of who
/// they are makes no evidence longer, so two custodians who grant each other again and again do no harm.
package struct GrantTrail {
  private struct Grant {
    let entry: LoggedEntry
    /// The entry by which its maker had their roles; 0 is the founding.
    let before: UInt64
  }

  private struct Standing {
    let entry: UInt64
    let roles: [Role]
  }

  private var standing: [Identifier: Standing] = [:]
  private var grants: [UInt64: Grant] = [:]

  /// A trail that begins with a founding entry.
  package init(founding entry: Entry) throws(StateError) {
    guard case .founded(let founding) = try Event(entry) else {
      throw StateError(.wrongVault, "doesn't found a vault")
    }
    for custodian in founding.custodians {
      standing[custodian.identity.id] = Standing(entry: 0, roles: [.custodian])
    }
  }

  /// Takes the next entry that counts.
  package mutating func take(_ logged: LoggedEntry) throws(StateError) {
    switch try Event(logged.entry) {
    case .granted(let grantee):
      let id = grantee.identity.id
      guard standing[id]?.roles != grantee.roles else { return }
      grants[logged.number] = Grant(entry: logged, before: standing[logged.entry.by]?.entry ?? 0)
      standing[id] = Standing(entry: logged.number, roles: grantee.roles)
    case .revoked(let id): standing[id] = nil
    default: return
    }
  }

  /// The entries that lead from the founding to an identity as it is now, in their order.
  package func links(to identity: Identifier) -> [LoggedEntry] {
    var links: [LoggedEntry] = []
    var entry = standing[identity]?.entry ?? 0
    while let grant = grants[entry] {
      links.append(grant.entry)
      entry = grant.before
    }
    return links.reversed()
  }
}

/// An entry, its number, and the note of its commit.
package struct LoggedEntry: Sendable {
  package let entry: Entry
  package let number: UInt64
  package let note: Note

  package init(_ entry: Entry, number: UInt64, note: Note) {
    (self.entry, self.number, self.note) = (entry, number, note)
  }

  /// That it stands in the tree of its note. `leaves` are the leaf hashes of all entries, at least up to there.
  func proof(in leaves: [Digest], extra: [UInt8]) throws(EvidenceError) -> LogProof {
    let size = try Evidence.telling { () throws(LedgerError) in try Checkpoint(text: note.text).size }
    guard size <= UInt64(leaves.count),
      let proof = LogProof(of: number, in: Array(leaves[..<Int(size)]), note: note, extra: extra)
    else { throw EvidenceError(.doesNotHold, "entry \(number) isn't in the tree of its commit") }
    return proof
  }
}
