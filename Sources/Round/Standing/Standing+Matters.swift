internal import Drill
internal import Rules
internal import Sealing
internal import Vault

/// What the configuration and this machine's rounds add to what the ledger shows.
extension Standing {
  /// The policy counts how many destinations are fresh: of those that the configuration names each one is to be.
  static func destinations(_ facts: WorkFacts, _ memory: RoundMemory, _ now: UInt64) -> [Matter] {
    let period = facts.snapshotPeriod
    return facts.destinations.compactMap { destination in
      switch destination.obstacle {
      case .silent:
        return Matter(
          .silent(destination: destination.name), .wrong, for: .operator, key: "silent:\(destination.name)")
      case .absent:
        return Matter(
          .absent(destination: destination.name), .wrong, for: .operator, key: "absent:\(destination.name)")
      case .samePlace(let other):
        return Matter(
          .samePlace(destination.name, other), .wrong, for: .operator, key: "same:\(destination.name)")
      default: break
      }
      let newest = destination.newest.flatMap { $0.isBelievable(asOf: now) ? $0 : nil }
      // One that this machine never met is late once it was configured for that long.
      let from = newest ?? memory.destinations[destination.name] ?? now
      guard now > from + period || newest == nil else { return nil }
      let isLate = now > from + period + period / 4
      return Matter(
        .stale(destination: destination.name, newest: newest, period: period), isLate ? .wrong : .due,
        for: .operator, key: "stale:\(destination.name)")
    }
  }

  /// A snapshot states which boxes it had to leave out: nothing else tells that they aren't there.
  static func lacking(_ facts: WorkFacts, _ status: VaultStatus) -> [Matter] {
    status.coverage.compactMap { place in
      guard let snapshot = place.snapshot, !place.isHome, !snapshot.content.missing.isEmpty else {
        return nil
      }
      let name = facts.names[place.place] ?? "place \(place.place.hex.prefix(8))"
      let count = UInt64(snapshot.content.missing.count)
      return Matter(
        .lacking(name, boxes: count, snapshot: snapshot.number), .wrong, for: .operator,
        key: "lacking:\(place.place.hex)", amount: count)
    }
  }

  /// Where the policy wants nothing read, the round does it all the same, and says when it doesn't come to it.
  static func unread(_ facts: WorkFacts, _ status: VaultStatus, _ now: UInt64) -> [Matter] {
    guard !status.wantsVerification else { return [] }
    let period = facts.verifyPeriod
    return facts.places.compactMap { place in
      guard let oldest = place.oldest, now > oldest + period + period / 4 else { return nil }
      return Matter(
        .unread(at: place.name, period: period), .wrong, for: .round, key: "unread:\(place.name ?? "")")
    }
  }

  static func drills(
    _ facts: WorkFacts, _ settings: RoundSettings, _ memory: RoundMemory, _ now: UInt64
  ) -> [Matter] {
    zip(facts.drills, settings.drills).flatMap { drill, planned in
      var matters: [Matter] = []
      // What the newest run showed holds until another one passes.
      if let last = drill.last, !last.content.passed {
        matters.append(
          Matter(
            .drillRed(drill.name, entry: last.number), last.content.verdict == .failed ? .wrong : .due,
            for: .operator, key: "drill-red:\(drill.name)"))
      }
      // A plan that never passed as it is now is late once it was here for its period.
      let seen = memory.plans[drill.name].flatMap { $0.digest == planned.plan.digest.hex ? $0.since : nil }
      let from = drill.passed ?? seen ?? now
      let due = drill.passed.map { $0 + drill.every } ?? from
      guard now > due || drill.passed == nil else { return matters }
      let isLate = now > from + drill.every + drill.every / 4
      matters.append(
        Matter(
          .drill(drill.name, since: due, hasPassedBefore: drill.passed != nil), isLate ? .wrong : .due,
          for: drill.losesIdentity ? .custodian : .round, key: "late:drill:\(drill.name)"))
      return matters
    }
  }

  static func risks(of place: OpenPlace, _ settings: RoundSettings) -> [Matter] {
    switch settings.risks {
    case nil: return []
    case .failure(let error):
      return [Matter(.register(why: "\(error)"), .wrong, for: .operator, key: "register")]
    case .success(let register):
      return register.judged(by: place).filter { !$0.isTested }.map { one in
        Matter(
          .risk(one.risk.name, text: one.risk.text, score: one.risk.score, plan: one.risk.planName), .wrong,
          for: .operator,
          key: "risk:\(one.risk.name)")
      }
    }
  }

  static func round(_ settings: RoundSettings, _ memory: RoundMemory, _ now: UInt64) -> Matter? {
    // On a machine where none ever began none is missed: it may be another one's task.
    guard memory.began > 0 else { return nil }
    let last = memory.ended == 0 ? memory.began : memory.ended
    guard now > last, now - last > settings.every + settings.every / 4 else { return nil }
    return Matter(.noRound(since: last), .wrong, for: .operator, key: "no-round")
  }

  /// What a step of a round adds, where nothing else says it.
  static func matter(of step: RoundStep, besides known: [Matter]) -> Matter? {
    switch (step.result, step.work) {
    case (.blocked(.silent), .snapshot), (.blocked(.absent), .snapshot), (.blocked(.samePlace), _),
      (.blocked(.silent), .verification), (.blocked(.absent), .verification):
      return nil
    case (.blocked(let obstacle), _):
      return Matter(
        .blocked(step.work, obstacle), .due, for: obstacle == .needsPeople ? .custodian : .operator,
        key: "blocked:\(step.work.key)")
    case (_, .drill(let name)) where known.contains { $0.key == "drill-red:\(name)" }: return nil
    default: return step.isGood ? nil : Matter(failed: step.work, amount: step.amount)
    }
  }

  static func deadlines(
    _ facts: WorkFacts, _ memory: RoundMemory, _ now: UInt64
  ) -> [Deadline] {
    let snapshots = facts.destinations.map {
      Deadline(
        "snapshot", place: $0.name,
        last: $0.newest.flatMap { $0.isBelievable(asOf: now) ? $0 : nil } ?? memory.destinations[$0.name]
          ?? now,
        period: facts.snapshotPeriod, now: now)
    }
    let verifications = facts.places.compactMap { place in
      place.oldest.map {
        Deadline("verify", place: place.name ?? "vault", last: $0, period: facts.verifyPeriod, now: now)
      }
    }
    let drills = facts.drills.map { drill in
      Deadline(
        "drill", plan: drill.name, last: drill.passed ?? memory.plans[drill.name]?.since ?? now,
        period: drill.every, now: now)
    }
    return snapshots + verifications + drills
  }
}
