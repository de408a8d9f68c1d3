internal import Keyring
internal import Sealing
internal import Storage
internal import Vault

/// Erases at a destination what its newest snapshot doesn't need and whose hold-back is over: superseded generations
/// with their pages, removed objects, and old files of the keyring that nothing names, since they may hold keys.
///
/// Not only the times that the ledger states count, but also when the destination first got the entry: who holds a
/// stolen custodian's key could state any time.
struct SnapshotErasing {
  private let target: Target
  private let state: State
  private let present: Generation?
  private let now: UInt64
  private let ignoresLimit: Bool
  private let keyring: [ObjectInfo]
  private let boxes: [ObjectInfo]
  private let arrivals: [(number: UInt64, at: UInt64)]

  init(at target: Target, state: State, now: UInt64, ignoresLimit: Bool) async throws {
    self.target = target
    self.state = state
    if let known = state.generation {
      present = try? await KeyringFiles(target.store).generation(known, vault: state.vault)
    } else {
      present = nil
    }
    self.now = now
    self.ignoresLimit = ignoresLimit
    keyring = try await target.store.list(Layout.keyring)
    boxes = try await target.store.list(Layout.boxes)
    arrivals = try await target.store.list(Layout.ledger).compactMap { row in
      Layout.commitNumber(of: row.name).map { ($0, UInt64(max(0, row.modified))) }
    }.sorted { $0.0 < $1.0 }
  }

  /// Erases, unless more would fall than the policy allows unasked.
  func run() async throws -> (erased: UInt64, findings: [Finding]) {
    // Without the present generation nobody can tell what it needs.
    guard let present else { return (0, []) }
    let fall = try await falling(but: present)
    guard !fall.isEmpty else { return (0, []) }
    let total = (keyring + boxes).reduce(0) { $0 + $1.size }
    let falling = fall.reduce(0) { $0 + $1.size }
    let percent = Double(falling) / Double(max(1, total)) * 100
    guard ignoresLimit || percent <= Double(state.policy.limit) else {
      let what =
        "\(fall.count) objects whose hold-back is over are \(Int(percent)) % of the bytes here, more than the policy's "
        + "\(state.policy.limit) %; nothing was erased until told with --erase-beyond-limit"
      return (0, [Finding(.unfinished, Layout.keyring, what)])
    }
    var erased: UInt64 = 0
    var findings: [Finding] = []
    for object in fall {
      if try await target.store.erase(object.name) {
        erased += 1
      } else {
        findings.append(
          Finding(.unfinished, object.name.text, "can't be erased here yet: the store holds it back"))
      }
    }
    return (erased, findings)
  }

  /// What may go, pages before the generations that name them, so that what broke off can be gone on with.
  private func falling(but present: Generation) async throws -> [ObjectInfo] {
    let there = Dictionary(
      keyring.compactMap { row in Layout.digest(of: row.name).map { ($0, row) } },
      uniquingKeysWith: { one, _ in one })
    var kept = Set([present.digest] + present.pages.map(\.digest) + state.pendingPages.map(\.page.hash))
    let erasable = Set(
      state.erasableGenerations(at: now).filter { isOverHere(since: successor(of: $0)) }.map(\.file))
    var pages: Set<Digest> = []
    var files: [Digest] = []
    for known in state.superseded where there[known.file] != nil {
      let older = try? await KeyringFiles(target.store).generation(known, vault: state.vault)
      if erasable.contains(known.file) {
        files.append(known.file)
        pages.formUnion(older?.pages.map(\.digest) ?? [])
      } else {
        kept.formUnion([known.file] + (older?.pages.map(\.digest) ?? []))
      }
    }
    for object in state.erasableObjects(at: now) where object.kind == .keyring {
      if let removal = state.removed[object], isOverHere(since: removal.entry) { pages.insert(object.hash) }
    }
    // While a hold-back runs, what nothing names may be a page that a `keys` entry named, and that was merged since.
    if state.superseded.allSatisfy({ erasable.contains($0.file) }) {
      let named = pages.union(files)
      for (digest, row) in there where !named.contains(digest) && isOld(row) { pages.insert(digest) }
    }
    let fall = (pages.sorted() + files).filter { !kept.contains($0) }.compactMap { there[$0] }
    return fall + removedBoxes()
  }

  private func removedBoxes() -> [ObjectInfo] {
    let there = Dictionary(uniqueKeysWithValues: boxes.map { ($0.name, $0) })
    return state.erasableObjects(at: now).compactMap { object in
      guard object.kind == .box, let removal = state.removed[object], isOverHere(since: removal.entry) else {
        return nil
      }
      return there[Layout.box(object.hash)]
    }
  }

  private func successor(of known: KnownGeneration) -> UInt64 {
    state.generation(known.number + 1)?.entry ?? .max
  }

  /// Whether the hold-back is over since the destination got an entry.
  private func isOverHere(since entry: UInt64) -> Bool {
    guard let commit = arrivals.last(where: { $0.number <= entry }) else { return false }
    return now >= commit.at && now - commit.at >= state.policy.holdback * 3600
  }

  /// A file that nothing names may be of a snapshot that is being taken by somebody else.
  private func isOld(_ row: ObjectInfo) -> Bool {
    let arrived = UInt64(max(0, row.modified))
    return now >= arrived && now - arrived >= max(1, state.policy.holdback) * 3600
  }
}
