internal import Rules
internal import Storage
public import Sealing

/// From where a copy goes on as the vault.
public struct Takeover: Hashable, Sendable {
  /// The copy's place.
  public let home: Identifier
  /// The entry of the newest snapshot that its ledger names; nil where it names none.
  public let snapshot: UInt64?
  /// When that was begun; without one, the time of its newest entry.
  public let asOf: UInt64
  /// Where its ledger ends.
  public let from: Fork
  /// What this machine saw beyond these entries, which is given up; nil where that is nothing.
  public let behind: Behind?
  /// Live boxes that aren't there: their records can't be read from this copy.
  public let missing: UInt64
  /// Whether snapshots are taken there: it is no destination any more once it is the vault.
  public let isDestination: Bool

  /// Entries that are given up.
  public var givenUp: UInt64 { behind?.entries ?? 0 }

  /// Entries in its ledger.
  public var size: UInt64 { from.size }

  /// The act that this comes of.
  public var act: Act { .recover(home: home, snapshot: snapshot ?? 0) }
}

/// Making a copy the vault: an act of its own, and never what another command does on the way.
extension OpenPlace {
  /// Makes a copy the vault, by a `recovered` entry.
  /// - Parameter request: the request of another custodian that this carries out, where the policy asks for one.
  /// - Returns: from where it goes on; nil where it is the vault already.
  /// - Throws: as `takeover`; `.busy` where somebody wrote there meanwhile.
  public func recover(request: UInt64? = nil) async throws -> Takeover? {
    let takeover = try await takeover()
    if let takeover { try await carryOut(takeover, request: request) }
    return takeover
  }

  /// The same as it was described: at that place, and from that snapshot.
  func recover(home: Identifier, snapshot: UInt64, request: UInt64?) async throws -> ActOutcome {
    let takeover = try await takeover()
    let meant = Act.recover(home: home, snapshot: snapshot)
    guard place.marker.place == home, takeover.map({ $0.act == meant }) ?? true else {
      throw VaultError(
        .refused, "\(place.location) isn't what was meant by: \(meant)", safe: "nothing was written",
        hint: "look at which copy it was, and which snapshot it holds now")
    }
    if let takeover { try await carryOut(takeover, request: request) }
    return ActOutcome(generation: state.generation?.number ?? 0, takeover: takeover)
  }

  private func carryOut(_ takeover: Takeover, request: UInt64?) async throws {
    let identity = try writer()
    let from = takeover.from
    let recovery = Recovery(
      home: takeover.home, root: from.root, size: from.size, snapshot: takeover.snapshot ?? 0)
    let draft = OpenLedger.Draft(.recovered(recovery), request: request)
    try await checkCounts(draft, by: identity)
    // A crash behind the commit must not leave a machine that takes the vault for a rollback.
    // What nobody accepted isn't remembered as accepted: after such a crash the machine asks.
    if takeover.givenUp > 0, accepted == from { try remember { $0.accept(from, of: state.vault) } }
    try await ledger.commit(as: identity, clock: machine.now, journal: try await journal()) { state in
      guard try behindNow() == takeover.behind else {
        throw VaultError(
          .busy, "this machine saw more of the vault while it was about to be recovered",
          safe: "nothing was written",
          hint: "look again at what would be given up")
      }
      guard state.size == from.size, state.root == from.root else {
        throw VaultError(
          .busy, "another writer was faster while the vault was recovered", safe: "nothing was written")
      }
      return [draft]
    }
    for finding in ledger.shortfalls { note(.shortfall(finding)) }
    try remember {
      $0.restart(state.vault, as: ledger.seen(isHome: true))
      $0.recordLocation(
        place.location, vault: state.vault, kind: .vault, place: takeover.home, written: state.size)
    }
  }

  /// From where this would go on as the vault, once everything allows it; nil where it is the vault already.
  /// - Throws: `VaultError` `.notGranted` for anybody but a custodian, `.rollback` where entries would be given up that
  ///   the user didn't accept to lose, `.refused` where the vault itself can still be read.
  public func takeover() async throws -> Takeover? {
    let identity = try writer()
    try await ledger.catchUp()
    guard !isHome else { return nil }
    guard state.may(identity.publicIdentity.id, .recovered) else {
      throw VaultError(
        .notGranted, "this identity may not make \(place.location) the vault: only custodians do",
        safe: "nothing was written")
    }
    let end = Fork(size: state.size, root: state.root)
    let behind = try behindNow()
    let givenUp = behind?.entries ?? 0
    guard behind?.isOnlyBookkeeping ?? true || accepted == end else {
      throw VaultError(
        .rollback,
        "\(place.location) lacks \(givenUp == 1 ? "an entry" : "\(givenUp) entries") that this machine saw (\(behind?.words ?? "")); as the vault it would give them up",
        safe: "nothing was written",
        hint: .acceptLoss(place.location, end))
    }
    try await checkAlone()
    try await Place.requireManyWriters(place.raw)
    let snapshot = state.places.values.compactMap(\.snapshots.last).max { $0.number < $1.number }
    let there = Set(try await place.store.names(Layout.boxes))
    let missing = state.liveBoxes().count { !there.contains(Layout.box($0.box.hash)) }
    return Takeover(
      home: place.marker.place, snapshot: snapshot?.number,
      asOf: snapshot?.content.started ?? state.time.newest, from: end, behind: behind,
      missing: UInt64(missing), isDestination: state.newestSnapshot(of: place.marker.place) != nil)
  }

  /// What it lacks of what this machine saw up to now: another command may have seen more since this one began.
  private func behindNow() throws -> Behind? {
    let memory = try KnownPlaces(path: machine.knownPlaces).vaults[state.vault]
    return Behind(ledger, of: memory)
  }
}
