internal import Keyring
internal import Rules
public import Sealing

/// What is sealed under one epoch of a class, as far as boxes can be opened.
public struct EpochCoverage: Hashable, Sendable {
  /// Bundles.
  public var bundles: UInt64 = 0
  /// Their bytes.
  public var bytes: UInt64 = 0
  /// Boxes whose index is sealed under it.
  public var boxes: UInt64 = 0

  /// Whether nothing is.
  public var isEmpty: Bool { bundles == 0 && boxes == 0 }
}

/// An epoch of a class, by the class's name.
public struct EpochName: Hashable, Sendable {
  /// The class's name.
  public let section: String
  /// The epoch.
  public let epoch: UInt32

  /// An epoch of the class of this name.
  public init(section: String, epoch: UInt32) { (self.section, self.epoch) = (section, epoch) }
}

/// What keeps an epoch from being retired or destroyed.
public enum EpochNeed: Hashable, Sendable {
  /// Live boxes are sealed under it, or bundles in them.
  case sealed(EpochCoverage)
  /// So many live boxes can't be opened, so that nobody knows what they are sealed under.
  case unread(Int)
  /// So many boxes that others stand in place of aren't removed yet.
  case replaced(Int)
  /// So many moves of boxes aren't compared yet.
  case uncompared(Int)
  /// So many places may hold boxes that need it: they have no snapshot since it was retired.
  case places([Identifier])
}

extension OpenPlace {
  /// What is sealed under each epoch of each class that is open, by class and epoch, and what couldn't be read for that.
  public func epochCoverage() async throws -> (epochs: [EpochName: EpochCoverage], findings: [Finding]) {
    let names = classNames
    let (file, findings) = try await updatedCatalog(whole: false)
    var found: [EpochName: EpochCoverage] = [:]
    for (key, coverage) in try coverageByEpoch(file) {
      guard let name = names[key.classID] else { continue }
      found[EpochName(section: name, epoch: key.epoch)] = coverage
    }
    return (found, findings)
  }

  struct EpochID: Hashable {
    let classID: Identifier
    let epoch: UInt32
  }

  private func coverageByEpoch(_ file: CatalogFile) throws -> [EpochID: EpochCoverage] {
    var found: [EpochID: EpochCoverage] = [:]
    for share in try file.epochShares() {
      let id = EpochID(classID: share.classID, epoch: share.epoch)
      found[id, default: EpochCoverage()].bundles += share.bundles
      found[id, default: EpochCoverage()].bytes += share.bytes
    }
    for shelf in try file.shelves() {
      found[EpochID(classID: shelf.classID, epoch: shelf.index), default: EpochCoverage()].boxes += 1
    }
    return found
  }

  /// What keeps any epoch at all from being retired, or destroyed: a box of which nobody knows under what it is sealed, or
  /// one that may be read again though it isn't live.
  /// - Parameter entry: of moves only those below it are looked at.
  private func needOfAnyEpoch(_ file: CatalogFile, before entry: UInt64) throws -> EpochNeed? {
    let closed = try file.odd().filter(\.isClosed).map(\.ordinal)
    let unread = try Set(file.unread() + closed).count {
      $0 < state.boxes.count && state.boxes[$0].isLive(at: state.size)
    }
    if unread > 0 { return .unread(unread) }
    let uncompared = state.uncomparedMoves.count { $0.entry < entry }
    if uncompared > 0 { return .uncompared(uncompared) }
    // Whether or not it is there: what is hidden for a while could come back, and the move be taken back.
    let replaced = state.standingMoves.filter { $0.entry < entry }.flatMap(\.replaced).count {
      !state.wasRemoved(state.boxes[Int($0)].box.hash, .box)
    }
    return replaced > 0 ? .replaced(replaced) : nil
  }

  /// What keeps each of these epochs from being retired; empty where nothing does.
  func needs(of epochs: [EpochID]) async throws -> [EpochID: EpochNeed] {
    guard !epochs.isEmpty else { return [:] }
    let file = try await updatedCatalog(whole: true).0
    if let need = try needOfAnyEpoch(file, before: .max) {
      return Dictionary(epochs.map { ($0, need) }) { first, _ in first }
    }
    return try sealed(under: epochs, file)
  }

  /// How many of these epochs, which a generation of an entry ended, are needed.
  /// - Throws: `VaultError` `.busy` where that can't be told yet.
  func needed(of epochs: [EpochID], endedBy entry: UInt64) async throws -> Int {
    let file = try await updatedCatalog(whole: true).0
    if let need = try needOfAnyEpoch(file, before: entry) {
      throw VaultError(
        .busy, "whether the epochs that entry \(entry) ended are needed can't be told yet (\(need))",
        safe: "what it replaced stays")
    }
    return try sealed(under: epochs, file).count
  }

  /// What is sealed under any of these epochs.
  private func sealed(under epochs: [EpochID], _ file: CatalogFile) throws -> [EpochID: EpochNeed] {
    let coverage = try coverageByEpoch(file)
    var needs: [EpochID: EpochNeed] = [:]
    for epoch in epochs {
      if let covered = coverage[epoch], !covered.isEmpty { needs[epoch] = .sealed(covered) }
    }
    return needs
  }

  /// Places that may hold boxes sealed under an epoch that was retired before now.
  func placesBehindRetiring(below entry: UInt64 = .max) -> [Identifier] {
    let last = state.generations.last { $0.change.reason == .retired && $0.entry < entry }
    guard let retired = last?.entry else { return [] }
    return state.places.values.filter { known in
      guard known.forgotten == nil, known.id != state.home,
        known.copyings.contains(where: { $0.number < retired })
      else { return false }
      guard let newest = known.snapshots.last?.content, newest.size > retired else { return true }
      return newest.missing.contains { state.isLive($0) }
    }.map(\.id).sorted()
  }
}
