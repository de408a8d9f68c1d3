public import Sealing

/// Pages of `keys` entries that count and that no generation has taken over yet, in the order in which their rows
/// count (Format 2.5).
///
/// What one identity may have waiting is bounded, so that nobody below a custodian makes the next change of keys
/// long, or too long to be entered.
public struct PendingKeys: Hashable, Sendable {
  /// How many pages one identity may have waiting.
  public static let maximumPages = 4096
  /// How many rows one identity may have waiting.
  public static let maximumRows: UInt64 = 1_000_000

  /// What one identity has waiting.
  public struct Share: Hashable, Sendable {
    /// Pages.
    public internal(set) var pages = 0
    /// Rows, as its entries count them.
    public internal(set) var rows: UInt64 = 0

    /// Whether it is a quarter of what may wait.
    package var isMuch: Bool {
      pages > PendingKeys.maximumPages / 4 || rows > PendingKeys.maximumRows / 4
    }

    /// Whether so many more would count, too.
    package func allows(pages more: Int, rows moreRows: UInt64) -> Bool {
      let (rows, overflows) = rows.addingReportingOverflow(moreRows)
      return pages + more <= PendingKeys.maximumPages && !overflows && rows <= PendingKeys.maximumRows
    }
  }

  /// All of them, in order.
  package private(set) var pages: [PendingPage] = []
  /// What each identity has waiting; those that have nothing are left out.
  public private(set) var shares: [Identifier: Share] = [:]
  private var hashes: Set<Digest> = []

  init(_ pages: [PendingPage] = []) {
    for page in pages { append(page) }
  }

  mutating func append(_ page: PendingPage) {
    pages.append(page)
    hashes.insert(page.page.hash)
    shares[page.by, default: Share()].pages += 1
    shares[page.by, default: Share()].rows += page.page.count
  }

  /// Whether a custodian's next command takes them over: some identity has a quarter waiting of what it may.
  public var isMuch: Bool {
    shares.values.contains(where: \.isMuch)
  }

  /// Whether a page waits.
  package func contains(_ page: Digest) -> Bool { hashes.contains(page) }

  /// What an identity has waiting.
  package func share(of identity: Identifier) -> Share { shares[identity] ?? Share() }

  /// Which of them these are, as a `keyring` entry names them that leaves them out.
  package func refusing(_ refused: Set<Digest>) -> [RefusedPages] {
    var positions: [Identifier: [Int]] = [:]
    var rows: [Identifier: UInt64] = [:]
    var next: [Identifier: Int] = [:]
    for page in pages {
      let position = next[page.by, default: 0]
      next[page.by] = position + 1
      guard refused.contains(page.page.hash) else { continue }
      positions[page.by, default: []].append(position)
      rows[page.by, default: 0] += page.page.count
    }
    return positions.sorted { $0.key < $1.key }.map {
      RefusedPages(by: $0.key, count: rows[$0.key] ?? 0, positions: $0.value)
    }
  }

  /// The refused ones.
  func pages(in refused: [RefusedPages]) -> [PendingPage] {
    if refused.isEmpty { return [] }
    let others = Set(pages(without: refused))
    return pages.filter { !others.contains($0) }
  }

  /// All but the refused ones.
  func pages(without refused: [RefusedPages]) -> [PendingPage] {
    if refused.isEmpty { return pages }
    let out = Dictionary(refused.map { ($0.by, Set($0.positions)) }) { first, _ in first }
    var next: [Identifier: Int] = [:]
    return pages.filter { page in
      let position = next[page.by, default: 0]
      next[page.by] = position + 1
      return out[page.by]?.contains(position) != true
    }
  }

  /// The rows of all but the refused ones; nil and why where these aren't pages that wait, with their rows.
  func rows(without refused: [RefusedPages]) -> (rows: UInt64?, reason: String?) {
    var waiting: [Identifier: [UInt64]] = [:]
    if !refused.isEmpty { for page in pages { waiting[page.by, default: []].append(page.page.count) } }
    var rows = pages.reduce(0) { $0 + $1.page.count }
    for one in refused {
      let counts = waiting[one.by] ?? []
      guard let last = one.positions.last, last < counts.count else {
        return (nil, "it refuses pages of \(one.by.hex.prefix(8)) that don't wait to be taken over")
      }
      let count = one.positions.reduce(0) { $0 + counts[$1] }
      guard count == one.count else {
        return (nil, "it refuses pages of \(one.by.hex.prefix(8)) with \(one.count) rows instead of \(count)")
      }
      rows -= count
    }
    return (rows, nil)
  }
}

/// A page that waits.
package struct PendingPage: Hashable, Sendable {
  /// Its entry.
  package let entry: UInt64
  /// Who added it.
  package let by: Identifier
  /// The generation that the entry names: the number in the page key's context.
  package let generation: UInt64
  /// The page.
  package let page: AddedPages.Page
}

/// Pages of one identity's `keys` entries that a generation leaves out: a bit for each that waits, so that an entry
/// can name any of them however they lie.
public struct RefusedPages: Hashable, Sendable {
  /// Who added them.
  public let by: Identifier
  /// Their rows, as their entries count them.
  public let count: UInt64
  /// A bit for each page that the identity has waiting, in their order, from the highest of the first byte on; bytes of
  /// zeros at the end are left out.
  package let pages: [UInt8]

  /// Pages by their place among those that the identity has waiting; ascending.
  package init(by: Identifier, count: UInt64, positions: [Int]) {
    var pages = [UInt8](repeating: 0, count: (positions.last ?? -1) / 8 + 1)
    for position in positions { pages[position / 8] |= 0x80 >> (position % 8) }
    self.init(by: by, count: count, pages: pages)
  }

  init(by: Identifier, count: UInt64, pages: [UInt8]) {
    self.by = by
    self.count = count
    self.pages = pages
  }

  /// Their places among the pages that the identity has waiting, ascending.
  package var positions: [Int] {
    pages.indices.flatMap { byte in
      (0..<8).filter { pages[byte] & (0x80 >> $0) != 0 }.map { byte * 8 + $0 }
    }
  }
}
