public import Sealing

/// Questions about the state.
extension LedgerState {
  /// The present generation; nil before the first.
  public var generation: KnownGeneration? { generations.last }

  /// The generations before the present one.
  public var superseded: ArraySlice<KnownGeneration> { generations.dropLast() }

  /// Pages not yet taken over, in the order in which their rows count.
  package var pendingPages: [PendingPage] { pendingKeys.pages }

  /// A generation by its number.
  public func generation(_ number: UInt64) -> KnownGeneration? {
    guard number >= 1, number <= UInt64(generations.count) else { return nil }
    return generations[Int(number) - 1]
  }

  /// Whether an identity's commits are commits now.
  public func isActive(_ id: Identifier) -> Bool { identities[id]?.isActive == true }

  /// The active identities, in the order of their ids.
  package var activeIdentities: [KnownIdentity] {
    identities.values.filter(\.isActive).sorted { $0.identity.id < $1.identity.id }
  }

  /// The ids of the active custodians, ascending.
  package var activeCustodians: [Identifier] {
    activeIdentities.filter { $0.roles.contains(.custodian) }.map(\.identity.id)
  }

  /// Whether a custodian besides one opens the present generation, as far as the ledger tells, and so can compare the next
  /// one with it: one who was granted before it was entered.
  func couldCompare(besides id: Identifier) -> Bool {
    guard let present = generation else { return false }
    return activeIdentities.contains {
      $0.roles.contains(.custodian) && $0.identity.id != id && $0.granted < present.entry
    }
  }

  /// Generations that no other custodian has compared yet with the ones before them, ascending.
  public var uncompared: [KnownGeneration] { generations.filter { $0.compared == nil } }

  /// Whether an identity is active and has a role for an event.
  public func may(_ id: Identifier, _ event: EventName) -> Bool {
    guard let known = identities[id], known.isActive else { return false }
    return Role.allow(event, to: known.roles)
  }

  /// The boxes live at a ledger size, by ordinal; at the present size if none is given.
  package func liveBoxes(at size: UInt64? = nil) -> SomeBoxes { boxes.live(at: size ?? self.size) }

  /// Whether the records of a box with this digest are read from it now.
  package func isLive(_ digest: Digest) -> Bool { box(digest)?.isLiveNow ?? false }

  /// The boxes that a place must hold for a snapshot: those live at its size, but the ones that it states as missing.
  public func boxes(of snapshot: Snapshot) -> SomeBoxes {
    let missing = Set(snapshot.missing)
    let live = liveBoxes(at: snapshot.size)
    return missing.isEmpty ? live : live.selecting { !missing.contains($0.box.hash) }
  }

  /// Boxes that somebody found damaged or missing at a place, and nobody with a say in it found sound since, with the
  /// newest entry that says so.
  package func claimedBoxes(at place: Identifier) -> ClaimedBoxes {
    places[place]?.claims.boxes(of: boxes.count) ?? ClaimedBoxes()
  }

  /// A box by its digest.
  public func box(_ digest: Digest) -> KnownBox? {
    ordinals.ordinal(of: digest, in: boxes).map { boxes[$0] }
  }

  /// The newest snapshot of a place: what it must hold.
  package func newestSnapshot(of place: Identifier) -> Entered<Snapshot>? { places[place]?.snapshots.last }

  /// The newest snapshot of any place that is known to have arrived.
  /// - Parameter own: the place whose ledger this is: what it holds of itself has arrived.
  package func newestArrivedSnapshot(readAt own: Identifier) -> Entered<Snapshot>? {
    places.values.filter { $0.forgotten == nil || $0.id == own }
      .compactMap { $0.id == own ? $0.snapshots.last : $0.newestArrived }
      .max { $0.number < $1.number }
  }
}
