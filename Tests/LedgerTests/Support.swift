import Foundation
import Ledger
import Sealing

func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A ledger as it grows, with one identity that makes all entries.
struct SmallLedger {
  let identity: Identity
  var tree = MerkleTree()
  var vault: Identifier?
  var commits: [Commit] = []
  var leaves: [Digest] = []

  init(identity: Identity) { self.identity = identity }

  var by: Identifier { identity.publicIdentity.id }

  func entry(_ event: String, time: UInt64 = 1_700_000_000, members: JSONObject = JSONObject()) throws
    -> Entry
  {
    try Entry(event: event, by: by, time: time, members: members)
  }

  @discardableResult
  mutating func commit(_ entries: [Entry]) throws -> Commit {
    let commit = try Commit.build(entries, before: tree, vault: vault, identity: identity)
    tree = commit.tree
    vault = commit.vault
    commits.append(commit)
    leaves += entries.map(\.leaf)
    return commit
  }

  /// Founded, with nothing else in it.
  static func founded() throws -> SmallLedger {
    var ledger = SmallLedger(identity: try Identity.generate())
    try ledger.commit([ledger.entry("founded", members: JSONObject(["nonce": .string("00ff")]))])
    return ledger
  }
}

/// The code with which something is refused; nil if it isn't.
func refusal<T>(_ body: () throws -> T) -> LedgerError.Code? {
  do {
    _ = try body()
    return nil
  } catch let error as LedgerError {
    return error.code
  } catch {
    return nil
  }
}
