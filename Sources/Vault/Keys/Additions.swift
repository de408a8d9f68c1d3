internal import Rules
internal import Keyring

// A page that a `keys` entry adds has two forms: as the ledger names it, and as the keyring works with it.

extension Addition {
  /// A page that waits to be taken over.
  ///
  /// - Throws: `malformed` for what no entry can say.
  init(_ pending: PendingPage) throws(KeyringError) {
    try self.init(
      digest: pending.page.hash, count: pending.page.count, size: pending.page.size,
      sealedKey: pending.page.key, generation: UInt32(clamping: pending.generation))
  }
}

extension AddedPages.Page {
  /// What a `keys` entry says of an addition.
  init(_ addition: Addition) {
    self.init(
      count: UInt64(addition.count), hash: addition.digest, key: addition.sealedKey,
      size: UInt64(addition.size))
  }
}

extension LedgerState {
  /// All pages that wait to be taken over, in the order of their entries.
  var additions: [Addition] {
    get throws(KeyringError) {
      var additions: [Addition] = []
      for pending in pendingPages { additions.append(try Addition(pending)) }
      return additions
    }
  }
}
