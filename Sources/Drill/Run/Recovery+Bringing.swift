internal import Backup
internal import Rules
internal import Storage
internal import Vault

/// Bringing back what there is.
extension Recovery {
  /// The next snapshot, as it would be taken, makes the destination good; all of it under the overlays.
  func mend(
    _ found: Verifier.Outcome?, _ traces: inout Traces, _ result: inout Result
  ) async throws {
    let (sandbox, vault, key, report) = (sandbox, vault, key, report)
    let outcome = try await result.timeline.doing(.mend) {
      let home = try await OpenPlace.open(
        sandbox.home, in: sandbox.stranger, expecting: vault, toWrite: true)
      try await home.unlock(with: key)
      if let found { _ = try await Verifier.enter(found, at: home) }
      return try await SnapshotTaker(of: home, to: sandbox.destination, begins: false).run(report: report)
    }
    // What it came upon and made good is no damage in what comes back; whether that is so is verified.
    traces.add(outcome.findings, .mend)
  }

  func choose(
    in source: OpenPlace, _ found: Verifier.Outcome?, _ result: inout Result
  ) async throws -> Entered<Snapshot> {
    let all = source.state.places[source.place.marker.place]?.snapshots ?? []
    let chosen: Entered<Snapshot>?
    switch plan.snapshot {
    case .latest:
      chosen = all.last
      // What the destination says of itself isn't what was copied to it.
      if let newest = chosen?.number, let known = promise.newest, newest < known {
        result.findings.add([Finding(.missing, "snapshot \(known)", .olderSnapshot(newest, known: known))])
      }
    case .before(let seconds):
      chosen = all.last { $0.content.started + seconds <= result.incident }
    case .asOf(let time): chosen = all.last { $0.content.started <= time }
    case .lastGood:
      let began = try await result.timeline.doing(.choose) {
        if let found { return found }
        return try await Verifier(of: source, level: .hash).run(report: report)
      }
      let bad = Set(began.findings.map(\.object))
      let newest = all.last?.number
      chosen = all.last { snapshot in
        // An older one is restored from what stands in the place of its boxes by now.
        let boxes =
          snapshot.number == newest
          ? source.state.boxes(of: snapshot.content)
          : Restorer.boxes(asOf: snapshot.content.size, in: source.state).selecting {
            !snapshot.content.missing.contains($0.box.hash)
          }
        return boxes.allSatisfy { !bad.contains(Layout.box($0.box.hash).text) }
      }
    }
    guard let chosen else {
      throw VaultError(.missing, "\(sandbox.destination) holds no snapshot such as the plan wants")
    }
    return chosen
  }

  func restore(
    from source: OpenPlace, _ snapshot: Entered<Snapshot>, _ traces: inout Traces, _ result: inout Result
  ) async throws {
    let isNewest = snapshot.number == source.state.newestSnapshot(of: source.place.marker.place)?.number
    let restored = try await restoring(from: source, isNewest ? nil : snapshot.number, &result)
    traces.add(source.shortfalls, .restore)
    traces.add(restored.findings, .restore)
    result.findings.add(another: restored.missing.map { .missing(box: Layout.box($0)) })
    result.findings.add(another: restored.findings.filter(\.concernsRecords))
    let (sandbox, vault, key) = (sandbox, vault, key)
    let copy = try await result.timeline.doing(.unlock) {
      let copy = try await OpenPlace.open(sandbox.copy, in: sandbox.stranger, expecting: vault)
      try await copy.unlock(with: key)
      return copy
    }
    try await verify(copy, snapshot.content.size, isOlder: !isNewest, &traces, &result)
  }

  /// Restores; what the plan breaks once is begun again, and goes on where it was.
  private func restoring(
    from source: OpenPlace, _ snapshot: UInt64?, _ result: inout Result
  ) async throws -> Restorer.Outcome {
    let (sandbox, report) = (sandbox, report)
    while true {
      do {
        return try await result.timeline.doing(.restore) {
          try await Restorer(from: source, to: sandbox.copy, snapshot: snapshot).run(report: report)
        }
      } catch {
        guard !(error is CancellationError), sandbox.takeBroken() else { throw error }
        result.attempts += 1
      }
    }
  }

  func read(
    from source: OpenPlace, _ snapshot: Entered<Snapshot>, _ traces: inout Traces, _ result: inout Result
  ) async throws {
    let key = key
    try await result.timeline.doing(.unlock) { try await source.unlock(with: key) }
    try await verify(source, snapshot.content.size, isOlder: false, &traces, &result)
  }

  /// Compares what came back with its labels, and asks the probes while it is there.
  /// - Parameters:
  ///   - size: the ledger size that the snapshot holds the boxes of.
  ///   - isOlder: whether it isn't the newest one: boxes of later entries aren't missing then.
  private func verify(
    _ place: OpenPlace, _ size: UInt64, isOlder: Bool, _ traces: inout Traces, _ result: inout Result
  ) async throws {
    let asking = ProbeRunner(plan: plan, place: place, promise: promise, size: size)
    let answers = Answers()
    let report = report
    let inspect: ScratchRestore.Inspection = { folder in try await answers.take(asking.ask(in: folder)) }
    let left =
      !isOlder
      ? nil
      : Set(
        place.state.liveBoxes().filter { $0.entry >= size && place.state.moves[$0.entry] == nil }.map {
          Layout.box($0.box.hash).text
        })
    var findings: [Finding] = []
    if plan.scope == .all, plan.recovery != .read {
      let verified = try await result.timeline.doing(.verify) {
        try await Verifier(
          of: place, level: .restore, scratch: sandbox.scratch.path, orInMemoryOf: memory, inspect: inspect
        ).run(report: report)
      }
      findings = verified.findings
      let isHidden = findings.contains { $0.hidesABox && !(left?.contains($0.object) ?? false) }
      (result.measured.expected, result.measured.restored) = (verified.expected, verified.records)
      if verified.expected == nil {
        result.measured.expected = try await promised(below: size, in: place, isOlder: isOlder)
      }
      if let left, !isHidden, verified.expected == nil {
        result.measured.expected = try await counted(place, without: left)
      }
      result.bytes = verified.recordBytes
      if plan.expects.contains(.erased) { result.measured.erasures = try await erasures(in: place, findings) }
    } else {
      let read = try await result.timeline.doing(plan.recovery == .read ? .read : .verify) {
        try await ScratchRestore(
          of: place, promise.selections(of: plan), in: sandbox.scratch.path, orInMemoryOf: memory,
          inspect: inspect
        ).run(report: report)
      }
      findings = read.findings
      result.measured.expected =
        plan.scope == .all ? read.expected : try await promised(below: size, in: place, isOlder: isOlder)
      result.measured.restored = read.sound
      result.bytes = read.bytes
    }
    if let left { findings.removeAll { left.contains($0.object) } }
    traces.add(findings, .verify)
    result.findings.add(another: findings)
    result.measured.probes = await answers.all
  }

  /// Records of the scope that the snapshot promises. What was sealed since and moved comes back with an older one, too.
  private func promised(below size: UInt64, in place: OpenPlace, isOlder: Bool) async throws -> UInt64? {
    guard var count = promise.records(below: size) else { return nil }
    guard isOlder else { return count }
    for selection in promise.selections(of: plan) {
      let all = Selection(className: selection.className, subject: selection.subject, versions: .all)
      _ = try await place.forEachCustomer(all) { records in
        let older = Set(records.filter { $0.newestBox < size }.map(\.reference))
        count += UInt64(Set(records.map(\.reference)).subtracting(older).count)
      }
    }
    return count
  }

  /// Whom the vault erased, and what of them came back: keys, or records, whatever the copy's own ledger knows.
  private func erasures(in place: OpenPlace, _ findings: [Finding]) async throws -> (
    inForce: UInt64, back: UInt64
  )? {
    guard let erased = promise.erased else { return nil }
    var back = UInt64(findings.count { $0.reason == .erasedKeyIsBack })
    _ = try await place.forEachCustomer { records in
      back += UInt64(
        records.count { erased.contains(ErasedRecords(classID: $0.classID, subject: $0.subject)) })
    }
    return (UInt64(erased.count), back)
  }

  /// Records that are here, by their tables.
  /// - Parameter left: boxes that were left out on purpose.
  private func counted(_ place: OpenPlace, without left: Set<String>) async throws -> UInt64? {
    var count: UInt64 = 0
    let rest = try await place.forEachCustomer { count += UInt64($0.count) }
    return rest.findings.contains { $0.concernsRecords && !left.contains($0.object) } ? nil : count
  }
}

/// What probes said, from where they were asked.
private actor Answers {
  private(set) var all: [ProbeResult] = []
  func take(_ results: [ProbeResult]) { all = results }
}
