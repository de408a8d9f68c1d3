internal import Rules
internal import Keyring
internal import Sealing

/// Gives customers their ids and keys: one customer, one id, with many writers at once.
///
/// A writer looks up what it needs, writes pages for what isn't there, and commits them *before* anything is
/// sealed with them. Who loses a race looks again, and takes over the ids that others added meanwhile.
struct NewSubjects {
  /// A customer as a source gives it, and the classes it has records in.
  struct Wanted: Hashable {
    let name: CustomerName
    var classes: Set<Identifier>
  }

  /// What a writer needs of a subject.
  struct Keys {
    let subject: Identifier
    let keys: [Identifier: Secret]
  }

  let vault: OpenPlace
  /// Customers whose id this run made.
  private(set) var made: UInt64 = 0
  /// The ids that it committed: nothing lies under them but what it seals itself.
  private(set) var own: Set<Identifier> = []

  init(_ vault: OpenPlace) { self.vault = vault }

  /// Ids and keys of customers that aren't in the keyring.
  private struct Fresh {
    var ids: [Identifier: Identifier] = [:]
    var keys: [Identifier: [Identifier: Secret]] = [:]
  }

  /// Kept from one look to the next where nothing is committed.
  private var rehearsed = Fresh()

  /// The same as `provide`, and nothing is written: keys of new customers are good for nothing but to tell apart what
  /// would be sealed.
  mutating func rehearse(_ wanted: [Wanted]) async throws -> [Keys] {
    let found = try await look(for: wanted, &rehearsed).found
    made = UInt64(rehearsed.ids.count)
    return found
  }

  /// Ids and keys for all that is wanted, in its order; what was missing is committed.
  mutating func provide(_ wanted: [Wanted], as identity: Identity) async throws -> [Keys] {
    for _ in 0..<OpenLedger.tries {
      var fresh = Fresh()
      let (found, pages) = try await look(for: wanted, &fresh)
      if pages.isEmpty { return found }
      try await vault.requireHome()
      if try await takesOver(before: pages, as: identity) { continue }
      let keys = try vault.unlocked()
      do {
        for page in pages { try await keys.files.put(page.bytes) }
      } catch {
        guard await vault.wasOvertaken(error) else { throw error }
        try await vault.refreshKeys()
        continue
      }
      let opened = keys.opened
      let additions = try pages.map { page throws(KeyringError) in try Addition(naming: page, in: opened) }
      let basis = vault.state.keyBasis
      let drafts = OpenLedger.Draft.adding(additions, to: keys.number)
      // Others may have added the same customers: then nothing is committed, and all is looked up anew.
      let written = try await vault.commit(as: identity) { state in state.keyBasis == basis ? drafts : [] }
      if !written.isEmpty {
        made += UInt64(fresh.ids.count)
        own.formUnion(fresh.ids.values)
        fresh = Fresh()
        return try await look(for: wanted, &fresh).found
      }
    }
    throw VaultError(
      .busy, "other writers kept adding customers", safe: "what was committed before stays",
      hint: "try again when fewer write")
  }

  /// Whether what waits was taken over first, since with these pages too much of this identity's would.
  private func takesOver(before pages: [SealedPage], as identity: Identity) async throws -> Bool {
    let id = identity.publicIdentity.id
    let share = vault.state.pendingKeys.share(of: id)
    let rows = pages.reduce(0) { $0 + UInt64($1.rowCount) }
    if share.allows(pages: pages.count, rows: rows) { return false }
    guard vault.state.may(id, .keyring), try vault.unlocked().opened.isWhole, share.pages > 0 else {
      throw VaultError(
        .refused, "\(share.rows) keys that this identity added wait to be taken over, and no more may",
        safe: "what was committed before stays",
        hint: "a custodian takes them over: with the next seal, snapshot or change of keys of theirs")
    }
    try await vault.takeOver(as: identity)
    return true
  }

  private func look(for wanted: [Wanted], _ fresh: inout Fresh) async throws -> (
    found: [Keys], pages: [SealedPage]
  ) {
    let keys = try vault.unlocked()
    guard let directory = keys.opened[.directory]?.section, let tokenKey = directory.sealing.key else {
      throw VaultError(
        .notGranted, "this identity does not open the directory, so it can't seal",
        safe: "nothing was written")
    }
    var tokens = NewRows(for: .directory)
    var rows: [Identifier: NewRows] = [:]
    var found: [Keys] = []
    for one in wanted {
      let subject: Identifier
      if let known = try await keys.subject(of: one.name) {
        subject = known
      } else {
        // The same customer may be written in two ways that normalise to one.
        let token = try KeySchedule.token(one.name.kind, one.name.value, epoch: tokenKey)
        if let known = fresh.ids[token] {
          subject = known
        } else {
          try keys.checkNoneIsMislaid(in: .directory)
          subject = try Identifier.random()
          fresh.ids[token] = subject
          tokens.add(token: token, subject: subject)
        }
      }
      var subjectKeys: [Identifier: Secret] = [:]
      for classID in one.classes {
        if let known = try await keys.key(of: subject, in: classID) ?? fresh.keys[subject]?[classID] {
          subjectKeys[classID] = known
        } else {
          try keys.checkNoneIsMislaid(in: classID)
          let key = try rows[classID, default: NewRows(for: classID)].addKey(for: subject)
          subjectKeys[classID] = key
          fresh.keys[subject, default: [:]][classID] = key
        }
      }
      found.append(Keys(subject: subject, keys: subjectKeys))
    }
    var pages: [SealedPage] = tokens.isEmpty ? [] : try tokens.sealed(vault: keys.vault)
    for (_, new) in rows.sorted(by: { $0.key < $1.key }) { pages += try new.sealed(vault: keys.vault) }
    return (found, pages)
  }
}

extension OpenLedger.Draft {
  /// Entries that name pages added to a generation; each at most so many that it stays within 32 KiB.
  static func adding(_ additions: [Addition], to generation: UInt64) -> [OpenLedger.Draft] {
    stride(from: 0, to: additions.count, by: 64).map { start in
      let part = additions[start..<min(start + 64, additions.count)]
      return OpenLedger.Draft(
        .keys(AddedPages(generation: generation, pages: part.map(AddedPages.Page.init))))
    }
  }
}
