internal import Rules
internal import Ledger
internal import Keyring
public import Sealing
public import Storage
public import Vault

/// Takes a snapshot: brings a destination to what the vault is now, and enters that it did (design, section 7).
///
/// It copies ciphertext, so whoever runs it needs no key that opens records. Every step leaves a destination that
/// opens as it was before, or as it is after; run again, it goes on.
public final class SnapshotTaker {
  /// What came of it.
  public struct Outcome: Sendable {
    /// The destination's id.
    public let place: Identifier
    /// The snapshot's number: that of its entry.
    public let number: UInt64
    /// The ledger size that it holds the boxes of.
    public let size: UInt64
    /// The keyring's generation.
    public let generation: UInt64
    /// When it was begun.
    public let started: UInt64
    /// Whether the destination was empty before.
    public let isNew: Bool
    /// Boxes copied.
    public let copied: UInt64
    /// Bytes copied.
    public let copiedBytes: UInt64
    /// Boxes that were there before.
    public let kept: UInt64
    /// Boxes that the vault doesn't have any more, nor the destination.
    public let missing: [Digest]
    /// Objects erased at the destination, since nothing needs them and their hold-back is over.
    public let erased: UInt64
    /// Everything out of order.
    public let findings: [Finding]
    /// Objects at the destination that nothing names.
    public let strays: [String]
  }

  private let vault: OpenPlace
  private let destination: Location
  private let name: String?
  private let erasesBeyondLimit: Bool
  private let begins: Bool

  /// How often it starts again where the keyring changed meanwhile.
  static let attempts = 4
  /// More missing boxes than this don't fit into an entry.
  static let missingLimit = 400

  /// - Parameters:
  ///   - vault: opened to write, and unlocked by who signs: an operator or custodian.
  ///   - destination: a folder that is a destination, or is empty or not there yet.
  ///   - name: what the journal calls the destination; by default its path.
  ///   - begins: whether a new destination may begin there. Otherwise a disk that isn't mounted would get a full copy.
  ///   - erasesBeyondLimit: erase also where that is more than the policy's limit.
  public init(
    of vault: OpenPlace, to destination: Location, begins: Bool, name: String? = nil,
    erasesBeyondLimit: Bool = false
  ) {
    self.begins = begins
    self.vault = vault
    self.destination = destination
    self.name = name
    self.erasesBeyondLimit = erasesBeyondLimit
  }

  /// Takes it.
  /// - Throws: `VaultError` `.refused` where the destination isn't one of this vault, or holds other entries;
  ///   `.rollback` where it has more than the vault; `.busy` where the keyring kept changing; `StorageError`.
  public func run(report: @escaping @Sendable (CopyProgress) -> Void) async throws -> Outcome {
    let identity = try vault.writer()
    try checkRights(identity)
    report(CopyProgress(stage: "reading the ledgers", bytes: 0, total: 0, items: 0))
    try await vault.ledger.catchUp()
    try await vault.requireHome()
    try vault.refuseOverlap(destination, for: "a destination")
    let met = vault.remembered(at: destination)
    let target = try await Target.open(
      destination, of: vault.state.vault, in: vault.machine, begins: begins, as: met)
    if let met, !target.isNew, met.place != target.place {
      vault.note(.otherPlace(target.place, at: destination))
    }
    // Somebody else may have gone on here since the vault's ledger was read.
    if let there = target.state, there.size > vault.state.size { try await vault.ledger.catchUp() }
    try check(target)
    try await checkTail(of: target)
    for _ in 0..<Self.attempts {
      guard let taken = try await attempt(target, as: identity, report: report) else { continue }
      return try await finish(taken, target, as: identity, report: report)
    }
    throw VaultError(
      .busy, "the keyring was changed \(Self.attempts) times while the snapshot was taken",
      safe: "the destination is as it was, with more boxes",
      hint: "run the command again; what was copied is kept")
  }

  private func checkRights(_ identity: Identity) throws(VaultError) {
    let id = identity.publicIdentity.id
    guard vault.state.may(id, .copying), vault.state.may(id, .snapshot) else {
      throw VaultError(
        .refused, "identity \(id.hex) may not take snapshots", safe: "nothing was written",
        hint: .askForGrant(role: .operator))
    }
  }

  /// A destination's ledger is a prefix of the vault's.
  private func check(_ target: Target) throws(VaultError) {
    guard target.place != vault.place.marker.place else {
      throw VaultError(
        .input, "\(destination) is the vault itself", safe: "nothing was written",
        hint: "choose another folder")
    }
    if let entry = vault.state.places[target.place]?.forgotten, !begins {
      throw VaultError(
        .refused, "\(destination) was given up, by entry \(entry)", safe: "nothing was written",
        hint: .beginDestination)
    }
    guard let there = target.state else { return }
    if there.size > vault.state.size {
      throw VaultError(
        .rollback, "\(destination) has \(there.size) entries, the vault has \(vault.state.size)",
        safe: "nothing was written",
        hint:
          "the vault may have been rolled back, or these entries were given up; then use a fresh destination")
    }
    guard vault.ledger.root(at: there.size) == there.root else {
      throw VaultError(
        .refused, "\(destination) holds entries that the vault doesn't have, of a tail that was given up",
        safe: "nothing was written", hint: "use a fresh destination; this one still opens as it is")
    }
  }

  /// What lies behind where a destination stands is put aside, unless the vault may be what is short: its own ledger is
  /// where custodians sign.
  private func checkTail(of target: Target) async throws {
    guard let ledger = target.ledger, !target.isNew else { return }
    for signer in await ledger.tailSigners(besides: vault.ledger)
    where ledger.state.identities[signer]?.roles.contains(.custodian) == true {
      throw VaultError(
        .rollback,
        "\(destination) goes on behind its newest snapshot with entries of a custodian, \(signer.hex), that the vault doesn't have",
        safe: "nothing was written",
        hint:
          "the vault may have been rolled back, or these entries were given up; then use a fresh destination")
    }
  }

  /// Steps 1 to 3. Nil where the keyring changed meanwhile, so that all is to be done again.
  private func attempt(
    _ target: Target, as identity: Identity, report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Taken? {
    let started = vault.machine.now()
    let label = (name ?? destination.resolved.description).utf8.prefix(1024)
    let registered = try await vault.commit(as: identity) { state in
      let copying = Copying(generation: try Self.present(state).number, place: target.place)
      return [OpenLedger.Draft(.copying(copying), saying: label)]
    }
    let size = registered.upperBound
    let known = try Self.present(vault.state)
    let boxes = vault.state.liveBoxes(at: size)
    let copying = try await BoxCopier(
      boxes, from: ObjectSource(vault), to: target.store,
      suspects: vault.state.claimedBoxes(at: target.place),
      report: report)
    let tally = try await copying.run(workers: vault.machine.workers)
    guard tally.missing.count <= Self.missingLimit else {
      throw VaultError(
        .damaged, "\(tally.missing.count) boxes can't be read at the vault, more than a snapshot can state",
        safe: "what could be copied was",
        hint: .verifyThenRepair)
    }
    if target.raw.retains {
      let lost = Set(tally.missing.map(\.hash))
      try await BoxLocks(vault.state.policy, started: started).run(
        boxes.filter { !lost.contains($0.box.hash) }, at: target.raw, workers: vault.machine.workers,
        report: report)
    }
    report(CopyProgress(stage: "copying the keyring", bytes: 0, total: 0, items: 0))
    guard let generation = try await read(known) else { return nil }
    var keyring = KeyringCopy(from: vault.place.store, to: target)
    do {
      try await keyring.copy(generation, pending: vault.state.pendingPages)
    } catch let error as VaultError where error.code == .missing || error.code == .damaged {
      // It was superseded meanwhile, and its pages removed.
      try await vault.ledger.catchUp()
      guard vault.state.generation?.file == known.file else { return nil }
      throw error
    }
    let snapshot = Snapshot(
      generation: known.number, missing: tally.missing.map(\.hash).sorted(), place: target.place, size: size,
      started: started)
    guard let entry = try await enter(snapshot, known, &keyring, as: identity) else { return nil }
    return Taken(snapshot: snapshot, entry: entry, boxes: tally, keyring: keyring)
  }

  /// The generation; nil where it was superseded, and removed, while boxes were copied.
  private func read(_ known: KnownGeneration) async throws -> Generation? {
    do {
      return try await KeyringFiles(vault.place.store).generation(known, vault: vault.state.vault)
    } catch let error as VaultError where error.code == .missing {
      try await vault.ledger.catchUp()
      guard vault.state.generation?.file == known.file else { return nil }
      throw error
    }
  }

  /// Step 3: enters the snapshot, once the destination has every page that the ledger names by then.
  private func enter(
    _ snapshot: Snapshot, _ known: KnownGeneration, _ keyring: inout KeyringCopy, as identity: Identity
  ) async throws -> Range<UInt64>? {
    for _ in 0..<OpenLedger.tries {
      var late: [AddedPages.Page] = []
      var isSuperseded = false
      let seen = keyring.seen
      let written = try await vault.commit(as: identity) { state in
        // Rule 6: what is live at its size must be what is live at its entry.
        isSuperseded = state.generation?.file != known.file || state.moved > snapshot.size
        late = state.pendingPages.map(\.page).filter { !seen.contains($0.hash) }
        return isSuperseded || !late.isEmpty ? [] : [OpenLedger.Draft(.snapshot(snapshot))]
      }
      if !written.isEmpty { return written }
      if isSuperseded { return nil }
      for page in late { try await keyring.copyPage(page.hash, size: page.size) }
    }
    throw VaultError(
      .busy, "other writers kept adding customers", safe: "what was copied is kept",
      hint: "run the command again")
  }

  /// Steps 4 and 5.
  private func finish(
    _ taken: Taken, _ target: Target, as identity: Identity,
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Outcome {
    var ledger = LedgerCopy(
      from: vault.ledger.files, to: LedgerFiles(target.store), after: target.state, putsAside: true)
    try await ledger.copy(through: taken.entry.upperBound, report: report)
    if target.isNew {
      try await target.mark(vault.state.vault)
      try vault.recordLocation(target.place, at: destination)
    }
    for name in ledger.cleared { target.notices.passOver(name) }
    if ledger.asides > 0 { vault.note(.putAside(ledger.asides, at: destination)) }
    report(CopyProgress(stage: "checking the destination", bytes: 0, total: 0, items: 0))
    // Opened as anybody would, and remembered.
    let opened = try await OpenPlace.open(
      destination, in: vault.machine, expecting: vault.state.vault, toWrite: true, mendsCopy: true)
    guard let stand = opened.state.newestSnapshot(of: target.place), stand.number >= taken.entry.lowerBound
    else {
      throw VaultError(.failed, "\(destination) does not stand at the snapshot that was just taken")
    }
    let erasing = try await SnapshotErasing(
      at: target, state: opened.state, now: vault.machine.now(), ignoresLimit: erasesBeyondLimit
    ).run()
    let inventory = try await Inventory.take(of: opened)
    // Its own ledger stands there whole: what lies behind it is of somebody else who just writes there.
    let looked = inventory.findings.filter { $0.kind != .unfinished }
    if looked.count < inventory.findings.count { vault.note(.alsoWritten(destination)) }
    let verified = try await vault.commit(as: identity) { _ in
      [OpenLedger.Draft(.verified(inventory.entry(.list, of: opened)))]
    }
    // Only what follows at once belongs to the destination's stand.
    if verified.lowerBound == taken.entry.upperBound {
      try await ledger.copy(through: verified.upperBound, report: report)
    }
    for repair in target.notices.mended + opened.mended { vault.note(.mended(repair, at: destination)) }
    return Outcome(
      place: target.place, number: taken.entry.lowerBound, size: taken.snapshot.size,
      generation: taken.snapshot.generation, started: taken.snapshot.started, isNew: target.isNew,
      copied: taken.boxes.copied, copiedBytes: taken.boxes.copiedBytes + taken.keyring.copiedBytes,
      kept: taken.boxes.kept, missing: taken.snapshot.missing, erased: erasing.erased,
      findings: Findings(
        looks: taken.boxes.findings, taken.keyring.findings, erasing.findings, looked,
        ledger.findings, target.notices.shortfalls, opened.shortfalls
      ).all,
      strays: inventory.strays.map(\.text))
  }

  private static func present(_ state: LedgerState) throws(VaultError) -> KnownGeneration {
    guard let known = state.generation else { throw VaultError(.damaged, "the ledger names no keyring") }
    return known
  }

  /// A snapshot that was entered.
  private struct Taken {
    let snapshot: Snapshot
    let entry: Range<UInt64>
    let boxes: BoxCopier.Tally
    let keyring: KeyringCopy
  }
}
