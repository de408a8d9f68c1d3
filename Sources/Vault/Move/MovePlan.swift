internal import Boxes
internal import Keyring
internal import Rules
public import Sealing
internal import Storage

/// Why boxes are to be moved.
public enum MovePurpose: Hashable, Sendable {
  /// What is sealed under older epochs of these classes is sealed under the newest; no ids means every class.
  case reseal([Identifier])
  /// Many small boxes become few, and what was erased for good goes.
  case compact
  /// What was kept for long enough goes, of these classes; no ids means every class. Exactly this, where somebody
  /// said yes to it.
  case dispose([Identifier], agreed: [DueRecords]? = nil)
  /// What no key opens in these boxes is given up, and what another box has by the same name.
  case giveUp([Digest])

  /// What the entries say.
  var reason: BoxMove.Reason {
    switch self {
    case .reseal, .compact: .rewritten
    case .dispose: .disposed
    case .giveUp: .lost
    }
  }
}

/// Which boxes are moved together: of one class and year, as many as fill about one box.
struct MoveGroup: Sendable {
  let classID: Identifier
  let year: UInt64
  var boxes: [KnownBox]
}

/// Chooses what is to be moved, from what the catalog knows.
struct MovePlan {
  /// Below so many bytes a box is small.
  static let small: UInt64 = 32 << 20
  /// So many small boxes of one class and year are put together.
  static let atLeast = 8
  /// So many bytes fill a box.
  private static let full: UInt64 = 56 << 20
  /// What is known of each bundle waits in memory.
  private static let bundles = 16_384

  /// In the order in which they are moved.
  private(set) var groups: [MoveGroup] = []
  /// Their boxes, and the bytes of these.
  private(set) var boxes: UInt64 = 0
  private(set) var bytes: UInt64 = 0
  /// Boxes that wait for another custodian's comparison.
  private(set) var uncompared: UInt64 = 0

  /// - Parameters:
  ///   - shelves: every box that a key opens.
  ///   - newest: the epoch with which each class is sealed.
  ///   - dead: bytes of bundles that were erased for good, by box.
  ///   - due: boxes with something that was kept for long enough.
  ///   - box: the box that is meant; nil where it stays in any case.
  ///   - isUncompared: whether a move brought it that nobody has compared. It could never be compared once the box was
  ///     moved on.
  init(
    _ purpose: MovePurpose, shelves: [CatalogFile.Shelf], newest: [Identifier: UInt32], dead: [Int: UInt64],
    due: Set<Int>, box: (CatalogFile.Shelf) -> KnownBox?, isUncompared: (KnownBox) -> Bool
  ) {
    var chosen: [Key: [(shelf: CatalogFile.Shelf, box: KnownBox)]] = [:]
    for shelf in shelves {
      guard let known = box(shelf) else { continue }
      chosen[Key(classID: shelf.classID, year: known.box.year), default: []].append((shelf, known))
    }
    for (key, all) in chosen.sorted(by: { $0.key < $1.key }) {
      let wanted: [(shelf: CatalogFile.Shelf, box: KnownBox)]
      switch purpose {
      case .reseal(let classes):
        guard classes.isEmpty || classes.contains(key.classID), let epoch = newest[key.classID] else {
          continue
        }
        wanted = all.filter { $0.shelf.lowest < epoch }
      case .compact:
        let small = all.filter { $0.box.box.size < Self.small }
        let gathers = small.count >= Self.atLeast
        wanted = all.filter { shelf, known in
          gathers && known.box.size < Self.small || dead[known.ordinal, default: 0] > known.box.size / 4
        }
      case .dispose: wanted = all.filter { due.contains($0.box.ordinal) }
      case .giveUp: wanted = []
      }
      uncompared += UInt64(wanted.count { isUncompared($0.box) })
      add(wanted.filter { !isUncompared($0.box) }, key)
    }
  }

  /// These boxes, each by itself.
  init(boxes: [KnownBox]) {
    groups = boxes.map { MoveGroup(classID: .zero, year: $0.box.year, boxes: [$0]) }
    self.boxes = UInt64(boxes.count)
    bytes = boxes.reduce(0) { $0 + $1.box.size }
  }

  private struct Key: Hashable, Comparable {
    let classID: Identifier
    let year: UInt64

    static func < (one: Key, other: Key) -> Bool { (one.classID, one.year) < (other.classID, other.year) }
  }

  private mutating func add(_ wanted: [(shelf: CatalogFile.Shelf, box: KnownBox)], _ key: Key) {
    var group = MoveGroup(classID: key.classID, year: key.year, boxes: [])
    var (size, bundles): (UInt64, Int) = (0, 0)
    for (shelf, box) in wanted {
      let isFull =
        size + box.box.size > Self.full || bundles + shelf.bundles > Self.bundles
        || group.boxes.count >= BoxMove.mostReplaced / 2
      if isFull, !group.boxes.isEmpty {
        groups.append(group)
        group.boxes = []
        (size, bundles) = (0, 0)
      }
      group.boxes.append(box)
      size += box.box.size
      bundles += shelf.bundles
      boxes += 1
      bytes += box.box.size
    }
    if !group.boxes.isEmpty { groups.append(group) }
  }
}
