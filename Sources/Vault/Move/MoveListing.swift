internal import Keyring
internal import Rules
public import Sealing

/// A move of boxes as a listing shows it.
public struct MoveListing: Hashable, Sendable {
  /// Its entry.
  public let entry: UInt64
  /// Who made it.
  public let by: Identifier
  /// When, as they said.
  public let time: UInt64
  /// Why: `disposed`, `lost` or `rewritten`.
  public let reason: String
  /// Whether a person confirms it, and gc doesn't compare it in passing.
  public let takesAPerson: Bool
  /// How many boxes it brought.
  public let boxes: UInt64
  /// How many it replaced.
  public let replaced: UInt64
  /// How many of these were removed.
  public let removed: UInt64
  /// Whether somebody has to look at it anew before gc erases what it replaced.
  public let waits: Bool
  /// The entry by which it is compared.
  public let compared: UInt64?
  /// The entry that took it back.
  public let ended: UInt64?
}

extension OpenPlace {
  /// Every move of boxes, in order.
  public func moveListing() -> [MoveListing] {
    state.moves.values.sorted { $0.entry < $1.entry }.map(listing)
  }

  func listing(of move: KnownMove) -> MoveListing {
    MoveListing(
      entry: move.entry, by: move.by, time: move.time, reason: move.reason.rawValue,
      takesAPerson: move.reason.takesAPerson, boxes: UInt64(move.boxes.count),
      replaced: UInt64(move.replaced.count),
      removed: UInt64(move.replaced.count { state.wasRemoved(state.boxes[Int($0)].box.hash, .box) }),
      waits: move.compared != nil && move.isToBeLookedAt(in: state), compared: move.compared,
      ended: move.ended)
  }

  /// Leaving moves in force that were entered together: a record of several boxes may be among several of them.
  public func moves(enteredWith entry: UInt64) -> [UInt64] {
    guard let move = state.moves[entry], move.reason.takesAPerson, move.ended == nil else { return [entry] }
    func belongs(_ number: UInt64) -> Bool {
      guard let other = state.moves[number] else { return false }
      return other.by == move.by && other.time == move.time && other.reason == move.reason
        && other.ended == nil
    }
    var (first, last) = (entry, entry)
    while first > 0, belongs(first - 1) { first -= 1 }
    while belongs(last + 1) { last += 1 }
    return Array(first...last)
  }

  /// What disposals say that they left out, by their entries; those of which that can't be read aren't among them.
  public func disposals() async throws -> [UInt64: (bundles: UInt64, customers: UInt64, records: UInt64)] {
    var found: [UInt64: (bundles: UInt64, customers: UInt64, records: UInt64)] = [:]
    let leaving = state.moves.values.filter(\.reason.takesAPerson)
    let parts = try await sealedParts(of: leaving.map { ($0.entry, $0.leaf) })
    for move in leaving {
      guard case .opened(let part)? = parts[move.entry], let classes = try? DisposalStatement(part).classes
      else {
        continue
      }
      found[move.entry] = classes.reduce((0, 0, 0)) {
        ($0.0 + $1.bundles, $0.1 + $1.customers, $0.2 + $1.records)
      }
    }
    return found
  }

  /// The ids of classes that are open, by name; none named gives none.
  public func classIDs(named names: [String]) throws -> [Identifier] {
    names.isEmpty ? [] : try openClasses(named: names).map(\.id)
  }

  /// Classes that are open, by name; none named means all.
  func openClasses(named names: [String]) throws -> [Section] {
    let classes = try unlocked().classes
    guard !names.isEmpty else { return classes }
    return try names.map { name in
      guard let section = classes.first(where: { $0.name == name }) else {
        throw VaultError.unknown("class", name, among: classes.map(\.name))
      }
      return section
    }
  }
}
