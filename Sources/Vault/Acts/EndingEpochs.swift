internal import Keyring
internal import Rules
internal import Sealing

/// What became of epochs that were to be retired or destroyed.
public struct EpochOutcome: Sendable {
  /// The keyring's generation now.
  public let generation: UInt64
  /// Those that are retired or destroyed now, ascending by class and number.
  public let ended: [EpochName]
  /// Those that aren't, with why not.
  public let needed: [(epoch: EpochName, need: EpochNeed)]
}

/// The end of an epoch: first it is said that nothing needs its key, later the key goes (Format.md, 4.4).
extension OpenPlace {
  /// Retires the epochs of classes, by name, under which nothing is sealed any more; none named means every class.
  /// - Throws: `VaultError` `.refused` where none can be.
  public func retireEpochs(of names: [String]) async throws -> EpochOutcome {
    try await endEpochs(of: names, from: .opening, to: .retired, reason: .retired)
  }

  /// Destroys the keys of the retired epochs of classes, by name; none named means every class.
  /// - Throws: `VaultError` `.refused` where none can be.
  public func destroyEpochs(of names: [String]) async throws -> EpochOutcome {
    try await endEpochs(of: names, from: .retired, to: .destroyed, reason: .destroyed)
  }

  /// Begins new epochs for classes whose keys somebody may have who must not, and marks the old ones so.
  /// - Returns: the generation, and what is sealed under the marked epochs.
  public func compromise(
    _ names: [String]
  ) async throws -> (
    generation: UInt64, exposed: [(epoch: EpochName, since: UInt64, coverage: EpochCoverage)]
  ) {
    let identity = try writer()
    let sections = try openClasses(named: names)
    let coverage = try await epochCoverage().epochs
    let exposed = sections.map { section in
      let name = EpochName(section: section.name, epoch: section.sealing.number)
      return (name, section.sealing.since, coverage[name] ?? EpochCoverage())
    }
    let now = machine.now()
    let about = "compromised: \(sections.map(\.name).joined(separator: ", "))"
    let next = try await KeyringUpdate(vault: self, reason: .rotated).run(as: identity, about: about) {
      change in
      for section in sections { try change.rotate(section.id, since: now, marking: .compromised) }
    }
    return (UInt64(next.opened.generation.number), exposed)
  }

  private func endEpochs(
    of names: [String], from: Epoch.State, to: Epoch.State, reason: KeyringEdit.Reason
  ) async throws -> EpochOutcome {
    let identity = try writer()
    try await requireHome()
    try await ledger.catchUp()
    try await refreshKeys()
    let sections = try openClasses(named: names)
    let sectionNames = Dictionary(sections.map { ($0.id, $0.name) }) { first, _ in first }
    let all = sections.flatMap { section in
      section.epochs.filter { $0.state == from }.map { EpochID(classID: section.id, epoch: $0.number) }
    }
    var needs = try await needs(of: all)
    if to == .destroyed {
      let places = placesBehindRetiring()
      if !places.isEmpty { for id in all where needs[id] == nil { needs[id] = .places(places) } }
    }
    let ending = all.filter { needs[$0] == nil }
    let named: (EpochID) -> EpochName = {
      EpochName(section: sectionNames[$0.classID] ?? $0.classID.hex, epoch: $0.epoch)
    }
    let needed = all.compactMap { id in needs[id].map { (named(id), $0) } }
    guard !ending.isEmpty else {
      return EpochOutcome(generation: state.generation?.number ?? 0, ended: [], needed: needed)
    }
    let about =
      "\(reason.rawValue) \(ending.map { "\(named($0).section) \($0.epoch)" }.joined(separator: ", "))"
    let next = try await KeyringUpdate(vault: self, reason: reason).run(as: identity, about: about) {
      change in
      // What came meanwhile may be sealed under one of them.
      let late = try await self.needs(of: ending)
      if let first = late.first {
        throw VaultError(
          .busy, "something was sealed or moved under epoch \(first.key.epoch) meanwhile",
          safe: "nothing was changed",
          hint: "run the command again")
      }
      for id in ending { try change.advance(id.epoch, of: id.classID, to: to) }
    }
    return EpochOutcome(
      generation: UInt64(next.opened.generation.number), ended: ending.map(named), needed: needed)
  }

  /// What another custodian's generation retired or destroyed though it is needed; nil where nothing is.
  func needlessly(_ known: KnownGeneration, _ old: OpenGeneration, _ new: OpenGeneration) async throws
    -> Difference?
  {
    guard [.retired, .destroyed].contains(known.change.reason) else { return nil }
    let changed = old.sections.map(\.section).flatMap { section in
      section.epochs.filter { new[section.id]?.section.epoch($0.number)?.state != $0.state }
        .map { EpochID(classID: section.id, epoch: $0.number) }
    }
    var count = try await needed(of: changed, endedBy: known.entry)
    if known.change.reason == .destroyed { count += placesBehindRetiring(below: known.entry).count }
    return count == 0
      ? nil : Difference(section: changed.first?.classID ?? .zero, kind: .epochStates, count: count)
  }
}
