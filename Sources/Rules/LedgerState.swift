public import Ledger
public import Sealing

/// What the ledger says, folded from public parts alone: everybody who folds it has the same state.
///
/// It is a value. `apply` checks a commit wholly before it changes anything, so a state is always that after some
/// commit.
public struct LedgerState: Equatable, Sendable {
  /// The vault.
  public let vault: Identifier
  /// The ledger's tree.
  package private(set) var tree: MerkleTree
  /// Every identity that was ever active, by its id.
  public internal(set) var identities: [Identifier: KnownIdentity]
  /// The policy in force.
  public internal(set) var policy: Policy
  /// The entry that stated it.
  package internal(set) var policyEntry: UInt64
  /// For how long it and those before it kept records, in order.
  var statedYears: [StatedYears] = []
  /// Every generation, in order; the last one is present.
  public internal(set) var generations: [KnownGeneration] = []
  /// Pages not yet taken over.
  public internal(set) var pendingKeys = PendingKeys()
  /// Every box added, by ordinal.
  public internal(set) var boxes = KnownBoxes()
  /// Every place that an entry names, by its id.
  public internal(set) var places: [Identifier: KnownPlace] = [:]
  /// The home place.
  public internal(set) var home: Identifier
  /// Every recovery, in order.
  package internal(set) var recoveries: [Entered<Recovery>] = []
  /// Every request, by the number of its entry.
  public internal(set) var requests: [UInt64: KnownRequest] = [:]
  /// The numbers of those that are open.
  package internal(set) var openRequests: Set<UInt64> = []
  /// Every hold, by the number of its entry.
  public internal(set) var holds: [UInt64: KnownHold] = [:]
  /// Every erasure that had its effect, by the number of its entry.
  public internal(set) var erasures: [UInt64: KnownErasure] = [:]
  /// Every move of boxes, by the number of its entry.
  public internal(set) var moves: [UInt64: KnownMove] = [:]
  /// Entries up to the last one that moved boxes or took that back, with it.
  package internal(set) var moved: UInt64 = 0
  /// The same, of comparisons of moves too.
  package internal(set) var movesKnown: UInt64 = 0
  /// Findings that are open, by the number of their entry.
  public internal(set) var findings: [UInt64: KnownFinding] = [:]
  /// Drills, in order; of each identity at least the newest thousand.
  public internal(set) var drills: [Entered<DrillOutcome>] = []
  /// What was removed.
  public internal(set) var removed: [RemovedObject: Removal] = [:]
  /// What entries say about time.
  public internal(set) var time: VaultTime
  /// How far it holds more than bookkeeping.
  public internal(set) var substance = Substance()
  /// How much each identity entered.
  public internal(set) var activity: [Identifier: Activity] = [:]
  /// How many entries have no effect.
  public internal(set) var notCountedCount: UInt64 = 0
  /// At least the newest thousand of them, in order.
  public internal(set) var notCounted: [NotCounted] = []

  var ordinals = BoxOrdinals()
  /// Entries `erased` of the commit at hand whose `keyring` may still come; none between commits.
  var erasing: [ErasingEntry] = []

  /// How many entries the ledger has.
  public var size: UInt64 { tree.size }
  /// The root over them.
  public var root: Digest { tree.root }

  /// A state as it was remembered, without what is filled in afterwards.
  init(
    vault: Identifier, tree: MerkleTree, policy: Policy, policyEntry: UInt64, home: Identifier,
    time: VaultTime, identities: [Identifier: KnownIdentity]
  ) {
    self.vault = vault
    self.tree = tree
    self.policy = policy
    self.policyEntry = policyEntry
    self.home = home
    self.time = time
    self.identities = identities
  }

  /// The state after a ledger's first commit, which is verified.
  public init(founding commit: Commit) throws(StateError) {
    let name = Commit.name(commit.number)
    guard commit.number == 0 else {
      throw StateError(.wrongVault, "isn't the first commit of a ledger", object: name)
    }
    let events = try Self.events(of: commit)
    guard case .founded(let founding)? = events.first, let founder = founding.custodians.first else {
      throw StateError(.wrongVault, "doesn't found a vault", object: name, hint: StateError.moveAway)
    }
    try Self.verify(commit, by: founder.identity)
    vault = commit.vault
    tree = commit.tree
    policy = founding.policy
    policyEntry = 0
    statedYears = [StatedYears(founding.policy, entry: 0)]
    home = founding.home
    time = VaultTime(founded: commit.entries[0].time, by: commit.by)
    identities = [:]
    for custodian in founding.custodians {
      identities[custodian.identity.id] = KnownIdentity(
        identity: custodian.identity, kind: custodian.kind, roles: [.custodian], granted: 0,
        since: 0)
    }
    places[home] = KnownPlace(home)
    places[home]?.wasHome = true
    fold(commit, events: events, skipping: 1)
  }

  /// Folds the next commit: it must follow this state, and be signed by an identity that is active in it. Returns its
  /// entries that don't count. If it throws, nothing has changed.
  @discardableResult
  public mutating func apply(_ commit: Commit) throws(StateError) -> [NotCounted] {
    let name = Commit.name(commit.number)
    guard commit.vault == vault else {
      throw StateError(.wrongVault, "belongs to vault \(commit.vault)", object: name)
    }
    guard commit.before == tree else {
      throw StateError(.notNext, "doesn't follow the ledger at size \(size)", object: name)
    }
    guard let signer = identities[commit.by] else {
      throw StateError(
        .notActive, "is by \(commit.by), which was never granted", object: name, hint: StateError.moveAway)
    }
    guard signer.isActive else {
      throw StateError(
        .notActive, "is by \(commit.by), which was revoked", object: name, hint: StateError.moveAway)
    }
    try Self.verify(commit, by: signer.identity)
    let events = try Self.events(of: commit)
    let refused = fold(commit, events: events, skipping: 0)
    tree = commit.tree
    return refused
  }

  /// Parses the object `ledger/<size>` as the next commit, and folds it.
  @discardableResult
  public mutating func apply(_ bytes: [UInt8]) throws(StateError) -> [NotCounted] {
    try apply(Self.commit(bytes, number: size, vault: vault, before: tree))
  }

  /// Folds the next commit, which was taken apart ahead of time. It is refused for the same reasons.
  @discardableResult
  package mutating func apply(_ ahead: CommitAhead) throws(StateError) -> [NotCounted] {
    try apply(Self.commit(size) { () throws(LedgerError) in try Commit(ahead, vault: vault, before: tree) })
  }

  /// Parses the object `ledger/0` and founds a state on it. `vault` is the id known from elsewhere, if it is.
  public init(founding bytes: [UInt8], vault: Identifier? = nil) throws(StateError) {
    try self.init(founding: Self.commit(bytes, number: 0, vault: vault, before: MerkleTree()))
  }

  private static func commit(
    _ bytes: [UInt8], number: UInt64, vault: Identifier?, before: MerkleTree
  ) throws(StateError) -> Commit {
    try commit(number) { () throws(LedgerError) in
      try Commit(parsing: bytes, number: number, vault: vault, before: before)
    }
  }

  private static func commit(
    _ number: UInt64, _ body: () throws(LedgerError) -> Commit
  ) throws(StateError) -> Commit {
    do {
      return try body()
    } catch {
      throw StateError(
        .noCommit, "is no commit: \(error.what)", object: Commit.name(number), hint: StateError.moveAway,
        cause: error)
    }
  }

  private static func verify(_ commit: Commit, by signer: PublicIdentity) throws(StateError) {
    do {
      try commit.verify(signer: signer)
    } catch {
      throw StateError(
        .wrongSignature, error.what, object: Commit.name(commit.number), hint: StateError.moveAway,
        cause: error)
    }
  }

  private static func events(of commit: Commit) throws(StateError) -> [Event] {
    var events: [Event] = []
    for (offset, entry) in commit.entries.enumerated() {
      do {
        events.append(try Event(entry))
      } catch {
        throw error.at(entry: commit.number + UInt64(offset), commit: commit.number)
      }
    }
    return events
  }

  @discardableResult
  private mutating func fold(_ commit: Commit, events: [Event], skipping: Int) -> [NotCounted] {
    let start = CommitStart(tree: commit.before)
    var refused: [NotCounted] = []
    for (offset, event) in events.enumerated().dropFirst(skipping) {
      refused += take(
        event, commit.entries[offset], number: commit.number + UInt64(offset), start: start)
    }
    refused += dismissErasing()
    activity[commit.by, default: Activity()].note(commit.entries.count, time: commit.entries[0].time)
    notCountedCount += UInt64(refused.count)
    notCounted += refused
    if notCounted.count >= 2000 { notCounted.removeFirst(notCounted.count - 1000) }
    return refused
  }
}

/// The ledger before a commit, which `recovered` must name.
struct CommitStart {
  let tree: MerkleTree

  var size: UInt64 { tree.size }
  // Only one kind of entry asks for it.
  var root: Digest { tree.root }
}
