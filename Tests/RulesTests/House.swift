import Keyring
import Ledger
import Sealing
import Testing

@testable import Rules

/// A vault's ledger as the tests grow it: real identities, real signatures, every commit parsed from its bytes.
struct House {
  static let start: UInt64 = 1_700_000_000

  let founder: Identity
  let second: Identity
  let home: Identifier
  let classes: [Identifier]
  var state: LedgerState
  var commits: [Commit] = []

  /// A vault with one custodian, or with two.
  init(custodians: Int = 1, eyes: Set<Policy.Eyes> = []) throws {
    founder = try Identity.generate()
    second = try Identity.generate()
    home = try Identifier.random()
    classes = try [Identifier.random(), Identifier.random()].sorted()
    let policy = Policy(
      clockLead: 10, classes: classes.map { Policy.ClassRule(id: $0, years: 10) }, cryptoperiod: 365,
      fourEyes: eyes,
      holdback: 72, erasePercent: 10,
      schedule: Policy.Schedule(destinations: 1, drillDays: 90, snapshotHours: 24, verifyDays: 90))
    let first = [founder, second].prefix(custodians)
      .map { Founding.Custodian(identity: $0.publicIdentity, kind: .file) }
    let founding = Founding(custodians: first, home: home, nonce: try Randomness.bytes(32), policy: policy)
    let entry = try Event.founded(founding).entry(by: founder.publicIdentity.id, time: Self.start)
    let commit = try Commit.build([entry], before: MerkleTree(), vault: nil, identity: founder)
    state = try LedgerState(founding: commit.bytes)
    commits = [commit]
  }

  /// The same with generation 1, a place `copying` named, and nothing else.
  static func furnished(custodians: Int = 1, eyes: Set<Policy.Eyes> = []) throws -> House {
    var house = try House(custodians: custodians, eyes: eyes)
    try house.enter(.keyring(house.nextGeneration(reason: .founded)))
    return house
  }

  func entry(
    _ event: Event, by identity: Identity? = nil, request: UInt64? = nil, time: UInt64? = nil
  ) throws -> Entry {
    try event.entry(
      by: (identity ?? founder).publicIdentity.id, time: time ?? Self.start + state.size, request: request)
  }

  func build(_ entries: [Entry], by identity: Identity? = nil) throws -> Commit {
    try Commit.build(entries, before: state.tree, vault: state.vault, identity: identity ?? founder)
  }

  @discardableResult
  mutating func commit(_ entries: [Entry], by identity: Identity? = nil) throws -> [NotCounted] {
    let commit = try build(entries, by: identity)
    commits.append(commit)
    let refused = try state.apply(commit.bytes)
    // Whatever a test folds, it is the same once it was remembered.
    if state.boxes.count < 100 { #expect(try state.remembered() == state) }
    return refused
  }

  /// Enters what must count.
  @discardableResult
  mutating func enter(
    _ event: Event, by identity: Identity? = nil, request: UInt64? = nil, time: UInt64? = nil
  ) throws -> UInt64 {
    let number = state.size
    let refused = try commit([entry(event, by: identity, request: request, time: time)], by: identity)
    try #require(refused.isEmpty, "\(refused)")
    return number
  }

  /// The rule that an entry would break as the next one; nil if it counts. Judged beforehand and folded, both of
  /// which must agree.
  func broken(
    _ event: Event, by identity: Identity? = nil, request: UInt64? = nil, time: UInt64? = nil
  ) throws -> Rule? {
    let entry = try entry(event, by: identity, request: request, time: time)
    let judged = try state.judge(entry)
    var copy = self
    let folded = try copy.commit([entry], by: identity)
    #expect(folded == (judged.map { [$0] } ?? []))
    #expect(copy.state.notCounted == state.notCounted + folded)
    #expect(copy.state.size == state.size + 1)
    return judged?.rule
  }

  /// The next generation as an honest custodian would state it.
  func nextGeneration(
    reason: KeyringChange.Reason = .rotated, refused: [RefusedPages] = [], dropped: UInt64 = 0,
    merged: UInt64 = 0, through: UInt64? = nil
  ) throws -> KeyringChange {
    let present = state.generation
    let pending = state.pendingPages.reduce(0) { $0 + $1.page.count } - refused.reduce(0) { $0 + $1.count }
    let rows = try #require(
      KeyringChange.Rows(
        before: present?.change.rows.after ?? 0, added: pending, dropped: dropped, merged: merged))
    return KeyringChange(
      file: some(), generation: (present?.number ?? 0) + 1, previous: present?.file, reason: reason,
      refused: refused, rows: rows, size: 5000, through: through ?? state.size)
  }

  /// An erasure as an honest custodian would state it.
  func erasure(rows: UInt64) throws -> Erasure {
    Erasure(generation: (state.generation?.number ?? 0) + 1, rows: rows)
  }

  /// Erases as an honest custodian would: an entry for each count of rows, and the generation behind them.
  @discardableResult
  mutating func erase(_ rows: [UInt64], request: UInt64? = nil, time: UInt64? = nil) throws -> [NotCounted] {
    let erased = try rows.map { Event.erased(try erasure(rows: $0)) }
    let next = try nextGeneration(reason: .dropped, dropped: rows.reduce(0, +))
    let entries = try (erased + [.keyring(next)]).map { try entry($0, request: request, time: time) }
    return try commit(entries)
  }

  /// The rules that the same would break, were it tried.
  func erasing(_ rows: [UInt64], request: UInt64? = nil, time: UInt64? = nil) throws -> [Rule] {
    var copy = self
    return try copy.erase(rows, request: request, time: time).map(\.rule)
  }

  /// Somebody new with roles, granted by the founder.
  mutating func hire(_ roles: Set<Role>) throws -> Identity {
    let identity = try Identity.generate()
    let granted = Event.granted(Grantee(identity: identity.publicIdentity, kind: .file, roles: roles))
    var request: UInt64?
    if state.needsRequest(granted) { request = try enter(.requested(asked(granted)), by: second) }
    try enter(granted, request: request)
    return identity
  }

  func pages(_ counts: [UInt64], generation: UInt64? = nil) -> AddedPages {
    AddedPages(
      generation: generation ?? state.generation?.number ?? 1,
      pages: counts.map {
        AddedPages.Page(
          count: $0, hash: some(), key: [UInt8](repeating: 7, count: 104),
          size: UInt64(KeyPage.sealedSize(rows: Int($0))))
      })
  }

  func boxes(_ digests: [Digest], generation: UInt64? = nil) -> SealedBoxes {
    SealedBoxes(
      boxes: digests.map { SealedBoxes.Box(hash: $0, index: some(), offset: 4096, size: 8192, year: 2036) },
      generation: generation ?? state.generation?.number ?? 1)
  }

  func snapshot(
    of place: Identifier, generation: UInt64? = nil, size: UInt64? = nil
  ) -> Snapshot {
    Snapshot(
      generation: generation ?? state.generation?.number ?? 1, missing: [], place: place,
      size: size ?? state.size, started: Self.start)
  }

  /// Asks for an event, as another custodian's program will enter it.
  func asked(_ event: Event, drops: UInt64 = 0, expires: UInt64 = start + 10_000) throws -> AskedAct {
    AskedAct(
      act: event.name, drops: drops, expires: expires, particulars: try entry(event, time: 0).particulars)
  }
}

/// A digest of nothing in particular, another one each time.
func some() -> Digest {
  Digest.sha256(of: (try? Randomness.bytes(32)) ?? [])
}

func place() -> Identifier { (try? Identifier.random()) ?? .zero }
