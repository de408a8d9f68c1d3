internal import Sealing

/// Gives classes and customers their folders: no two classes share one, and within a class no two customers (Format 5.1).
///
/// Labels call customers as their sources did, so that two may have one name; whoever comes first keeps it. Asked in the
/// order in which an export goes: class by class, customers ascending by id.
package struct ExportFolders {
  private let classes: [Identifier: [UInt8]]
  /// What customers of a class were given: of each folder its digest, since there may be millions.
  private var taken: Set<Digest> = []

  /// - Parameter classes: all that are open, by id and name.
  init(_ classes: [(id: Identifier, name: String)]) {
    var taken: Set<[UInt8]> = []
    var folders: [Identifier: [UInt8]] = [:]
    for (id, name) in classes.sorted(by: { $0.id < $1.id }) {
      let name = ExportNames.part(Array(name.utf8))
      folders[id] = Self.own(name, of: id) { taken.insert($0).inserted }
    }
    self.classes = folders
  }

  /// Of each way in which a customer's records spell it, the folder.
  mutating func take(_ spellings: Set<[UInt8]>, of subject: Identifier, in classID: Identifier) -> [[UInt8]:
    [UInt8]]
  {
    let folder = (classes[classID] ?? Array(classID.hex.utf8)) + [0x2f]
    var names: [[UInt8]: [UInt8]] = [:]
    var folders: [[UInt8]: [UInt8]] = [:]
    for spelling in spellings.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let name = ExportNames.one(ExportNames.part(spelling))
      let own =
        names[name]
        ?? Self.own(name, of: subject) {
          taken.insert(Digest.sha256(of: classID.bytes + $0)).inserted
        }
      names[name] = own
      folders[spelling] = folder + own
    }
    return folders
  }

  /// The first of its names that is free.
  private static func own(_ name: [UInt8], of id: Identifier, isFree: ([UInt8]) -> Bool) -> [UInt8] {
    let name = ExportNames.one(name)
    var own = name
    var attempt = 1
    while !isFree(own) {
      var suffix = Array("~\(id.hex.prefix(8))".utf8)
      if attempt > 1 { suffix += Array("~\(attempt)".utf8) }
      own = ExportNames.cut(name, to: ExportNames.limit - suffix.count) + suffix
      attempt += 1
    }
    return own
  }
}
