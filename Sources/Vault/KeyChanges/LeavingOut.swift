internal import Keyring
internal import Rules
internal import Storage
public import Sealing

/// Pages of keys that wait to be taken over and aren't there as they were added: another place may have them, and whoever
/// goes on without them loses their keys for good, and with them what is sealed under these.
public struct MislaidPages: Error {
  /// One of them.
  public struct Page: Hashable, Sendable {
    /// Where it should lie.
    public let name: String
    /// So many keys.
    public let keys: UInt64
    /// Who added it.
    public let by: Identifier
  }

  /// In the order in which they were added.
  public let pages: [Page]
  fileprivate let digests: Set<Digest>

  init(_ additions: [Addition], of state: LedgerState) {
    let lost = Set(additions.map(\.digest))
    digests = lost
    pages = state.pendingPages.filter { lost.contains($0.page.hash) }.map { pending in
      Page(name: Layout.keyringFile(pending.page.hash).text, keys: pending.page.count, by: pending.by)
    }
  }

  /// Their keys.
  public var keys: UInt64 { pages.reduce(0) { $0 + $1.keys } }

  func told(safe: String) -> VaultError {
    let which =
      pages.count == 1 ? "\(pages[0].name), a page" : "\(pages[0].name) and \(pages.count - 1) more, pages"
    let by = Set(pages.map(\.by)).sorted().map(\.hex).joined(separator: ", ")
    return VaultError(
      .missing, "\(which) of keys not yet in the keyring, with \(keys) keys, added by \(by), can't be read",
      safe: safe, hint: .findPageOrLeaveOut)
  }
}

extension OpenPlace {
  /// The pages that a change of keys would lose; none where all that wait are there.
  public func mislaidPages() async throws -> MislaidPages {
    _ = try writer()
    try await ledger.catchUp()
    try await refreshKeys()
    let keys = try unlocked()
    let files = keys.files
    let edit = try telling { () throws(KeyringError) in
      try KeyringEdit(
        of: keys.opened, reason: .merged, through: state.size, additions: state.additions,
        known: state.identities.values.map(\.identity))
    }
    let load: KeyringEdit.Load = { digest in try await files.pageIfWhole(digest) }
    let unreadable = try await edit.unreadable(load: load)
    return MislaidPages(try await edit.mislaid(among: unreadable, load: load), of: state)
  }

  /// Makes a generation without these pages, as far as they are still mislaid: their keys are lost for good. Where another
  /// one is by now, it is refused: nobody said yes to that.
  /// - Returns: its number.
  public func leaveOut(_ lost: MislaidPages) async throws -> UInt64 {
    let update = KeyringUpdate(vault: self, reason: .merged, leavingOut: lost.digests)
    return UInt64(try await update.run(as: writer(), about: "left out") { _ in }.opened.generation.number)
  }
}
