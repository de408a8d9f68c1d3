public import Sealing

/// A page that a `keys` entry of the ledger names: it counts before a generation takes it over (Format 2.5).
public struct Addition: Hashable, Sendable {
  /// Length of the sealed page key.
  package static let sealedKeySize = SealedStream.headerSize + KeySchedule.keySize + SealedStream.tagSize

  /// SHA-256 of the page's bytes; its name.
  public let digest: Digest
  /// How many rows it has.
  public let count: Int
  /// Length of the sealed page in bytes.
  public let size: Int
  /// The page key, sealed with the section's key of the generation that the entry names.
  package let sealedKey: [UInt8]
  /// The generation that the entry names.
  public let generation: UInt32

  /// What an entry says of a page. Whether there can be such a page shows when it is opened: one that can't be must not
  /// stop what is done with the others.
  ///
  /// - Throws: `malformed` for what no entry can say.
  public init(
    digest: Digest, count: UInt64, size: UInt64, sealedKey: [UInt8], generation: UInt32
  ) throws(KeyringError) {
    guard count >= 1, count <= KeyPage.maximumRows, size <= UInt32.max,
      sealedKey.count == Addition.sealedKeySize
    else {
      throw KeyringError(.malformed, "page \(digest): \(count) rows in \(size) bytes, or no sealed key")
    }
    self.digest = digest
    self.count = Int(count)
    self.size = Int(size)
    self.sealedKey = sealedKey
    self.generation = generation
  }

  /// What an entry is to say of a page that has just been sealed.
  ///
  /// - Throws: `notGranted` if the page's section isn't open.
  public init(naming page: SealedPage, in opened: OpenGeneration) throws(KeyringError) {
    guard let section = opened[page.section] else {
      throw KeyringError(.notGranted, "section \(page.section) isn't granted")
    }
    let context = Addition.context(page.section, of: opened.generation)
    self.sealedKey = try sealing("page key") { () throws(SealingError) in
      try SealedStream.seal(page.reference.key, key: section.key, context: context)
    }
    self.digest = page.reference.digest
    self.count = page.reference.count
    self.size = page.reference.size
    self.generation = opened.generation.number
  }

  fileprivate static func context(_ section: Identifier, of generation: Generation) -> SealContext {
    SealContext(.pageKey, vault: generation.vault, section: section, number: generation.number)
  }
}

/// An addition whose section and page key are known.
public struct OpenAddition: Sendable {
  /// The section that its rows count in.
  public let section: Identifier
  /// Names the page; its range isn't known before the page is open.
  package let reference: PageReference
}

extension OpenGeneration {
  /// Finds the section that an addition belongs to, and opens its page key.
  ///
  /// - Returns: nil if no open section's key opens it: it is another section's, or nobody's.
  /// - Throws: `mismatched` if its entry names another generation, `damaged` if its key was altered, `malformed` for a
  ///   count and size that no page has.
  public func open(_ addition: Addition) throws(KeyringError) -> OpenAddition? {
    guard addition.generation == generation.number else {
      throw KeyringError(
        .mismatched,
        "page \(addition.digest): added to generation \(addition.generation), not \(generation.number)")
    }
    let header = addition.sealedKey.span.extracting(first: SealedStream.headerSize)
    for opened in sections where opened.section.kind != .journal {
      let context = Addition.context(opened.section.id, of: generation)
      guard StreamOpener.commitmentMatches(header: header, key: opened.key, context: context.bytes) else {
        continue
      }
      let key = try sealing("page key of \(addition.digest)") { () throws(SealingError) in
        try SealedStream.openSecret(addition.sealedKey.span, key: opened.key, context: context)
      }
      let reference = try PageReference(
        digest: addition.digest, key: key, count: addition.count, size: addition.size, range: nil)
      try reference.check()
      return OpenAddition(section: opened.section.id, reference: reference)
    }
    return nil
  }
}
