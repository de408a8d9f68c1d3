package import Rules
package import Keyring
package import Sealing
package import Storage

/// What of a place's stock nothing needs any more, as of one generation of the keyring: at the vault and at destinations.
///
/// Needed is what the present generation names, what no generation has taken over yet, live boxes, and what a superseded
/// generation names whose hold-back isn't over. Old enough for a stray is only a courtesy towards whoever is about to
/// name it: they would have to write it anew. That nothing is lost where they do is decided by the ledger's order.
package struct RemovalPlan {
  /// One object that falls.
  package struct Object {
    let object: RemovedObject
    /// Where it lies.
    package let name: ObjectName
    /// Bytes.
    package let size: UInt64
  }

  /// Which boxes may fall.
  package enum Boxes {
    /// Those that no entry names: the vault enters them as removed, and no entry names them ever after.
    case unnamed
    /// Those that an entry removed: elsewhere another ledger may name the others.
    case removed
  }

  /// The generation as of which it is.
  let generation: Digest
  /// Boxes, then pages, then generations: pages before the generation that names them, so that a run that broke off can be completed.
  package private(set) var falling: [Object] = []
  /// Boxes that were replaced and aren't here, which nothing may count on any more.
  private(set) var gone: [RemovedObject] = []
  /// Whether a file of the keyring is among them.
  var hasKeys: Bool { falling.contains { $0.object.kind == .keyring } }
  /// Objects of superseded generations that may not fall yet.
  private(set) var held: UInt64 = 0
  /// Generations that hold others back, though time would have them fall, until another custodian compares them.
  package private(set) var uncompared: [UInt64] = []
  /// Moves that keep the boxes which they replaced from falling, until another custodian compares them.
  package private(set) var uncomparedMoves: [UInt64] = []
  /// Those that left something out for good, and that somebody has to look at anew: a hold or a policy came since.
  private(set) var unlooked: Set<UInt64> = []
  /// Those that left out what is to stay by now, or of which that can't be told.
  private(set) var keptWrong: Set<UInt64> = []
  /// Those whose hold-back is over by this machine's clock, and by no entry of another custodian yet.
  private(set) var unstated: Set<UInt64> = []
  /// Boxes that were replaced, and may not fall yet.
  private(set) var waiting: UInt64 = 0
  private var replacedBytes: UInt64 = 0
  /// Strays that somebody may be about to name.
  private(set) var young: UInt64 = 0
  /// What keeps something from falling that would have to.
  package private(set) var findings: [Finding] = []

  private let state: LedgerState
  private let place: Identifier
  private let stock: PlaceListing
  private let holdBack: HoldBack
  private let now: UInt64
  private let remover: Identifier
  private let wrong: Set<UInt64>

  /// - Parameters:
  ///   - files: where the generations and their pages are read.
  ///   - now: the clock of whoever erases.
  ///   - remover: who is to enter what falls.
  ///   - wrong: moves that left out for good what is to stay by now.
  ///   - isSound: reads a box that lies here, and says whether it is what its name says.
  /// - Throws: `VaultError` `.damaged` or `.missing` where something of the keyring would fall and the present generation
  ///   isn't whole: what it replaced may be all that is left of it.
  package init(
    _ stock: PlaceListing, at place: Identifier, state: LedgerState, present: Generation, boxes: Boxes,
    files: KeyringFiles, now: UInt64, by remover: Identifier = .zero, wrong: Set<UInt64> = [],
    isSound: (KnownBox) async throws -> Bool
  ) async throws {
    generation = present.digest
    self.stock = stock
    self.state = state
    self.place = place
    holdBack = HoldBack(state.policy, arrivals: stock.arrivals, now: now)
    (self.now, self.remover, self.wrong) = (now, remover, wrong)
    lookAtBoxes(boxes)
    try await lookAtReplaced(boxes, isSound)
    await lookAtKeyring(present, files)
    guard hasKeys else { return }
    for page in present.pages { _ = try await files.page(page.digest, size: Int(page.size)) }
  }

  /// What falls, in percent of the bytes that are there, without what others stand in place of.
  package var percent: Double { Double(bytes - replacedBytes) / Double(max(1, stock.bytes)) * 100 }
  /// Whether it is more than may fall unasked.
  package var isBeyondLimit: Bool { percent > Double(state.policy.erasePercent) }
  /// The bytes that fall.
  var bytes: UInt64 { falling.reduce(0) { $0.adding($1.size) } }

  private mutating func lookAtBoxes(_ which: Boxes) {
    for row in stock.boxes {
      guard let digest = Layout.digest(of: row.name), state.box(digest) == nil else { continue }
      let object = RemovedObject(hash: digest, kind: .box)
      switch which {
      case .unnamed: take(stray: object, row)
      case .removed: if isRemovedLongSince(object) { take(object, row) }
      }
    }
  }

  /// Boxes in whose place others stand: they fall once that is compared, its hold-back is over, and all that stands in
  /// their place is here and sound. At the vault one that isn't here falls too: nothing is to count on it any more.
  private mutating func lookAtReplaced(_ which: Boxes, _ isSound: (KnownBox) async throws -> Bool)
    async throws
  {
    guard !state.moves.isEmpty else { return }
    let there = Dictionary(
      stock.boxes.compactMap { row in Layout.digest(of: row.name).map { ($0, row) } }
    ) { first, _ in first }
    for move in state.moves.values.sorted(by: { $0.entry < $1.entry }) {
      if let ended = move.ended {
        try await lookAtTakenBack(move, ended, there, which, isSound)
        continue
      }
      var falling: [RemovedObject] = []
      for ordinal in move.replaced {
        let object = RemovedObject(hash: state.boxes[Int(ordinal)].box.hash, kind: .box)
        let isKnown = there[object.hash] != nil || which == .unnamed && state.removed[object] == nil
        if isKnown, isOver(move, of: object, which) { falling.append(object) }
      }
      guard !falling.isEmpty, try await isWhole(move, there, isSound) else { continue }
      for object in falling {
        guard let row = there[object.hash] else {
          gone.append(object)
          continue
        }
        // What others stand in place of doesn't count against the limit; where it was left out for good, nothing does.
        if move.reason == .rewritten { take(replaced: object, row) } else { take(object, row) }
      }
    }
  }

  /// Boxes of a move that was taken back are strays since then.
  private mutating func lookAtTakenBack(
    _ move: KnownMove, _ ended: UInt64, _ there: [Digest: ObjectInfo], _ which: Boxes,
    _ isSound: (KnownBox) async throws -> Bool
  ) async throws {
    guard holdBack.isOver(since: move.since, entry: ended),
      move.boxes.contains(where: { there[state.boxes[$0].box.hash] != nil })
    else { return }
    // What it carried may be all that is left of a box that is live again.
    let live = move.replaced.map { state.boxes[Int($0)] }.filter(\.isLiveNow)
    guard try await areWhole(live, there, isSound) else { return }
    for ordinal in move.boxes {
      let object = RemovedObject(hash: state.boxes[ordinal].box.hash, kind: .box)
      guard let row = there[object.hash], holdBack.isOld(row) else { continue }
      if which == .unnamed || isRemovedLongSince(object) { take(object, row) }
    }
  }

  private mutating func isOver(_ move: KnownMove, of object: RemovedObject, _ which: Boxes) -> Bool {
    // What an uncompared move brought is needed to compare that one.
    let origin = state.box(object.hash).flatMap { state.moves[$0.entry] }
    guard move.compared != nil, origin.map({ $0.compared != nil || $0.ended != nil }) ?? true else {
      if !uncomparedMoves.contains(move.entry) { uncomparedMoves.append(move.entry) }
      return false
    }
    switch which {
    case .removed:
      // What this place must hold by its newest snapshot must not hang on what only later entries say.
      let snapshot = state.newestSnapshot(of: place)?.content.size ?? 0
      return isRemovedLongSince(object) && snapshot > (state.removed[object]?.entry ?? .max)
    case .unnamed:
      // What is entered as removed is only to be erased still.
      if state.removed[object] != nil { return true }
      if state.waitsForLook(move) != nil {
        unlooked.insert(move.entry)
      } else if wrong.contains(move.entry) {
        keptWrong.insert(move.entry)
      } else if holdBack.isOver(of: move) {
        guard !state.isHoldBackOver(of: move, at: now, by: remover) else { return true }
        unstated.insert(move.entry)
      }
      waiting += 1
      return false
    }
  }

  private mutating func isWhole(
    _ move: KnownMove, _ there: [Digest: ObjectInfo], _ isSound: (KnownBox) async throws -> Bool
  ) async throws -> Bool {
    try await areWhole(state.successors(of: move).sorted().map { state.boxes[$0] }, there, isSound)
  }

  private mutating func areWhole(
    _ boxes: [KnownBox], _ there: [Digest: ObjectInfo], _ isSound: (KnownBox) async throws -> Bool
  ) async throws -> Bool {
    for box in boxes {
      guard let row = there[box.box.hash], row.size == box.box.size, try await isSound(box) else {
        findings.append(
          Finding(
            there[box.box.hash] == nil ? .missing : .damaged, Layout.box(box.box.hash).text,
            .standsInPlaceOfOthers))
        return false
      }
    }
    return true
  }

  private mutating func take(replaced object: RemovedObject, _ row: ObjectInfo) {
    take(object, row)
    replacedBytes = replacedBytes.adding(row.size)
  }

  private mutating func lookAtKeyring(_ present: Generation, _ files: KeyringFiles) async {
    var there: [Digest: ObjectInfo] = [:]
    for row in stock.keyring {
      if let digest = Layout.digest(of: row.name) { there[digest] = row }
    }
    let needed = Set(
      [present.digest] + present.pages.map(\.digest) + state.pendingPages.map(\.page.hash))
    let over = await lookAtSuperseded(there, but: needed, files)
    if over.isUnreadable {
      held += UInt64(there.keys.count { !needed.contains($0) && !over.held.contains($0) })
      return
    }
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
    /// Whether one that is held can't be read, or isn't there: nobody knows what it names, so nothing of the keyring falls.
    var isUnreadable = false
  }

  private mutating func lookAtSuperseded(
    _ there: [Digest: ObjectInfo], but needed: Set<Digest>, _ files: KeyringFiles
  ) async -> Superseded {
    var found = Superseded()
    for known in state.superseded {
      // The list is older than the ledger: what was put and superseded in between isn't in it.
      let mayBeThere = there[known.file] != nil || isExpected(known)
      let generation = mayBeThere ? try? await files.generation(known, vault: state.vault) : nil
      let pages = generation?.pages.map(\.digest) ?? []
      let (isOver, next) = (isHoldbackOver(of: known), state.generation(known.number + 1))
      if isOver, next?.compared == nil, there[known.file] != nil { uncompared.append(known.number + 1) }
      if isOver, next?.compared != nil {
        if there[known.file] != nil { found.files.append(known.file) }
        found.pages.formUnion(pages)
        continue
      }
      // Until it is compared, what was added to it is in no other generation for certain, whatever the next ones name.
      found.held.formUnion([known.file] + pages + (next?.taken ?? []).map(\.page.hash))
      found.isAnyHeld = true
      guard generation == nil, mayBeThere else { continue }
      found.isUnreadable = true
      findings.append(
        Finding(
          there[known.file] == nil ? .missing : .damaged, Layout.keyringFile(known.file).text,
          .heldGeneration(known.number)))
    }
    held += UInt64(found.held.subtracting(needed).filter { there[$0] != nil }.count)
    found.pages.subtract(found.held)
    return found
  }

  /// Whether a superseded generation must be there still: what is hidden for a while must not cost what only it names. At the
  /// vault each is, but for those from before it was recovered; elsewhere those with which a snapshot was completed.
  private func isExpected(_ known: KnownGeneration) -> Bool {
    guard state.removed[RemovedObject(hash: known.file, kind: .keyring)] == nil else { return false }
    guard place == state.home else {
      return state.places[place]?.snapshots.contains { $0.content.generation == known.number } ?? false
    }
    return (state.generation(known.number + 1)?.entry ?? 0) > (state.recoveries.last?.number ?? 0)
  }

  private func isHoldbackOver(of known: KnownGeneration) -> Bool {
    guard let stated = known.superseded, let entry = state.generation(known.number + 1)?.entry else {
      return false
    }
    return holdBack.isOver(since: stated, entry: entry)
  }

  private func isRemovedLongSince(_ object: RemovedObject) -> Bool {
    guard let removal = state.removed[object] else { return false }
    return holdBack.isOver(since: removal.since, entry: removal.entry)
  }

  private mutating func take(_ object: RemovedObject, _ row: ObjectInfo) {
    falling.append(Object(object: object, name: row.name, size: row.size))
  }

  private mutating func take(stray object: RemovedObject, _ row: ObjectInfo) {
    if holdBack.isOld(row) || isRemovedLongSince(object) { take(object, row) } else { young += 1 }
  }
}
