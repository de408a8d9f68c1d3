internal import Sealing

/// What is to be sealed, by class and customer: different spellings of one number come together here.
struct SubjectItems {
  /// Items by the class's index and the customer's id.
  private(set) var items: [Int: [Identifier: [SourceItem]]] = [:]
  /// Items that are the same record as another one.
  private(set) var leftOut: [LeftOut] = []
  private let names: [String]

  /// - Parameter names: the names of the sources, by an item's root.
  init(names: [String]) { self.names = names }

  private struct Name: Hashable {
    let source: String
    let path: [UInt8]
  }

  /// Adds a folder's items. A record is known by class, customer, source and path (Format.md, 3.2): where two folders
  /// name one customer and both have it, the first is taken.
  mutating func add(_ more: [SourceItem], classIndex: Int, subject: Identifier) {
    guard let present = items[classIndex]?[subject] else {
      items[classIndex, default: [:]][subject] = more
      return
    }
    var seen = Set(present.map(name))
    var fresh: [SourceItem] = []
    for item in more {
      if seen.insert(name(of: item)).inserted {
        fresh.append(item)
      } else {
        leftOut.append(
          LeftOut(path: item.file, reason: "another folder names the same customer and has this record too"))
      }
    }
    items[classIndex, default: [:]][subject] = present + fresh
  }

  /// Takes out single items.
  mutating func remove(where isUnwanted: (Int, Identifier, SourceItem) -> Bool) {
    for (index, subjects) in items {
      for (subject, list) in subjects where list.contains(where: { isUnwanted(index, subject, $0) }) {
        items[index]?[subject] = list.filter { !isUnwanted(index, subject, $0) }
      }
    }
  }

  private func name(of item: SourceItem) -> Name { Name(source: names[item.root], path: item.path) }
}
