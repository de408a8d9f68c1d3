public import Ledger
internal import Sealing

/// Whether an entry counts (Format 4.5): the rules in their order, the first one broken is told.
extension State {
  /// Whether `entry` would count as the next one, alone in its commit: for a writer before it commits.
  public func judge(_ entry: Entry) throws(StateError) -> NotCounted? {
    try judge([entry]).first
  }

  /// Which of `entries` would not count, were they the next commit.
  public func judge(_ entries: [Entry]) throws(StateError) -> [NotCounted] {
    // A copy is folded only where an entry may depend on one before it.
    let start = CommitStart(tree: tree)
    if entries.count == 1 {
      return [judge(entries[0], try Event(entries[0]), number: size, start: start)].compactMap(\.self)
    }
    var copy = self
    var refused: [NotCounted] = []
    for (offset, entry) in entries.enumerated() {
      let event = try Event(entry)
      let number = size + UInt64(offset)
      if let one = copy.judge(entry, event, number: number, start: start) {
        refused.append(one)
      } else {
        copy.enter(event, entry, number: number)
      }
    }
    return refused
  }

  func judge(_ entry: Entry, _ event: Event, number: UInt64, start: CommitStart) -> NotCounted? {
    for rule in Rule.allCases {
      if let reason = broken(rule, entry, event, number: number, start: start) {
        return NotCounted(number: number, event: event.name, by: entry.by, rule: rule, reason: reason)
      }
    }
    return nil
  }

  /// How an entry breaks one rule; nil if it keeps it.
  private func broken(
    _ rule: Rule, _ entry: Entry, _ event: Event, number: UInt64, start: CommitStart
  ) -> String? {
    switch rule {
    case .role: brokenRole(event, by: entry.by)
    case .generation: brokenGeneration(event, number: number)
    case .box: brokenBox(event)
    case .counts: brokenCounts(event)
    case .eyes: brokenEyes(event, entry)
    case .snapshot: brokenSnapshot(event, number: number)
    case .identity: brokenIdentity(event)
    case .place: brokenPlace(event, start: start)
    case .removed: brokenRemoved(event)
    case .classes: brokenClasses(event)
    }
  }
}
