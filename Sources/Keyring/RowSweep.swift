internal import Sealing

/// All rows that one side has for an id, in the order in which they count.
struct SweptRows {
  let id: Identifier
  let rows: [PageRow]
}

/// Goes through the rows of many pages ascending by id. A page is opened when the sweep comes to its first id, and
/// let go after its last.
struct RowSweep {
  private struct Cursor: Comparable {
    let order: Int
    let page: KeyPage
    var index: Int
    var id: Identifier

    static func < (one: Cursor, other: Cursor) -> Bool { (one.id, one.order) < (other.id, other.order) }
    static func == (one: Cursor, other: Cursor) -> Bool { one.id == other.id && one.order == other.order }
  }

  private let section: Identifier
  private let opener: PageOpener
  /// Descending by first id, so that the next one is taken from the end.
  private var waiting: [(order: Int, reference: PageReference, first: Identifier)]
  private var heap = MinHeap<Cursor>()

  init(_ pages: [PageReference], of section: Identifier, _ opener: PageOpener) {
    self.section = section
    self.opener = opener
    waiting = pages.enumerated().map { ($0.offset, $0.element, $0.element.range?.first ?? .zero) }
      .sorted { $0.first > $1.first }
  }

  mutating func next(load: KeyringEdit.Load) async throws -> SweptRows? {
    while let page = waiting.last, heap.first.map({ page.first <= $0.id }) ?? true {
      waiting.removeLast()
      let opened = try await opener.page(page.reference, in: section, load: load)
      heap.insert(Cursor(order: page.order, page: opened, index: 0, id: opened.id(at: 0)))
    }
    guard let id = heap.first?.id else { return nil }
    var rows: [PageRow] = []
    while let first = heap.first, first.id == id {
      rows.append(PageRow(page: first.page, index: first.index))
      advance()
    }
    return SweptRows(id: id, rows: rows)
  }

  /// Moves the first cursor to its next row, or lets its page go.
  private mutating func advance() {
    guard var cursor = heap.first else { return }
    cursor.index += 1
    if cursor.index < cursor.page.count {
      cursor.id = cursor.page.id(at: cursor.index)
      heap.replaceFirst(with: cursor)
    } else {
      heap.replaceFirst(with: nil)
      opener.letGo(cursor.page)
    }
  }
}

/// Opens pages, and keeps each until everybody who asked for it let it go. (A weak reference would do it by itself, and
/// make whatever goes through a page's rows several times slower: its counts then lie elsewhere.)
final class PageOpener {
  private struct Kept {
    let page: KeyPage
    var holders = 1
  }

  private let vault: Identifier
  private var kept: [Digest: Kept] = [:]

  init(vault: Identifier) { self.vault = vault }

  func page(_ reference: PageReference, in section: Identifier, load: KeyringEdit.Load) async throws
    -> KeyPage
  {
    if let page = kept[reference.digest]?.page, page.section == section, page.reference.matches(reference) {
      kept[reference.digest]?.holders += 1
      return page
    }
    guard let bytes = try await load(reference.digest) else {
      throw KeyringError(.damaged, "page \(reference.digest) is missing or damaged")
    }
    let page = try KeyPage(opening: bytes, as: reference, in: section, vault: vault)
    kept[reference.digest] = Kept(page: page)
    return page
  }

  /// To be called once by whoever asked for it.
  func letGo(_ page: KeyPage) {
    let digest = page.reference.digest
    guard let there = kept[digest], there.page === page else { return }
    if there.holders == 1 { kept[digest] = nil } else { kept[digest]?.holders -= 1 }
  }
}
