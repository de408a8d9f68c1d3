package import Rules
public import Sealing
public import Vault

/// What an archive holds, by class and years: of boxes, as they lie at one place.
public struct Inventory: Sendable {
  /// Boxes of one class that were sealed in one year, and are kept until another one.
  public struct Row: Hashable, Sendable {
    /// The class; nil where it is sealed to who asks.
    public let classID: Identifier?
    /// What it is called; nil where that is sealed.
    public let className: String?
    /// The year in which they were sealed, as the entries' times say.
    public let year: UInt64
    /// The year at whose end their retention ends, by the policy under which they were sealed.
    public let until: UInt64
    /// How many boxes there are.
    public internal(set) var boxes: UInt64 = 0
    /// Their bytes.
    public internal(set) var bytes: UInt64 = 0
  }

  private struct Key: Hashable {
    let classID: Identifier?
    let year, until: UInt64
  }

  /// By the classes' names, then years; what is sealed comes last.
  public let rows: [Row]
  /// How many places hold them: the vault, and destinations with a snapshot.
  public let places: Int
  /// The year that it is now.
  public let year: UInt64

  /// Reads it off an open place. Of which class a box is only who opens the class can tell.
  public init(of place: OpenPlace) async throws {
    let classes = place.isUnlocked ? try await place.boxClasses() : [:]
    let state = place.state
    self.init(
      boxes: state.liveBoxes().map { ($0, classes[$0.ordinal]) }, names: place.classNames,
      places: 1
        + state.places.values.count { $0.id != state.home && $0.forgotten == nil && !$0.snapshots.isEmpty },
      now: place.machine.now())
  }

  package init(
    boxes: some Sequence<(KnownBox, Identifier?)>, names: [Identifier: String], places: Int, now: UInt64
  ) {
    var rows: [Key: Row] = [:]
    for (known, classID) in boxes {
      let key = Key(classID: classID, year: CivilTime.year(of: known.time), until: known.box.year)
      let empty = Row(
        classID: classID, className: classID.flatMap { names[$0] }, year: key.year, until: key.until)
      rows[key, default: empty].boxes += 1
      rows[key, default: empty].bytes += known.box.size
    }
    self.rows = rows.values.sorted {
      ($0.classID == nil ? 1 : 0, $0.className ?? "", $0.year, $0.until)
        < ($1.classID == nil ? 1 : 0, $1.className ?? "", $1.year, $1.until)
    }
    self.places = places
    year = CivilTime.year(of: now)
  }

  /// All boxes.
  public var boxes: UInt64 { rows.reduce(0) { $0 + $1.boxes } }
  /// All their bytes.
  public var bytes: UInt64 { rows.reduce(0) { $0 + $1.bytes } }
}
