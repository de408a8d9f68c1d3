internal import Ledger
internal import Storage
public import Sealing

/// The ledger of a place, read and folded, and the one way to add to it.
///
/// A commit is created only if nothing is at its place. Who loses that race folds what came between, asks
/// again whether its entries still hold, signs anew and tries the next place.
public final class Chain {
  /// Where the ledger lies.
  public let log: Log
  /// What it says, as far as it was read.
  public private(set) var state: State
  /// The root after each of the last commits read, by size: what `recovered` and memory are compared with.
  private var roots: [UInt64: Digest]

  /// How often a writer may lose before it gives up (exit 11).
  public static let tries = 32

  /// An entry in the making.
  public struct Draft: Sendable {
    /// What it enters.
    public let event: Event
    /// What only custodians and auditors shall read.
    public let sealed: JSONObject?
    /// The request that it carries out.
    public let request: UInt64?

    /// A draft of an entry.
    public init(_ event: Event, sealed: JSONObject? = nil, request: UInt64? = nil) {
      self.event = event
      self.sealed = sealed
      self.request = request
    }
  }

  /// Whom sealed parts are sealed to.
  public struct Journal: Sendable {
    /// The journal's newest epoch.
    public let epoch: UInt64
    /// Its public key.
    public let xWing: [UInt8]

    /// A journal's epoch.
    public init(epoch: UInt64, xWing: [UInt8]) {
      self.epoch = epoch
      self.xWing = xWing
    }
  }

  private init(log: Log, state: State) {
    self.log = log
    self.state = state
    roots = [state.size: state.root]
  }

  /// Reads and verifies a ledger from its founding entry on.
  /// - Parameter expected: the vault id from elsewhere, where one is known.
  public static func load(_ log: Log, expecting expected: Identifier?) async throws -> Chain {
    let founded = try await Self.reading(0) {
      try await log.commit(at: 0) { bytes in
        try refusing { () throws(StateError) in try State(founding: bytes, vault: nil) }
      }
    }
    guard let state = founded else {
      throw VaultError(
        .damaged, "the ledger's first commit, \(Layout.commit(0)), is missing in both copies",
        hint: "restore from a destination: strongroom restore DESTINATION NEWVAULT")
    }
    if let expected, expected != state.vault {
      throw VaultError(
        .unknownVault, "this is vault \(state.vault.hex), expected was \(expected.hex)",
        hint: "somebody may have put another vault in its place; compare with the vault card")
    }
    let chain = Chain(log: log, state: state)
    try await chain.catchUp()
    return chain
  }

  /// Folds what was committed since.
  public func catchUp() async throws {
    while try await foldNext() { roots[state.size] = state.root }
  }

  private func foldNext() async throws -> Bool {
    let next = state.size
    let folded: Void? = try await Self.reading(next) {
      try await log.commit(at: next) { bytes in
        try Self.refusing { () throws(StateError) in _ = try state.apply(bytes) }
      }
    }
    return folded != nil
  }

  /// What can't even be read as a commit stops a reader like any other object that is none.
  private static func reading<R>(_ number: UInt64, _ body: () async throws -> R) async throws -> R {
    do {
      return try await body()
    } catch let error as StorageError where [.tooLarge, .notAFile, .linked].contains(error.code) {
      throw VaultError(
        .refused, "\(Layout.commit(number)) is no commit: \(error.reason)", safe: "nothing of it was used",
        hint: StateError.moveAway)
    }
  }

  /// The root that the ledger had at a size, nil where no commit ends there.
  public func root(at size: UInt64) -> Digest? { roots[size] }

  /// Adds entries in one commit.
  /// - Parameter build: gives the entries for the state as it then is; called again after each lost race; none
  ///   means that there is nothing to do.
  /// - Returns: the entries' numbers.
  /// - Throws: `VaultError` `.refused` where an entry would not count, `.clock`, `.busy` after 32 lost races.
  @discardableResult
  public func commit(
    as identity: Identity, clock: () -> UInt64, journal: Journal?, _ build: (State) throws -> [Draft]
  ) async throws -> Range<UInt64> {
    for _ in 0..<Self.tries {
      try await catchUp()
      let drafts = try build(state)
      guard !drafts.isEmpty else { return state.size..<state.size }
      let commit = try sign(drafts, as: identity, clock: clock, journal: journal)
      if try await log.append(commit.bytes, at: state.size) == .won {
        let before = state.size
        try Self.refusing { () throws(StateError) in _ = try state.apply(commit) }
        roots[state.size] = state.root
        return before..<state.size
      }
    }
    throw VaultError(
      .busy, "other writers were faster \(Self.tries) times", safe: "what was committed before stays",
      hint: "try again when fewer write to this vault")
  }

  private func sign(
    _ drafts: [Draft], as identity: Identity, clock: () -> UInt64, journal: Journal?
  ) throws -> Commit {
    let now = clock()
    var entries: [Entry] = []
    for draft in drafts {
      if let doubt = state.time.refusesWriting(draft.event, clock: now, policy: state.policy) {
        throw VaultError(.clock, "\(doubt)", safe: "nothing was written")
      }
      var entry = try draft.event.entry(by: identity.publicIdentity.id, time: now, request: draft.request)
      if let part = draft.sealed, let journal {
        entry = try entry.sealing(part, epoch: journal.epoch, xWing: journal.xWing, vault: state.vault)
      }
      entries.append(entry)
    }
    if let refused = try state.judge(entries).first {
      throw VaultError(.refused, "not entered: \(refused.reason)", safe: "nothing was written")
    }
    return try Commit.build(entries, before: state.tree, vault: state.vault, identity: identity)
  }

  private static func refusing<R>(_ body: () throws(StateError) -> R) throws(VaultError) -> R {
    do {
      return try body()
    } catch {
      throw VaultError(
        .refused, "\(error.object.map { "\($0): " } ?? "")\(error.what)", safe: "nothing of it was used",
        hint: error.hint)
    }
  }
}
