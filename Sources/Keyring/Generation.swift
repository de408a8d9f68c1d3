public import Sealing

/// One generation of the keyring as its file has it: everything but what the sealed parts hold (Format 2.2).
///
/// Who has no key can read the pages it needs and the journal's public keys, and check its name.
public struct Generation: Sendable {
  /// The largest file, in bytes.
  package static let maximumSize = 64 << 20
  /// The most grants.
  package static let maximumGrants = 1000
  /// The most grants with scrypt parameters: each may have to be tried, at a second and 128 MiB apiece.
  package static let maximumPassphrases = 4
  /// The most sections.
  package static let maximumSections = 1000

  /// A journal epoch's X-Wing public key, to which the ledger's sealed parts are sealed.
  public struct JournalRecipient: Hashable, Sendable {
    /// The epoch of the journal.
    public let epoch: UInt32
    /// 1,216 bytes.
    public let xWing: [UInt8]
  }

  /// A page that some section names, for whoever copies or checks without a key.
  package struct StoredPage: Hashable, Sendable {
    /// SHA-256 of its bytes; its name.
    package let digest: Digest
    /// Length in bytes.
    package let size: Int
  }

  /// The vault that it belongs to.
  public let vault: Identifier
  /// 1, 2, 3 ...
  public let number: UInt32
  /// Digest of the generation before; nil for the first.
  package let previous: Digest?
  /// Size of the ledger up to which additions are taken over.
  package let through: UInt64
  /// Ascending by identity.
  public let grants: [Grant]
  /// Ascending by epoch: those of the journal's epochs that aren't destroyed.
  public let journal: [JournalRecipient]
  /// Ascending by digest: every page that a section names.
  package let pages: [StoredPage]
  /// Sealed: directory, journal, then the classes ascending by id.
  public let sections: [[UInt8]]
  /// The file.
  public let bytes: [UInt8]
  /// SHA-256 of the file; its name.
  public let digest: Digest

  /// The grant of an identity, where there is one.
  public func grant(of identity: Identifier) -> Grant? { grants.first { $0.identity == identity } }

  /// The public key that new sealed parts are sealed to, with its epoch.
  package var newestJournal: JournalRecipient { journal[journal.count - 1] }

  /// The parts of a generation before they are checked and written.
  struct Parts {
    var vault: Identifier
    var number: UInt32
    var previous: Digest?
    var through: UInt64
    var grants: [Grant]
    var journal: [JournalRecipient]
    var pages: [StoredPage]
    var sections: [[UInt8]]
  }

  /// Writes a generation.
  ///
  /// - Throws: `malformed` or `limit` for what `init(decoding:)` would refuse.
  init(_ parts: Parts) throws(KeyringError) {
    try self.init(parts, bytes: GenerationFile.encode(parts))
  }

  /// Reads a generation's file.
  ///
  /// - Throws: `malformed` or `limit` for everything that Format 2.2 refuses.
  public init(decoding bytes: [UInt8]) throws(KeyringError) {
    guard bytes.count <= Generation.maximumSize else {
      throw KeyringError(.limit, "a generation of \(bytes.count) bytes")
    }
    try self.init(GenerationFile.decode(bytes), bytes: bytes)
  }

  private init(_ parts: Parts, bytes: [UInt8]) throws(KeyringError) {
    guard bytes.count <= Generation.maximumSize else {
      throw KeyringError(.limit, "a generation of \(bytes.count) bytes, merge its sections first")
    }
    try parts.check()
    vault = parts.vault
    number = parts.number
    previous = parts.previous
    through = parts.through
    grants = parts.grants
    journal = parts.journal
    pages = parts.pages
    sections = parts.sections
    self.bytes = bytes
    digest = Digest.sha256(of: bytes)
  }
}

extension Generation.Parts {
  func check() throws(KeyringError) {
    let name = "generation \(number)"
    guard number >= 1, (previous == nil) == (number == 1) else {
      throw KeyringError(.malformed, "\(name): its predecessor doesn't fit its number")
    }
    guard grants.count <= Generation.maximumGrants, sections.count <= Generation.maximumSections,
      grants.count(where: { $0.scrypt != nil }) <= Generation.maximumPassphrases
    else {
      throw KeyringError(.limit, "\(name): more grants, passphrases or sections than the format allows")
    }
    guard sections.count >= 2, !journal.isEmpty else {
      throw KeyringError(.malformed, "\(name): no directory or no journal")
    }
    guard isAscending(grants, by: \.identity) else {
      throw KeyringError(.malformed, "\(name): grants out of order or twice")
    }
    guard isAscending(journal, by: \.epoch), (journal.first?.epoch ?? 0) >= 1 else {
      throw KeyringError(.malformed, "\(name): journal epochs out of order or twice")
    }
    guard isAscending(pages, by: \.digest) else {
      throw KeyringError(.malformed, "\(name): pages out of order or twice")
    }
    guard grants.allSatisfy({ $0.scrypt.map { $0.salt.count == Passphrase.saltSize } ?? true }) else {
      throw KeyringError(.malformed, "\(name): a salt of the wrong size")
    }
    let length = Grant.messageSize(sections: sections.count)
    guard grants.allSatisfy({ $0.message.count == length }) else {
      throw KeyringError(.malformed, "\(name): a grant that isn't padded to \(sections.count) sections")
    }
  }

  private func isAscending<T, K: Comparable>(_ items: [T], by key: KeyPath<T, K>) -> Bool {
    zip(items, items.dropFirst()).allSatisfy { $0[keyPath: key] < $1[keyPath: key] }
  }
}
