public import Sealing

/// A section that is open, with the key that it is sealed with in this generation.
public struct OpenSection: Sendable {
  /// What it holds.
  public let section: Section
  /// Its key; fresh in every generation, and held by everybody who is granted the section.
  public let key: Secret

  /// A section and its key.
  init(_ section: Section, key: Secret) {
    self.section = section
    self.key = key
  }
}

/// A generation, as far as one identity's grant opens it.
public struct OpenGeneration: Sendable {
  /// The generation as its file has it.
  public let generation: Generation
  /// What is open of it, in the order of the file: directory, journal, then the classes ascending by id.
  public let sections: [OpenSection]

  /// A section by its id; nil where it isn't there or wasn't granted.
  public subscript(_ id: Identifier) -> OpenSection? { sections.first { $0.section.id == id } }

  /// Whether every section of the generation is open.
  public var isWhole: Bool { sections.count == generation.sections.count }

  /// How many rows the open sections have, those included that an earlier row overrules.
  public var rows: UInt64 { sections.reduce(0) { $0 + $1.section.rows } }

  /// Opens what an identity is granted.
  ///
  /// - Throws: `notGranted` if it has no grant or an empty one, `wrongKey` if its grant doesn't open, `damaged`,
  ///   `malformed` or `mismatched` if what it opens isn't what Format 2.2 and 2.3 say.
  public init(_ generation: Generation, with identity: Identity) throws(KeyringError) {
    let id = identity.publicIdentity.id
    guard let grant = generation.grant(of: id) else {
      throw KeyringError(.notGranted, "identity \(id) has no grant in generation \(generation.number)")
    }
    let keys = try grant.open(
      with: identity, vault: generation.vault, generation: generation.number,
      sections: generation.sections.count)
    guard !keys.isEmpty else {
      throw KeyringError(
        .notGranted, "the grant of \(id) opens no section of generation \(generation.number)")
    }
    try self.init(generation, keys: keys, reader: id)
  }

  /// Opens the sections whose keys are given.
  init(_ generation: Generation, keys: [Identifier: Secret], reader: Identifier) throws(KeyringError) {
    var left = keys
    var opened: [OpenSection] = []
    var positions: [Int] = []
    for (position, sealed) in generation.sections.enumerated() {
      guard let (id, key) = OpenGeneration.find(sealed, among: left, of: generation) else { continue }
      left[id] = nil
      opened.append(OpenSection(try OpenGeneration.open(sealed, id: id, key: key, of: generation), key: key))
      positions.append(position)
    }
    guard left.isEmpty else {
      throw KeyringError(
        .mismatched, "generation \(generation.number): a grant's key for \(left.count) sections opens none")
    }
    self.generation = generation
    self.sections = opened
    try checkOrder(positions)
    try checkReaders(reader)
    try checkPages()
    try checkJournal()
  }

  /// Which of the keys a sealed section's commitment tells.
  private static func find(
    _ sealed: [UInt8], among keys: [Identifier: Secret], of generation: Generation
  ) -> (Identifier, Secret)? {
    let header = sealed.span.extracting(first: SealedStream.headerSize)
    for (id, key) in keys {
      let context = SealContext(.section, vault: generation.vault, section: id, number: generation.number)
      if StreamOpener.commitmentMatches(header: header, key: key, context: context.bytes) { return (id, key) }
    }
    return nil
  }

  private static func open(
    _ sealed: [UInt8], id: Identifier, key: Secret, of generation: Generation
  ) throws(KeyringError) -> Section {
    let context = SealContext(.section, vault: generation.vault, section: id, number: generation.number)
    let plain = try sealing("section \(id)") { () throws(SealingError) in
      try SealedStream.openSecret(sealed.span, key: key, context: context)
    }
    let section = try Section(decoding: plain)
    guard section.id == id else {
      throw KeyringError(.mismatched, "section \(id) calls itself \(section.id)")
    }
    return section
  }

  private func checkOrder(_ positions: [Int]) throws(KeyringError) {
    for (opened, position) in zip(sections, positions) {
      let fits =
        switch opened.section.kind {
        case .directory: position == 0
        case .journal: position == 1
        case .class: position >= 2
        }
      guard fits else { throw malformed("section \(opened.section.id) out of its place") }
    }
    let classes = sections.map(\.section).filter { $0.kind == .class }.map(\.id)
    guard zip(classes, classes.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw malformed("classes out of order")
    }
    guard Section.namesDiffer(sections.map(\.section)) else { throw malformed("two sections of one name") }
  }

  private func checkReaders(_ reader: Identifier) throws(KeyringError) {
    let granted = Set(generation.grants.map(\.identity))
    for opened in sections {
      guard opened.section.readers.contains(reader), granted.isSuperset(of: opened.section.readers) else {
        throw malformed("the readers of section \(opened.section.id) aren't those with a grant")
      }
    }
  }

  private func checkPages() throws(KeyringError) {
    let stored = Dictionary(generation.pages.map { ($0.digest, $0.size) }) { first, _ in first }
    var named: Set<Digest> = []
    for page in sections.flatMap(\.section.pages) {
      guard stored[page.digest] == page.size else {
        throw malformed("page \(page.digest) isn't listed with its size")
      }
      named.insert(page.digest)
    }
    guard !isWhole || named.count == stored.count else {
      throw malformed("it lists pages that no section names")
    }
  }

  private func checkJournal() throws(KeyringError) {
    guard let journal = self[.journal] else { return }
    guard try OpenGeneration.recipients(of: journal.section) == generation.journal else {
      throw malformed("the journal's public keys aren't those of its epochs")
    }
  }

  /// The public keys of a journal's epochs that aren't destroyed.
  static func recipients(of journal: Section) throws(KeyringError) -> [Generation.JournalRecipient] {
    var recipients: [Generation.JournalRecipient] = []
    for epoch in journal.epochs {
      guard let seed = epoch.key else { continue }
      let key = try Keyring.sealing("journal epoch \(epoch.number)") { () throws(SealingError) in
        try JournalKey(seed: seed)
      }
      recipients.append(Generation.JournalRecipient(epoch: epoch.number, xWing: key.publicKey))
    }
    return recipients
  }

  private func malformed(_ what: String) -> KeyringError {
    KeyringError(.malformed, "generation \(generation.number): \(what)")
  }
}
