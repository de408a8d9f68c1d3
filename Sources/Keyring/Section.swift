public import Sealing

/// One part of the keyring: a class, the directory or the journal, with its epochs, the pages of its rows, and who
/// can open it (Format 2.3).
public struct Section: Sendable {
  /// What a section is for.
  public enum Kind: UInt16, Sendable, Hashable {
    /// Subject keys and epoch keys of one class of records.
    case `class` = 1
    /// Which subject id belongs to a token.
    case directory
    /// X-Wing seeds that open the ledger's sealed parts; no pages.
    case journal
  }

  /// The most epochs of a section.
  package static let maximumEpochs = 1000
  /// The most pages of a section.
  package static let maximumPages = 65_536
  /// The most readers of a section.
  package static let maximumReaders = 1000
  /// How many pages may follow the base before the section is to be merged.
  package static let maximumBehindBase = 64
  /// The longest name, in bytes of UTF-8.
  package static let maximumName = 96

  /// A class's id, `directory` or `journal`.
  public let id: Identifier
  /// What it is for.
  public let kind: Kind
  /// What people call it.
  public let name: String
  /// Ascending by number from 1; the last one is sealing.
  public let epochs: [Epoch]
  /// In the order in which their rows count; every one has its range.
  package let pages: [PageReference]
  /// The identities that a grant of the same generation lets open this section, ascending.
  package let readers: [Identifier]

  /// A section of these parts.
  ///
  /// - Throws: `malformed` or `limit` for what Format 2.3 refuses.
  public init(
    id: Identifier, name: String, epochs: [Epoch], pages: [PageReference] = [], readers: [Identifier]
  ) throws(KeyringError) {
    self.id = id
    self.kind = Section.kind(of: id)
    self.name = name
    self.epochs = epochs
    self.pages = pages
    self.readers = readers
    try checkHead()
    try checkEpochs()
    try checkPages()
  }

  /// The kind that an id tells.
  public static func kind(of id: Identifier) -> Kind {
    id == .directory ? .directory : id == .journal ? .journal : .class
  }

  /// Whether no two have the same name, compared as Unicode does (NFC): who asks for a class by name gets that one.
  static func namesDiffer(_ sections: [Section]) -> Bool {
    Set(sections.map(\.name)).count == sections.count
  }

  /// What directory and journal are called, everywhere.
  static func fixedName(of kind: Kind) -> String? {
    switch kind {
    case .class: nil
    case .directory: "directory"
    case .journal: "journal"
    }
  }

  /// The epoch that new things are sealed with.
  public var sealing: Epoch { epochs[epochs.count - 1] }

  /// The epoch of a number, where there is one.
  public func epoch(_ number: UInt32) -> Epoch? {
    number >= 1 && number <= epochs.count ? epochs[Int(number) - 1] : nil
  }

  /// How many rows its pages have, those included that an earlier row overrules.
  public var rows: UInt64 { pages.reduce(0) { $0 + UInt64($1.count) } }

  /// How many pages at the beginning are ascending and don't overlap, so that one search finds the one for an id.
  package var baseCount: Int {
    var count = 0
    var last: UInt64?
    for page in pages {
      guard let range = page.range, range.isInOrder, last.map({ $0 < range.first.prefix }) ?? true else {
        break
      }
      last = range.lastPrefix
      count += 1
    }
    return count
  }

  /// Whether so many pages follow the base, with those that wait to be taken over, that a lookup costs too much.
  package func needsMerging(with additions: Int = 0) -> Bool {
    pages.count - baseCount + additions > Section.maximumBehindBase
  }

  /// The same section with other parts; what isn't named stays.
  func with(
    epochs: [Epoch]? = nil, pages: [PageReference]? = nil, readers: [Identifier]? = nil
  ) throws(KeyringError) -> Section {
    try Section(
      id: id, name: name, epochs: epochs ?? self.epochs, pages: pages ?? self.pages,
      readers: readers ?? self.readers)
  }

  private func checkHead() throws(KeyringError) {
    guard !id.isZero else { throw KeyringError(.malformed, "a section without an id") }
    let length = name.utf8.count
    guard length >= 1, length <= Section.maximumName, !name.utf8.contains(0) else {
      throw KeyringError(.malformed, "section \(id): a name of \(length) bytes, or with a zero byte")
    }
    guard Section.fixedName(of: kind).map({ $0 == name }) ?? true else {
      throw KeyringError(.malformed, "section \(id): a name that isn't its own")
    }
    guard readers.count <= Section.maximumReaders else {
      throw KeyringError(.limit, "section \(id): more than \(Section.maximumReaders) readers")
    }
    guard zip(readers, readers.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw KeyringError(.malformed, "section \(id): readers out of order or twice")
    }
  }

  private func checkEpochs() throws(KeyringError) {
    guard !epochs.isEmpty else { throw KeyringError(.malformed, "section \(id): no epoch") }
    guard epochs.count <= Section.maximumEpochs else {
      throw KeyringError(.limit, "section \(id): more than \(Section.maximumEpochs) epochs")
    }
    for (index, epoch) in epochs.enumerated() {
      guard epoch.number == index + 1 else {
        throw KeyringError(.malformed, "section \(id): epoch \(epoch.number) where \(index + 1) belongs")
      }
      guard kind == .class || epoch.state == .sealing || epoch.state == .opening else {
        throw KeyringError(.malformed, "section \(id): epoch \(epoch.number) is \(epoch.state)")
      }
      guard (epoch.state == .sealing) == (index == epochs.count - 1) else {
        throw KeyringError(.malformed, "section \(id): the newest epoch, and no other, must be sealing")
      }
      try epoch.check()
    }
  }

  private func checkPages() throws(KeyringError) {
    guard pages.isEmpty || kind != .journal else { throw KeyringError(.malformed, "the journal has pages") }
    guard pages.count <= Section.maximumPages else {
      throw KeyringError(.limit, "section \(id): more than \(Section.maximumPages) pages, merge it first")
    }
    guard pages.allSatisfy({ $0.range != nil }) else {
      throw KeyringError(.malformed, "section \(id): a page without its first id")
    }
  }
}
