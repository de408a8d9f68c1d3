internal import Keyring
internal import Sealing
internal import Storage

/// What lies in a vault's folders of boxes and keys, and since when.
struct Stock {
  let keyring: [ObjectInfo]
  let boxes: [ObjectInfo]
  /// Commits in the order of their numbers, and when the store got them.
  private let arrivals: [(number: UInt64, at: UInt64)]

  /// Lists them.
  init(of store: any ObjectStore) async throws {
    keyring = try await store.list(Layout.keyring)
    boxes = try await store.list(Layout.boxes)
    arrivals = try await store.list(Layout.ledger).compactMap { row in
      Layout.commitNumber(of: row.name).map { ($0, UInt64(max(0, row.modified))) }
    }.sorted { $0.0 < $1.0 }
  }

  var bytes: UInt64 { (keyring + boxes).reduce(0) { $0 + $1.size } }

  /// When the store got an entry: no writer of it can state that.
  func arrival(of entry: UInt64) -> UInt64? { arrivals.last { $0.number <= entry }?.at }
}

/// What of a stock nothing needs any more, as of one generation of the keyring.
///
/// Needed is what the present generation names, what no generation has taken over yet, live boxes, and what a superseded
/// generation names whose hold-back isn't over. Old enough for a stray is only a courtesy towards whoever is about to
/// name it: they would have to write it anew. That nothing is lost where they do is decided by the ledger's order.
struct Removable {
  /// One object that falls.
  struct Object {
    let object: RemovedObject
    let name: ObjectName
    let size: UInt64
  }

  /// The generation as of which it is.
  let generation: Digest
  /// Boxes, then pages, then generations: pages before what names them, so that what broke off can be gone on with.
  private(set) var falling: [Object] = []
  /// Whether a file of the keyring is among them.
  var hasKeys: Bool { falling.contains { $0.object.kind == .keyring } }
  /// Objects of superseded generations whose hold-back isn't over.
  private(set) var held: UInt64 = 0
  /// Strays that somebody may be about to name.
  private(set) var young: UInt64 = 0
  private(set) var findings: [Finding] = []

  private let state: State
  private let stock: Stock
  private let now: UInt64

  /// Strays fall when they are a day old, or as old as the hold-back is long.
  private static let day: UInt64 = 86_400
  /// Whoever reads with the generation before has at least so long to finish.
  private static let leastHoldback: UInt64 = 3600

  init(
    _ stock: Stock, state: State, present: Generation, now: UInt64,
    older: (KnownGeneration) async -> Generation?
  ) async {
    generation = present.digest
    self.stock = stock
    self.state = state
    self.now = now
    lookAtBoxes()
    await lookAtKeyring(present, older)
  }

  private mutating func lookAtBoxes() {
    for row in stock.boxes {
      guard let digest = Layout.digest(of: row.name), state.box(digest) == nil else { continue }
      take(stray: RemovedObject(hash: digest, kind: .box), row)
    }
  }

  private mutating func lookAtKeyring(_ present: Generation, _ older: (KnownGeneration) async -> Generation?)
    async
  {
    var there: [Digest: ObjectInfo] = [:]
    for row in stock.keyring {
      if let digest = Layout.digest(of: row.name) { there[digest] = row }
    }
    let needed = Set(
      [present.digest] + present.pages.map(\.digest) + state.pendingPages.map(\.page.hash))
    let over = await lookAtSuperseded(there, but: needed, older)
    let pages = there.keys.filter { !needed.contains($0) && !over.held.contains($0) }.sorted()
    for digest in pages {
      guard let row = there[digest], !over.files.contains(digest) else { continue }
      let object = RemovedObject(hash: digest, kind: .keyring)
      if over.pages.contains(digest) {
        take(object, row)
      } else if !over.isAnyHeld {
        take(stray: object, row)
      } else {
        held += 1
      }
    }
    for file in over.files where !needed.contains(file) {
      if let row = there[file] { take(RemovedObject(hash: file, kind: .keyring), row) }
    }
  }

  private struct Superseded {
    /// Generations whose hold-back is over, oldest first.
    var files: [Digest] = []
    /// What they name.
    var pages: Set<Digest> = []
    /// What may not fall yet.
    var held: Set<Digest> = []
    /// Whether a hold-back runs. What looks like a stray may then be a page that a `keys` entry named, and that the
    /// present generation merged or refused.
    var isAnyHeld = false
  }

  private mutating func lookAtSuperseded(
    _ there: [Digest: ObjectInfo], but needed: Set<Digest>, _ older: (KnownGeneration) async -> Generation?
  ) async -> Superseded {
    var found = Superseded()
    for known in state.superseded {
      let generation = there[known.file] == nil ? nil : await older(known)
      let pages = generation?.pages.map(\.digest) ?? []
      if isHoldbackOver(of: known) {
        if there[known.file] != nil { found.files.append(known.file) }
        found.pages.formUnion(pages)
        continue
      }
      found.held.formUnion([known.file] + pages)
      found.isAnyHeld = true
      guard generation == nil, there[known.file] != nil else { continue }
      findings.append(
        Finding(
          .damaged, Layout.keyringFile(known.file).text,
          "generation \(known.number) can't be read, and its hold-back isn't over"))
    }
    held += UInt64(found.held.subtracting(needed).filter { there[$0] != nil }.count)
    found.pages.subtract(found.held)
    return found
  }

  /// Not only by the times that the ledger states, but also since when the store has the entry that superseded it: who
  /// holds a stolen custodian's key could state any time.
  private func isHoldbackOver(of known: KnownGeneration) -> Bool {
    let length = max(state.policy.holdback * 3600, Self.leastHoldback)
    guard let stated = known.superseded, let entry = state.generation(known.number + 1)?.entry,
      let arrived = stock.arrival(of: entry)
    else { return false }
    let since = max(stated, arrived)
    return now >= since && now - since >= length
  }

  private mutating func take(_ object: RemovedObject, _ row: ObjectInfo) {
    falling.append(Object(object: object, name: row.name, size: row.size))
  }

  /// A stray never counts again once it was removed; until then a young one is spared.
  private mutating func take(stray object: RemovedObject, _ row: ObjectInfo) {
    let age = now.subtractingReportingOverflow(UInt64(max(0, row.modified)))
    let isOld = !age.overflow && age.partialValue >= max(Self.day, state.policy.holdback * 3600)
    if isOld || state.removed[object] != nil { take(object, row) } else { young += 1 }
  }
}
