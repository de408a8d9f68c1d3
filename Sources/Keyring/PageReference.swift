public import Sealing

/// What names a page, and what it must be to be used (Format 2.3 and 2.4).
public struct PageReference: Sendable {
  /// SHA-256 of the sealed page; its name in a place.
  public let digest: Digest
  /// The page's key.
  public let key: Secret
  /// How many rows it has, 1 to 4,096.
  public let count: Int
  /// Length of the sealed page in bytes.
  public let size: Int
  /// Between which ids its rows are; nil for a page of a `keys` entry, which doesn't say.
  package let range: PageRange?

  /// A reference, as it stands in its section: whether there is such a page, `check` tells.
  ///
  /// - Throws: `malformed` for a key of another size.
  public init(digest: Digest, key: Secret, count: Int, size: Int, range: PageRange?) throws(KeyringError) {
    guard key.count == KeySchedule.keySize else {
      throw KeyringError(.malformed, "page \(digest.hex): a key of \(key.count) bytes")
    }
    self.digest = digest
    self.key = key
    self.count = count
    self.size = size
    self.range = range
  }

  /// Refuses what no page can be. It is the page that is refused, not its section: the keys of other pages are needed.
  package func check() throws(KeyringError) {
    guard (1...KeyPage.maximumRows).contains(count), size == KeyPage.sealedSize(rows: count) else {
      throw KeyringError(.malformed, "page \(digest.hex): \(count) rows in \(size) bytes")
    }
    guard range?.isInOrder ?? true else {
      throw KeyringError(.malformed, "page \(digest.hex): its last id is before its first")
    }
  }

  /// Whether a row for the id may be in the page; always true where the range isn't known.
  func mayHold(_ id: Identifier) -> Bool { range?.contains(id) ?? true }

  /// Whether the other one names the same page in the same words.
  func matches(_ other: PageReference) -> Bool {
    digest == other.digest && count == other.count && size == other.size && range == other.range
      && key == other.key
  }
}

/// Between which ids the rows of a page are: the first one, and the first 8 bytes of the last one.
public struct PageRange: Hashable, Sendable {
  /// The first row's id.
  public let first: Identifier
  /// The first 8 bytes of the last row's id, as a big-endian integer.
  package let lastPrefix: UInt64

  /// From `first` through every id that begins with `lastPrefix`.
  public init(first: Identifier, lastPrefix: UInt64) {
    self.first = first
    self.lastPrefix = lastPrefix
  }

  /// Whether it has an id at all.
  var isInOrder: Bool { first.prefix <= lastPrefix }

  /// Whether an id is in it.
  func contains(_ id: Identifier) -> Bool { first <= id && id.prefix <= lastPrefix }
}
