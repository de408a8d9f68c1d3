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

extension AddedPages {
  /// The rows of its pages; each has at most 4,096.
  private var rowCount: UInt64 { pages.reduce(0) { $0 + $1.count } }
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
    case .counts: breaksCounts(in: state, by: place.by)
    default: nil
    }
  }

  /// Rule 4: a page is named once among those not yet taken over, and has the size of its rows; nobody has more waiting
  /// than a change of keys takes over.
  private func breaksCounts(in state: LedgerState, by identity: Identifier) -> String? {
    var seen: Set<Digest> = []
    for page in pages {
      guard page.size == UInt64(KeyPage.sealedSize(rows: Int(page.count))) else {
        return "page \(page.hash) can't have \(page.count) rows in \(page.size) bytes"
      }
      if !seen.insert(page.hash).inserted { return "it names page \(page.hash) twice" }
      if state.pendingKeys.contains(page.hash) {
        return "page \(page.hash) was added and isn't taken over yet"
      }
    }
    guard state.pendingKeys.share(of: identity).allows(pages: pages.count, rows: rowCount) else {
      return
        "more than \(PendingKeys.maximumPages) pages or \(PendingKeys.maximumRows) rows of its maker would wait"
    }
    return nil
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    for page in pages {
      state.pendingKeys.append(
        PendingPage(entry: entry.number, by: entry.by, generation: generation, page: page))
    }
  }

  var summary: String {
    "\(rowCount) rows in \(pages.count) pages"
  }
}
