package import Sealing

/// A ledger as it was folded before, kept so that the next command begins where the last one ended.
///
/// It saves work and proves nothing to anybody else. It stands in for signatures that were checked, so it is marked
/// with a key that lies beside the known places: who can write to the cache alone can't make one. One that is torn,
/// foreign or of another version is as good as none.
package struct RememberedFold: Sendable {
  /// Raised with each change of what `LedgerState` holds, of how it is written, or of what folding makes of a ledger.
  package static let version: UInt64 = 15

  package let state: LedgerState
  /// The sizes at which commits end, ascending.
  package let ends: [UInt64]
  /// The root at each of them.
  package let roots: [Digest]
  /// SHA-256 of the last commit's bytes.
  package let last: Digest

  package init(state: LedgerState, ends: [UInt64], roots: [Digest], last: Digest) {
    self.state = state
    self.ends = ends
    self.roots = roots
    self.last = last
  }

  /// Reads what `write(to:)` wrote; nil where it is torn.
  /// - Parameters:
  ///   - count: how many bytes that are.
  ///   - more: the next of them, at most so many; nil where they can't be had.
  package init?(count: Int, _ more: @escaping (Int) -> [UInt8]?) {
    var rows = FoldReader(count: count, more)
    guard let fold = try? RememberedFold(from: &rows), rows.isAtEnd else { return nil }
    self = fold
  }

  /// Writes the fold as rows, in pieces.
  package func write(to sink: @escaping ([UInt8]) throws -> Void) throws {
    var rows = FoldWriter(to: sink)
    write(to: &rows)
    rows.finish()
    if let failure = rows.failure { throw failure }
  }

  /// Where the last commit begins.
  package var lastNumber: UInt64 { ends.count > 1 ? ends[ends.count - 2] : 0 }
}

extension RememberedFold: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    last = try rows.digest()
    ends = try rows.list { rows throws(FoldReader.Torn) in try rows.number() }
    var roots: [Digest] = []
    roots.reserveCapacity(ends.count)
    for _ in ends.indices { roots.append(try rows.digest()) }
    self.roots = roots
    state = try LedgerState(from: &rows)
    guard ends.isStrictlyAscending, ends.last == state.size, roots.last == state.root else {
      throw FoldReader.Torn()
    }
  }

  func write(to rows: inout FoldWriter) {
    rows.digest(last)
    rows.list(ends) { rows, end in rows.number(end) }
    for root in roots { rows.digest(root) }
    state.write(to: &rows)
  }
}
