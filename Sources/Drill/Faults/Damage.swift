internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// Damage that was done: which fault, and which objects it hit.
struct Damage: Sendable {
  let fault: PlannedFault
  /// The objects whose looks it changed.
  let objects: [ObjectName]
  /// The file that names all pages of the keyring: without it nobody can name one that is missing.
  var head: ObjectName?

  /// Which objects a fault changes, and how: the same for the same seed and listing.
  /// - Parameters:
  ///   - number: which fault of the plan it is, from 0.
  ///   - objects: what lies at the place.
  ///   - state: what the place's ledger says.
  ///   - needed: the files of the keyring that may be chosen.
  ///   - news: what counts as new; nil where the fault takes all.
  static func choose(
    _ fault: PlannedFault, number: Int, seed: UInt64, from objects: [ObjectInfo], _ state: LedgerState,
    _ needed: Set<ObjectName>, news: News?
  ) -> [ObjectName: Change] {
    var chance = Seeded(seed &+ UInt64(number) &* 0x632b_e59b_d9b4_e019)
    var found = candidates(fault, objects, state, needed, news)
    found.shuffle(using: &chance)
    let wanted: Int =
      switch fault.amount {
      case nil: found.count
      case .count(let count): min(found.count, Int(count))
      case .share(let share): min(found.count, max(1, Int(UInt64(found.count) * share / 1000)))
      }
    var chosen = Array(found.prefix(wanted))
    if fault.kind == .swap { chosen = Array(chosen.prefix(chosen.count / 2 * 2)) }
    var changes: [ObjectName: Change] = [:]
    for (index, object) in chosen.enumerated() {
      let change: Change =
        switch fault.kind {
        case .flip: .flipped(at: UInt64.random(in: 0..<max(1, object.size), using: &chance))
        case .truncate: .truncated(to: object.size / 2)
        case .overwrite: .overwritten(seed: chance.next())
        case .swap: .serving(chosen[index ^ 1].name)
        case .lose, .cut, .replace, .slow, .fail, .fill, .kill: .gone
        }
      changes[object.name] = change
      if fault.bothCopies, let second = MirroredStore.second(of: object.name),
        objects.contains(where: { $0.name == second })
      {
        changes[second] = change
      }
    }
    return changes
  }

  private static func candidates(
    _ fault: PlannedFault, _ objects: [ObjectInfo], _ state: LedgerState, _ needed: Set<ObjectName>,
    _ news: News?
  ) -> [ObjectInfo] {
    let folder: String =
      switch fault.of {
      case .boxes: Layout.boxes
      case .keyring: Layout.keyring
      case .ledger: Layout.ledger
      case .marker: ""
      }
    let all = objects.filter { object in
      switch fault.of {
      case .marker: object.name == Layout.marker
      case .keyring: needed.contains(object.name)
      // What nothing names nobody misses.
      case .boxes: object.name.isUnder(folder) && Layout.digest(of: object.name).map(state.isLive) ?? false
      case .ledger: object.name.isUnder(folder)
      }
    }.sorted { $0.name < $1.name }
    return news.map { news in all.filter { news.has($0.name) } } ?? all
  }

  /// What is new at a place.
  struct News {
    /// The first entry that is.
    let cutoff: UInt64
    /// The boxes that hold what was sealed since, and the generations since.
    let objects: Set<ObjectName>

    /// - Parameter place: unlocked where it can be, since what was moved lies in newer boxes than it was sealed into.
    init(at place: OpenPlace, since cutoff: UInt64) async throws {
      self.cutoff = cutoff
      objects = Set(try await place.boxesHolding(sealedSince: cutoff).map(Layout.box))
        .union(place.state.generations.filter { $0.entry >= cutoff }.map { Layout.keyringFile($0.file) })
    }

    func has(_ name: ObjectName) -> Bool {
      Layout.commitNumber(of: name).map { $0 >= cutoff } ?? objects.contains(name)
    }
  }

  /// How a place looks whose ledger ends with an earlier snapshot of its own; nil where it has none so old.
  static func cut(
    by snapshots: UInt64, of place: Identifier, from objects: [ObjectInfo], _ state: LedgerState
  ) -> [ObjectName: Change]? {
    guard let last = snapshot(snapshots, of: place, state) else { return nil }
    // Those that were moved there came later as well, whatever they hold, and whether they are live or not.
    let boxes = Set(
      state.boxes.reversed().prefix { $0.entry >= last.content.size }.map { Layout.box($0.box.hash) })
    let generations = Set(
      state.generations.filter { $0.entry > last.number }.map { Layout.keyringFile($0.file) })
    var changes: [ObjectName: Change] = [:]
    for object in objects {
      let first = object.name.within("second") ?? object.name
      let isLater = Layout.commitNumber(of: first).map { $0 > last.number } ?? false
      if isLater || boxes.contains(object.name) || generations.contains(first) {
        changes[object.name] = .gone
      }
    }
    return changes
  }

  /// How many boxes of such an earlier snapshot were replaced since and are erased there: that state can't be made any more.
  static func erased(
    before snapshots: UInt64, of place: Identifier, from objects: [ObjectInfo], _ state: LedgerState
  ) -> Int {
    guard let last = snapshot(snapshots, of: place, state) else { return 0 }
    let there = Set(objects.map(\.name))
    return state.boxes(of: last.content).count {
      !$0.isLiveNow && !there.contains(Layout.box($0.box.hash))
    }
  }

  private static func snapshot(
    _ snapshots: UInt64, of place: Identifier, _ state: LedgerState
  ) -> Entered<Snapshot>? {
    let all = state.places[place]?.snapshots ?? []
    return snapshots < all.count ? all[all.count - 1 - Int(snapshots)] : nil
  }
}
