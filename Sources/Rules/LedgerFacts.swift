internal import Keyring
public import Sealing

/// An event's members as they stand in the ledger: by whom, when, in which entry.
public struct Entered<Content: Hashable & Sendable>: Hashable, Sendable {
  /// The entry's number, by which the thing is called.
  public let number: UInt64
  /// Who made the entry.
  public let by: Identifier
  /// When, as they said.
  public let time: UInt64
  /// What was entered.
  public let content: Content
}

extension Array {
  /// What one identity enters in a loop takes no memory for ever: of each so many of the newest are kept, at least.
  mutating func append<Content>(_ new: Entered<Content>, keepingNewest limit: Int)
  where Element == Entered<Content> {
    append(new)
    guard count.isMultiple(of: limit) else { return }
    var kept: [Identifier: Int] = [:]
    var newest: [Element] = []
    for element in reversed() where kept[element.by, default: 0] < limit {
      kept[element.by, default: 0] += 1
      newest.append(element)
    }
    self = newest.reversed()
  }
}

/// An identity that is or was active.
public struct KnownIdentity: Hashable, Sendable {
  /// Both public keys.
  public let identity: PublicIdentity
  /// What its secret is kept in.
  public let kind: IdentityKind
  /// Ascending.
  public let roles: [Role]
  /// The entry that made it active, the newest one; of a custodian the one by which it became so.
  public let granted: UInt64
  /// The entry that made it active; a change doesn't.
  package let since: UInt64
  /// When it was active before that: from the first of two entries to the second.
  package let earlier: [Span]
  /// The entry that ended it; nil while it is active.
  public internal(set) var revoked: UInt64?

  /// A stretch of the ledger, by two entries.
  package struct Span: Hashable, Sendable {
    package let from: UInt64
    package let to: UInt64
  }

  init(
    identity: PublicIdentity, kind: IdentityKind, roles: [Role], granted: UInt64, since: UInt64,
    earlier: [Span] = []
  ) {
    (self.identity, self.kind, self.roles) = (identity, kind, roles)
    (self.granted, self.since, self.earlier) = (granted, since, earlier)
  }

  /// Whether its commits are commits.
  public var isActive: Bool { revoked == nil }

  /// Whether it was active where an entry stands.
  package func wasActive(at entry: UInt64) -> Bool {
    since < entry && (revoked.map { $0 > entry } ?? true)
      || earlier.contains { $0.from < entry && $0.to > entry }
  }
}

/// A generation of the keyring that counts, or counted.
public struct KnownGeneration: Hashable, Sendable {
  /// Its entry.
  public let entry: UInt64
  /// When it was entered.
  public let time: UInt64
  /// Who entered it.
  public let by: Identifier
  /// What was entered.
  public let change: KeyringChange
  /// The pages that it took over; empty once it is compared, unless it drops rows, which may be taken back.
  package internal(set) var taken: [PendingPage]
  /// The pages that it refused; empty once it is compared.
  package internal(set) var left: [PendingPage]
  /// The entry by which another custodian said that it lacks nothing of the generation before; its own where nobody else
  /// could say so; nil while nobody has.
  public internal(set) var compared: UInt64?
  /// The settled time when the next one was entered; nil for the present one. From then on the hold-back runs.
  public internal(set) var superseded: UInt64?

  /// 1, 2, 3 ...
  public var number: UInt64 { change.generation }
  /// SHA-256 of its file, which is its name.
  public var file: Digest { change.file }

  init(
    _ change: KeyringChange, _ entry: EnteredAs, taken: [PendingPage], left: [PendingPage], compared: UInt64?
  ) {
    self.entry = entry.number
    (time, by) = (entry.time, entry.by)
    self.change = change
    self.taken = compared == nil || change.reason == .dropped ? taken : []
    self.left = compared == nil ? left : []
    self.compared = compared
  }

  /// A custodian found nothing missing. Nobody says so of their own.
  mutating func wasCompared(by entry: EnteredAs) {
    guard compared == nil, entry.by != by else { return }
    compared = entry.number
    left = []
    if change.reason != .dropped { taken = [] }
  }
}

/// A box that was added. It stays known for ever; whether it is live is asked as of a ledger size.
public struct KnownBox: Hashable, Sendable {
  /// How many boxes were added before it.
  package let ordinal: Int
  /// The entry that added it.
  public let entry: UInt64
  /// When that was, as the entry says.
  package let time: UInt64
  /// The entry that put others in its place; nil while none has.
  package internal(set) var replaced: UInt64?
  /// When others stood in its place, until that was taken back.
  package let gaps: [Gap]
  /// The generation whose epochs it was sealed with.
  public let generation: UInt64
  /// Digest, size, index and year.
  public let box: SealedBoxes.Box

  /// From the entry that put others in its place to the one that took that back.
  package struct Gap: Hashable, Sendable {
    package let from: UInt64
    package let to: UInt64
  }

  init(
    ordinal: Int, entry: UInt64, time: UInt64, replaced: UInt64? = nil, gaps: [Gap] = [], generation: UInt64,
    box: SealedBoxes.Box
  ) {
    self.ordinal = ordinal
    self.entry = entry
    self.time = time
    self.replaced = replaced
    self.gaps = gaps
    self.generation = generation
    self.box = box
  }

  /// Whether its records are read from it after all entries so far, those of a commit that is being folded included.
  package var isLiveNow: Bool { replaced == nil }

  /// Whether its records are read from it, as of a ledger size: it was added below it and not replaced below it.
  package func isLive(at size: UInt64) -> Bool {
    entry < size && !(replaced.map { $0 < size } ?? false)
      && gaps.allSatisfy { !($0.from < size && size <= $0.to) }
  }
}

/// What the ledger says about a place.
public struct KnownPlace: Hashable, Sendable {
  /// Its id.
  public let id: Identifier
  /// The first `copying` of each stretch of one generation, in order: it may have had the keys of those.
  package internal(set) var copyings: [Entered<Copying>] = []
  /// Every snapshot that counts, in order.
  public internal(set) var snapshots: [Entered<Snapshot>] = []
  /// Verifications, in order, of each identity at least the newest thousand: their ranges are the boxes that they found
  /// sound, which of the others is in `claims`.
  package internal(set) var verifications: [Entered<Verification>] = []
  /// Boxes that were found damaged or missing there.
  package internal(set) var claims = Claims()
  /// What the newest custodian's or operator's reading found there of the keyring.
  package internal(set) var keysSeen: KeysSeen?
  /// The entry by which it was forgotten; nil where it wasn't, or was copied to again since.
  public internal(set) var forgotten: UInt64?

  /// Whether it ever was the home place.
  package internal(set) var wasHome = false

  init(_ id: Identifier) { self.id = id }

  /// The newest snapshot that a verification saw there. One that only the vault's ledger names may have broken off
  /// before the place got its ledger, and then nothing can be restored from it.
  package var newestArrived: Entered<Snapshot>? {
    let seen = verifications.map(\.content.size).max() ?? 0
    return snapshots.last { $0.number < seen }
  }
}

/// That somebody who may say so read a place, and found keys no older than a generation.
package struct KeysSeen: Hashable, Sendable {
  /// The entry that says so.
  package let entry: UInt64
  /// The oldest generation whose file was there.
  package let oldest: UInt64
}

/// That an object was removed.
public struct Removal: Hashable, Sendable {
  /// The first entry that names it.
  public let entry: UInt64
  /// The settled time of that entry. From then on the hold-back runs.
  public let since: UInt64
}
