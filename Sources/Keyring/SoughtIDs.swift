package import Sealing

/// Ids that are looked for among many rows, of which few have one: their first two bytes tell that of nearly all others.
package struct SoughtIDs: Sendable {
  private let ids: Set<Identifier>
  /// Of each two bytes whether an id begins with them.
  private let heads: [Bool]

  /// These.
  package init(_ ids: Set<Identifier>) {
    self.ids = ids
    var heads = [Bool](repeating: false, count: 1 << 16)
    for id in ids { heads[Int(id.prefix >> 48)] = true }
    self.heads = heads
  }

  fileprivate func contains(_ span: Span<UInt8>, at offset: Int) -> Bool {
    heads[Int(span[offset]) << 8 | Int(span[offset + 1])] && ids.contains(span.identifier(at: offset))
  }
}

extension KeyPage {
  /// Places of rows whose ids are among these, ascending.
  package func rows(of ids: SoughtIDs) -> [Int] { rows(with: ids, at: 0) }

  /// Places of the directory's rows that lead to one of these subjects, ascending.
  package func rows(leadingTo subjects: SoughtIDs) -> [Int] { rows(with: subjects, at: 16) }

  private func rows(with ids: SoughtIDs, at offset: Int) -> [Int] {
    rows.withSpan { (span) in
      (0..<count).filter { ids.contains(span, at: $0 * KeyPage.rowSize + offset) }
    }
  }
}
