public import Ledger
internal import Sealing

/// Whether an entry counts (Format 4.5): the rules in their order, the first one broken is told.
extension LedgerState {
  /// Whether `entry` would count as the next one, alone in its commit: for a writer before it commits.
  public func judge(_ entry: Entry) throws(StateError) -> NotCounted? {
    try judge([entry]).first
  }

  /// Which of `entries` would not count, were they the next commit.
  public func judge(_ entries: [Entry]) throws(StateError) -> [NotCounted] {
    // A copy is folded only where an entry may depend on one before it.
    let start = CommitStart(tree: tree)
    if entries.count == 1 {
      let event = try Event(entries[0])
      if event.name != .erased {
        return [judge(entries[0], event, number: size, start: start)].compactMap(\.self)
      }
    }
    var copy = self
    var refused: [NotCounted] = []
    for (offset, entry) in entries.enumerated() {
      refused += copy.take(try Event(entry), entry, number: size + UInt64(offset), start: start)
    }
    return refused + copy.dismissErasing()
  }

  /// Judges the next entry and enters it if it counts; what doesn't count is returned, in order.
  ///
  /// Entries `erased` wait for the `keyring` behind them: they count with it or not at all (rule 11).
  mutating func take(_ event: Event, _ entry: Entry, number: UInt64, start: CommitStart) -> [NotCounted] {
    let broken = judge(entry, event, number: number, start: start)
    if case .erased(let erasure) = event {
      guard broken == nil else { return dismissErasing() + [broken].compactMap(\.self) }
      erasing.append(ErasingEntry(number: number, entry: entry, erasure: erasure))
      return []
    }
    guard broken == nil, case .keyring = event else {
      let dismissed = dismissErasing()
      guard let broken else {
        enter(event, entry, number: number)
        return dismissed
      }
      return dismissed + [broken]
    }
    for one in erasing { enter(.erased(one.erasure), one.entry, number: one.number) }
    erasing = []
    enter(event, entry, number: number)
    return []
  }

  /// Without a `keyring` that counts directly behind them they don't count.
  mutating func dismissErasing() -> [NotCounted] {
    defer { erasing = [] }
    return erasing.map {
      NotCounted(
        number: $0.number, event: .erased, by: $0.entry.by, rule: .account,
        reason: "no `keyring` that counts with it stands behind it")
    }
  }

  func judge(_ entry: Entry, _ event: Event, number: UInt64, start: CommitStart) -> NotCounted? {
    let content = event.content
    let place = EntryPlace(number: number, by: entry.by, time: entry.time, start: start)
    for rule in Rule.allCases {
      let reason =
        switch rule {
        case .role: brokenRole(content, by: entry.by)
        case .eyes: brokenEyes(content, entry)
        default: content.breaks(rule, in: self, at: place)
        }
      if let reason {
        return NotCounted(
          number: number, event: type(of: content).name, by: entry.by, rule: rule, reason: reason)
      }
    }
    return nil
  }

  /// What an entry that counts changes.
  mutating func enter(_ event: Event, _ entry: Entry, number: UInt64) {
    let content = event.content
    let entered = EnteredAs(
      number: number, by: entry.by, time: entry.time, line: entry.line, request: entry.request)
    if needsRequest(content), let request = entry.request { close(request, .used, by: number) }
    let isCustodian = identities[entry.by]?.roles.contains(.custodian) ?? false
    time.note(
      VaultTime.Statement(time: entry.time, entry: number, by: entry.by), byCustodian: isCustodian,
      settles: content.settlesTime)
    if content.settlesTime { beginHoldBacks(by: entry.time) }
    if isCustodian { expireRequests(by: entered) }
    substance.note(event, number: number, before: self)
    content.enter(&self, as: entered)
  }

  /// A hold-back that began at a time which was wrong would never end.
  private mutating func beginHoldBacks(by time: UInt64) {
    for index in generations.indices where (generations[index].superseded ?? 0) > time {
      generations[index].superseded = time
    }
    moves = moves.mapValues { move in
      var move = move
      move.since = min(move.since, time)
      move.lookedSince = move.lookedSince.map { min($0, time) }
      return move
    }
    removed = removed.mapValues { $0.since > time ? Removal(entry: $0.entry, since: time) : $0 }
  }
}
