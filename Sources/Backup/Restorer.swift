package import Rules
internal import Keyring
public import Sealing
public import Storage
public import Vault

/// Brings a vault back from a destination: a read-only copy with an id of its own, until a custodian makes it the vault.
///
/// The newest ledger that can be had always wins: an older snapshot gives older records, never a grant that was
/// revoked since or a key that was dropped.
public final class Restorer {
  /// What came back, and what is lost.
  public struct Outcome: Sendable {
    /// The new place's id.
    public let place: Identifier
    /// Entries in its ledger.
    public let size: UInt64
    /// The root over them.
    public let root: Digest
    /// The entry of the snapshot that came back.
    public let snapshot: UInt64
    /// When that snapshot was begun.
    public let started: UInt64
    /// Boxes that came back.
    public let boxes: UInt64
    /// Bytes of these.
    public let bytes: UInt64
    /// Boxes that the ledger names and that did not come back.
    public let missing: [Digest]
    /// Boxes left out because a snapshot older than them was asked for.
    public let leftOut: UInt64
    /// Everything out of order.
    public let findings: [Finding]
    /// What this machine saw beyond what came back: it is lost with this copy; nil where that is nothing.
    public let lacks: Behind?
    /// Entries of it.
    public var behind: UInt64 { lacks?.entries ?? 0 }
    /// The point from which the vault would go on: what a recovery accepts.
    public let fork: Fork
    /// Whether the destination's last copy broke off.
    public let unfinished: Bool
  }

  private let destination: OpenPlace
  private let location: Location
  private let wanted: UInt64?

  /// - Parameters:
  ///   - destination: an open destination; no identity is needed.
  ///   - location: a folder that is empty or not there yet.
  ///   - snapshot: the entry of an older snapshot; by default the newest.
  public init(from destination: OpenPlace, to location: Location, snapshot: UInt64? = nil) {
    self.destination = destination
    self.location = location
    wanted = snapshot
  }

  /// Copies: boxes, keyring and ledger, and the marker last.
  /// - Throws: `VaultError` `.exists` where something lies there, `.input` for a snapshot that isn't one,
  ///   `.damaged` where ledger or keyring can't be had; `StorageError`.
  public func run(report: @escaping @Sendable (CopyProgress) -> Void) async throws -> Outcome {
    report(CopyProgress(stage: "reading the ledger", bytes: 0, total: 0, items: 0))
    let (ledger, generation) = try await destination.blamingLedger { try await newest() }
    let state = ledger.state
    let snapshot = try chosen(in: state)
    try destination.refuseOverlap(location, for: "restored to")
    let target = try await Target.open(
      location, of: state.vault, in: destination.machine, begins: true)
    // A restore that broke off has no marker yet, and a part of the same ledger.
    guard target.isNew, target.state.map({ ledger.root(at: $0.size) == $0.root }) ?? true else {
      throw VaultError(
        .exists, "\(location) holds something already", safe: "nothing was written",
        hint: "restore to an empty folder, or one that isn't there yet")
    }
    let older = wanted.map { _ in snapshot.content.size }
    let boxes = older.map { Self.boxes(asOf: $0, in: state) } ?? state.liveBoxes()
    let tally = try await BoxCopier(
      Array(boxes) + uncompared(in: state), from: ObjectSource(destination), to: target.store, rereads: true,
      report: report
    ).run(workers: destination.machine.workers)
    report(CopyProgress(stage: "copying the keyring", bytes: 0, total: 0, items: 0))
    var keyring = KeyringCopy(
      from: destination.place.store, to: target, started: destination.machine.now())
    try await keyring.copy(generation, pending: state.pendingPages)
    var entries = LedgerCopy(
      from: destination.ledger.files, to: LedgerFiles(target.store), after: target.state)
    try await entries.copy(through: state.size, report: report)
    try await target.mark(state.vault)
    try destination.recordLocation(target.place, at: location)
    let lost = Set(tally.missing.map(\.hash))
    let here = boxes.filter { !lost.contains($0.box.hash) }
    return Outcome(
      place: target.place, size: state.size, root: state.root, snapshot: snapshot.number,
      started: snapshot.content.started, boxes: UInt64(here.count),
      bytes: here.reduce(0) { $0 + $1.box.size },
      missing: tally.missing.map(\.hash),
      leftOut: UInt64(state.liveBoxes().count - boxes.count),
      findings: Findings(
        looks: [destination.gap, destination.torn].compactMap(\.self), tally.findings, keyring.findings,
        entries.findings,
        target.notices.shortfalls
      ).all,
      lacks: Behind(ledger, of: destination.known.vaults[state.vault]),
      fork: Fork(size: state.size, root: state.root),
      unfinished: destination.ledger.whole.size > destination.state.size
        || destination.ledger.unusedTail != nil)
  }

  /// The boxes that an older snapshot gives: what was moved since lies in newer ones, and in none of those that were live
  /// then.
  package static func boxes(asOf size: UInt64, in state: LedgerState) -> SomeBoxes {
    state.liveBoxes().selecting { $0.entry < size || state.moves[$0.entry] != nil }
  }

  /// What others stand in place of by moves that nobody has compared, as far as it lies there: what replaced it may turn out
  /// to be nothing.
  private func uncompared(in state: LedgerState) async throws -> [KnownBox] {
    let replaced = state.boxesToCopy(at: state.size).filter { !$0.isLive(at: state.size) }
    guard !replaced.isEmpty else { return [] }
    let there = Set(try await destination.place.store.names(Layout.boxes))
    return replaced.filter { there.contains(Layout.box($0.box.hash)) }
  }

  /// The newest ledger that can be brought back: all of it, where a copy that broke off had got the keyring that goes
  /// with it, else as far as the destination stands.
  private func newest() async throws -> (OpenLedger, Generation) {
    let files = KeyringFiles(destination.place.store)
    let vault = destination.state.vault
    if destination.ledger.whole.size > destination.state.size {
      let whole = try await OpenLedger.load(
        destination.ledger.files, expecting: vault, through: destination.ledger.whole.size)
      if goesOn(whole), let known = whole.state.generation,
        let generation = try? await files.generation(known, vault: vault),
        try await isComplete(generation, pending: whole.state.pendingPages, files)
      {
        return (whole, generation)
      }
    }
    guard let known = destination.state.generation else {
      throw VaultError(.damaged, "the ledger names no keyring")
    }
    return (destination.ledger, try await files.generation(known, vault: vault))
  }

  /// Whether what broke off is of the ledger that this machine knows, and not of a tail that was given up.
  private func goesOn(_ whole: OpenLedger) -> Bool {
    guard let memory = destination.known.vaults[whole.state.vault] else { return true }
    if let root = whole.root(at: memory.size) { return root == memory.root }
    guard memory.size > whole.state.size else { return false }
    guard let point = memory.recovered, point.size < whole.state.size else { return true }
    return whole.state.wasRecovered(at: point)
  }

  private func isComplete(
    _ generation: Generation, pending: [PendingPage], _ files: KeyringFiles
  ) async throws -> Bool {
    for digest in generation.pages.map(\.digest) + pending.map(\.page.hash) {
      let name = Layout.keyringFile(digest)
      guard let bytes = try await destination.place.store.get(name, limit: KeyringFiles.pageLimit),
        Digest.sha256(of: bytes) == digest
      else { return false }
    }
    return true
  }

  private func chosen(in state: LedgerState) throws(VaultError) -> Entered<Snapshot> {
    let own = state.places[destination.place.marker.place]?.snapshots ?? []
    if let wanted {
      if let found = own.first(where: { $0.number == wanted }) { return found }
      throw VaultError(
        .input, "there is no snapshot \(wanted) at \(destination.place.location)",
        safe: "nothing was written",
        hint: .listSnapshots)
    }
    // A restored copy has no snapshot of its own: it came from another place's.
    let newest = own.last ?? state.places.values.compactMap(\.snapshots.last).max { $0.number < $1.number }
    guard let newest else {
      if let gap = destination.gap {
        throw VaultError(
          .damaged, "\(gap)", safe: "nothing was written", hint: "restore from another destination")
      }
      throw VaultError(
        .input, "\(destination.place.location) holds no snapshot", safe: "nothing was written",
        hint: .takeSnapshot)
    }
    return newest
  }
}
