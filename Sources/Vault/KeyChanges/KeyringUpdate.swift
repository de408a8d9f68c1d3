internal import Rules
internal import Keyring
internal import Ledger
internal import Sealing
internal import Storage

/// Every change of keys is this one act (design, section 4): make the next generation, write it, read it back,
/// open it, compare it with the one before, and only then name it in the ledger.
///
/// A crash at any point leaves exactly the generation that the ledger names.
struct KeyringUpdate {
  let vault: OpenPlace
  let reason: KeyringEdit.Reason
  /// The request that it names, where it carries one out without an entry of another event.
  var request: UInt64?
  /// Pages that may only be mislaid and are left out all the same, for good: those that somebody said yes to, and no other.
  var leavingOut: Set<Digest> = []
  /// Entries that account for what it drops, and stand directly before its own.
  var accounting: (NextGeneration) throws -> [OpenLedger.Draft] = { _ in [] }

  /// How often a revocation is tried in one commit with the keyring.
  private static let triesTogether = 4

  /// Makes the next generation.
  /// - Parameters:
  ///   - alongside: entries that stand before the `keyring` entry in the same commit.
  ///   - about: what the journal is told (sealed).
  ///   - edit: what is to be different; called again where another writer was faster.
  /// - Throws: `VaultError` `.refused` where anything would be lost, `.busy`, `.notGranted`.
  func run(
    as identity: Identity, alongside: [OpenLedger.Draft] = [], about: String,
    _ edit: (inout KeyringEdit) async throws -> Void
  ) async throws -> NextGeneration {
    try await vault.requireHome()
    var alongside = alongside
    for attempt in 0..<OpenLedger.tries {
      // Whoever is revoked could go on adding keys while they are taken over, so that it never ends.
      if attempt == Self.triesTogether, reason == .revoked, !alongside.isEmpty {
        try await vault.commit(as: identity) { _ in alongside }
        alongside = []
      }
      try await vault.ledger.catchUp()
      try await vault.refreshKeys()
      let basis = vault.state.keyBasis
      // What an erasure may take, and whether an epoch is needed, hangs on what was sealed, too.
      let boxes = vault.state.boxes.count
      let next: NextGeneration
      do {
        next = try await write(as: identity, edit)
      } catch let error as MislaidPages {
        if await vault.wasOvertaken(error) { continue }
        // Their rights end at once; what they opened gets new keys once no page is lost by it.
        let isRevocation = reason == .revoked
        if isRevocation, !alongside.isEmpty { try await vault.commit(as: identity) { _ in alongside } }
        throw error.told(
          safe: isRevocation ? "they are revoked; no new keys are begun" : "nothing was changed")
      } catch {
        guard await vault.wasOvertaken(error) else { throw VaultError(telling: error) ?? error }
        continue
      }
      let refused = vault.state.pendingKeys.refusing(Set(next.refused.map(\.digest)))
      let entries = try accounting(next) + [entry(of: next, refusing: refused, about: about)]
      let written = try await vault.commit(as: identity) { state in
        state.keyBasis == basis
          && (![.dropped, .retired, .destroyed].contains(reason) || state.boxes.count == boxes)
          ? alongside + entries : []
      }
      if !written.isEmpty {
        for pages in refused {
          vault.note(.pagesLeftOut(pages.positions.count, keys: pages.count, by: pages.by))
        }
        if reason != .merged { await vault.mergeWhereDue() }
        return next
      }
    }
    throw VaultError(
      .busy, "other writers kept changing the vault", safe: "the keyring is as it was",
      hint: reason == .revoked
        ? "who is revoked may be so already, and enters nothing more; run the command again to begin new keys"
        : nil)
  }

  /// Makes it and writes it, reads it back and compares it with the one before; nothing names it yet.
  private func write(
    as identity: Identity, _ edit: (inout KeyringEdit) async throws -> Void
  ) async throws -> NextGeneration {
    let keys = try vault.unlocked()
    let files = keys.files
    let additions = try telling { () throws(KeyringError) in try vault.state.additions }
    var change = try telling { () throws(KeyringError) in
      try KeyringEdit(
        of: keys.opened, reason: reason, through: vault.state.size, additions: additions,
        known: vault.state.identities.values.map(\.identity))
    }
    try await edit(&change)
    let load: KeyringEdit.Load = { digest in try await files.pageIfWhole(digest) }
    let unreadable = try await change.unreadable(load: load)
    let mislaid = try await change.mislaid(among: unreadable, load: load).filter {
      !leavingOut.contains($0.digest)
    }
    if !mislaid.isEmpty { throw MislaidPages(mislaid, of: vault.state) }
    change.refusing = Set(unreadable.map(\.digest))
    let next = try await change.make(load: load) { page in try await files.put(page.bytes) }
    try await files.complete(next.opened.generation)
    try await files.put(next.opened.generation.bytes)
    let back = try await readBack(next, files: files, as: identity)
    let differences = try await KeyringEdit.missing(
      from: keys.opened, additions: additions, to: back, accounted: change.accounted, rows: next.rows,
      reason: reason, load: load)
    if let difference = differences.first {
      throw VaultError(
        .refused, "the new keyring is not the old one with the change: \(difference)",
        safe: "the ledger still names the old one",
        hint: "nothing was changed; this is a defect, please report it")
    }
    return next
  }

  /// The generation as the store has it, opened as anybody would.
  private func readBack(_ next: NextGeneration, files: KeyringFiles, as identity: Identity) async throws
    -> OpenGeneration
  {
    let written = next.opened.generation
    let bytes = try await files.page(written.digest, size: written.bytes.count)
    return try telling { () throws(KeyringError) in
      try OpenGeneration(try Generation(decoding: bytes), with: identity)
    }
  }

  private func entry(
    of next: NextGeneration, refusing refused: [RefusedPages], about: String
  ) throws -> OpenLedger.Draft {
    let generation = next.opened.generation
    let change = KeyringChange(
      file: generation.digest, generation: UInt64(generation.number), previous: generation.previous,
      reason: next.reason, refused: refused,
      rows: next.rows, size: UInt64(generation.bytes.count), through: generation.through)
    return OpenLedger.Draft(.keyring(change), saying: about.utf8, request: request)
  }
}

extension KeyringFiles {
  /// Pages that a generation takes over lie there in both copies, too: what one lacks is made good from the other, or told.
  fileprivate func complete(_ generation: Generation) async throws {
    guard let twice = store as? MirroredStore else { return }
    let there = try await twice.namesOfCopies(Layout.keyring)
    let (first, second) = (Set(there.first), Set(there.second))
    for page in generation.pages {
      let name = Layout.keyringFile(page.digest)
      if first.contains(name), second.contains(name) { continue }
      _ = try await pageIfWhole(page.digest)
    }
  }

  /// A page's bytes; nil where it is missing or damaged in both copies. A store that fails is an error: nothing is
  /// left out of a keyring because a disk hiccuped.
  func pageIfWhole(_ digest: Digest) async throws -> [UInt8]? {
    do {
      let bytes = try await store.get(Layout.keyringFile(digest), limit: Self.pageLimit)
      return bytes.flatMap { Digest.sha256(of: $0) == digest ? $0 : nil }
    } catch {
      guard error.code == .tooLarge else { throw error }
      return nil
    }
  }
}
