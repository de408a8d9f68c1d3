public import Keyring
public import Sealing

/// Members of `keyring`: the next generation, and an account of every row.
public struct KeyringChange: Hashable, Sendable {
  /// Why it was made.
  public typealias Reason = Change.Reason
  /// Rows of all sections: before + added - dropped - merged = after.
  public typealias Rows = RowCounts

  /// A page that wasn't taken over.
  public struct RefusedPage: Hashable, Sendable {
    /// Its rows, as its `keys` entry states.
    public let count: UInt64
    /// Its digest.
    public let page: Digest

    /// A page left out.
    public init(count: UInt64, page: Digest) {
      self.count = count
      self.page = page
    }
  }

  /// SHA-256 of the generation's file, which is its name.
  public let file: Digest
  /// 1, 2, 3 ...
  public let generation: UInt64
  /// The file of the generation before; nil for the first.
  public let previous: Digest?
  /// Why it was made.
  public let reason: Reason
  /// Pages of `keys` entries that it leaves out, each once.
  public let refused: [RefusedPage]
  /// The account.
  public let rows: Rows
  /// The file's bytes.
  public let size: UInt64
  /// The ledger size up to which it takes additions over.
  public let through: UInt64

  /// The next generation.
  public init(
    file: Digest, generation: UInt64, previous: Digest?, reason: Reason, refused: [RefusedPage], rows: Rows,
    size: UInt64, through: UInt64
  ) {
    self.file = file
    self.generation = generation
    self.previous = previous
    self.reason = reason
    self.refused = refused
    self.rows = rows
    self.size = size
    self.through = through
  }
}

/// Members of `keys`.
public struct AddedPages: Hashable, Sendable {
  /// One page.
  public struct Page: Hashable, Sendable {
    /// Its rows, 1 to 4,096.
    public let count: UInt64
    /// SHA-256 of its bytes, which is its name.
    public let hash: Digest
    /// Its key, sealed under the section's: 104 bytes (Format 2.5).
    public let key: [UInt8]
    /// Its bytes.
    public let size: UInt64

    /// A page.
    public init(count: UInt64, hash: Digest, key: [UInt8], size: UInt64) {
      self.count = count
      self.hash = hash
      self.key = key
      self.size = size
    }
  }

  /// The present generation.
  public let generation: UInt64
  /// At least one, each once.
  public let pages: [Page]

  /// Pages added to a generation.
  public init(generation: UInt64, pages: [Page]) {
    self.generation = generation
    self.pages = pages
  }
}

/// Members of `sealed`.
public struct SealedBoxes: Hashable, Sendable {
  /// One box.
  public struct Box: Hashable, Sendable {
    /// SHA-256 of its bytes, which is its name.
    public let hash: Digest
    /// SHA-256 of its index's bytes.
    public let index: Digest
    /// Where its index begins.
    public let offset: UInt64
    /// Its bytes.
    public let size: UInt64
    /// The year at whose end its records' retention ends.
    public let year: UInt64

    /// A box.
    public init(hash: Digest, index: Digest, offset: UInt64, size: UInt64, year: UInt64) {
      self.hash = hash
      self.index = index
      self.offset = offset
      self.size = size
      self.year = year
    }
  }

  /// At least one, each once.
  public let boxes: [Box]
  /// The present generation.
  public let generation: UInt64

  /// Boxes sealed with a generation's epochs.
  public init(boxes: [Box], generation: UInt64) {
    self.boxes = boxes
    self.generation = generation
  }
}
