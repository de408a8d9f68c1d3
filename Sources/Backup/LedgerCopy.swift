internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// Copies a ledger commit by commit, in order. Each is folded before it is put, so that what a store hands out
/// otherwise than before never gets further.
struct LedgerCopy {
  let source: LedgerFiles
  let target: LedgerFiles
  /// Whether what lies in the way is put aside: behind where a destination stands nothing is used.
  let putsAside: Bool
  /// The target's ledger as far as it was copied; nil before the first commit.
  private(set) var state: LedgerState?
  /// Commits that could be written in one copy only.
  private(set) var findings: [Finding] = []
  /// How many objects were put aside.
  private(set) var asides = 0
  /// What they were called.
  private(set) var cleared: [ObjectName] = []

  init(from source: LedgerFiles, to target: LedgerFiles, after state: LedgerState?, putsAside: Bool = false) {
    self.putsAside = putsAside
    self.source = source
    self.target = target
    self.state = state
  }

  /// A commit on its way.
  private struct Folded: Sendable {
    let number: UInt64
    let bytes: [UInt8]
  }

  /// So many are put side by side behind a network. Where that is cut off, commits may be lacking among the last ones: the
  /// next copy goes on from the first that does.
  private static let putsAtOnce = 16
  private static let bytesAtOnce = 8 << 20

  /// Copies the commits up to a size, at which one must end.
  mutating func copy(through end: UInt64, report: (CopyProgress) -> Void) async throws {
    let start = state?.size ?? 0
    let fetcher = source.isRemote && start < end ? try await CommitFetcher(source, from: start) : nil
    while (state?.size ?? 0) < end {
      var commits: [Folded] = []
      var bytes = 0
      repeat {
        try Task.checkCancellation()
        let number = state?.size ?? 0
        let commit = try await next(number, fetcher)
        commits.append(Folded(number: number, bytes: commit))
        bytes += commit.count
      } while target.isRemote && commits.count < Self.putsAtOnce && bytes < Self.bytesAtOnce
        && (state?.size ?? 0) < end
      try await put(commits)
      report(CopyProgress(stage: "copying the ledger", bytes: 0, total: 0, items: state?.size ?? 0))
    }
    guard state?.size == end else {
      throw VaultError(.failed, "no commit of the ledger ends at \(end)")
    }
  }

  private mutating func put(_ commits: [Folded]) async throws {
    let target = target
    let outcomes = try await withThrowingTaskGroup(of: (UInt64, LedgerFiles.Outcome).self) { group in
      for commit in commits {
        group.addTask { (commit.number, try await target.append(commit.bytes, at: commit.number)) }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    var isCleared = false
    for commit in commits {
      guard var outcome = outcomes[commit.number] else { continue }
      if !outcome.isIn, putsAside, !isCleared { isCleared = try await clear(from: commit.number) }
      // What came behind it went aside with the rest.
      if isCleared { outcome = try await target.append(commit.bytes, at: commit.number) }
      guard outcome.isIn else {
        throw VaultError(
          .refused,
          "\(Layout.commit(commit.number)) at \(target.store.location) is another commit than the vault's",
          safe: "nothing there was changed",
          hint: "use a fresh destination; keep this one until the reason is known")
      }
      if let finding = outcome.finding(at: commit.number) { findings.append(finding) }
    }
  }

  /// Puts all of the target's ledger aside from a number on; false where nothing is there.
  private mutating func clear(from number: UInt64) async throws -> Bool {
    guard let twice = target.store as? MirroredStore else { return false }
    let names = try await twice.namesOfCopies(Layout.ledger)
    let before = asides
    // From behind: what is left where this is cut off is still no commit.
    for name in Set(names.first + names.second).sorted(by: { $0.text > $1.text }) {
      guard let other = Layout.commitNumber(of: name), other >= number else { continue }
      asides += try await twice.putAside(name)
      cleared.append(name)
    }
    return asides > before
  }

  /// The next commit, from the copy that verifies.
  private mutating func next(_ number: UInt64, _ fetcher: CommitFetcher?) async throws -> [UInt8] {
    if let bytes = await fetcher?.firstCopy(at: number), state.fold(bytes) { return bytes }
    let found = try await source.commit(at: number) { bytes in
      guard state.fold(bytes) else {
        throw VaultError(
          .damaged, "\(Layout.commit(number)) is damaged in both copies", safe: "what was copied stays")
      }
      return bytes
    }
    guard let found else {
      throw VaultError(
        .damaged, "\(Layout.commit(number)) is missing in both copies", safe: "what was copied stays")
    }
    return found
  }
}

extension LedgerState? {
  /// Folds the next commit, the founding one where there is none yet; false, and as it was, for what isn't that commit.
  mutating func fold(_ bytes: [UInt8]) -> Bool {
    do throws(StateError) {
      if self == nil { self = try LedgerState(founding: bytes) } else { try self?.apply(bytes) }
      return true
    } catch {
      return false
    }
  }
}
