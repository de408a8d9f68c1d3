internal import Rules
internal import Boxes
internal import Keyring
internal import Sealing

/// Boxes can't be named any more: the keyring changed while they were sealed with the old one, or they were removed as
/// strays. What is in them is sealed again.
struct StaleBoxes: Error {}

/// Names finished boxes in the ledger, sixteen at a time, or fewer where they hold many records; the parts of one record all in one commit.
final class BoxCommitter {
  private let vault: OpenPlace
  private let job: SealJob
  private let identity: Identity
  private let before: any KnownRecords
  /// Records that are sealed in parts, as far as they are planned.
  private let large: () -> [Identifier: LargeRecord]
  private var waiting: [UnnamedBox] = []
  /// Parts that are needed and parts that are there, by set.
  private var sets: [Identifier: Int] = [:]
  private var boxes: UInt64 = 0
  private var stored: UInt64 = 0
  private var sealed = BoxTally()
  /// Parts that are committed, by set.
  private var committed: [Identifier: Int] = [:]

  static let boxesAtOnce = 16
  /// Where others keep coming first, more are named at once.
  private static let mostAtOnce = 512
  private var atOnce = BoxCommitter.boxesAtOnce
  /// So many records are named in any case: what is known of each waits in memory for the catalog.
  private static let recordsAtOnce = 15_000
  /// So many boxes fit into one entry's 32 KiB.
  private static let boxesAnEntry = 100

  init(
    vault: OpenPlace, job: SealJob, identity: Identity, before: any KnownRecords,
    large: @escaping () -> [Identifier: LargeRecord]
  ) {
    self.vault = vault
    self.job = job
    self.identity = identity
    self.before = before
    self.large = large
  }

  /// Takes in a box; commits where enough can be named.
  func add(_ box: UnnamedBox) async throws {
    waiting.append(box)
    for (set, count) in box.parts { sets[set, default: 0] += count }
    let large = large()
    let isReady = { (box: UnnamedBox) in box.parts.keys.allSatisfy { self.isSettled($0, large) } }
    let ready = waiting.filter(isReady)
    let records = ready.reduce(0) { $0 + $1.recordCount }
    guard ready.count >= atOnce || records >= Self.recordsAtOnce else { return }
    waiting.removeAll(where: isReady)
    try await commit(ready)
  }

  /// Commits what is left. Boxes with parts of a record that could not be finished are named too: their other
  /// records are whole, and a set that isn't complete is no record.
  func finish() async throws {
    let rest = waiting
    waiting = []
    guard !rest.isEmpty else { return }
    try await commit(rest)
  }

  /// Adds what was committed.
  func count(into summary: inout Sealer.Summary) {
    var sealed = sealed
    for (set, large) in large() where committed[set] == large.parts { sealed.note(known: large.isKnown) }
    summary.count(sealed, boxes: boxes, stored: stored)
  }

  /// What was left out: each file once, and a large record of which any part is missing too.
  func leftOut(beside found: [LeftOut]) -> [LeftOut] {
    var seen: Set<[UInt8]> = []
    var all = found.filter { seen.insert($0.path).inserted }
    for (set, large) in large() where committed[set] != large.parts && seen.insert(large.file).inserted {
      all.append(LeftOut(path: large.file, reason: "changed since it was found; seal again"))
    }
    return all
  }

  private func isSettled(_ set: Identifier, _ large: [Identifier: LargeRecord]) -> Bool {
    guard let expected = large[set]?.parts else { return true }
    return sets[set, default: 0] >= expected
  }

  private func commit(_ ready: [UnnamedBox]) async throws {
    let drafts = { (generation: UInt64) in
      stride(from: 0, to: ready.count, by: Self.boxesAnEntry).map { from in
        let part = ready[from..<min(from + Self.boxesAnEntry, ready.count)]
        return OpenLedger.Draft(
          .sealed(
            SealedBoxes(
              boxes: part.map {
                SealedBoxes.Box(
                  hash: $0.box.digest, index: $0.box.indexDigest, offset: $0.box.indexOffset,
                  size: $0.box.size,
                  year: UInt64($0.box.year))
              }, generation: generation)))
      }
    }
    try await checkAreThere(ready)
    // A generation that came meanwhile is looked at outside of the commit, which only compares numbers.
    for _ in 0..<OpenLedger.tries {
      let lost = vault.ledger.lostRaces
      let generation = try vault.unlocked().number
      if generation != job.generation { try await checkStillFits(ready) }
      let written = try await vault.commit(as: identity) { state in
        if ready.contains(where: { state.removed[$0.object] != nil }) { throw StaleBoxes() }
        return state.generation?.number == generation ? drafts(generation) : []
      }
      if !written.isEmpty {
        atOnce =
          vault.ledger.lostRaces > lost
          ? min(2 * atOnce, Self.mostAtOnce) : max(atOnce / 2, Self.boxesAtOnce)
        boxes += UInt64(ready.count)
        stored += ready.reduce(0) { $0 + $1.box.size }
        for box in ready {
          sealed.add(box.tally)
          for (set, count) in box.parts { committed[set, default: 0] += count }
        }
        before.committed(withMarks(ready))
        return
      }
      try await vault.refreshKeys()
    }
    throw VaultError(
      .busy, "other writers kept changing the keyring", safe: "what was committed before stays")
  }

  /// The boxes, without marks for records of which any part is missing.
  private func withMarks(_ ready: [UnnamedBox]) -> [UnnamedBox] {
    let large = large()
    return ready.map { box in
      var box = box
      for index in box.marks.indices {
        box.marks[index].marks.removeAll { mark in
          mark.set.map { committed[$0] != large[$0]?.parts } ?? false
        }
      }
      return box
    }
  }

  /// A box that vanished as soon as it was put was removed as a stray, or the disk is failing.
  private func checkAreThere(_ ready: [UnnamedBox]) async throws {
    let gone = ready.filter(\.isGone)
    if gone.isEmpty { return }
    try await vault.ledger.catchUp()
    for box in gone where vault.state.removed[box.object] == nil {
      throw VaultError(
        .storage, "\(Layout.box(box.box.digest)) is not there any more", safe: "the ledger doesn't name it",
        hint: "the disk may be failing; verify the vault")
    }
    throw StaleBoxes()
  }

  /// Whether boxes that were sealed under an older generation may be named under the present one: the classes' epochs
  /// and the customers' keys must be the same.
  private func checkStillFits(_ ready: [UnnamedBox]) async throws {
    let keys = try vault.unlocked()
    for box in ready {
      let seal = job.classes[box.classIndex]
      guard let section = keys.opened[seal.id]?.section, section.sealing.number == seal.epoch,
        let key = section.sealing.key, key == seal.epochKey
      else { throw StaleBoxes() }
      for row in box.box.rows {
        guard let key = try await keys.key(of: row.subject, in: seal.id),
          try KeySchedule.keyCheck(subject: key) == row.keyCheck.bytes
        else { throw StaleBoxes() }
      }
    }
  }
}
