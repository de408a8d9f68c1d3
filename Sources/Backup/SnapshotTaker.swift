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

  let vault: OpenPlace
  let destination: Location
  let begins: Bool
  private let name: String?
  private let erasesBeyondLimit: Bool

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
  ///   `.rollback` where it has more than the vault; `.busy` where keyring or boxes kept changing; `StorageError`.
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
    // Before anything is copied.
    if target.raw.retains { try await target.raw.requireRetaining() }
    var work = Work(boxes: SnapshotBoxes(vault: vault, target: target, report: report))
    while true {
      let before = work.boxes.tally.copied
      switch try await attempt(target, &work, as: identity, report: report) {
      case .taken(let taken): return try await finish(taken, work, target, as: identity, report: report)
      case .overtaken(let changes):
        try work.tries.note(changes, copied: work.boxes.tally.copied > before)
      }
    }
  }

  /// What is kept where it begins again.
  private struct Work {
    var tries = SnapshotTries()
    var boxes: SnapshotBoxes
    var keyring: KeyringCopy?
    /// The generation of which was entered that the destination gets it.
    var entered: Digest?
  }

  private enum Attempt {
    case taken(Taken)
    /// Others changed something meanwhile, so that it is to begin again from there.
    case overtaken(SnapshotTries.Changes)
  }

  /// Steps 1 to 3.
  private func attempt(
    _ target: Target, _ work: inout Work, as identity: Identity,
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Attempt {
    let started = vault.machine.now()
    let size = try await register(target, &work, as: identity)
    let known = try Self.present(vault.state)
    try await work.boxes.bring(at: size, started: started)
    if work.boxes.hasTooManyMissing {
      // Those that were replaced meanwhile may be gone.
      try await vault.ledger.catchUp()
      let changes = Self.changes(since: size, known, vault.state)
      if changes.areAny { return .overtaken(changes) }
      try work.boxes.checkMissing()
    }
    report(CopyProgress(stage: "copying the keyring", bytes: 0, total: 0, items: 0))
    var keyring =
      work.keyring ?? KeyringCopy(from: vault.place.store, to: target, started: started)
    defer { work.keyring = keyring }
    do {
      // What was added to it since is seen to where the snapshot is entered.
      if !keyring.seen.contains(known.file) {
        let generation = try await KeyringFiles(vault.place.store).generation(known, vault: vault.state.vault)
        try await keyring.copy(generation, pending: vault.state.pendingPages)
      }
    } catch let error as VaultError where error.code == .missing || error.code == .damaged {
      // It was superseded meanwhile, and its pages removed.
      try await vault.ledger.catchUp()
      let changes = Self.changes(since: size, known, vault.state)
      guard changes.keyring else { throw error }
      return .overtaken(changes)
    }
    let snapshot = Snapshot(
      generation: known.number, missing: work.boxes.tally.missing.map(\.hash).sorted(), place: target.place,
      size: size, started: started)
    return try await enter(snapshot, known, &keyring, as: identity)
  }

  /// Enters that the destination gets the present generation; once of each, however often it begins again.
  /// - Returns: the size whose boxes it is to have.
  private func register(
    _ target: Target, _ work: inout Work, as identity: Identity
  ) async throws -> UInt64 {
    if let entered = work.entered {
      try await vault.ledger.catchUp()
      let isForgotten = vault.state.places[target.place]?.forgotten != nil
      if vault.state.generation?.file == entered, !isForgotten { return vault.state.size }
    }
    let label = (name ?? destination.resolved.description).utf8.prefix(1024)
    let registered = try await vault.commit(as: identity) { state in
      let copying = Copying(generation: try Self.present(state).number, place: target.place)
      return [OpenLedger.Draft(.copying(copying), saying: label)]
    }
    work.entered = vault.state.generation?.file
    return registered.upperBound
  }

  /// What others changed since a size: rule 2, and rule 6, by which what is live at a snapshot's size is live at its entry.
  private static func changes(
    since size: UInt64, _ known: KnownGeneration, _ state: LedgerState
  ) -> SnapshotTries.Changes {
    SnapshotTries.Changes(keyring: state.generation?.file != known.file, boxes: state.moved > size)
  }

  /// Step 3: enters the snapshot, once the destination has every page that the ledger names by then.
  private func enter(
    _ snapshot: Snapshot, _ known: KnownGeneration, _ keyring: inout KeyringCopy, as identity: Identity
  ) async throws -> Attempt {
    for _ in 0..<OpenLedger.tries {
      var late: [AddedPages.Page] = []
      var changes = SnapshotTries.Changes()
      let seen = keyring.seen
      let written = try await vault.commit(as: identity) { state in
        changes = Self.changes(since: snapshot.size, known, state)
        late = state.pendingPages.map(\.page).filter { !seen.contains($0.hash) }
        return changes.areAny || !late.isEmpty ? [] : [OpenLedger.Draft(.snapshot(snapshot))]
      }
      if !written.isEmpty { return .taken(Taken(snapshot: snapshot, entry: written)) }
      if changes.areAny { return .overtaken(changes) }
      for page in late { try await keyring.copyPage(page.hash, size: page.size) }
    }
    throw VaultError(
      .busy, "other writers kept adding customers", safe: "what was copied is kept",
      hint: "run the command again")
  }

  /// Steps 4 and 5.
  private func finish(
    _ taken: Taken, _ work: Work, _ target: Target, as identity: Identity,
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
    // The next snapshot looks at both copies of all, and mends.
    if looked.contains(where: \.isOfCopies) { opened.forgetFold() }
    let verified = try await vault.commit(as: identity) { _ in
      [OpenLedger.Draft(.verified(inventory.entry(.list, of: opened)))]
    }
    // Only what follows at once belongs to the destination's stand.
    if verified.lowerBound == taken.entry.upperBound {
      try await ledger.copy(through: verified.upperBound, report: report)
    }
    for repair in target.notices.mended + opened.mended { vault.note(.mended(repair, at: destination)) }
    let (boxes, keyring) = (work.boxes.tally, work.keyring)
    return Outcome(
      place: target.place, number: taken.entry.lowerBound, size: taken.snapshot.size,
      generation: taken.snapshot.generation, started: taken.snapshot.started, isNew: target.isNew,
      copied: boxes.copied, copiedBytes: boxes.copiedBytes + (keyring?.copiedBytes ?? 0),
      kept: boxes.kept, missing: taken.snapshot.missing, erased: erasing.erased,
      findings: Findings(
        looks: boxes.findings, keyring?.findings ?? [], erasing.findings, looked,
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
  }
}
