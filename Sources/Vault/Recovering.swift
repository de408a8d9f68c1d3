internal import Rules
internal import Sealing

/// From where a copy goes on as the vault.
public struct Takeover: Hashable, Sendable {
  /// The entry of the newest snapshot that it holds; nil where it holds none.
  public let snapshot: UInt64?
  /// When that was begun; without one, the time of its newest entry.
  public let asOf: UInt64
  /// Entries in its ledger.
  public let size: UInt64
  /// Entries that this machine saw beyond these: they are given up.
  public let givenUp: UInt64
}

/// Making a copy the vault: an act of its own, and never what another command does on the way.
extension OpenPlace {
  /// Makes a copy the vault, by a `recovered` entry.
  /// - Parameter request: the request of another custodian that this carries out, where the policy asks for one.
  /// - Returns: from where it goes on; nil where it is the vault already.
  /// - Throws: as `takeover`; `.busy` where somebody wrote there meanwhile.
  public func recover(request: UInt64? = nil) async throws -> Takeover? {
    let identity = try writer()
    guard let takeover = try await takeover() else { return nil }
    let (end, home) = (end, place.marker.place)
    // A crash behind the commit must not leave a machine that takes the vault for a rollback.
    if takeover.givenUp > 0 { try remember { $0.accept(end, of: state.vault) } }
    try await ledger.commit(as: identity, clock: machine.now, journal: try await journal()) { state in
      guard state.size == end.size, state.root == end.root else {
        throw VaultError(
          .busy, "another writer was faster while the vault was recovered", safe: "nothing was written")
      }
      let recovery = Recovery(home: home, root: end.root, size: end.size, snapshot: takeover.snapshot ?? 0)
      return [OpenLedger.Draft(.recovered(recovery), request: request)]
    }
    for finding in ledger.shortfalls { place.notices.note(finding) }
    try remember {
      $0.goOn(state.vault, size: state.size, root: state.root, recovered: end)
      $0.met(Self.absolute(place.location), vault: state.vault, kind: .vault, place: home)
    }
    return takeover
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
    let givenUp = if case .copy(let behind) = role { behind } else { UInt64(0) }
    guard givenUp == 0 || accepted == end else {
      throw VaultError(
        .rollback,
        "\(place.location) lacks \(givenUp) entries that this machine saw; as the vault it would give them up",
        safe: "nothing was written",
        hint: "look for a newer copy first; if they are lost for good: strongroom recover \(place.location) "
          + "--accept-fork \(end.text)")
    }
    try await checkAlone()
    let snapshot = state.places.values.compactMap(\.snapshots.last).max { $0.number < $1.number }
    return Takeover(
      snapshot: snapshot?.number, asOf: snapshot?.content.started ?? state.time.newest, size: state.size,
      givenUp: givenUp)
  }

  /// Where the ledger ends.
  private var end: KnownPlaces.Fork { KnownPlaces.Fork(size: state.size, root: state.root) }
}
