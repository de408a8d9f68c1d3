package import Rules
package import Storage

/// When something may be erased that nothing needs any more: one rule for the vault and for destinations (Format.md,
/// 5.2).
///
/// It goes not only by the times that the ledger states, but also by when the place got an entry: who holds a stolen
/// custodian's key could state any time.
package struct HoldBack {
  /// Whoever reads with the generation before has at least so long to finish.
  static let leastForReaders: UInt64 = 3600
  /// Whoever is about to name a stray has at least so long to do it.
  static let leastForStrays: UInt64 = 86_400

  private let length: UInt64
  private let now: UInt64
  private let arrivals: [(number: UInt64, at: UInt64)]

  /// - Parameters:
  ///   - arrivals: the numbers of commits, ascending, and when the place got them.
  ///   - now: the clock of whoever erases.
  package init(_ policy: Policy, arrivals: [(number: UInt64, at: UInt64)], now: UInt64) {
    length = policy.holdback * 3600
    self.arrivals = arrivals
    self.now = now
  }

  /// Whether it is over for what an entry superseded or removed.
  /// - Parameters:
  ///   - stated: the settled time of that entry.
  ///   - least: seconds that it lasts at least.
  package func isOver(
    since stated: UInt64, entry: UInt64, atLeast least: UInt64 = HoldBack.leastForReaders
  ) -> Bool {
    guard let arrived = arrivals.last(where: { $0.number <= entry })?.at else { return false }
    return hasPassed(max(length, least), since: max(stated, arrived))
  }

  /// Whether it is over for what a move replaced: where it left something out for good, since somebody looked, too.
  func isOver(of move: KnownMove) -> Bool {
    guard isOver(since: move.since, entry: move.entry, atLeast: move.leastHoldBack) else { return false }
    if move.reason == .rewritten { return true }
    guard let since = move.lookedSince, let looked = move.looked else { return false }
    return isOver(since: since, entry: looked, atLeast: move.leastHoldBack)
  }

  /// Whether an object that nothing names lies there for so long that nobody is about to name it.
  package func isOld(_ object: ObjectInfo) -> Bool {
    hasPassed(max(length, Self.leastForStrays), since: UInt64(max(0, object.modified)))
  }

  private func hasPassed(_ seconds: UInt64, since start: UInt64) -> Bool {
    now >= start && now - start >= seconds
  }
}

/// What lies in a place's folders of boxes and keys, and since when.
package struct PlaceListing {
  let keyring: [ObjectInfo]
  let boxes: [ObjectInfo]
  /// Commits in the order of their numbers, and when the store got them: no writer of them can state that.
  let arrivals: [(number: UInt64, at: UInt64)]

  /// Lists them.
  package init(of store: any ObjectStore) async throws {
    keyring = try await store.list(Layout.keyring)
    boxes = try await store.list(Layout.boxes)
    arrivals = try await store.list(Layout.ledger).compactMap { row in
      Layout.commitNumber(of: row.name).map { ($0, UInt64(max(0, row.modified))) }
    }.sorted { $0.0 < $1.0 }
  }

  var bytes: UInt64 { (keyring + boxes).reduce(0) { $0.adding($1.size) } }
}
