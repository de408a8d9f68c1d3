internal import Boxes
internal import Keyring
public import Rules
internal import Sealing
internal import Storage

/// Moves bundles to other boxes: seals them under the newest epochs, or puts small boxes together. A `moved` entry names what
/// stands in place of what; until it does, nothing has changed, and a run that broke off is gone on with by the next.
public final class Mover {
  /// What came of it.
  public struct Outcome: Sendable {
    /// Boxes that were to be moved, and their bytes.
    public internal(set) var wanted: (boxes: UInt64, bytes: UInt64) = (0, 0)
    /// Boxes that others stand in place of now, and their bytes.
    public internal(set) var replaced: (boxes: UInt64, bytes: UInt64) = (0, 0)
    /// Boxes that stand there, and their bytes.
    public internal(set) var new: (boxes: UInt64, bytes: UInt64) = (0, 0)
    /// Bundles that were carried.
    public internal(set) var bundles: UInt64 = 0
    /// Bundles that were left out.
    public internal(set) var leftOut = MoveLeavings()
    /// Bundles that would go if no hold held them.
    public internal(set) var held: UInt64 = 0
    /// Boxes that wait until an erasure is final.
    public internal(set) var waiting: UInt64 = 0
    /// Boxes that aren't moved on before what brought them is compared, and what that left out is removed.
    public internal(set) var uncompared: UInt64 = 0
    /// The `moved` entries.
    public internal(set) var entries: [UInt64] = []
    /// What could not be moved.
    public internal(set) var findings: [Finding] = []
    /// Why.
    public internal(set) var reason = BoxMove.Reason.rewritten
    /// Whether its time was over before all was moved.
    public internal(set) var isTimeOver = false

    /// Boxes that are still to be moved, those included that can't be now.
    public var left: UInt64 { wanted.boxes - min(wanted.boxes, replaced.boxes) }
  }

  private let vault: OpenPlace
  private let purpose: MovePurpose
  private let deadline: UInt64?
  private var outcome = Outcome()
  private var done: [MovedGroup] = []
  /// What was kept for long enough, where that is what goes.
  private var due: DueBundles?
  /// On what that hangs.
  private var basis: LookBasis?

  /// So many groups are named at once. What is disposed of is little beside what it leaves out, and a record of several boxes
  /// is to go as a whole.
  private var groupsAtOnce: Int { purpose.reason == .disposed ? 200 : 16 }

  /// - Parameters:
  ///   - vault: opened to write, and unlocked by a custodian.
  ///   - seconds: begin nothing more after so long.
  public init(in vault: OpenPlace, for purpose: MovePurpose, within seconds: UInt64? = nil) {
    self.vault = vault
    self.purpose = purpose
    deadline = seconds.map { vault.machine.now() + $0 }
  }

  /// Says what `run` would move, and does nothing.
  public func plan() async throws -> Outcome {
    try check()
    let gone = try await vault.finallyErasedKeys()
    let plan = try await makePlan(gone)
    guard case .giveUp = purpose else { return outcome }
    let making = try await MoveMaking(vault, without: gone, due: nil, loss: try await loss(gone))
    for group in plan.groups {
      if let job = try await making.job(of: group) { outcome.leftOut += job.leavings }
    }
    outcome.findings += making.findings
    return outcome
  }

  /// Moves.
  /// - Parameter report: boxes and bytes done, and bytes to be done.
  /// - Throws: `VaultError` `.refused` where this isn't the vault, `.notGranted`; what the store throws. What was named
  ///   before stays.
  public func run(report: @escaping (_ bytes: UInt64, _ total: UInt64) -> Void) async throws -> Outcome {
    try check()
    try await vault.requireHome()
    let gone = try await vault.finallyErasedKeys()
    let plan = try await makePlan(gone)
    // What was planned isn't what came of it.
    (outcome.leftOut, outcome.held) = (MoveLeavings(), 0)
    let making = try await MoveMaking(vault, without: gone, due: due, loss: try await loss(gone))
    let worker = MoveWorker(vault: vault.state.vault, store: vault.place.store)
    var next = 0
    do {
      try await inOrder(
        atOnce: vault.machine.workers,
        next: { () -> MoveJob? in
          try await self.nextJob(plan, &next, making)
        },
        work: { job in try await Self.carry(job, worker) },
        take: { moved in try await self.take(moved, report) })
    } catch {
      // What is whole is named, whatever came of the next; but no record of several boxes goes by halves.
      if purpose.reason == .rewritten { try? await commit() }
      throw error
    }
    if outcome.isTimeOver, purpose.reason == .disposed { done = [] }
    try await commit()
    (outcome.waiting, outcome.held) = (making.waiting, making.held)
    outcome.findings += making.findings
    return outcome
  }

  private func check() throws {
    let identity = try vault.writer()
    guard vault.state.may(identity.publicIdentity.id, .moved), try vault.unlocked().opened.isWhole else {
      throw VaultError(
        .notGranted, "this identity may not move boxes: only custodians do", safe: "nothing was changed")
    }
  }

  private func makePlan(_ gone: ErasedKeys) async throws -> MovePlan {
    try await vault.ledger.catchUp()
    try await vault.refreshKeys()
    outcome = Outcome()
    outcome.reason = purpose.reason
    let (file, findings) = try await vault.updatedCatalog(whole: true)
    // A box that can't be read isn't moved either.
    outcome.findings = findings
    if case .giveUp(let digests) = purpose {
      basis = LookBasis(vault.state)
      let boxes = digests.compactMap { vault.state.box($0) }.filter(\.isLiveNow)
      let plan = MovePlan(boxes: boxes)
      (outcome.wanted, outcome.findings) = ((plan.boxes, plan.bytes), [])
      return plan
    }
    let shared = try await SharedBundles(file, of: vault).boxes.union(vault.boxesBesideLoss(file))
    outcome.findings += shared.sorted().map { Finding(sharing: vault.state.boxes[$0]) }
    let keys = try vault.unlocked()
    let newest = Dictionary(keys.classes.map { ($0.id, $0.sealing.number) }) { first, _ in first }
    let plan = MovePlan(
      purpose, shelves: try file.shelves(), newest: newest, dead: try vault.deadBytes(file, gone),
      due: try await dueBoxes(file)
    ) { shelf in
      vault.boxHere(shelf.ordinal).flatMap {
        $0.box.hash == shelf.hash && !shared.contains($0.ordinal) ? $0 : nil
      }
    } isUncompared: { box in
      vault.state.moves[box.entry].map { $0.compared == nil } ?? false
        || vault.state.pendingLeaving(bringing: box) != nil
    }
    outcome.wanted = (plan.boxes, plan.bytes)
    outcome.uncompared = plan.uncompared
    return plan
  }

  /// What is needed to tell what no key opens; nil where nothing is to be given up.
  private func loss(_ gone: ErasedKeys) async throws -> LossMaking? {
    guard case .giveUp = purpose else { return nil }
    return try await LossMaking(vault, try await vault.updatedCatalog(whole: true).0, gone)
  }

  /// Boxes with something that was kept for long enough.
  private func dueBoxes(_ file: CatalogFile) async throws -> Set<Int> {
    guard case .dispose(let classes, let agreed) = purpose else { return [] }
    basis = LookBasis(vault.state)
    let retention = try await vault.retention()
    try vault.checkOlderAreRead(file, retention)
    let bundles = DueBundles(retention, vault.state, file)
    due = bundles
    let sums = try vault.dueSums(file, bundles, classes: classes)
    // Nobody said yes to anything else than they were told.
    if let agreed, sums.records != agreed {
      throw VaultError(
        .busy, "something else is due by now than was said", safe: "nothing was changed", hint: "run it again"
      )
    }
    (outcome.leftOut, outcome.held) = (sums.leftOut, sums.records.reduce(0) { $0 + $1.held })
    return sums.ordinals
  }

  private func nextJob(_ plan: MovePlan, _ next: inout Int, _ making: MoveMaking) async throws -> MoveJob? {
    while next < plan.groups.count {
      try Task.checkCancellation()
      if let deadline, vault.machine.now() >= deadline {
        outcome.isTimeOver = true
        return nil
      }
      let group = plan.groups[next]
      next += 1
      if let job = try await making.job(of: group) { return job }
    }
    return nil
  }

  /// What came of a group: what can be named, and what is told of boxes that stay.
  private struct CarriedGroup: Sendable {
    var group: MovedGroup?
    var findings: [Finding] = []
  }

  /// A box that turns out to be damaged stays as it is, and is told; the others are carried without it. All that are damaged
  /// are looked for at once, so that no group is read more than three times, however many they are.
  private static func carry(_ job: MoveJob, _ worker: MoveWorker) async throws -> CarriedGroup {
    do { return CarriedGroup(group: try await worker.run(job)) } catch let first as UnsoundBox {
      let unsound = try await worker.unsound(in: job, besides: first)
      let told = unsound.map { Finding($0, in: job.group) }
      guard let rest = job.without(Set(unsound.map(\.source))) else { return CarriedGroup(findings: told) }
      do { return CarriedGroup(group: try await worker.run(rest), findings: told) } catch let again
        as UnsoundBox
      {
        // It was whole a moment ago.
        return CarriedGroup(
          findings: told + [Finding(again, in: rest.group, others: rest.group.boxes.count - 1)])
      }
    }
  }

  private func take(_ carried: CarriedGroup, _ report: (UInt64, UInt64) -> Void) async throws {
    outcome.findings += carried.findings
    if let group = carried.group { done.append(group) }
    if done.count >= groupsAtOnce { try await commit() }
    report(outcome.replaced.bytes + done.reduce(0) { $0 + $1.bytes }, outcome.wanted.bytes)
  }

  /// Names what lies there. Groups of which anything changed meanwhile are left to the next run.
  private func commit() async throws {
    let ready = done
    done = []
    guard !ready.isEmpty else { return }
    let identity = try vault.writer()
    for _ in 0..<OpenLedger.tries {
      let keys = try vault.unlocked()
      // A class that was rotated meanwhile is resealed once more.
      let fitting = ready.filter {
        $0.boxes.isEmpty || keys.opened[$0.group.classID]?.section.sealing.number == $0.epoch
      }
      var named: [MovedGroup] = []
      var (isSuperseded, isOvertaken) = (false, false)
      let written = try await vault.commit(as: identity) { state in
        isSuperseded = !keys.isPresent(in: state)
        named = isSuperseded ? [] : fitting.filter { $0.fits(state) }
        // Somebody may hold by now what is to go, and no record of several boxes goes by halves.
        isOvertaken = basis.map { $0 != LookBasis(state) || named.count < ready.count } ?? false
        if isOvertaken { named = [] }
        return MovedGroup.drafts(of: named, generation: keys.number, reason: purpose.reason)
      }
      if isSuperseded {
        try await vault.refreshKeys()
        continue
      }
      guard !isOvertaken else {
        throw VaultError(
          .busy, "others moved boxes meanwhile, or placed a hold, or changed policy, clock or keys",
          safe: "what was entered before stays", hint: "run it again")
      }
      count(named, written)
      return
    }
    throw VaultError(
      .busy, "other writers kept changing the keyring", safe: "what was moved before stays")
  }

  private func count(_ named: [MovedGroup], _ written: Range<UInt64>) {
    outcome.entries += Array(written)
    for group in named {
      outcome.replaced.boxes += UInt64(group.group.boxes.count)
      outcome.replaced.bytes += group.bytes
      outcome.new.boxes += UInt64(group.boxes.count)
      outcome.new.bytes += group.boxes.reduce(0) { $0 + $1.size }
      outcome.bundles += group.bundles
      outcome.leftOut += group.leftOut
    }
  }
}

extension MovedGroup {
  /// Bytes of what it replaces.
  var bytes: UInt64 { group.boxes.reduce(0) { $0 + $1.box.size } }

  /// Whether it can be named: what it replaces is live, and nobody named what it brings.
  func fits(_ state: LedgerState) -> Bool {
    group.boxes.allSatisfy { state.isLive($0.box.hash) }
      && boxes.allSatisfy {
        state.box($0.digest) == nil && state.removed[RemovedObject(hash: $0.digest, kind: .box)] == nil
      }
  }

  /// Few entries that name these groups, each of one year and within its bounds.
  static func drafts(
    of groups: [MovedGroup], generation: UInt64, reason: BoxMove.Reason
  ) -> [OpenLedger.Draft] {
    var moves: [(move: BoxMove, leftOut: MoveLeavings)] = []
    for group in groups.sorted(by: { $0.group.year < $1.group.year }) {
      let boxes = group.boxes.map {
        SealedBoxes.Box(
          hash: $0.digest, index: $0.indexDigest, offset: $0.indexOffset, size: $0.size, year: UInt64($0.year)
        )
      }
      let replaced = group.group.boxes.map(\.box.hash)
      if let last = moves.last?.move, last.year == group.group.year,
        last.boxes.count + boxes.count <= BoxMove.mostBoxes / (reason == .rewritten ? 1 : 2),
        last.replaced.count + replaced.count <= BoxMove.mostReplaced / (reason == .rewritten ? 1 : 2),
        Set(moves[moves.count - 1].leftOut.over.keys).union(group.leftOut.over.keys).count <= 40
      {
        moves[moves.count - 1].move = BoxMove(
          boxes: last.boxes + boxes, generation: generation, reason: reason,
          replaced: last.replaced + replaced, year: last.year)
        moves[moves.count - 1].leftOut += group.leftOut
      } else {
        let move = BoxMove(
          boxes: boxes, generation: generation, reason: reason, replaced: replaced, year: group.group.year)
        moves.append((move, group.leftOut))
      }
    }
    return moves.map { move, leftOut in
      OpenLedger.Draft(.moved(move), sealed: reason.takesAPerson ? leftOut.statement.object : nil)
    }
  }
}

extension Finding {
  /// A box that stays where it is, and as many that were to be moved with it.
  fileprivate init(_ unsound: UnsoundBox, in group: MoveGroup, others: Int = 0) {
    let name = Layout.box(group.boxes[unsound.source].box.hash)
    switch unsound.fault {
    case .box(let error): self.init(.damaged, name.text, .notMoved(error, others: others))
    case .storage(let error): self.init(box: name, error)
    }
  }
}
