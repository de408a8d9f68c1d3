public import Sealing

/// How many rows a change of the keyring moves, in all sections together (Format 4.4 and 4.5, rule 4).
///
/// Rows are counted as pages have them: those that an earlier row overrules count too, until they are merged.
public struct RowCounts: Hashable, Sendable {
  /// In the generation before.
  public let before: UInt64
  /// In the pages of `keys` entries that are taken over.
  package let added: UInt64
  /// Left out because their subject is dropped.
  package let dropped: UInt64
  /// Left out because an earlier row overrules them.
  package let merged: UInt64
  /// In the generation made.
  public let after: UInt64

  /// Counts as an entry states them.
  public init(before: UInt64, added: UInt64, dropped: UInt64, merged: UInt64, after: UInt64) {
    self.before = before
    self.added = added
    self.dropped = dropped
    self.merged = merged
    self.after = after
  }

  /// Counts whose `after` is what results; nil if more are dropped and merged than there are.
  public init?(before: UInt64, added: UInt64, dropped: UInt64 = 0, merged: UInt64 = 0) {
    let (there, first) = before.addingReportingOverflow(added)
    let (gone, second) = dropped.addingReportingOverflow(merged)
    guard !first, !second, gone <= there else { return nil }
    self.init(before: before, added: added, dropped: dropped, merged: merged, after: there - gone)
  }

  /// Whether before + added - dropped - merged = after.
  package var addUp: Bool {
    RowCounts(before: before, added: added, dropped: dropped, merged: merged) == self
  }
}

/// A page of a `keys` entry that a generation leaves out.
public struct RefusedPage: Hashable, Sendable {
  /// The page.
  public let digest: Digest
  /// How many rows its entry stated.
  public let count: Int

  /// A page and the count that its entry stated.
  public init(digest: Digest, count: Int) {
    self.digest = digest
    self.count = count
  }
}

/// A generation that was made from another one, not yet written.
public struct NextGeneration: Sendable {
  /// The generation, open. Its bytes are `opened.generation.bytes`.
  public let opened: OpenGeneration
  /// Why it was made.
  public let reason: KeyringEdit.Reason
  /// What its entry states of rows.
  public let rows: RowCounts
  /// What its entry states as refused.
  public let refused: [RefusedPage]
}
