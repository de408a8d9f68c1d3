public import Sealing

extension KeyringEdit {
  /// The additions that can't be taken over: missing, not to be opened, or not what their entry says.
  public func unreadable(load: Load) async throws -> [Addition] {
    var unreadable: [Addition] = []
    for addition in additions where try await page(of: addition, load: load) == nil {
      unreadable.append(addition)
    }
    return unreadable
  }

  /// Makes the generation.
  ///
  /// Pages that stay as they are aren't read, but for additions; a page that loses rows is written anew, under a
  /// fresh key.
  ///
  /// - Parameters:
  ///   - load: reads pages.
  ///   - write: writes new pages, before the generation that names them.
  /// - Throws: `mismatched` where an addition can't be taken over and isn't in `refusing`, `damaged` where a page
  ///   that must be written anew can't be read; what `load` and `write` throw.
  public func make(load: Load, write: Write) async throws -> NextGeneration {
    var change = self
    let (added, refused) = try await change.takeOver(load: load)
    var dropped: UInt64 = 0
    for (id, subjects) in drops.sorted(by: { $0.key < $1.key }) {
      dropped += try await change.dropRows(of: subjects, in: id, load: load, write: write)
    }
    var merged: UInt64 = 0
    for id in merges.sorted() { merged += try await change.mergeRows(in: id, load: load, write: write) }
    let generation = old.generation
    let opened = try GenerationDraft(
      vault: generation.vault, number: generation.number + 1, previous: generation.digest, through: through,
      sections: change.sections, recipients: Array(recipients.values)
    ).sealed()
    let rows = RowCounts(before: old.rows, added: added, dropped: dropped, merged: merged, after: opened.rows)
    guard rows.addUp else { throw KeyringError(.refused, "the counts of rows don't add up: \(rows)") }
    return NextGeneration(opened: opened, reason: reason, rows: rows, refused: refused)
  }

  /// Puts the pages of additions behind those of their sections.
  private mutating func takeOver(load: Load) async throws -> (added: UInt64, refused: [RefusedPage]) {
    var added: UInt64 = 0
    var refused: [RefusedPage] = []
    var pages: [Identifier: [PageReference]] = [:]
    for addition in additions {
      if let page = try await page(of: addition, load: load) {
        added += UInt64(page.count)
        pages[page.section, default: []].append(page.reference)
      } else if refusing.contains(addition.digest) {
        refused.append(RefusedPage(digest: addition.digest, count: addition.count))
      } else {
        throw KeyringError(
          .mismatched, "page \(addition.digest) can't be taken over, its \(addition.count) keys with it")
      }
    }
    for (id, more) in pages {
      try edit(id) { (section) throws(KeyringError) in try section.with(pages: section.pages + more) }
    }
    return (added, refused)
  }

  /// The page of an addition, opened; nil if it can't be taken over.
  private func page(of addition: Addition, load: Load) async throws -> KeyPage? {
    guard let open = try known({ () throws(KeyringError) in try old.open(addition) }),
      let bytes = try await load(addition.digest)
    else { return nil }
    return try known { () throws(KeyringError) in
      try KeyPage(opening: bytes, as: open.reference, in: open.section, vault: old.generation.vault)
    }
  }

  /// Nil for what an addition itself makes fail; the library's failure says nothing about it.
  private func known<R>(_ body: () throws(KeyringError) -> R?) throws(KeyringError) -> R? {
    do {
      return try body()
    } catch {
      guard error.code != .unavailable else { throw error }
      return nil
    }
  }

  private func page(_ reference: PageReference, in section: Identifier, load: Load) async throws -> KeyPage {
    guard let bytes = try await load(reference.digest) else {
      throw KeyringError(.damaged, "page \(reference.digest) is missing or damaged")
    }
    return try KeyPage(opening: bytes, as: reference, in: section, vault: old.generation.vault)
  }

  private mutating func dropRows(
    of subjects: Set<Identifier>, in id: Identifier, load: Load, write: Write
  ) async throws -> UInt64 {
    guard let section = sections.first(where: { $0.id == id }) else { return 0 }
    let sorted = subjects.sorted()
    var dropped: UInt64 = 0
    var pages: [PageReference] = []
    for reference in section.pages {
      // A token doesn't tell its subject, so the directory is read whole.
      guard section.kind == .directory || reference.mayHold(anyOf: sorted) else {
        pages.append(reference)
        continue
      }
      let page = try await page(reference, in: id, load: load)
      let kept = (0..<page.count).filter { row in
        !subjects.contains(section.kind == .directory ? page.subject(at: row) : page.id(at: row))
      }
      dropped += UInt64(page.count - kept.count)
      if kept.count == page.count {
        pages.append(reference)
      } else if !kept.isEmpty {
        let rows = PageRows.joined(kept.map { PageRow(page: page, index: $0) })
        let new = try SealedPage(rows: rows, in: id, vault: old.generation.vault)
        try await write(new)
        pages.append(new.reference)
      }
    }
    try edit(id) { (section) throws(KeyringError) in try section.with(pages: pages) }
    return dropped
  }

  /// Two sorted rows of rows become one: the base, page by page, and all that stands behind it, held in memory.
  private mutating func mergeRows(in id: Identifier, load: Load, write: Write) async throws -> UInt64 {
    guard let section = sections.first(where: { $0.id == id }) else { return 0 }
    let base = section.pages[..<section.baseCount]
    var behind: [PageRow] = []
    var order: [(id: Identifier, place: Int)] = []
    for reference in section.pages[section.baseCount...] {
      let page = try await page(reference, in: id, load: load)
      for index in 0..<page.count {
        order.append((page.id(at: index), behind.count))
        behind.append(PageRow(page: page, index: index))
      }
    }
    order.sort { ($0.id, $0.place) < ($1.id, $1.place) }
    var output = MergedRows(section: id, vault: old.generation.vault)
    var next = 0
    for reference in base {
      let page = try await page(reference, in: id, load: load)
      for index in 0..<page.count {
        let row = page.id(at: index)
        while next < order.count, order[next].id < row {
          try await output.append(order[next].id, behind[order[next].place], write: write)
          next += 1
        }
        try await output.append(row, PageRow(page: page, index: index), write: write)
      }
    }
    for (row, place) in order[next...] { try await output.append(row, behind[place], write: write) }
    try await output.flush(write: write)
    let pages = output.pages
    try edit(id) { (section) throws(KeyringError) in try section.with(pages: pages) }
    return section.rows - output.count
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
  private(set) var count: UInt64 = 0
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
    count += 1
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

extension PageReference {
  /// Whether a row for one of these ids, ascending, may be in the page.
  fileprivate func mayHold(anyOf ids: [Identifier]) -> Bool {
    guard let range else { return true }
    let place = ids.indices.partitioningIndex { ids[$0] >= range.first }
    return place < ids.count && range.contains(ids[place])
  }
}
