public import Rules
internal import Ledger
internal import Storage
public import Sealing

/// The ledger of a place, read and folded, and the one way to add to it.
///
/// A commit is created only if nothing is at its place. Who loses that race folds what came between, asks
/// again whether its entries still hold, signs anew and tries the next place.
public final class OpenLedger {
  /// Where the ledger lies.
  public let files: LedgerFiles
  /// What it says, as far as it was read.
  public private(set) var state: LedgerState
  /// Where its commits end.
  package private(set) var ends: CommitEnds
  /// SHA-256 of the last commit's bytes.
  private var last: Digest
  /// The size of the remembered fold that it goes on from; nil where all was folded.
  package let foldedBefore: UInt64?
  /// Where a destination stands (Format, 5): nothing behind it is used.
  private var end: UInt64?
  /// How far the place's ledger goes on, whether it is used or not, and with which root.
  package private(set) var whole: (size: UInt64, root: Digest)
  /// Why what lies behind where a destination stands is no commit; nil where it is one, or nothing lies there.
  package private(set) var unusedTail: VaultError?

  /// What is out of order with commits that were added here: each counts, and stands in one copy only.
  package private(set) var shortfalls: [Finding] = []

  /// Bytes of the commits that were folded here.
  private var bytesFolded = 0
  /// From so many on, memory is given back that folding them took.
  private static let muchFolded = 32 << 20

  /// How often commits of others came first here.
  private(set) var lostRaces = 0

  /// How often a writer may lose before it gives up (exit 11).
  package static let tries = 32
  /// How many commits of others it reads meanwhile: who enters faster than they are read can't be waited for.
  private static let readWhileWriting = 50_000

  private init(files: LedgerFiles, founding state: LedgerState, last: Digest) {
    self.files = files
    self.state = state
    ends = CommitEnds(sizes: [state.size], roots: [state.root])
    self.last = last
    foldedBefore = nil
    whole = (state.size, state.root)
  }

  private init(files: LedgerFiles, from fold: RememberedFold) {
    self.files = files
    state = fold.state
    ends = CommitEnds(sizes: fold.ends, roots: fold.roots)
    last = fold.last
    foldedBefore = fold.state.size
    whole = (state.size, state.root)
  }

  /// Reads and verifies a ledger, from its founding entry on or from where it was folded before.
  /// - Parameters:
  ///   - expected: the vault id from elsewhere, where one is known.
  ///   - place: the place that it lies in; a destination's ledger is read as far as it stands. Nil reads it whole.
  ///   - fold: what is remembered of it; used only where the ledger goes on from there.
  ///   - end: the size through which it is read; nil for as far as it goes.
  ///   - listed: for a writer, who mends what is missing: which commits are there.
  package static func load(
    _ files: LedgerFiles, expecting expected: Identifier?, standingAs place: Identifier? = nil,
    remembering fold: RememberedFold? = nil, listed: LedgerNames? = nil, through end: UInt64? = nil
  ) async throws -> OpenLedger {
    let usable = await isPrefix(fold, of: files, listed: listed) ? fold : nil
    let ledger = try await begin(files, expecting: expected, from: usable)
    ledger.end = end
    do {
      try await ledger.catchUp()
    } catch let error as VaultError where error.code == .refused || error.code == .damaged {
      // Whatever lies behind a destination's newest snapshot, nothing of it is used.
      guard let place, ledger.stand(of: place) != nil else { throw error }
      ledger.whole = (ledger.state.size, ledger.state.root)
      ledger.unusedTail = error
    }
    guard let place, let stand = ledger.stand(of: place) else { return ledger }
    guard stand < ledger.state.size else {
      if ledger.unusedTail != nil { ledger.end = stand }
      return ledger
    }
    // What broke off is folded to find the stand, and then left out.
    let standing = try await begin(
      files, expecting: expected, from: usable.flatMap { $0.state.size <= stand ? $0 : nil })
    standing.end = stand
    try await standing.catchUp()
    standing.whole = (ledger.state.size, ledger.state.root)
    standing.unusedTail = ledger.unusedTail
    return standing
  }

  /// Reads a ledger; where the first copies lead elsewhere than what this machine remembers of it, with the second ones,
  /// if these lead there: whoever signed two commits for one place, or keeps an old one, can't turn the first copy of a
  /// ledger into another.
  package static func load(
    _ files: LedgerFiles, expecting expected: Identifier?, standingAs place: Identifier?,
    remembering fold: RememberedFold?, listed: LedgerNames?, seen memory: KnownPlaces.Memory?
  ) async throws -> OpenLedger {
    let first: Result<OpenLedger, any Error>
    do {
      first = .success(
        try await load(files, expecting: expected, standingAs: place, remembering: fold, listed: listed))
    } catch {
      first = .failure(error)
    }
    guard let memory, first.contradicts(memory, at: place) else { return try first.get() }
    let second = try? await load(
      files.takingSecond, expecting: expected, standingAs: place, listed: listed)
    guard let second, second.root(at: memory.size) == memory.root else { return try first.get() }
    for number in second.numbers { try await second.files.mendFirst(at: number) }
    return second
  }

  /// The size at which a destination stands: behind its newest snapshot, and the `verified` that follows at once.
  private func stand(of place: Identifier) -> UInt64? {
    guard place != state.home, let snapshot = state.newestSnapshot(of: place) else { return nil }
    guard let end = ends.end(behind: snapshot.number) else { return nil }
    let isVerified = state.places[place]?.verifications.contains { $0.number == end } == true
    return isVerified && ends.root(at: end + 1) != nil ? end + 1 : end
  }

  /// Who signed commits behind where a destination stands, as far as they go on from there and aren't those of another
  /// ledger.
  package func tailSigners(besides other: OpenLedger) async -> Set<Identifier> {
    var signers: Set<Identifier> = []
    var state = state
    while let bytes = (try? await files.commit(at: state.size)).flatMap(\.self),
      let commit = try? Commit(parsing: bytes, number: state.size, vault: state.vault, before: state.tree),
      (try? state.apply(commit)) != nil
    {
      if other.root(at: state.size) != state.root { signers.insert(commit.by) }
    }
    return signers
  }

  /// The numbers of the commits.
  package var numbers: [UInt64] { [0] + ends.sizes.dropLast() }

  /// What is to be remembered of it.
  package var fold: RememberedFold {
    RememberedFold(state: state, ends: ends.sizes, roots: ends.roots, last: last)
  }

  /// Whether a ledger still holds what was folded before: its last commit, which names the root over all of them, is
  /// the one that was folded. Where it isn't, or a copy is missing, all is folded anew, which tells and mends.
  private static func isPrefix(_ fold: RememberedFold?, of files: LedgerFiles, listed: LedgerNames?) async
    -> Bool
  {
    guard let fold else { return false }
    if let listed, !listed.holdsTwice([0] + fold.ends.dropLast()) { return false }
    guard let bytes = try? await files.commit(at: fold.lastNumber) else { return false }
    return Digest.sha256(of: bytes) == fold.last
  }

  private static func begin(
    _ files: LedgerFiles, expecting expected: Identifier?, from fold: RememberedFold?
  ) async throws -> OpenLedger {
    let ledger = if let fold { OpenLedger(files: files, from: fold) } else { try await found(files) }
    if let expected, expected != ledger.state.vault {
      throw VaultError(
        .unknownVault, "this is vault \(ledger.state.vault.hex), expected was \(expected.hex)",
        safe: "nothing was written",
        hint: "somebody may have put another vault in its place; compare with the vault card")
    }
    return ledger
  }

  private static func found(_ files: LedgerFiles) async throws -> OpenLedger {
    let founded = try await Self.reading(0) {
      try await files.commit(at: 0) { bytes in
        try refusing { () throws(StateError) in
          (state: try LedgerState(founding: bytes, vault: nil), last: Digest.sha256(of: bytes))
        }
      }
    }
    guard let founded else {
      throw VaultError(
        .damaged, "the ledger's first commit, \(Layout.commit(0)), is missing in both copies",
        hint: .restoreFromDestination)
    }
    return OpenLedger(files: files, founding: founded.state, last: founded.last)
  }

  /// Folds what was committed since.
  /// - Parameter limit: after so many commits it stops, whether or not there are more.
  package func catchUp(atMost limit: Int = .max) async throws {
    let start = ends.sizes.count
    func foldsNext() async throws -> Bool {
      ends.sizes.count - start < limit && isOpen(at: state.size) ? try await foldNext() : false
    }
    // Behind a network it is asked first whether there is anything.
    var isMore = files.isRemote ? try await foldsNext() : true
    while isMore {
      await foldAhead(upTo: limit == .max ? .max : start + limit)
      isMore = try await foldsNext()
    }
    if end == nil || whole.size < state.size { whole = (state.size, state.root) }
    if bytesFolded > Self.muchFolded {
      bytesFolded = 0
      BlockingPool.returnMemory()
    }
  }

  /// Whether it should be remembered as it was folded.
  func isWorthFolding(on machine: Machine) -> Bool {
    machine.isWorthFolding(state.size, since: foldedBefore, isRemote: files.isRemote)
  }

  /// Whether a commit at a place would be used.
  private func isOpen(at number: UInt64) -> Bool { end.map { number < $0 } ?? true }

  /// Folds what lies there undamaged, reading and checking some commits ahead on other cores. Where it stops, and why,
  /// is for `foldNext` to say: it looks at both copies, and mends.
  private func foldAhead(upTo limit: Int) async {
    let fetcher = files.isRemote ? try? await CommitFetcher(files, from: state.size) : nil
    await withTaskGroup(of: (batch: Int, commits: [CommitAhead?]).self) { group in
      var (next, begun, size) = (state.size, 0, 8)
      var bytes: [Int: Int] = [:]
      var checked: [Int: [CommitAhead?]] = [:]
      for batch in 0... {
        while begun < batch + Self.batchesAhead,
          begun == batch || bytes.values.reduce(0, +) < Self.bytesAhead
        {
          let commits = await readAhead(from: &next, atMost: size, fetcher)
          guard !commits.isEmpty else { break }
          bytes[begun] = commits.reduce(0) { $0 + $1.bytes.count }
          let (number, known) = (begun, state.identities)
          group.addTask {
            (number, commits.map { CommitAhead($0.bytes, number: $0.number) { known[$0]?.identity } })
          }
          begun += 1
          size = min(2 * size, Self.batchSize)
        }
        guard batch < begun, ends.sizes.count < limit else { return }
        while checked[batch] == nil, let done = await group.next() { checked[done.batch] = done.commits }
        for commit in checked.removeValue(forKey: batch) ?? [nil] {
          guard let commit, (try? state.apply(commit)) != nil else { return }
          went(to: commit.bytes, root: commit.root)
        }
        bytes[batch] = nil
      }
    }
  }

  private static let batchesAhead = 4
  private static let batchSize = 128
  /// No batch goes on beyond so many bytes: a commit may have 8 MiB.
  private static let batchBytes = 1 << 20
  /// None is begun while so many bytes are at work, which take some twenty times the memory.
  private static let bytesAhead = 2 << 20

  private func readAhead(
    from next: inout UInt64, atMost count: Int, _ fetcher: CommitFetcher?
  ) async -> [(number: UInt64, bytes: [UInt8])] {
    var commits: [(number: UInt64, bytes: [UInt8])] = []
    var size = 0
    while commits.count < count, size < Self.batchBytes, isOpen(at: next),
      let bytes = await firstCopy(at: next, fetcher), let entries = CommitAhead.entries(in: bytes),
      entries > 0
    {
      commits.append((next, bytes))
      let (end, overflows) = next.addingReportingOverflow(entries)
      guard !overflows else { break }
      next = end
      size += bytes.count
    }
    return commits
  }

  private func firstCopy(at number: UInt64, _ fetcher: CommitFetcher?) async -> [UInt8]? {
    if let fetcher { await fetcher.firstCopy(at: number) } else { await files.firstCopy(at: number) }
  }

  private func foldNext() async throws -> Bool {
    let next = state.size
    let folded: Void? = try await Self.reading(next) {
      try await files.commit(at: next) { bytes in
        try Self.refusing { () throws(StateError) in _ = try state.apply(bytes) }
        went(to: bytes)
      }
    }
    return folded != nil
  }

  /// Notes that a commit was folded.
  private func went(to commit: [UInt8], root: Digest? = nil) {
    ends.append(state.size, root: root ?? state.root)
    last = Digest.sha256(of: commit)
    bytesFolded += commit.count
  }

  /// What can't even be read as a commit stops a reader like any other object that is none.
  private static func reading<R>(_ number: UInt64, _ body: () async throws -> R) async throws -> R {
    do {
      return try await body()
    } catch let error as StorageError where [.tooLarge, .notAFile, .linked].contains(error.code) {
      throw VaultError(
        .refused, "\(Layout.commit(number)) is no commit: \(error.reason)", safe: "nothing of it was used",
        hint: .advice(StateError.moveAway))
    }
  }

  /// The root that the ledger had at a size, nil where no commit ends there.
  public func root(at size: UInt64) -> Digest? { ends.root(at: size) }

  /// Adds entries in one commit.
  /// - Parameter build: gives the entries for the state as it then is; called again after each lost race; none
  ///   means that there is nothing to do.
  /// - Returns: the entries' numbers.
  /// - Throws: `VaultError` `.refused` where an entry would not count, `.clock`, `.busy` after 32 lost races, or where
  ///   others enter faster than can be read.
  @discardableResult
  func commit(
    as identity: Identity, clock: () -> UInt64, journal: Journal?, _ build: (LedgerState) throws -> [Draft]
  ) async throws -> Range<UInt64> {
    guard end == nil || whole.size == state.size && unusedTail == nil else {
      throw VaultError(
        .refused, "behind entry \(state.size) lie entries of a snapshot that broke off",
        safe: "nothing was written",
        hint: .restoreElsewhere)
    }
    let before = (size: state.size, activity: state.activity, commits: ends.sizes.count)
    for _ in 0..<Self.tries {
      let left = Self.readWhileWriting - (ends.sizes.count - before.commits)
      guard left > 0 else { break }
      try await catchUp(atMost: left)
      let drafts = try build(state)
      guard !drafts.isEmpty else { return state.size..<state.size }
      let commit = try sign(drafts, as: identity, clock: clock, journal: journal)
      let number = state.size
      let outcome = try await files.append(commit.bytes, at: number)
      if outcome.isIn {
        if let finding = outcome.finding(at: number) { shortfalls.append(finding) }
        try Self.refusing { () throws(StateError) in _ = try state.apply(commit) }
        went(to: commit.bytes)
        whole = (state.size, state.root)
        return number..<state.size
      }
      lostRaces += 1
    }
    throw busy(since: before.size, before.activity)
  }

  /// Nobody gets to write: who enters most is named.
  private func busy(since size: UInt64, _ activity: [Identifier: Activity]) -> VaultError {
    let counts = state.activity.map { id, now in (id: id, count: now.entries - (activity[id]?.entries ?? 0)) }
    let most = counts.max { ($0.count, $1.id) < ($1.count, $0.id) }
    let who = most.map { ", \($0.count) of them by \($0.id.hex)" } ?? ""
    return VaultError(
      .busy, "other writers were faster: they made \(state.size - size) entries meanwhile\(who)",
      safe: "what was committed before stays",
      hint:
        "try again when fewer write; if somebody enters in a loop, take their access to the store away, then revoke them"
    )
  }

  private func sign(
    _ drafts: [Draft], as identity: Identity, clock: () -> UInt64, journal: Journal?
  ) throws -> Commit {
    let now = clock()
    var entries: [Entry] = []
    for draft in drafts {
      if let doubt = state.time.refusesWriting(draft.event, clock: now, policy: state.policy) {
        throw VaultError(.clock, "\(doubt)", safe: "nothing was written", hint: .settleClock)
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
    do { return try body() } catch { throw told(error) }
  }

  private static func told(_ error: StateError) -> VaultError {
    VaultError(
      .refused, "\(error.object.map { "\($0): " } ?? "")\(error.what)", safe: "nothing of it was used",
      hint: error.hint.map(Hint.advice))
  }
}

extension Result<OpenLedger, any Error> {
  /// Whether this isn't the ledger that a machine saw; a copy may be behind, the vault itself not.
  fileprivate func contradicts(_ memory: KnownPlaces.Memory, at place: Identifier?) -> Bool {
    guard case .success(let ledger) = self else { return true }
    if ledger.whole.size < memory.size { return ledger.state.home == place }
    return ledger.whole.size == ledger.state.size && ledger.root(at: memory.size) != memory.root
  }
}
