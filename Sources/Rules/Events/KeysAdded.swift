internal import Keyring
public import Sealing

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
  package let pages: [Page]

  /// Pages added to a generation.
  public init(generation: UInt64, pages: [Page]) {
    self.generation = generation
    self.pages = pages
  }
}

extension AddedPages: EventContent {
  static let name = EventName.keys
  static let memberNames: [String] = ["generation", "pages"]
  static let roles: Set<Role> = [.custodian, .archivist]

  init(_ object: JSONObject) throws(Malformed) {
    generation = try object.integer("generation", in: EventBounds.generation)
    var pages: [Page] = []
    for member in try object.objects("pages") {
      try member.only(["count", "hash", "key", "size"])
      pages.append(
        Page(
          count: try member.integer("count", in: 1...UInt64(KeyPage.maximumRows)),
          hash: try member.digest("hash"),
          key: try member.hex("key", count: Addition.sealedKeySize),
          size: try member.integer("size", in: 1...UInt64(UInt32.max))))
    }
    self.pages = pages
    try object.require(!pages.isEmpty, "pages", "is empty")
  }

  var members: JSONObject {
    JSONObject([
      "generation": .integer(generation),
      "pages": .array(
        pages.map {
          .object(
            JSONObject([
              "count": .integer($0.count), "hash": .string($0.hash.hex), "key": .hex($0.key),
              "size": .integer($0.size),
            ]))
        }),
    ])
  }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    switch rule {
    case .generation: state.isNotPresent(generation)
    case .box:
      pages.first { state.wasRemoved($0.hash, .keyring) }.map { "page \($0.hash) was removed" }
    case .counts: breaksCounts(in: state)
    default: nil
    }
  }

  /// Rule 4: a page is named once among those not yet taken over, so that *refused* is never ambiguous.
  private func breaksCounts(in state: LedgerState) -> String? {
    var seen: Set<Digest> = []
    for page in pages {
      if !seen.insert(page.hash).inserted { return "it names page \(page.hash) twice" }
      if state.pendingHashes.contains(page.hash) {
        return "page \(page.hash) was added and isn't taken over yet"
      }
    }
    return nil
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    for page in pages {
      state.pendingPages.append(PendingPage(entry: entry.number, generation: generation, page: page))
      state.pendingHashes.insert(page.hash)
    }
  }

  var summary: String {
    "\(pages.reduce(0) { $0 + $1.count }) rows in \(pages.count) pages"
  }
}
