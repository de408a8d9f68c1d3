public import Sealing

/// What a change was asked to make different; everything else must be as before.
public struct Accounted: Sendable, Hashable {
  /// The subjects whose rows were to go, by section.
  package var dropped: [Identifier: Set<Identifier>]
  /// The additions that were left out.
  public var refused: Set<Digest>
  /// The identities whose access was to change.
  package var regranted: Set<Identifier>

  /// Nothing, or these.
  public init(
    dropped: [Identifier: Set<Identifier>] = [:], refused: Set<Digest> = [], regranted: Set<Identifier> = []
  ) {
    self.dropped = dropped
    self.refused = refused
    self.regranted = regranted
  }
}

/// A difference between two generations that nothing accounts for.
public struct Difference: Hashable, Sendable, CustomStringConvertible {
  /// What is different.
  public enum Kind: String, Sendable, Hashable {
    /// A section is gone.
    case section
    /// A section has another name.
    case name
    /// Epochs are gone.
    case epochsLost
    /// Epochs have another key or another beginning.
    case epochsChanged
    /// Epochs have a state or marks that no new epoch explains.
    case epochStates
    /// Ids and tokens have no row any more.
    case rowsLost
    /// Ids and tokens lead to another key or subject.
    case rowsChanged
    /// Ids and tokens have a row that they didn't have.
    case rowsAppeared
    /// Rows of dropped subjects are still there.
    case rowsNotDropped
    /// Identities can't open the section any more.
    case readersLost
    /// Identities can open the section that couldn't.
    case readersAppeared
    /// The counts of rows aren't those stated.
    case counts
  }

  /// The section; zero for the counts, which go over all of them.
  public let section: Identifier
  /// What is different.
  public let kind: Kind
  /// How many are.
  public let count: Int

  /// A difference.
  public init(section: Identifier, kind: Kind, count: Int) {
    self.section = section
    self.kind = kind
    self.count = count
  }

  /// Section, kind and count; no id of a subject.
  public var description: String { "section \(section): \(kind.rawValue) \(count)" }
}

extension KeyringEdit {
  /// Compares a generation, as it was read back, with the one before: every key must be there, the same, but for
  /// what is accounted for. It shares nothing with what makes a generation but the opening of pages.
  ///
  /// Pages that stand in both, named in the same words, are equal; only the others, and what overlaps them, are read,
  /// a few at a time.
  ///
  /// - Parameters:
  ///   - before: the generation before, whole.
  ///   - additions: what `keys` entries added to it up to the new one's `through`.
  ///   - after: the new generation, whole, opened from the bytes that were read back.
  ///   - accounted: what was asked to be different; taken from the request rather than from the result.
  ///   - rows: the counts that the entry is to state.
  ///   - reason: why the new one was made, as its entry says.
  ///   - load: reads pages; of the generation before as well.
  /// - Returns: what is different; nothing if the new generation may be named in the ledger.
  /// - Throws: `notGranted` if one isn't whole, `mismatched` if they don't follow one another, `damaged` and what
  ///   else opening gives where a page can't be read; what `load` throws.
  public static func missing(
    from before: OpenGeneration, additions: [Addition], to after: OpenGeneration, accounted: Accounted,
    rows: RowCounts, reason: Reason, load: Load
  ) async throws -> [Difference] {
    try checkSuccession(before, after)
    let opener = PageOpener(vault: before.generation.vault)
    var added: [Identifier: [PageReference]] = [:]
    var addedRows: UInt64 = 0
    for addition in additions where !accounted.refused.contains(addition.digest) {
      guard let open = try before.open(addition) else {
        throw KeyringError(.mismatched, "page \(addition.digest) belongs to no section, and isn't refused")
      }
      let page = try await opener.page(open.reference, in: open.section, load: load)
      added[open.section, default: []].append(page.reference)
      addedRows += UInt64(page.count)
      opener.letGo(page)
    }
    var found: [Difference] = []
    for opened in before.sections {
      let section = opened.section
      guard let new = after[section.id]?.section else {
        found.append(Difference(section: section.id, kind: .section, count: 1))
        continue
      }
      found += differences(from: section, to: new, regranted: accounted.regranted, reason: reason)
      let comparison = RowComparison(
        section: section, before: section.pages + (added[section.id] ?? []), after: new.pages,
        dropped: accounted.dropped[section.id] ?? [])
      found += try await comparison.run(opener, load: load)
    }
    let stated = RowCounts(
      before: before.rows, added: addedRows, dropped: rows.dropped, merged: rows.merged, after: after.rows)
    if stated != rows || !rows.addUp { found.append(Difference(section: .zero, kind: .counts, count: 1)) }
    return found
  }

  private static func checkSuccession(_ before: OpenGeneration, _ after: OpenGeneration) throws(KeyringError)
  {
    guard before.isWhole, after.isWhole else {
      throw KeyringError(.notGranted, "to compare two generations every section must be open")
    }
    let (old, new) = (before.generation, after.generation)
    guard new.vault == old.vault, new.previous == old.digest, UInt64(new.number) == UInt64(old.number) + 1,
      new.through >= old.through
    else {
      throw KeyringError(.mismatched, "generation \(new.number) doesn't follow generation \(old.number)")
    }
  }

  /// The state that an epoch must have in the next generation: the one that it has been given, where that is the next one
  /// and the generation was made for it; else its own.
  private static func state(
    after epoch: Epoch, superseded: Bool, to now: Epoch.State, _ reason: Reason
  ) -> Epoch.State {
    switch (epoch.state, now, reason) {
    case (.opening, .retired, .retired), (.retired, .destroyed, .destroyed): now
    default: superseded ? .opening : epoch.state
    }
  }

  /// Everything but the rows.
  private static func differences(
    from old: Section, to new: Section, regranted: Set<Identifier>, reason: Reason
  ) -> [Difference] {
    var lost = 0
    var changed = 0
    var states = 0
    for epoch in old.epochs {
      guard let now = new.epoch(epoch.number) else {
        lost += 1
        continue
      }
      let superseded = epoch.state == .sealing && new.epochs.count > old.epochs.count
      let state = state(
        after: epoch, superseded: superseded, to: old.kind == .class ? now.state : epoch.state, reason)
      let sameKey =
        switch (epoch.key, now.key) {
        case (nil, nil): true
        case (let one?, let other?): one == other
        case (_?, nil): epoch.state == .retired && state == .destroyed
        default: false
        }
      if !sameKey || epoch.since != now.since { changed += 1 }
      if now.state != state || !now.marks.isSuperset(of: epoch.marks)
        || (!superseded && now.marks != epoch.marks)
      {
        states += 1
      }
    }
    let (had, has) = (Set(old.readers).subtracting(regranted), Set(new.readers).subtracting(regranted))
    let counts: [(Difference.Kind, Int)] = [
      (.name, old.name == new.name ? 0 : 1), (.epochsLost, lost), (.epochsChanged, changed),
      (.epochStates, states),
      (.readersLost, had.subtracting(has).count), (.readersAppeared, has.subtracting(had).count),
    ]
    return counts.filter { $0.1 > 0 }.map { Difference(section: old.id, kind: $0.0, count: $0.1) }
  }
}
