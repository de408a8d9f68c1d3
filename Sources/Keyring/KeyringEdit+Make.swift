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

  /// Of those the ones that may only be mislaid: whoever added them seals for their section, and what lies there isn't the
  /// page that they added.
  public func mislaid(among unreadable: [Addition], load: Load) async throws -> [Addition] {
    var mislaid: [Addition] = []
    for addition in unreadable where !ownPages.contains(addition.digest) {
      guard try known({ () throws(KeyringError) in try old.open(addition) }) != nil else { continue }
      if try await load(addition.digest) == nil { mislaid.append(addition) }
    }
    return mislaid
  }

  /// Makes the generation.
  ///
  /// Pages that stay as they are aren't read, but for additions; a page that loses rows is written anew, under a
  /// fresh key. So are many additions at once, in full pages: what they hold is bounded (`PendingKeys`), and what is
  /// made of them is no longer than their rows.
  ///
  /// - Parameters:
  ///   - load: reads pages.
  ///   - write: writes new pages, before the generation that names them.
  /// - Throws: `mismatched` where an addition can't be taken over and isn't in `refusing`, `damaged` where a page
  ///   that must be written anew can't be read; what `load` and `write` throw.
  public func make(load: @escaping Load, write: @escaping Write) async throws -> NextGeneration {
    var change = self
    var (added, merged, refused) = try await change.takeOver(load: load, write: write)
    var dropped: UInt64 = 0
    for (id, subjects) in drops.sorted(by: { $0.key < $1.key }) {
      let gone = try await change.dropRows(of: subjects, in: id, load: load, write: write)
      dropped += gone.dropped
      merged += gone.merged
    }
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

  /// Puts the pages of additions behind those of their sections; where they are many, as few.
  private mutating func takeOver(
    load: @escaping Load, write: @escaping Write
  ) async throws -> (added: UInt64, merged: UInt64, refused: [RefusedPage]) {
    var (added, merged): (UInt64, UInt64) = (0, 0)
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
    for (id, more) in pages.sorted(by: { $0.key < $1.key }) {
      let joined = try await joined(more, in: id, load: load, write: write)
      merged += more.rows - joined.rows
      try edit(id) { (section) throws(KeyringError) in try section.with(pages: section.pages + joined) }
    }
    return (added, merged, refused)
  }

  /// How many rows are written anew at once: 12 MiB of them, in memory.
  private static let rowsAtOnce = 64 * KeyPage.maximumRows

  /// Additions as they are, or, where they are many, in full pages: what one row a page adds would fill a section.
  private func joined(
    _ pages: [PageReference], in id: Identifier, load: @escaping Load, write: @escaping Write
  ) async throws -> [PageReference] {
    guard pages.count > Section.maximumBehindBase else { return pages }
    let merging = merging(id, load: load, write: write)
    var joined: [PageReference] = []
    var rest = pages[...]
    while !rest.isEmpty {
      var rows = 0
      let part = rest.prefix { page in
        rows += page.count
        return rows <= Self.rowsAtOnce
      }
      joined += try await merging.run(Array(part))
      rest = rest.dropFirst(part.count)
    }
    return joined
  }

  /// The page of an addition, opened; nil if it can't be taken over.
  private func page(of addition: Addition, load: Load) async throws -> KeyPage? {
    // An entry says nothing of a page that the generation has: its rows count where they did.
    guard !ownPages.contains(addition.digest),
      let open = try known({ () throws(KeyringError) in try old.open(addition) }),
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

  /// Rows that an earlier one of another page overrules never counted: they are merged, not dropped.
  private mutating func dropRows(
    of subjects: Set<Identifier>, in id: Identifier, load: Load, write: Write
  ) async throws -> (dropped: UInt64, merged: UInt64) {
    guard let section = sections.first(where: { $0.id == id }) else { return (0, 0) }
    let (sorted, sought) = (subjects.sorted(), SoughtIDs(subjects))
    let rows = KeyRows(section)
    var (dropped, merged): (UInt64, UInt64) = (0, 0)
    var pages: [PageReference] = []
    for reference in section.pages {
      // A token doesn't tell its subject, so the directory is read whole.
      guard section.kind == .directory || reference.mayHold(anyOf: sorted) else {
        pages.append(reference)
        continue
      }
      let page = try await page(reference, in: id, load: load)
      let gone = section.kind == .directory ? page.rows(leadingTo: sought) : page.rows(of: sought)
      for row in gone {
        if try await isOverruled(page.id(at: row), on: reference, among: rows, load: load) {
          merged += 1
        } else {
          dropped += 1
        }
      }
      if gone.isEmpty {
        pages.append(reference)
      } else if gone.count < page.count {
        let kept = Set(0..<page.count).subtracting(gone).sorted()
        let rows = PageRows.joined(kept.map { PageRow(page: page, index: $0) })
        let new = try SealedPage(rows: rows, in: id, vault: old.generation.vault)
        try await write(new)
        pages.append(new.reference)
      }
    }
    try edit(id) { (section) throws(KeyringError) in try section.with(pages: pages) }
    return (dropped, merged)
  }

  /// Whether a page that counts before has a row for an id, too.
  private func isOverruled(
    _ id: Identifier, on page: PageReference, among rows: KeyRows, load: Load
  ) async throws -> Bool {
    for earlier in rows.candidates(for: id) {
      if earlier.digest == page.digest { return false }
      if try await self.page(earlier, in: rows.section, load: load).index(of: id) != nil { return true }
    }
    return false
  }

  private mutating func mergeRows(in id: Identifier, load: @escaping Load, write: @escaping Write)
    async throws -> UInt64
  {
    guard let section = sections.first(where: { $0.id == id }) else { return 0 }
    let pages = try await merging(id, load: load, write: write).run(section.pages)
    try edit(id) { (section) throws(KeyringError) in try section.with(pages: pages) }
    return section.rows - pages.rows
  }

  private func merging(_ id: Identifier, load: @escaping Load, write: @escaping Write) -> RowMerging {
    RowMerging(section: id, vault: old.generation.vault, load: load, write: write)
  }
}

extension [PageReference] {
  fileprivate var rows: UInt64 { reduce(0) { $0 + UInt64($1.count) } }
}

extension PageReference {
  /// Whether a row for one of these ids, ascending, may be in the page.
  fileprivate func mayHold(anyOf ids: [Identifier]) -> Bool {
    guard let range else { return true }
    let place = ids.indices.partitioningIndex { ids[$0] >= range.first }
    return place < ids.count && range.contains(ids[place])
  }
}
