internal import Sealing

/// Writes the rows of many pages anew, in full pages that don't overlap: of each id the row that counts, which is its
/// first.
///
/// Pages that ascend one behind the other are a run, of which one page is open at a time; so the memory hangs on how
/// many overlap.
struct RowMerging {
  private struct Cursor: Comparable {
    let order: Int
    var rest: ArraySlice<PageReference>
    var page: KeyPage
    var index = 0
    var id: Identifier

    static func < (one: Cursor, other: Cursor) -> Bool { (one.id, one.order) < (other.id, other.order) }
    static func == (one: Cursor, other: Cursor) -> Bool { one.order == other.order && one.id == other.id }
  }

  let section: Identifier
  let vault: Identifier
  let load: KeyringEdit.Load
  let write: KeyringEdit.Write

  /// The new pages.
  /// - Parameter pages: in the order in which their rows count, with their ranges.
  func run(_ pages: [PageReference]) async throws -> [PageReference] {
    var heap = MinHeap<Cursor>()
    for (order, run) in Self.runs(of: pages).enumerated() {
      guard let cursor = try await cursor(order, at: run) else { continue }
      heap.insert(cursor)
    }
    var output = MergedRows(section: section, vault: vault)
    while var cursor = heap.first {
      try await output.append(cursor.id, PageRow(page: cursor.page, index: cursor.index), write: write)
      cursor.index += 1
      if cursor.index < cursor.page.count {
        cursor.id = cursor.page.id(at: cursor.index)
        heap.replaceFirst(with: cursor)
      } else {
        heap.replaceFirst(with: try await self.cursor(cursor.order, at: cursor.rest))
      }
    }
    try await output.flush(write: write)
    return output.pages
  }

  private func cursor(_ order: Int, at pages: ArraySlice<PageReference>) async throws -> Cursor? {
    guard let reference = pages.first else { return nil }
    guard let bytes = try await load(reference.digest) else {
      throw KeyringError(.damaged, "page \(reference.digest) is missing or damaged")
    }
    let page = try KeyPage(opening: bytes, as: reference, in: section, vault: vault)
    return Cursor(order: order, rest: pages.dropFirst(), page: page, id: page.id(at: 0))
  }

  /// Pages in stretches, in each of which every page begins above the end of the one before.
  private static func runs(of pages: [PageReference]) -> [ArraySlice<PageReference>] {
    var runs: [ArraySlice<PageReference>] = []
    var start = 0
    for (index, page) in pages.enumerated().dropFirst() {
      if let last = pages[index - 1].range, let range = page.range, last.lastPrefix < range.first.prefix {
        continue
      }
      runs.append(pages[start..<index])
      start = index
    }
    if start < pages.count { runs.append(pages[start...]) }
    return runs
  }
}

/// A row, where it lies.
struct PageRow {
  let page: KeyPage
  let index: Int
}

enum PageRows {
  /// The rows of a new page, copied from where they lie into memory that is cleansed.
  static func joined(_ rows: [PageRow]) -> Secret {
    Secret(count: rows.count * KeyPage.rowSize) { (out) in
      for row in rows {
        row.page.rows.withSpan { (span) in
          let start = row.index * KeyPage.rowSize
          out.append(copying: span.extracting(start..<start + KeyPage.rowSize))
        }
      }
    }
  }
}

/// Rows that come ascending, an id perhaps more than once, and leave in full pages, the first row of an id only.
private struct MergedRows {
  let section: Identifier
  let vault: Identifier
  private(set) var pages: [PageReference] = []
  private var last: Identifier?
  private var rows: [PageRow] = []

  init(section: Identifier, vault: Identifier) {
    self.section = section
    self.vault = vault
  }

  mutating func append(_ id: Identifier, _ row: PageRow, write: KeyringEdit.Write) async throws {
    guard id != last else { return }
    last = id
    rows.append(row)
    if rows.count == KeyPage.maximumRows { try await flush(write: write) }
  }

  mutating func flush(write: KeyringEdit.Write) async throws {
    guard !rows.isEmpty else { return }
    let page = try SealedPage(rows: PageRows.joined(rows), in: section, vault: vault)
    try await write(page)
    pages.append(page.reference)
    rows.removeAll(keepingCapacity: true)
  }
}
