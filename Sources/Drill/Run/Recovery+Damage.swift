internal import Backup
internal import Rules
internal import Storage
internal import Vault

/// The damage, and looking for it.
extension Recovery {
  /// Does the plan's damage; what keeps it from being done says nothing about the recovery.
  /// - Returns: what was done, and what the destination lacked before of what this machine saw.
  func damaged() async throws -> (done: [Damage], lag: Behind?) {
    do {
      let remembers = sandbox.stranger.elsewhere(
        memory: sandbox.scratch.path + "/memory-before-damage", openStore: sandbox.stranger.openStore)
      try remembers.remember(asOn: sandbox.stranger)
      let before = try await OpenPlace.open(sandbox.destination, in: remembers, expecting: vault)
      return (try await damage(), before.lag)
    } catch {
      throw Unfit(error) ?? .notAllowed("the damage could not be done: \(error)")
    }
  }

  private func damage() async throws -> [Damage] {
    var damages: [Damage] = []
    for (number, fault) in plan.faults.enumerated() {
      var done = Damage(fault: fault, objects: [])
      switch fault.kind {
      case .flip, .truncate, .lose, .overwrite, .swap, .cut:
        done = try await change(fault, number)
      case .replace: try await sandbox.replaceDestination()
      case .slow: sandbox.overlay(fault.at)?.slow(by: fault.milliseconds)
      case .fail: sandbox.overlay(fault.at)?.fail(each: fault.after)
      // These are in wait at the folder that is restored to.
      case .fill, .kill: break
      }
      damages.append(done)
    }
    return damages
  }

  private func change(_ fault: PlannedFault, _ number: Int) async throws -> Damage {
    guard let overlay = sandbox.overlay(fault.at) else { return Damage(fault: fault, objects: []) }
    let location = fault.at == .vault ? sandbox.home : sandbox.destination
    let place = try await OpenPlace.open(location, in: sandbox.wrecker, expecting: vault)
    let objects = try await overlay.list("")
    let changes: [ObjectName: Change]
    if fault.kind == .cut {
      guard
        let cut = Damage.cut(
          by: fault.snapshots, of: place.place.marker.place, from: objects, place.state)
      else { throw Unfit.fewSnapshots(needed: fault.snapshots + 1) }
      let erased = Damage.erased(
        before: fault.snapshots, of: place.place.marker.place, from: objects, place.state)
      // Who only has to notice it needs no box.
      guard erased == 0 || plan.recovery == .none else { throw Unfit.olderErased(boxes: erased) }
      changes = cut
    } else {
      changes = Damage.choose(
        fault, number: number, seed: seed, from: objects, place.state, try await place.presentKeyFiles(),
        news: try await news(fault, in: place))
    }
    guard !changes.isEmpty else { throw Unfit.nothingToDamage(fault.kind.rawValue, fault.of.rawValue) }
    overlay.change(changes)
    return Damage(
      fault: fault, objects: Array(changes.keys),
      head: fault.of == .keyring ? place.state.generation.map { Layout.keyringFile($0.file) } : nil)
  }

  /// What is newer than a fault's time; nil where it takes all.
  private func news(_ fault: PlannedFault, in place: OpenPlace) async throws -> Damage.News? {
    guard let since = fault.since else { return nil }
    let now = sandbox.stranger.now()
    let from = now > since ? now - since : 0
    let cutoff = try await place.entries().first { $0.time >= from }?.number ?? place.state.size
    let state = place.state
    // Nobody's key is needed where nothing was moved; and an earlier fault may have hit the keyring.
    if fault.of == .boxes,
      state.boxesThatMayHold(sealedSince: cutoff).contains(where: { state.moves[$0.entry] != nil })
    {
      do { try await place.unlock(with: key) } catch is VaultError {}
    }
    return try await Damage.News(at: place, since: cutoff)
  }

  func detect(
    _ damages: [Damage], _ lag: Behind?, _ traces: inout Traces, _ result: inout Result
  ) async throws -> Verifier.Outcome? {
    let sides = Set(damages.filter { $0.fault.kind.leavesTraces }.map(\.fault.at))
    guard !sides.isEmpty else { return nil }
    // Where the restore reads every byte anyway, nobody reads them twice.
    let isRead = plan.recovery == .restore && plan.snapshot != .lastGood
    var found: Verifier.Outcome?
    let (sandbox, vault, report) = (sandbox, vault, report)
    let seen = traces
    (found, traces) = try await result.timeline.doing(.detect) {
      var traces = seen
      var found: Verifier.Outcome?
      let detection = Detection(sandbox: sandbox, vault: vault, lag: lag, reads: !isRead)
      if sides.contains(.vault) {
        _ = try await Detection(sandbox: sandbox, vault: vault, lag: nil, reads: false).look(
          at: sandbox.home, .vault, &traces, report: report)
      }
      if sides.contains(.destination) {
        found = try await detection.look(at: sandbox.destination, .destination, &traces, report: report)
      }
      return (found, traces)
    }
    return found
  }

  func expectRefusal(_ result: inout Result) async throws {
    do {
      _ = try await result.timeline.doing(.open) {
        try await OpenPlace.open(sandbox.destination, in: sandbox.stranger, expecting: vault)
      }
    } catch let error as VaultError where [.unknownVault, .rollback, .refused].contains(error.code) {
      result.measured.wasRefused = true
    }
  }
}
