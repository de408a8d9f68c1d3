package import Sealing

/// For how many years each class was to be kept, from an entry on.
struct StatedYears: Hashable, Sendable {
  /// The `founded` or `policy` entry.
  let entry: UInt64
  /// By class.
  let years: [Identifier: UInt64]

  init(_ policy: Policy, entry: UInt64) {
    self.entry = entry
    years = Dictionary(policy.classes.map { ($0.id, $0.years) }) { first, _ in first }
  }
}

/// How long bundles are kept (Format.md, 4.4).
extension LedgerState {
  /// The last year for which a bundle is kept; nil where the policy doesn't have its class, so that it is kept for ever.
  /// - Parameters:
  ///   - year: its box's.
  ///   - first: the entry that first named it.
  package func keptUntil(_ classID: Identifier, year: UInt64, first: UInt64) -> UInt64? {
    guard let now = policy.rule(for: classID)?.years, let sealed = sealing(of: first)?.stated else {
      return nil
    }
    let then = years(of: classID, at: first) ?? now
    // Whoever sealed it may have said any year and any time: no custodian's time is later than when it was.
    return max(year + (now > then ? now - then : 0), CivilTime.year(of: sealed) + now)
  }

  private func years(of classID: Identifier, at entry: UInt64) -> UInt64? {
    statedYears.last { $0.entry < entry }?.years[classID]
  }

  /// What boxes of a `sealed` entry that counts share; nil where there is none of this number.
  func sealing(of entry: UInt64) -> KnownBoxes.Sealing? {
    guard moves[entry] == nil else { return nil }
    let ordinal = boxes.indices.partitioningIndex { boxes[$0].entry >= entry }
    guard ordinal < boxes.count, boxes[ordinal].entry == entry else { return nil }
    return boxes.sealing(ordinal)
  }
}

extension StatedYears: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    entry = try rows.number()
    years = try rows.dictionary { rows throws(FoldReader.Torn) in (try rows.identifier(), try rows.number()) }
  }

  func write(to rows: inout FoldWriter) {
    rows.number(entry)
    rows.dictionary(years) { rows, id, years in
      rows.identifier(id)
      rows.number(years)
    }
  }
}
