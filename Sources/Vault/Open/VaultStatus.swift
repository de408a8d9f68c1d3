internal import Keyring
public import Rules
public import Sealing
public import Storage

/// How a vault stands: from its ledger alone, and where it is unlocked from its keyring.
public struct VaultStatus: Sendable {
  /// The vault's id.
  public let vault: Identifier
  /// Where the place lies.
  public let location: Location
  /// Whether it is the vault itself, not a copy.
  public let isHome: Bool
  /// Entries in its ledger.
  public let size: UInt64
  /// The root over them.
  public let root: Digest
  /// Entries that don't count.
  public let notCounted: UInt64
  /// Who entered more on one day of the last week than an archive has to say.
  let loops: [(by: Identifier, entries: UInt64)]
  /// Generations that no other custodian has compared yet with the ones before them, and by whom they are.
  let uncompared: [(number: UInt64, by: Identifier)]
  /// The same, of moves of boxes.
  let uncomparedMoves: [KnownMove]
  /// Moves that left something out for good, and that somebody has to look at anew.
  let unlookedMoves: [UInt64]
  /// Boxes of years that are over.
  let dueBoxes: UInt64
  /// Requests that wait for another custodian.
  let requests: [KnownRequest]
  /// How many these are.
  package var requestCount: Int { requests.count }
  /// Who has much waiting of what a custodian is to take over.
  let waiting: [(by: Identifier, share: PendingKeys.Share)]
  /// The keyring's generation; 0 where the ledger names none.
  public let generation: UInt64
  /// Customers' keys, those included that no generation has yet.
  public let rows: UInt64
  /// How many days the policy seals with one epoch.
  package let cryptoperiod: UInt64
  /// The sections whose newest epoch is older; nil where that isn't known without a key.
  public let due: DueEpochs?
  /// Boxes that are live.
  public let boxes: UInt64
  /// Their bytes.
  public let bytes: UInt64
  /// Bytes of those that came within the last `growthDays`.
  public let grown: UInt64
  /// Bytes that may still be written where the place lies; nil where that can't be measured.
  public let free: UInt64?
  /// Boxes that were sealed since the newest snapshot, whichever place it was taken to.
  package let boxesSinceSnapshot: UInt64
  /// Identities that are active.
  public let identities: UInt64
  /// Those of them that are custodians.
  public let custodians: UInt64
  /// The newest snapshot that arrived.
  public let snapshot: Entered<Snapshot>?
  /// Newer ones that were entered, and that nobody saw at their places.
  package let unfinished: [Entered<Snapshot>]
  /// The newest drill.
  public let drill: Entered<DrillOutcome>?
  /// How each place stands, the vault first.
  public let coverage: [PlaceCoverage]
  /// What the policy wants done, and is due.
  public let duties: [Duty]
  /// When that was, by this machine's clock.
  public let asOf: UInt64

  /// Reads the status off.
  public init(of place: OpenPlace) {
    let state = place.state
    let live = state.liveBoxes()
    let newest = state.newestArrivedSnapshot(readAt: place.place.marker.place)
    vault = state.vault
    location = place.place.location
    isHome = place.isHome
    size = state.size
    root = state.root
    notCounted = state.notCountedCount
    loops = state.loops(asOf: place.machine.now())
    waiting = state.pendingKeys.shares.filter(\.value.isMuch).sorted { $0.key < $1.key }
      .map { (by: $0.key, share: $0.value) }
    generation = state.generation?.number ?? 0
    requests = state.openRequests(at: place.machine.now())
    uncompared = state.uncompared.map { (number: $0.number, by: $0.by) }
    uncomparedMoves = state.uncomparedMoves
    unlookedMoves = state.standingMoves.filter { move in
      state.waitsForLook(move) != nil
        && !move.replaced.allSatisfy { state.wasRemoved(state.boxes[Int($0)].box.hash, .box) }
    }.map(\.entry)
    rows =
      (state.generation?.change.rows.after ?? 0) + state.pendingPages.reduce(0) { $0 + $1.page.count }
    cryptoperiod = state.policy.cryptoperiod
    wantsVerification = state.policy.schedule.verifyDays > 0
    due = place.dueEpochs()
    boxes = UInt64(live.count)
    bytes = live.reduce(0) { $0 + $1.box.size }
    asOf = place.machine.now()
    let from = asOf - min(asOf, Self.growthDays * 86_400)
    grown = live.reduce(0) { $0 + ($1.time >= from && state.moves[$1.entry] == nil ? $1.box.size : 0) }
    free = location.path.flatMap { try? FreeSpace.available($0) }
    boxesSinceSnapshot = UInt64(state.countSealed(since: newest?.content.size ?? 0))
    let year = CivilTime.year(of: place.machine.now())
    dueBoxes = UInt64(live.count { $0.box.year < year })
    identities = UInt64(state.activeIdentities.count)
    custodians = UInt64(state.activeCustodians.count)
    snapshot = newest
    unfinished = state.places.values.compactMap { known in
      known.snapshots.last.flatMap { last in
        last.number > (newest?.number ?? 0) && known.id != place.place.marker.place ? last : nil
      }
    }.sorted { $0.number < $1.number }
    drill = state.drills.last { $0.content.level != .tabletop }
    coverage = place.coverage()
    duties = DutyFacts(of: place, coverage).duties(at: place.dutyTime)
  }

  /// Whether the policy wants every box read again and again.
  package let wantsVerification: Bool

  /// Growth is counted over so many days.
  public static let growthDays: UInt64 = 30
}

extension VaultStatus {
  /// Something that the user should see to.
  public enum Remark: Hashable, Sendable {
    /// There is one custodian: nobody else can confirm, and losing that identity loses everything.
    case oneCustodian
    /// The newest epochs of these sections are older than so many days of the policy.
    case epochsDue([String], days: UInt64)
    /// Something that the policy wants done is due, at this place where it is about one.
    case due(Duty, at: PlaceCoverage?)
    /// No snapshot was ever taken.
    case noSnapshot
    /// The snapshot with this entry was never seen at its place.
    case unfinishedSnapshot(entry: UInt64)
    /// So many boxes were sealed since the newest snapshot.
    case sealedSinceSnapshot(UInt64)
    /// No box at this place was ever verified.
    case neverVerified(PlaceCoverage)
    /// Boxes at this place were found damaged or missing, and not whole since.
    case unsound(PlaceCoverage)
    /// No drill was ever run.
    case noDrill
    /// The newest drill, with this entry, missed its objectives.
    case drillMissed(entry: UInt64)
    /// The newest drill, with this entry, could not be carried out.
    case drillUnfit(entry: UInt64)
    /// What is free lasts for less than `growthDays`, at the rate of these: so many bytes are left.
    case spaceShort(UInt64)
    /// So many entries don't count.
    case notCounted(UInt64)
    /// This identity entered so much on one day.
    case entersMuch(Identifier, entries: UInt64)
    /// So many keys of this identity wait for a custodian to take them over.
    case keysWait(Identifier, rows: UInt64)
    /// What this custodian asks for waits for another one, until then.
    case requestWaits(UInt64, by: Identifier, until: UInt64)
    /// This generation, by this custodian, waits for another one to compare it.
    case keyringWaits(UInt64, by: Identifier)
    /// Boxes that an entry moved wait for another custodian to compare them.
    case moveWaits(UInt64, by: Identifier)
    /// What an entry disposed of waits for another custodian to confirm it.
    case disposalWaits(UInt64, by: Identifier)
    /// What an entry disposed of waits for somebody to look at it anew, since a hold or a policy came.
    case disposalUnlooked(UInt64)
    /// The years of so many boxes are over.
    case retentionDue(boxes: UInt64)
  }

  private func isDue(where matches: (Duty.Kind) -> Bool) -> Bool { duties.contains { matches($0.kind) } }

  /// What the user should see to.
  public var remarks: [Remark] {
    var remarks: [Remark] = []
    if custodians == 1 { remarks.append(.oneCustodian) }
    if let due, !due.names.isEmpty { remarks.append(.epochsDue(due.names, days: cryptoperiod)) }
    remarks += duties.map { duty in
      guard case .verification(let place, _) = duty.kind else { return .due(duty, at: nil) }
      return .due(duty, at: coverage.first { $0.place == place })
    }
    if snapshot == nil {
      if boxes > 0, !isDue(where: { if case .snapshot = $0 { true } else { false } }) {
        remarks.append(.noSnapshot)
      }
    } else if boxesSinceSnapshot > 0 {
      remarks.append(.sealedSinceSnapshot(boxesSinceSnapshot))
    }
    remarks += unfinished.map { .unfinishedSnapshot(entry: $0.number) }
    remarks += coverage.filter { place in
      place.boxes > 0 && place.verified == 0
        && !isDue { if case .verification(place.place, _) = $0 { true } else { false } }
    }.map { .neverVerified($0) }
    remarks += coverage.filter { $0.unsound > 0 }.map { .unsound($0) }
    if snapshot != nil, drill == nil, !isDue(where: { $0 == .drill }) { remarks.append(.noDrill) }
    switch drill?.content.verdict {
    case .failed: remarks.append(.drillMissed(entry: drill?.number ?? 0))
    case .unfit: remarks.append(.drillUnfit(entry: drill?.number ?? 0))
    case .passed, nil: break
    }
    if let free, grown > 0, free < grown { remarks.append(.spaceShort(free)) }
    if notCounted > 0 { remarks.append(.notCounted(notCounted)) }
    remarks += loops.map { .entersMuch($0.by, entries: $0.entries) }
    remarks += waiting.map { .keysWait($0.by, rows: $0.share.rows) }
    remarks += requests.map {
      .requestWaits($0.asked.number, by: $0.asked.by, until: $0.asked.content.expires)
    }
    remarks += uncompared.map { .keyringWaits($0.number, by: $0.by) }
    remarks += uncomparedMoves.filter { !$0.reason.takesAPerson }.prefix(1).map {
      .moveWaits($0.entry, by: $0.by)
    }
    remarks += uncomparedMoves.filter(\.reason.takesAPerson).map { .disposalWaits($0.entry, by: $0.by) }
    remarks += unlookedMoves.map { .disposalUnlooked($0) }
    if dueBoxes > 0 { remarks.append(.retentionDue(boxes: dueBoxes)) }
    return remarks
  }
}

extension LedgerState {
  /// A terabyte that is sealed on one day takes some thousand entries.
  private static let muchADay: UInt64 = 10_000

  func loops(asOf now: UInt64) -> [(by: Identifier, entries: UInt64)] {
    let today = now / 86_400
    return activity.filter { $0.value.day + 7 >= today && $0.value.onThatDay > Self.muchADay }
      .sorted { ($1.value.onThatDay, $0.key) < ($0.value.onThatDay, $1.key) }
      .map { (by: $0.key, entries: $0.value.onThatDay) }
  }
}
