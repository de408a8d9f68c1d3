internal import Storage
internal import Rules
internal import Sealing

/// How a ledger compares with what this machine saw of its vault before.
struct Continuity {
  let role: OpenPlace.PlaceRole
  private(set) var remarks: [Notice] = []
  /// The fork that the user accepted, now or before, and that this ledger ends at.
  let accepted: Fork?
  /// Whether the ledger went on another way from an accepted fork, so that memory begins anew.
  let goesOn: Bool

  /// - Throws: `VaultError` `.rollback` where the vault itself is behind, or anything isn't consistent.
  init(
    ledger: OpenLedger, memory: KnownPlaces.Memory?, isHome: Bool, wasHome: Bool, accepted: Fork?,
    location: Location
  ) throws(VaultError) {
    let state = ledger.state
    let given = accepted ?? memory?.accepted
    guard let memory else {
      self.accepted = accepted
      goesOn = false
      role = isHome ? .home : .copy(behind: nil)
      return
    }
    let consistent = ledger.root(at: memory.size).map { $0 == memory.root }
    if consistent == true {
      self.accepted = accepted
      goesOn = false
      role = isHome ? .home : .copy(behind: nil)
      return
    }
    // The ledger ends before, or goes on otherwise than, what was seen.
    if let given, let recovery = state.recoveries.last(where: { $0.content.size == given.size }) {
      guard recovery.content.root == given.root, ledger.root(at: given.size) == given.root else {
        throw Self.rollback(location, "its ledger has another root at size \(given.size) than was accepted")
      }
      remarks.append(.givenUp(from: given.size, to: memory.size))
      self.accepted = given
      goesOn = true
      role = isHome ? .home : .copy(behind: nil)
      return
    }
    let end = Fork(size: state.size, root: state.root)
    if isHome, Self.isTheVaultsOwnWord(ledger, memory, accepted: accepted) {
      remarks.append(.copyShowedMore(entries: memory.size - (memory.home?.size ?? 0)))
      self.accepted = accepted
      goesOn = true
      role = .home
      return
    }
    guard consistent == nil, state.size < memory.size else {
      throw Self.rollback(
        location, "its ledger is not the one that this machine saw, which had \(memory.size) entries",
        fork: state.recoveredAt)
    }
    if let point = memory.recovered, state.size > point.size, !state.wasRecovered(at: point) {
      throw Self.rollback(
        location, "it holds entries that were given up when the vault was recovered at \(point.size)")
    }
    let behind = Behind(ledger, of: memory)
    guard !isHome, !wasHome else {
      throw Self.rollback(
        location,
        "it has \(state.size) entries, this machine saw \(memory.size); \(Layout.commit(state.size)) is not there",
        orCopy: isHome && memory.home == nil ? end : nil)
    }
    if let behind { remarks.append(.behind(behind, size: state.size, newest: state.time.newest)) }
    self.accepted = given == end ? given : nil
    goesOn = false
    role = .copy(behind: behind)
  }

  /// Whether what this machine saw beyond this ledger was at a copy alone: anybody who may write there can put entries
  /// behind what it held. Where the vault itself was never seen, the user says so.
  static func isTheVaultsOwnWord(
    _ ledger: OpenLedger, _ memory: KnownPlaces.Memory, accepted: Fork?
  ) -> Bool {
    guard let home = memory.home else {
      let end = Fork(size: ledger.state.size, root: ledger.state.root)
      return accepted == end && ledger.state.recoveries.isEmpty
    }
    return home.size < memory.size && ledger.state.size >= home.size
      && ledger.root(at: home.size) == home.root
  }

  private static func rollback(
    _ location: Location, _ what: String, fork: Fork? = nil, orCopy end: Fork? = nil
  ) -> VaultError {
    let lookElsewhere: Hint =
      "the store may have been rolled back; look for a newer copy, and don't write to this one"
    return VaultError(
      .rollback, "\(location) is a rollback: \(what)", safe: "nothing was written",
      hint: fork.map { .acceptRecovery(location, $0) } ?? end.map { .acceptHome(location, $0) }
        ?? lookElsewhere)
  }
}

extension LedgerState {
  /// Where the newest recovery took the ledger up.
  package var recoveredAt: Fork? {
    recoveries.last.map { Fork(size: $0.content.size, root: $0.content.root) }
  }

  /// Whether a recovery took the ledger up there.
  package func wasRecovered(at fork: Fork) -> Bool {
    recoveries.contains { $0.content.size == fork.size && $0.content.root == fork.root }
  }
}
