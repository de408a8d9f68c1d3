internal import Boxes
internal import Keyring
internal import Rules
public import Sealing
internal import Storage

/// What was kept for long enough, of one class and year.
public struct DueRecords: Hashable, Sendable {
  /// The class's name.
  public let className: String
  /// To the end of which year it was to be kept.
  public let year: UInt64
  /// Boxes with something of it.
  public internal(set) var boxes: UInt64 = 0
  /// Bundles that may go, their records and bytes.
  public internal(set) var bundles: UInt64 = 0
  /// Their records.
  public internal(set) var records: UInt64 = 0
  /// Their bytes.
  public internal(set) var bytes: UInt64 = 0
  /// Bundles that stay since a hold holds them.
  public internal(set) var held: UInt64 = 0
}

/// What may go by now.
public struct RetentionDue: Sendable {
  /// Everything that was to be kept for a year before this one; nil where nobody can say which year it is.
  public let presentYear: UInt64?
  /// This machine's year: a later one is believed once an entry says so, too.
  public let clockYear: UInt64
  /// Whether all classes and all holds are open to us.
  public let isWhole: Bool
  /// By class and year.
  public let records: [DueRecords]
  /// What couldn't be read.
  public let findings: [Finding]
}

extension OpenPlace {
  /// What was kept for long enough, by what is known of boxes.
  /// - Parameter classes: ids; none means all.
  public func retentionDue(classes: [Identifier]) async throws -> RetentionDue {
    let (file, findings) = try await updatedCatalog(whole: true)
    let due = DueBundles(try await retention(), state, file)
    return RetentionDue(
      presentYear: due.retention.presentYear, clockYear: CivilTime.year(of: machine.now()),
      isWhole: try unlocked().opened.isWhole, records: try dueSums(file, due, classes: classes).records,
      findings: findings)
  }

  /// Refuses to say what may go while a box that can't be read may hold something older that is to stay.
  func checkOlderAreRead(_ file: CatalogFile, _ retention: Retention) throws {
    guard let presentYear = retention.presentYear else { return }
    let live = try file.unread().filter { state.boxes.indices.contains($0) }.map { state.boxes[$0] }
      .filter(\.isLiveNow)
    let staying = live.first { box in
      let years = state.policy.classes.map { rule in
        state.keptUntil(rule.id, year: box.box.year, first: box.entry) ?? .max
      }
      return (years.max() ?? .max) >= presentYear
    }
    guard let staying else { return }
    throw VaultError(
      .refused,
      "box \(staying.box.hash) can't be read, and may hold older versions that stay: they would be the newest then",
      safe: "nothing was changed", hint: .verifyThenRepair)
  }

  /// Adds up what was kept for long enough.
  func dueSums(_ file: CatalogFile, _ due: DueBundles, classes: [Identifier]) throws -> DueSums {
    var sums = DueSums(names: classNames)
    guard let presentYear = due.retention.presentYear else { return sums }
    for shelf in try file.shelves() where classes.isEmpty || classes.contains(shelf.classID) {
      try Task.checkCancellation()
      guard let box = boxHere(shelf.ordinal), box.box.hash == shelf.hash, box.box.year < presentYear else {
        continue
      }
      for kept in try file.bundles(in: shelf.ordinal) {
        sums.add(try due.fate(of: kept.bundle.row, in: box, kept.classID), kept.bundle.row, box, kept.classID)
      }
    }
    return sums
  }
}

/// What was kept for long enough, added up.
struct DueSums {
  private let names: [Identifier: String]
  private var found: [Key: DueRecords] = [:]
  private var last: [Key: Int] = [:]
  /// Boxes with something that may go.
  private(set) var ordinals: Set<Int> = []
  /// What may go.
  private(set) var leftOut = MoveLeavings()

  private struct Key: Hashable {
    let className: String
    let year: UInt64
  }

  init(names: [Identifier: String]) { self.names = names }

  /// By class and year.
  var records: [DueRecords] {
    found.sorted { ($0.key.className, $0.key.year) < ($1.key.className, $1.key.year) }.map(\.value)
  }

  /// Adds a bundle; those of a box one after the other.
  mutating func add(_ fate: Retention.Fate, _ row: IndexRow, _ box: KnownBox, _ classID: Identifier) {
    if case .kept = fate { return }
    let key = Key(className: names[classID] ?? classID.hex, year: box.box.year)
    var sum = found[key] ?? DueRecords(className: key.className, year: key.year)
    if last.updateValue(box.ordinal, forKey: key) != box.ordinal { sum.boxes += 1 }
    if case .held = fate {
      sum.held += 1
    } else {
      sum.bundles += 1
      sum.records += UInt64(row.records)
      sum.bytes = sum.bytes.adding(row.bodyLength).adding(row.tableLength)
      leftOut.add(over: row.subject, in: classID, records: row.records)
      ordinals.insert(box.ordinal)
    }
    found[key] = sum
  }
}
