public import Sealing

/// The next generation in the making: the present one, what was added since, and what is to be different.
///
/// Every change of keys is this act. Say what is to change, `make` it, write what it gives, read that back, open it,
/// and let `missing` compare it with the generation before; only then name it in the ledger.
public struct KeyringEdit: Sendable {
  /// Why a generation is made, as its entry says.
  public enum Reason: String, Sendable, Hashable, CaseIterable {
    /// Retired epochs' keys go.
    case destroyed
    /// Subjects are dropped.
    case dropped
    /// The first one.
    case founded
    /// Somebody is to open more, or less; a class is new.
    case granted
    /// Overruled rows are left out.
    case merged
    /// Epochs are needed no more.
    case retired
    /// Somebody is to open nothing any more.
    case revoked
    /// New epochs begin.
    case rotated
  }

  /// Gives the bytes of a page's object; nil where it isn't there, or is damaged in every copy.
  public typealias Load = (Digest) async throws -> [UInt8]?
  /// Writes a page's object under its name; returns once it is durable.
  public typealias Write = (SealedPage) async throws -> Void

  /// The generation that it starts from; whole.
  public let old: OpenGeneration
  /// Why it is made.
  public let reason: Reason
  /// Size of the ledger up to which additions are taken over.
  package let through: UInt64
  /// The additions to take over: those of all `keys` entries that count from the old generation's `through` to this
  /// one's, in the order of their entries.
  package let additions: [Addition]
  /// Pages of `additions` that may be left out if they can't be taken over. Their rows are lost for good, so nothing
  /// is left out that isn't named here; `unreadable` finds them.
  package var refusing: Set<Digest> = []

  /// The pages that the old generation has.
  let ownPages: Set<Digest>
  var sections: [Section]
  var recipients: [Identifier: Recipient] = [:]
  var drops: [Identifier: Set<Identifier>] = [:]
  var merges: Set<Identifier> = []
  var regranted: Set<Identifier> = []

  /// A change of nothing yet: the same sections under fresh keys, to the same recipients, with the additions.
  ///
  /// - Parameters:
  ///   - old: the present generation, opened by somebody who is granted all of it.
  ///   - reason: only `dropped` can drop, only `merged` merge.
  ///   - through: the ledger's size.
  ///   - additions: what `keys` entries added since; all of them.
  ///   - known: the identities that the ledger names; every one with a grant must be among them.
  /// - Throws: `notGranted` if the old generation isn't wholly open, `refused` for what doesn't fit it.
  public init(
    of old: OpenGeneration, reason: Reason, through: UInt64, additions: [Addition], known: [PublicIdentity]
  ) throws(KeyringError) {
    guard old.isWhole else {
      throw KeyringError(
        .notGranted, "a new generation needs every section, \(old.sections.count) are granted")
    }
    guard through >= old.generation.through, reason != .founded, old.generation.number < UInt32.max else {
      throw KeyringError(.refused, "no generation \(reason.rawValue) through \(through) can follow this one")
    }
    self.old = old
    ownPages = Set(old.generation.pages.map(\.digest))
    self.reason = reason
    self.through = through
    self.additions = additions
    sections = old.sections.map(\.section)
    let identities = Dictionary(known.map { ($0.id, $0) }) { first, _ in first }
    for grant in old.generation.grants {
      guard let identity = identities[grant.identity] else {
        throw KeyringError(
          .refused, "identity \(grant.identity) has a grant, and its public keys aren't known")
      }
      recipients[grant.identity] = Recipient(identity, scrypt: grant.scrypt)
    }
  }

  /// Begins a new epoch in a section.
  ///
  /// - Parameters:
  ///   - id: the section.
  ///   - since: when it begins, in seconds since 1970-01-01 UTC.
  ///   - marks: what to mark the epoch before with.
  public mutating func rotate(_ id: Identifier, since: UInt64, marking marks: Epoch.Marks = [])
    throws(KeyringError)
  {
    try edit(id) { (section) throws(KeyringError) in
      var epochs = section.epochs
      epochs[epochs.count - 1] = section.sealing.superseded(adding: marks)
      epochs.append(try Epoch.fresh(after: section.sealing.number, since: since))
      return try section.with(epochs: epochs)
    }
  }

  /// Says that nothing is sealed under an epoch of a class any more, or that its key, which is retired, goes.
  ///
  /// - Parameters:
  ///   - number: the epoch.
  ///   - state: `retired` or `destroyed`, by the reason for which this is made.
  /// - Throws: `refused` where the epoch isn't in the state before it.
  public mutating func advance(_ number: UInt32, of id: Identifier, to state: Epoch.State)
    throws(KeyringError)
  {
    let before: Epoch.State? =
      switch (reason, state) {
      case (.retired, .retired): .opening
      case (.destroyed, .destroyed): .retired
      default: nil
      }
    let reason = reason
    try edit(id) { (section) throws(KeyringError) in
      guard let before, let epoch = section.epoch(number), epoch.state == before, section.kind == .class
      else {
        throw KeyringError(
          .refused, "epoch \(number) of a class can't become \(state) by one of reason \(reason.rawValue)")
      }
      var epochs = section.epochs
      epochs[Int(number) - 1] = epoch.advanced(to: state)
      return try section.with(epochs: epochs)
    }
  }

  /// Grants a recipient these sections and no others.
  public mutating func grant(_ recipient: Recipient, _ access: Access) throws(KeyringError) {
    if case .only(let ids) = access, !ids.isSubset(of: sections.map(\.id)) {
      throw KeyringError(.refused, "a grant names a section that isn't there")
    }
    recipients[recipient.id] = recipient
    regranted.insert(recipient.id)
    for section in sections {
      let others = section.readers.filter { $0 != recipient.id }
      let readers = access.includes(section.id) ? (others + [recipient.id]).sorted() : others
      try edit(section.id) { (section) throws(KeyringError) in try section.with(readers: readers) }
    }
  }

  /// Takes an identity's grant away and begins a new epoch in every section that it could open.
  ///
  /// - Returns: those sections.
  public mutating func revoke(
    _ identity: Identifier, since: UInt64, marking marks: Epoch.Marks = []
  ) throws(KeyringError) -> [Identifier] {
    guard recipients.removeValue(forKey: identity) != nil else {
      throw KeyringError(.refused, "identity \(identity) has no grant")
    }
    regranted.insert(identity)
    let open = sections.filter { $0.readers.contains(identity) }.map(\.id)
    for id in open {
      try edit(id) { (section) throws(KeyringError) in
        try section.with(readers: section.readers.filter { $0 != identity })
      }
      try rotate(id, since: since, marking: marks)
    }
    return open
  }

  /// Adds a class that the policy has come to name.
  public mutating func add(
    _ new: OpenGeneration.NewClass, since: UInt64, readers: Set<Identifier>
  ) throws(KeyringError) {
    guard Section.kind(of: new.id) == .class,
      !sections.contains(where: { $0.id == new.id || $0.name == new.name })
    else { throw KeyringError(.refused, "a class of this id or name is there") }
    sections.append(
      try Section(
        id: new.id, name: new.name, epochs: [Epoch.fresh(after: 0, since: since)], readers: readers.sorted()))
  }

  /// Drops every row of these subjects in a section: in a class the rows with their ids, in the directory those
  /// that lead to them.
  package mutating func drop(_ subjects: Set<Identifier>, in id: Identifier) throws(KeyringError) {
    guard reason == .dropped else { throw KeyringError(.refused, "only a generation made to drop can drop") }
    guard let section = sections.first(where: { $0.id == id }), section.kind != .journal else {
      throw KeyringError(.refused, "section \(id) has no rows to drop")
    }
    drops[id, default: []].formUnion(subjects)
  }

  /// Writes a section's rows anew, first rows only, in pages that don't overlap.
  package mutating func merge(_ id: Identifier) throws(KeyringError) {
    guard reason == .merged else { throw KeyringError(.refused, "only a generation made to merge can merge") }
    guard let section = sections.first(where: { $0.id == id }), section.kind != .journal else {
      throw KeyringError(.refused, "section \(id) has no rows to merge")
    }
    merges.insert(id)
  }

  /// What the change was asked to make different, for `missing`.
  package var accounted: Accounted { Accounted(dropped: drops, refused: refusing, regranted: regranted) }

  mutating func edit(
    _ id: Identifier, _ body: (Section) throws(KeyringError) -> Section
  ) throws(KeyringError) {
    guard let index = sections.firstIndex(where: { $0.id == id }) else {
      throw KeyringError(.refused, "there is no section \(id)")
    }
    sections[index] = try body(sections[index])
  }
}
