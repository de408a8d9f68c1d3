package import Rules
package import Keyring
package import Sealing
internal import Storage
internal import Ledger

/// The keys that one identity opens in the present generation, at work: pages are read when they are needed.
///
/// Used from one task at a time; what workers need is taken out beforehand.
package final class OpenKeyring {
  /// The sections that are open.
  package let opened: OpenGeneration
  /// The vault.
  package let vault: Identifier
  let files: KeyringFiles
  /// Pages of `keys` entries since the generation, in order, as far as they are ours to open.
  private(set) var additions: [OpenAddition] = [] {
    didSet {
      for addition in additions[oldValue.count...] { sections[addition.reference.digest] = addition.section }
    }
  }
  /// In which section each of them counts.
  private var sections: [Digest: Identifier] = [:]
  /// Pages of `keys` entries that no section's key opens, though all are at hand: their rows count nowhere.
  private(set) var homeless: [Digest] = []
  /// Those that can't be used for what lies here, and that another place may have as they were.
  private var mislaid: Set<Digest> = []
  /// Pages that can't be used, with why.
  private(set) var unusable: [Digest: VaultError] = [:]
  private var taken = 0
  private var rows: [Identifier: KeyRows] = [:]
  private var pages: [Digest: KeyPage] = [:]

  /// Opens the present generation with an identity.
  /// - Throws: `VaultError` `.notGranted`, `.wrongKey`, `.damaged`, `.missing`.
  package init(_ identity: Identity, state: LedgerState, files: KeyringFiles) async throws {
    guard let known = state.generation else { throw VaultError(.damaged, "the ledger names no keyring") }
    let generation = try await files.generation(known, vault: state.vault)
    opened = try telling { () throws(KeyringError) in try OpenGeneration(generation, with: identity) }
    vault = state.vault
    self.files = files
    try takeIn(state)
  }

  /// An open generation that was just made.
  init(_ opened: OpenGeneration, files: KeyringFiles) {
    self.opened = opened
    self.files = files
    vault = opened.generation.vault
  }

  /// The same keys, at work elsewhere.
  init(
    _ opened: OpenGeneration, files: KeyringFiles, additions: [OpenAddition], unusable: [Digest: VaultError]
  ) {
    self.opened = opened
    self.files = files
    self.additions = additions
    sections = Dictionary(additions.map { ($0.reference.digest, $0.section) }) { first, _ in first }
    self.unusable = unusable
    vault = opened.generation.vault
  }

  /// The generation's number.
  package var number: UInt64 { UInt64(opened.generation.number) }

  /// Whether these keys are those of the state's present generation.
  func isPresent(in state: LedgerState) -> Bool { state.generation?.file == opened.generation.digest }

  /// The pages of the generation, those included that aren't open to us.
  private lazy var ownPages = Set(opened.generation.pages.map(\.digest))

  /// Takes in what `keys` entries added since.
  func takeIn(_ state: LedgerState) throws { try takeIn(state.pendingPages) }

  /// Takes in the pages that `keys` entries added to this generation, in order.
  func takeIn(_ waiting: [PendingPage]) throws {
    for pending in waiting.dropFirst(taken) {
      // What is known of a page hangs on its digest: an entry says nothing of a page that the generation has.
      guard !ownPages.contains(pending.page.hash) else {
        homeless.append(pending.page.hash)
        continue
      }
      do {
        if let found = try opened.open(Addition(pending)) {
          additions.append(found)
        } else if opened.isWhole {
          homeless.append(pending.page.hash)
        }
      } catch {
        guard error.code != .unavailable else { throw VaultError(error) }
        unusable[pending.page.hash] = VaultError(error)
      }
    }
    taken = waiting.count
    rows = [:]
  }

  /// Whether it opens every class that the policy names, so that nothing is hidden from whoever holds it.
  package func opensEveryClass(of policy: Policy) -> Bool {
    policy.classes.allSatisfy { opened[$0.id] != nil }
  }

  /// The classes that are open, ascending by name.
  package var classes: [Section] {
    opened.sections.map(\.section).filter { $0.kind == .class }.sorted { $0.name < $1.name }
  }

  /// The open section of a name.
  package func section(named name: String) -> Section? {
    opened.sections.map(\.section).first { $0.name == name }
  }

  /// Whom new sealed parts of entries are sealed to.
  package var journal: OpenLedger.Journal {
    let newest = opened.generation.newestJournal
    return OpenLedger.Journal(epoch: UInt64(newest.epoch), xWing: newest.xWing)
  }

  /// The subject that is known by a customer number, or `common`; nil where there is none.
  package func subject(_ kind: KeySchedule.TokenKind, _ value: [UInt8]) async throws -> Identifier? {
    try await subjects(kind, value).first
  }

  /// The subjects to which rows lead a value, those of the oldest epoch first. More than one where it is contested:
  /// whoever may add rows can add one under an epoch in which a known value has none.
  private func subjects(_ kind: KeySchedule.TokenKind, _ value: [UInt8]) async throws -> [Identifier] {
    guard let directory = opened[.directory]?.section else {
      throw VaultError(
        .notGranted, "this identity does not open the directory, so it finds no customers",
        safe: "nothing was written")
    }
    guard KeySchedule.isUsable(kind, value) else { return [] }
    var subjects: [Identifier] = []
    for key in directory.epochs.compactMap(\.key) {
      let token = try KeySchedule.token(kind, value, epoch: key)
      let found = try await find(token, in: .directory) { page, id in page.subject(of: id) }
      if let found, !subjects.contains(found) { subjects.append(found) }
    }
    return subjects
  }

  /// Whether rows lead a name to several subjects.
  func isContested(_ name: CustomerName) async throws -> Bool {
    try await subjects(name.kind, name.value).count > 1
  }

  /// Whether what lies under a subject's id is of whom a name names.
  func attribution(of subject: Identifier, to name: CustomerName) async throws -> Attribution {
    do {
      let found = try await subjects(name.kind, name.value)
      if found.isEmpty, !hasRead(all: .directory) { return .unknown }
      return found == [subject] ? .confirmed : .denied
    } catch let error as VaultError where error.code == .missing || error.code == .damaged {
      return .unknown
    }
  }

  /// The subject whom a name leads to; nil where there is none.
  func subject(of name: CustomerName) async throws -> Identifier? { try await subject(name.kind, name.value) }

  /// A subject's key for a class; nil where there is none, as after an erasure.
  package func key(of subject: Identifier, in classID: Identifier) async throws -> Secret? {
    try await find(subject, in: classID) { page, id in page.key(of: id) }
  }

  /// Refuses to take a key for new where a page that was added may hold it and is only mislaid: once that page is back its
  /// row comes first, and what was sealed under a second key would not open any more.
  func checkNoneIsMislaid(in section: Identifier) throws(VaultError) {
    let lost = additions.first { $0.section == section && mislaid.contains($0.reference.digest) }
    guard let lost, let error = unusable[lost.reference.digest] else { return }
    throw VaultError(
      error.code, error.what, safe: "nothing was written",
      hint: .findPageOrLeaveOut
    )
  }

  /// Refuses to say of any key that it isn't there while a page that was looked at is only mislaid.
  func checkNoneIsMislaid() throws(VaultError) {
    for section in Set(additions.map(\.section)).sorted() { try checkNoneIsMislaid(in: section) }
  }

  /// Whether all pages of a section could be used that were looked at. Where one could not, a key that isn't found may
  /// lie there.
  func hasRead(all section: Identifier) -> Bool {
    unusable.keys.allSatisfy { digest in sections[digest].map { $0 != section } ?? false }
  }

  private func find<Found>(
    _ id: Identifier, in section: Identifier, _ look: (KeyPage, Identifier) -> Found?
  ) async throws -> Found? {
    for reference in try keyRows(of: section).candidates(for: id) {
      guard let page = try await page(reference, in: section) else { continue }
      if let found = look(page, id) { return found }
    }
    return nil
  }

  func keyRows(of id: Identifier) throws -> KeyRows {
    if let known = rows[id] { return known }
    guard let section = opened[id]?.section else {
      throw VaultError(.notGranted, "this identity does not open that class", safe: "nothing was written")
    }
    let made = KeyRows(section, additions: additions)
    rows[id] = made
    return made
  }

  /// Opens a page; nil for one that an addition names and that can't be used, which is reported, not fatal: the next
  /// generation leaves it out. A store that fails is an error: nobody gets a second key because a disk hiccuped.
  func page(_ reference: PageReference, in section: Identifier) async throws -> KeyPage? {
    if let known = pages[reference.digest] { return known }
    if let error = unusable[reference.digest] {
      if sections[reference.digest] != nil { return nil }
      throw error
    }
    if let page = try await read(reference, in: section) {
      pages[reference.digest] = page
      return page
    }
    return try await page(reference, in: section)
  }

  /// Opens every page of every open section, and keeps none: what is wrong with one is then among the unusable.
  func readEveryPage() async throws {
    for section in opened.sections.map(\.section) {
      for reference in try keyRows(of: section.id).pages
      where pages[reference.digest] == nil && unusable[reference.digest] == nil {
        try Task.checkCancellation()
        _ = try await read(reference, in: section.id)
      }
    }
  }

  /// Opens a page; nil where it can't be used, which is noted.
  private func read(_ reference: PageReference, in section: Identifier) async throws -> KeyPage? {
    do {
      try reference.check()
      let bytes = try await files.page(reference.digest, size: reference.size)
      return try KeyPage(opening: bytes, as: reference, in: section, vault: vault)
    } catch let error as KeyringError where error.code != .unavailable {
      // A key that doesn't open it is its section's fault, not that of whoever asks.
      unusable[reference.digest] = VaultError(.damaged, "keyring: \(error.message)", hint: KeyringFiles.hint)
    } catch let error as VaultError where error.code == .missing || error.code == .damaged {
      unusable[reference.digest] = error
      mislaid.insert(reference.digest)
    } catch let error as StorageError where error.isOfWhatLiesThere {
      mislaid.insert(reference.digest)
      unusable[reference.digest] = VaultError(
        .damaged, "\(Layout.keyringFile(reference.digest)), a page of the keyring: \(error.reason)",
        hint: KeyringFiles.hint)
    }
    return nil
  }

  /// The identity that a passphrase gives with one of the present generation's grants.
  static func identity(of passphrase: Secret, state: LedgerState, files: KeyringFiles) async throws
    -> Identity
  {
    guard let known = state.generation else { throw VaultError(.damaged, "the ledger names no keyring") }
    let generation = try await files.generation(known, vault: state.vault)
    let grants = generation.grants.filter { $0.scrypt != nil }
    do { _ = try Passphrase.prepared(passphrase) } catch {
      throw VaultError(.input, "\(error)", safe: "nothing was written", hint: "save it as UTF-8")
    }
    for grant in grants {
      if let identity = try? grant.identity(passphrase: passphrase) { return identity }
    }
    throw VaultError(
      .wrongKey, grants.isEmpty ? "no passphrase is granted here" : "wrong passphrase",
      hint: grants.isEmpty ? .bringIdentity : nil)
  }
}
