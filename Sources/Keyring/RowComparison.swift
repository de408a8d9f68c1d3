internal import Sealing

/// Compares the rows of a section before and after, page by page.
///
/// Where an id stands only in pages that both sides have, named in the same words and in the same order, its first
/// row is the same on both. So only the ids of other pages are looked at, with whatever page may have one of them.
struct RowComparison {
  let section: Section
  let before: [PageReference]
  let after: [PageReference]
  let dropped: Set<Identifier>

  func run(_ opener: PageOpener, load: KeyringEdit.Load) async throws -> [Difference] {
    let suspects = Spans(try await suspectRanges(opener, load: load))
    if suspects.isEmpty { return [] }
    var old = RowSweep(before.filter { $0.range.map(suspects.touches) ?? true }, of: section.id, opener)
    var new = RowSweep(after.filter { $0.range.map(suspects.touches) ?? true }, of: section.id, opener)
    var counts: [Difference.Kind: Int] = [:]
    var notDropped = 0
    var left = try await old.next(load: load)
    var right = try await new.next(load: load)
    while left != nil || right != nil {
      let id = min(left?.id ?? right?.id ?? .zero, right?.id ?? left?.id ?? .zero)
      let had = left?.id == id ? left : nil
      let has = right?.id == id ? right : nil
      if let kind = judge(had, has) { counts[kind, default: 0] += 1 }
      if let has, !dropped.isEmpty { notDropped += has.rows.count(where: isDropped) }
      if had != nil { left = try await old.next(load: load) }
      if has != nil { right = try await new.next(load: load) }
    }
    counts[.rowsNotDropped] = notDropped
    return counts.filter { $0.value > 0 }.map {
      Difference(section: section.id, kind: $0.key, count: $0.value)
    }
    .sorted { $0.kind.rawValue < $1.kind.rawValue }
  }

  private func judge(_ had: SweptRows?, _ has: SweptRows?) -> Difference.Kind? {
    guard let had = had?.rows.first else { return .rowsAppeared }
    // What is left of an id whose first row was dropped is told by the rows that weren't.
    if isDropped(had) { return nil }
    guard let has = has?.rows.first else { return .rowsLost }
    return had.page.hasSameValue(at: had.index, as: has.page, at: has.index) ? nil : .rowsChanged
  }

  private func isDropped(_ row: PageRow) -> Bool {
    if dropped.isEmpty { return false }
    let directory = section.kind == .directory
    return dropped.contains(directory ? row.page.subject(at: row.index) : row.page.id(at: row.index))
  }

  /// Where the two sides may differ: the ranges of pages that one side alone has, and what was to be dropped.
  private func suspectRanges(_ opener: PageOpener, load: KeyringEdit.Load) async throws -> [PageRange] {
    let everything = PageRange(first: .zero, lastPrefix: .max)
    var places: [Digest: [Int]] = [:]
    for (place, page) in after.enumerated() { places[page.digest, default: []].append(place) }
    var shared: Set<Int> = []
    let ids = section.kind == .directory ? try await droppedTokens(opener, load: load) : Array(dropped)
    var suspects: [PageRange] = ids.map { PageRange(first: $0, lastPrefix: $0.prefix) }
    var last = -1
    for page in before {
      if let place = places[page.digest]?.first(where: { $0 > last }), after[place].matches(page) {
        shared.insert(place)
        last = place
      } else {
        suspects.append(page.range ?? everything)
      }
    }
    for (place, page) in after.enumerated() where !shared.contains(place) {
      suspects.append(page.range ?? everything)
    }
    return suspects
  }

  /// Tokens that lead, on either side, to somebody who was to be dropped: only reading every page tells.
  private func droppedTokens(_ opener: PageOpener, load: KeyringEdit.Load) async throws -> [Identifier] {
    guard !dropped.isEmpty else { return [] }
    var tokens: [Identifier] = []
    var read: Set<Digest> = []
    for reference in before + after where read.insert(reference.digest).inserted {
      let page = try await opener.page(reference, in: section.id, load: load)
      // Found in another way than what drops them: it is to notice where that missed one.
      for index in 0..<page.count where dropped.contains(page.subject(at: index)) {
        tokens.append(page.id(at: index))
      }
      opener.letGo(page)
    }
    return tokens
  }
}

/// Ranges, joined where they overlap, so that one search tells whether another one touches any.
private struct Spans {
  private var spans: [(first: UInt64, last: UInt64)] = []

  init(_ ranges: [PageRange]) {
    for range in ranges.sorted(by: { $0.first < $1.first }) {
      if let last = spans.last, range.first.prefix <= last.last {
        spans[spans.count - 1].last = max(last.last, range.lastPrefix)
      } else {
        spans.append((range.first.prefix, range.lastPrefix))
      }
    }
  }

  var isEmpty: Bool { spans.isEmpty }

  func touches(_ range: PageRange) -> Bool {
    let place = spans.indices.partitioningIndex { spans[$0].last >= range.first.prefix }
    return place < spans.count && spans[place].first <= range.lastPrefix
  }
}

extension KeyPage {
  /// Whether two rows have the same 32 bytes behind their ids, told in constant time.
  fileprivate func hasSameValue(at index: Int, as other: KeyPage, at place: Int) -> Bool {
    rows.withSpan { (mine) in
      other.rows.withSpan { (theirs) in
        var difference: UInt8 = 0
        for byte in 16..<KeyPage.rowSize {
          difference |= mine[index * KeyPage.rowSize + byte] ^ theirs[place * KeyPage.rowSize + byte]
        }
        return difference == 0
      }
    }
  }
}
