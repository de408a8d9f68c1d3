internal import Keyring
internal import Storage

/// Something that was not sealed, and why.
public struct LeftOut: Hashable, Sendable {
  /// The path as it stands in the source.
  public let path: [UInt8]
  /// Why: lower case, no full stop.
  public let reason: String
}

/// Finds what is to be sealed: the first stage of the road in. It reads names and sizes, never contents.
struct SourceWalk {
  /// A customer's records of one class.
  struct Key: Hashable {
    let classIndex: Int
    let subject: [UInt8]
  }

  private(set) var items: [Key: [SourceItem]] = [:]
  private(set) var leftOut: [LeftOut] = []
  private(set) var emptyFolders: UInt64 = 0
  private(set) var bytes: UInt64 = 0
  private(set) var files: UInt64 = 0

  /// Labels stay within what the format allows (Format.md, 3.2).
  static let pathLimit = 4096
  static let subjectLimit = 1024

  /// Walks all sources.
  /// - Parameter classes: the names of the classes that can be sealed, in the order of their indexes.
  init(_ sources: [(folder: SourceFolder, name: String)], layout: SourceLayout, classes: [String]) throws {
    let indexes = Dictionary(
      uniqueKeysWithValues: classes.enumerated().map { (Array($0.element.utf8), $0.offset) })
    // Two sources of one name could both bring the same record.
    var seen: Set<[[UInt8]]> = []
    let names = sources.map(\.name)
    let mayCollide = Set(names).count < names.count
    for (root, source) in sources.enumerated() {
      try source.folder.walk(
        visit: { entry in
          guard let reading = layout.read(entry.path) else {
            leftOut.append(LeftOut(path: entry.path, reason: "its path doesn't fit the layout"))
            return
          }
          if layout.mayShift, let first = entry.path.split(separator: UInt8(ascii: "/")).first,
            indexes[Array(first)] != nil
          {
            let reason = "its first folder is a class's name; seal without --class, or say --layout"
            leftOut.append(LeftOut(path: entry.path, reason: reason))
            return
          }
          guard let index = indexes[reading.className] else {
            let known = classes.joined(separator: ", ")
            leftOut.append(LeftOut(path: entry.path, reason: "its class is none that you may seal: \(known)"))
            return
          }
          guard reading.subject == Array("common".utf8) || TwoKeys.isUsable(.number, reading.subject) else {
            leftOut.append(LeftOut(path: entry.path, reason: "its customer has no number"))
            return
          }
          guard reading.path.count <= Self.pathLimit, reading.subject.count <= Self.subjectLimit else {
            leftOut.append(LeftOut(path: entry.path, reason: "its path is too long for a label"))
            return
          }
          if mayCollide {
            let identity = [reading.className, reading.subject, Array(source.name.utf8), reading.path]
            guard seen.insert(identity).inserted else {
              leftOut.append(
                LeftOut(path: entry.path, reason: "another source of the same name has this record too"))
              return
            }
          }
          let status = entry.status
          let item = SourceItem(
            root: root, file: entry.path, path: reading.path, subjectAsGiven: reading.subject,
            size: status.size,
            mtime: status.mtime, ctime: status.ctime, inode: status.inode, mode: status.mode)
          items[Key(classIndex: index, subject: reading.subject), default: []].append(item)
          bytes += status.size
          files += 1
        },
        skipped: { path, why in leftOut.append(LeftOut(path: path, reason: why.reason)) },
        emptyFolder: { _ in emptyFolders += 1 })
    }
  }
}
