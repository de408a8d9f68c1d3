internal import Rules
internal import Sealing
internal import Vault

/// What lies where, and what of it was read.
extension ComplianceSource {
  /// The vault, then each destination that holds a snapshot, by id.
  private var places: [Identifier] {
    let copies = state.places.values.filter {
      $0.id != state.home && $0.forgotten == nil && !$0.snapshots.isEmpty
    }
    return [state.home] + copies.map(\.id).sorted()
  }

  /// Boxes read at each place, at level hash or above.
  func coverage() -> Fact {
    let rows = places.map(covered)
    let days = state.policy.schedule.verifyDays
    return Fact(
      .coverage,
      [Figure(.places, count: rows.count), days > 0 ? Figure(.wanted, .span(days * 86_400)) : nil],
      rows: state.liveBoxes().isEmpty ? [] : rows)
  }

  private func covered(_ place: Identifier) -> Fact.Row {
    let held = state.boxesHeld(at: place)
    let newest = state.coverage(of: place, level: .hash)
    let claimed = state.claimedBoxes(at: place)
    let days = state.policy.schedule.verifyDays
    let since = days == 0 ? 0 : now - min(now, days * 86_400)
    var (verified, never, late, unsound) = (0, 0, 0, 0)
    var oldest: UInt64?
    var entries: Set<UInt64> = []
    var last: Entered<Verification>?
    for box in held {
      if let claim = claimed[box.ordinal] {
        unsound += 1
        entries.insert(claim)
        continue
      }
      guard let look = newest[box.ordinal], isBelievable(look.time) else {
        never += 1
        continue
      }
      entries.insert(look.number)
      if look.number > last?.number ?? 0 { last = look }
      oldest = min(oldest ?? look.time, look.time)
      if look.time >= since { verified += 1 } else { late += 1 }
    }
    return Fact.Row(
      [
        Figure(.place, .text(place.hex)), Figure(.home, .flag(place == state.home)),
        Figure(.boxes, count: held.count), Figure(.verified, count: verified),
        unsound > 0 ? Figure(.unsound, count: unsound) : nil, oldest.map { Figure(.oldest, .moment($0)) },
        last.map { Figure(.last, .moment($0.time)) },
        last.map { Figure(.level, .word($0.content.level.rawValue)) },
      ],
      entries: Array(entries),
      lacks: Self.lacks([(.neverRead, never), (.readLongAgo, late), (.unsound, unsound)]))
  }

  static func lacks(_ counts: [(Lack.Code, Int)]) -> [Lack] {
    counts.compactMap { code, count in count > 0 ? Lack(code, count) : nil }
  }

  /// The newest snapshot of each destination.
  func snapshots() -> Fact {
    let schedule = state.policy.schedule
    let destinations = places.dropFirst().compactMap { state.places[$0] }
    let rows = destinations.map { place -> (row: Fact.Row, isFresh: Bool) in
      let newest = place.newestArrived ?? place.snapshots.last
      let started = newest?.content.started ?? 0
      let hours = schedule.snapshotHours * 3600
      let isFresh =
        place.newestArrived != nil && isBelievable(started) && (hours == 0 || now <= started + hours)
      // What saw it there: the newest verification that knew of it.
      let seen = place.verifications.last { $0.content.size > newest?.number ?? 0 }
      return (
        Fact.Row(
          [
            Figure(.place, .text(place.id.hex)), Figure(.begun, .moment(started)),
            newest.map { Figure(.boxes, count: state.boxes(of: $0.content).count) },
            Figure(.fresh, .flag(isFresh)), seen.map { Figure(.seen, .moment($0.time)) },
          ],
          entries: [newest?.number, seen?.number].compactMap(\.self),
          lacks: place.newestArrived == nil ? [Lack(.unseen)] : []), isFresh
      )
    }
    let fresh = rows.count(where: \.isFresh)
    let wanted = max(1, Int(clamping: schedule.destinations))
    let tally = events.tally(.snapshot)
    return Fact(
      .snapshots,
      [
        Figure(.fresh, count: fresh),
        schedule.destinations > 0 ? Figure(.wanted, count: wanted) : nil,
        Figure(.destinations, count: rows.count),
        Figure(.made, count: tally.count),
      ],
      rows: rows.map(\.row), entries: tally.newest, entriesLeftOut: tally.leftOut,
      lacks: state.liveBoxes().isEmpty || fresh >= wanted ? [] : [Lack(.fewFresh, wanted - fresh)])
  }

  /// What lies sealed in boxes, and what came in the period.
  func sealed() -> Fact {
    let live = state.liveBoxes()
    let (bytes, newest) = live.reduce(into: (UInt64(0), UInt64(0))) { sum, box in
      sum.0 += box.box.size
      sum.1 = max(sum.1, box.entry)
    }
    let tally = events.tally(.sealed)
    return Fact(
      .sealed,
      [Figure(.boxes, count: live.count), Figure(.bytes, .bytes(bytes)), Figure(.made, count: tally.count)],
      entries: tally.newest + (live.isEmpty ? [] : [newest]), entriesLeftOut: tally.leftOut)
  }
}
