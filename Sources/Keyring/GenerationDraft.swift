internal import Sealing

/// A generation that is to be written: its sections in the open, and whom they are granted to.
struct GenerationDraft {
  var vault: Identifier
  var number: UInt32
  var previous: Digest?
  var through: UInt64
  /// In any order.
  var sections: [Section]
  /// Everybody who is a reader of some section, in any order.
  var recipients: [Recipient]

  /// Seals the sections under fresh keys, the keys to the recipients.
  ///
  /// - Throws: `malformed` if a section has no reader, a reader isn't a recipient, or a recipient reads nothing;
  ///   `limit` beyond what the format allows.
  func sealed() throws(KeyringError) -> OpenGeneration {
    let ordered = GenerationDraft.ordered(sections)
    try check(ordered)
    var opened: [OpenSection] = []
    for section in ordered {
      opened.append(OpenSection(section, key: try KeySchedule.random("section key")))
    }
    let grants = try self.grants(opened)
    var sealedSections: [[UInt8]] = []
    for open in opened {
      let context = SealContext(.section, vault: vault, section: open.section.id, number: number)
      sealedSections.append(
        try sealing("section \(open.section.id)") { () throws(SealingError) in
          try SealedStream.seal(open.section.encoded(), key: open.key, context: context)
        })
    }
    let pages = Set(ordered.flatMap(\.pages).map { Generation.StoredPage(digest: $0.digest, size: $0.size) })
    let generation = try Generation(
      Generation.Parts(
        vault: vault, number: number, previous: previous, through: through, grants: grants,
        journal: try OpenGeneration.recipients(of: ordered[1]),
        pages: pages.sorted { $0.digest < $1.digest }, sections: sealedSections))
    return OpenGeneration(generation: generation, sections: opened)
  }

  /// Directory, journal, then the classes ascending by id.
  private static func ordered(_ sections: [Section]) -> [Section] {
    func rank(_ section: Section) -> Int {
      switch section.kind {
      case .directory: 0
      case .journal: 1
      case .class: 2
      }
    }
    return sections.sorted { (rank($0), $0.id) < (rank($1), $1.id) }
  }

  private func check(_ ordered: [Section]) throws(KeyringError) {
    let name = "generation \(number)"
    guard ordered.count >= 2, ordered[0].kind == .directory, ordered[1].kind == .journal,
      Set(ordered.map(\.id)).count == ordered.count
    else {
      throw KeyringError(.malformed, "\(name): it needs a directory, a journal, and every section once")
    }
    guard Section.namesDiffer(ordered) else {
      throw KeyringError(.malformed, "\(name): two sections of one name")
    }
    guard ordered.count <= Generation.maximumSections, recipients.count <= Generation.maximumGrants else {
      throw KeyringError(.limit, "\(name): more sections or recipients than the format allows")
    }
    let readers = Set(ordered.flatMap(\.readers))
    guard ordered.allSatisfy({ !$0.readers.isEmpty }) else {
      throw KeyringError(.malformed, "\(name): a section that nobody could open again")
    }
    guard readers == Set(recipients.map(\.id)), readers.count == recipients.count else {
      throw KeyringError(.malformed, "\(name): its recipients aren't the readers of its sections")
    }
  }

  private func grants(_ opened: [OpenSection]) throws(KeyringError) -> [Grant] {
    var grants: [Grant] = []
    for recipient in recipients.sorted(by: { $0.id < $1.id }) {
      let mine = opened.filter { $0.section.readers.contains(recipient.id) }
      let keys = Dictionary(mine.map { ($0.section.id, $0.key) }) { first, _ in first }
      grants.append(
        try Grant(keys, of: opened.count, to: recipient, vault: vault, generation: number))
    }
    return grants
  }
}

extension OpenGeneration {
  /// A generation whose parts were just made together.
  init(generation: Generation, sections: [OpenSection]) {
    self.generation = generation
    self.sections = sections
  }
}
