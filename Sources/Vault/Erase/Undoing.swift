internal import Keyring
internal import Ledger
internal import Rules
public import Sealing
internal import Storage

/// Taking an erasure back while its hold-back runs: the keys come from the generation that it superseded.
extension OpenPlace {
  /// - Returns: the generation that has the keys again.
  func undoErasure(_ entry: UInt64, reason: String, request: UInt64?) async throws -> UInt64 {
    let identity = try writer()
    let end = OpenLedger.Draft(.ended(entry), saying: reason.utf8, request: request)
    try await checkCounts(end, by: identity)
    for _ in 0..<OpenLedger.tries {
      try await ledger.catchUp()
      try await refreshKeys()
      let basis = state.keyBasis
      let pages: [SealedPage]
      do { pages = try await pagesToUndo(entry, as: identity) } catch {
        // gc may have erased them while they were read: then they are gone, and nothing is damaged.
        try await ledger.catchUp()
        try await checkCounts(end, by: identity)
        throw error
      }
      let keys = try unlocked()
      do { for page in pages { try await keys.files.put(page.bytes) } } catch {
        // gc may have taken them for strays: nothing names them yet.
        guard await wasOvertaken(error) else { throw error }
        continue
      }
      let opened = keys.opened
      let additions = try telling { () throws(KeyringError) in
        try pages.map { page throws(KeyringError) in try Addition(naming: page, in: opened) }
      }
      let drafts = OpenLedger.Draft.adding(additions, to: keys.number)
      let written = try await commit(as: identity) { state in state.keyBasis == basis ? drafts + [end] : [] }
      if !written.isEmpty { return keys.number }
    }
    throw VaultError(.busy, "other writers kept changing the vault", safe: "the erasure stays as it is")
  }

  /// The erasures that were entered together with one and aren't taken back: those of many customers take several entries.
  public func erasures(enteredWith entry: UInt64) throws -> [UInt64] {
    guard let erasure = state.erasures[entry] else {
      throw VaultError(.input, "entry \(entry) erases nothing", safe: "nothing was changed")
    }
    guard erasure.ended == nil else { return [entry] }
    let together = state.erasures.values.filter {
      $0.ended == nil && $0.erased.content.generation == erasure.erased.content.generation
    }
    return together.map(\.erased.number).sorted()
  }

  /// Whom no number leads to any more, of those whose erasure was taken back.
  public func customersWithoutNumber(ofErasures entries: [UInt64]) async throws -> [Identifier] {
    let keys = try unlocked()
    var subjects: Set<Identifier> = []
    for entry in entries {
      guard let erasure = state.erasures[entry] else { continue }
      subjects.formUnion(try await account(of: erasure).keys.flatMap { $0.pairs.map(\.subject) })
    }
    return subjects.subtracting(try await keys.directoryRows(to: subjects).map(\.subject)).sorted()
  }

  /// Refuses to take back what can't be.
  func checkErasure(_ entry: UInt64) throws -> KnownErasure {
    guard let erasure = state.erasures[entry] else {
      throw VaultError(.input, "entry \(entry) is neither a hold nor an erasure", safe: "nothing was changed")
    }
    if let ended = erasure.ended {
      throw VaultError(
        .refused, "erasure \(entry) was taken back by entry \(ended) already", safe: "nothing was changed")
    }
    return erasure
  }

  /// The rows that an erasure dropped, sealed for the present generation.
  private func pagesToUndo(_ entry: UInt64, as identity: Identity) async throws -> [SealedPage] {
    let erasure = try checkErasure(entry)
    let account = try await account(of: erasure)
    let number = erasure.erased.content.generation
    let gone = VaultError(
      .refused, "the keys that erasure \(entry) dropped are erased: it can't be taken back",
      safe: "nothing was changed")
    guard let before = state.generation(number - 1), let after = state.generation(number),
      let old = try await openedGeneration(before, as: identity)
    else { throw gone }
    let then = OpenKeyring(old, files: KeyringFiles(place.store))
    try then.takeIn(after.taken)
    let now = try unlocked()
    var rows: [Identifier: NewRows] = [:]
    for (classID, pairs) in account.keys {
      for pair in pairs {
        guard try await now.key(of: pair.subject, in: classID) == nil else {
          throw VaultError(
            .refused, "the customer has a new key in a class since: erasure \(entry) can't be taken back",
            safe: "nothing was changed")
        }
        guard let key = try await then.key(of: pair.subject, in: classID),
          try KeySchedule.keyCheck(subject: key) == pair.check
        else { throw gone }
        rows[classID, default: NewRows(for: classID)].add(subject: pair.subject, key: key)
      }
    }
    let subjects = Set(account.keys.flatMap { $0.pairs.map(\.subject) })
    var tokens = NewRows(for: .directory)
    for (token, subject) in try await then.directoryRows(to: subjects) {
      // A customer who came back meanwhile keeps the new id; what was erased is given under the old one.
      if try await now.subject(under: token) == nil { tokens.add(token: token, subject: subject) }
    }
    // A page that can't be read may hold what is to come back, or what came since; and it is taken back once only.
    for section in account.keys.map(\.classID) + [.directory]
    where !then.hasRead(all: section) || !now.hasRead(all: section) {
      throw VaultError(
        .damaged, "a page of keys can't be read, so that erasure \(entry) can't be taken back whole",
        safe: "nothing was changed", hint: .verifyThenRepair)
    }
    if !tokens.isEmpty { rows[.directory] = tokens }
    return try rows.sorted { $0.key < $1.key }.flatMap { try $0.value.sealed(vault: state.vault) }
  }

  /// What an `erased` entry accounts for.
  func account(of erasure: KnownErasure) async throws -> ErasureAccount {
    guard case .opened(let part) = try await sealedPart(of: erasure.erased.number, leaf: erasure.leaf),
      let account = try? ErasureAccount(part, rows: erasure.erased.content.rows)
    else {
      throw VaultError(
        .damaged, "what erasure \(erasure.erased.number) accounts for can't be read",
        safe: "nothing was changed")
    }
    return account
  }
}
