internal import Boxes
internal import Keyring
internal import Storage

/// Something that was not sealed, and why.
public struct LeftOut: Hashable, Sendable {
  /// The path as it stands in the source.
  public let path: [UInt8]
  /// Why: lower case, no full stop.
  public let reason: String
  /// What to do about it.
  public private(set) var hint: Hint?
}

/// Finds what is to be sealed, a stretch at a time: the first stage of the road in. It reads names and sizes, never
/// contents.
struct SourceWalk {
  /// A customer's records of one class.
  struct Key: Hashable {
    let classIndex: Int
    let subject: [UInt8]
  }

  private let sources: [(folder: SourceFolder, name: String)]
  private let layout: SourceLayout
  private let classes: [[UInt8]: Int]
  private let unruled: Set<[UInt8]>
  private let names: String
  /// Where the next stretch begins: the source, and the file that the one before ended with.
  private var place: (root: Int, after: [UInt8]?) = (0, nil)
  private var leftOut: [LeftOut] = []
  /// What the file before was: files come folder by folder, and those of a folder share one text.
  private var before: (className: [UInt8], index: Int, subject: [UInt8])?
  private(set) var emptyFolders: UInt64 = 0
  private let exclusions: Exclusions
  private(set) var excluded = Exclusions.Tally()

  /// Longer customer numbers are left out: the format allows as many bytes as a row of the table has.
  private static let subjectLimit = 1024
  /// A stretch has at most so many files, and ends with a topmost folder from so many on.
  private static let limit = 1 << 14
  private static let enough = 1 << 13

  /// - Parameters:
  ///   - classes: the names of the classes that can be sealed, in the order of their indexes.
  ///   - unruled: the names of those that the policy says nothing of.
  init(
    _ sources: [(folder: SourceFolder, name: String)], layout: SourceLayout, excluding exclusions: Exclusions,
    classes: [String], unruled: [String]
  ) {
    self.exclusions = exclusions
    self.sources = sources
    self.layout = layout
    self.classes = Dictionary(
      uniqueKeysWithValues: classes.enumerated().map { (Array($0.element.utf8), $0.offset) })
    self.unruled = Set(unruled.map { Array($0.utf8) })
    names = classes.joined(separator: ", ")
  }

  /// Whether nothing is left behind the last stretch.
  var isAtEnd: Bool { place.root >= sources.count }

  /// What was left out since this was asked last.
  mutating func takeLeftOut() -> [LeftOut] {
    defer { leftOut = [] }
    return leftOut
  }

  /// The next stretch; nil behind the end.
  mutating func next() throws -> [Key: [SourceItem]]? {
    var items: [Key: [SourceItem]] = [:]
    var count = 0
    var top: [UInt8]?
    while place.root < sources.count, count < Self.enough {
      let root = place.root
      var ended: [UInt8]?
      var last: [UInt8]?
      // What lies behind the last file is told again by the walk that goes on from there.
      var told = Told()
      try sources[root].folder.walk(
        after: place.after,
        visit: { entry in
          let here = entry.path.prefix { $0 != UInt8(ascii: "/") }
          let isSameTop = top?.elementsEqual(here) ?? false
          if count >= Self.limit || (count >= Self.enough && !isSameTop) {
            ended = last
            return false
          }
          if !isSameTop { top = Array(here) }
          take(told)
          told = Told()
          last = entry.path
          count += 1
          switch try read(entry, root: root) {
          case .item(let key, let item): items[key, default: []].append(item)
          case .leftOut(let reason, let hint):
            leftOut.append(LeftOut(path: entry.path, reason: reason, hint: hint))
          }
          return true
        },
        skipped: { path, why in
          switch why {
          case .excluded: told.excluded.append(path)
          case .notWanted: told.add(path, "is a vault or a copy of one: its files are no records")
          default: told.add(path, why.reason)
          }
        },
        emptyFolder: { _ in told.emptyFolders += 1 })
      if ended == nil { take(told) }
      place = ended.map { (root, $0) } ?? (root + 1, nil)
      if ended != nil { break }
    }
    return count == 0 && place.root >= sources.count ? nil : items
  }

  /// What lies beside files.
  private struct Told {
    var leftOut: [LeftOut] = []
    var excluded: [[UInt8]] = []
    var emptyFolders: UInt64 = 0

    mutating func add(_ path: [UInt8], _ reason: String) {
      leftOut.append(LeftOut(path: path.isEmpty ? Array(".".utf8) : path, reason: reason))
    }
  }

  private mutating func take(_ told: Told) {
    leftOut += told.leftOut
    emptyFolders += told.emptyFolders
    for path in told.excluded { excluded.add(exclusions.matches(path)) }
  }

  private enum Reading {
    case item(Key, SourceItem)
    case leftOut(String, Hint? = nil)
  }

  private mutating func read(_ entry: SourceEntry, root: Int) throws(VaultError) -> Reading {
    guard let reading = layout.read(entry.path) else {
      return .leftOut("its path doesn't fit the layout '\(layout.text)'", .chooseLayout)
    }
    if layout.mayShift, isClass(Array(entry.path.prefix { $0 != UInt8(ascii: "/") })) {
      return .leftOut("its first folder is a class's name", .letPathsTellClasses)
    }
    let index: Int
    let subject: [UInt8]
    if let before, before.subject.elementsEqual(reading.subject),
      before.className.elementsEqual(reading.className)
    {
      (index, subject) = (before.index, before.subject)
    } else {
      let className = Array(reading.className)
      subject = Array(reading.subject)
      guard let found = classes[className] else {
        guard !unruled.contains(className) else {
          throw VaultError(
            .refused,
            "the policy doesn't say how long records of class '\(String(decoding: className, as: UTF8.self))' are kept",
            safe: "nothing of it was sealed", hint: "a custodian enters a policy that names the class")
        }
        return .leftOut("its class is none that you may seal: \(names)")
      }
      guard subject == Array("common".utf8) || KeySchedule.isUsable(.number, subject) else {
        return .leftOut("its customer has no number")
      }
      index = found
      before = (className, index, subject)
    }
    guard reading.kept.count + reading.path.count <= BoxLimits.path, subject.count <= Self.subjectLimit else {
      return .leftOut("its path is too long for a label")
    }
    return .item(
      Key(classIndex: index, subject: subject),
      SourceItem(
        root: root, file: entry.path, pathStart: entry.path.count - reading.path.count,
        kept: reading.kept, title: reading.title, date: reading.date, subjectAsGiven: subject,
        looks: FileFingerprint(entry.status)))
  }

  private func isClass(_ name: [UInt8]) -> Bool { classes[name] != nil || unruled.contains(name) }
}
