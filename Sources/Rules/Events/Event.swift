internal import Keyring
package import Ledger
package import Sealing

/// The events of Format 4.4, by name.
public enum EventName: String, Hashable, Sendable, CaseIterable {
  case founded, granted, revoked, requested, policy, keyring, keys, sealed, copying, snapshot, verified,
    drilled
  case recovered, removed, clock, ended, erased, held, accessed, found, attested, forgotten, moved

  /// All that this event is.
  var kind: any EventContent.Type {
    switch self {
    case .founded: Founding.self
    case .granted: Grantee.self
    case .revoked: Revocation.self
    case .requested: AskedAct.self
    case .policy: PolicyStatement.self
    case .keyring: KeyringChange.self
    case .keys: AddedPages.self
    case .sealed: SealedBoxes.self
    case .moved: BoxMove.self
    case .copying: Copying.self
    case .snapshot: Snapshot.self
    case .verified: Verification.self
    case .drilled: DrillOutcome.self
    case .recovered: Recovery.self
    case .removed: RemovedObjects.self
    case .clock: ClockSettling.self
    case .ended: Ending.self
    case .erased: Erasure.self
    case .held: Holding.self
    case .accessed: AccessedRecords.self
    case .found: Found.self
    case .attested: Attestation.self
    case .forgotten: ForgottenPlace.self
    }
  }

  /// Which roles may make it.
  public var roles: Set<Role> { kind.roles }

  /// The member of its sealed part that is one text, where it has one.
  package var sealedMember: String? { kind.sealedMember }
}

/// What an entry enters: one case for each event of Format 4.4, with its public members. This is the one list of them;
/// what each means stands in a file of its own, in this folder.
package enum Event: Hashable, Sendable {
  /// The vault's beginning.
  case founded(Founding)
  /// An identity and its roles.
  case granted(Grantee)
  /// An identity is no longer active.
  case revoked(Identifier)
  /// What a custodian asks another one to do.
  case requested(AskedAct)
  /// The rules from now on.
  case policy(Policy)
  /// The next generation of the keyring.
  case keyring(KeyringChange)
  /// Pages added to the present generation.
  case keys(AddedPages)
  /// Boxes added.
  case sealed(SealedBoxes)
  /// Boxes in the place of others.
  case moved(BoxMove)
  /// A place is about to get copies.
  case copying(Copying)
  /// What a place holds.
  case snapshot(Snapshot)
  /// What was looked at, at a place, and found.
  case verified(Verification)
  /// A rehearsal and its outcome.
  case drilled(DrillOutcome)
  /// Another place is home from now on.
  case recovered(Recovery)
  /// Objects that may be erased and never count again.
  case removed([RemovedObject])
  /// Settles whose clock is right.
  case clock
  /// The request, hold, finding, erasure or move of this entry is over.
  case ended(UInt64)
  /// Customers' keys are dropped by the next generation.
  case erased(Erasure)
  /// Records are kept from being erased.
  case held(Holding)
  /// Records were opened for somebody.
  case accessed(AccessedRecords)
  /// Somebody has to see to something.
  case found(Found)
  /// A document that somebody vouches for.
  case attested(Attestation)
  /// Of this place nobody will say any more what it holds.
  case forgotten(Identifier)

  /// Its members, and all that it means.
  var content: any EventContent {
    switch self {
    case .founded(let content): content
    case .granted(let content): content
    case .revoked(let content): Revocation(identity: content)
    case .requested(let content): content
    case .policy(let content): PolicyStatement(policy: content)
    case .keyring(let content): content
    case .keys(let content): content
    case .sealed(let content): content
    case .moved(let content): content
    case .copying(let content): content
    case .snapshot(let content): content
    case .verified(let content): content
    case .drilled(let content): content
    case .recovered(let content): content
    case .removed(let content): RemovedObjects(objects: content)
    case .clock: ClockSettling()
    case .ended(let content): Ending(entry: content)
    case .erased(let content): content
    case .held(let content): content
    case .accessed(let content): content
    case .found(let content): content
    case .attested(let content): content
    case .forgotten(let content): ForgottenPlace(place: content)
    }
  }

  private static func parse(_ name: EventName, _ object: JSONObject) throws(Malformed) -> Event {
    try object.only(name.kind.memberNames + ["by", "event", "request", "sealed", "time"])
    switch name {
    case .founded: return .founded(try Founding(object))
    case .granted: return .granted(try Grantee(object))
    case .revoked: return .revoked(try Revocation(object).identity)
    case .requested: return .requested(try AskedAct(object))
    case .policy: return .policy(try PolicyStatement(object).policy)
    case .keyring: return .keyring(try KeyringChange(object))
    case .keys: return .keys(try AddedPages(object))
    case .sealed: return .sealed(try SealedBoxes(object))
    case .moved: return .moved(try BoxMove(object))
    case .copying: return .copying(try Copying(object))
    case .snapshot: return .snapshot(try Snapshot(object))
    case .verified: return .verified(try Verification(object))
    case .drilled: return .drilled(try DrillOutcome(object))
    case .recovered: return .recovered(try Recovery(object))
    case .removed: return .removed(try RemovedObjects(object).objects)
    case .clock: return .clock
    case .ended: return .ended(try Ending(object).entry)
    case .erased: return .erased(try Erasure(object))
    case .held: return .held(try Holding(object))
    case .accessed: return .accessed(try AccessedRecords(object))
    case .found: return .found(try Found(object))
    case .attested: return .attested(try Attestation(object))
    case .forgotten: return .forgotten(try ForgottenPlace(object).place)
    }
  }

  /// Parses the event's own members. An event that isn't known throws `StateError.Code.unknownEvent`.
  package init(_ entry: Entry) throws(StateError) {
    guard let name = EventName(rawValue: entry.event) else {
      throw StateError(
        .unknownEvent, "the event `\(entry.event)` isn't known",
        hint: "the ledger was written by a newer program; use that one")
    }
    let object = entry.object
    do {
      if let sealed = entry.sealed {
        try object.require(
          Self.journalEpochs.contains(sealed.epoch), "sealed", "names an epoch that can't be")
      }
      self = try Self.parse(name, object)
    } catch {
      throw StateError(.malformed, "a `\(name.rawValue)` entry is malformed: \(error)")
    }
  }

  private static let journalEpochs = 1...UInt64(Section.maximumEpochs)

  /// Its name.
  package var name: EventName { type(of: content).name }

  /// What it says, in one line.
  package var summary: String { content.summary }

  /// The event's own members, without `by`, `event`, `time`, `request` and `sealed`.
  package var members: JSONObject { content.members }

  /// The entry by which `by` enters this at `time`. It is parsed again, so what a reader would refuse isn't written.
  package func entry(by: Identifier, time: UInt64, request: UInt64? = nil) throws(StateError) -> Entry {
    let entry: Entry
    do {
      entry = try Entry(event: name.rawValue, by: by, time: time, request: request, members: members)
    } catch {
      throw StateError(.malformed, "a `\(name.rawValue)` entry can't be written: \(error.what)", cause: error)
    }
    _ = try Event(entry)
    return entry
  }
}
