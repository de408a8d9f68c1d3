/// A figure by its name: a fact says what it says in these.
public struct Figure: Hashable, Sendable {
  /// What a figure is of, as the report's JSON calls it.
  public enum Name: String, Hashable, Sendable, CaseIterable {
    case active, begun, beyond, bestRTO, boxes, bytes, certificate, classes, closed, compared, custodians,
      declined
    case destinations, due, ended, entered, entries, epoch, expired, exports, failed, fresh, generation
    case granted, home, identity, inForce, keptByLaw, kind, label, last, level, made, name, notCounted,
      oldest, open
    case opens, outcome, overdue, passed, pending, place, placed, places, plan, reads, reason, records,
      released
    case restores, revoked, roles, root, rotated, rows, rpo, rto, scratch, section, seen, size, snapshot,
      state, text
    case time, transfers, unfit, unsound, used, verified, waiting, wanted, years
  }

  /// What it comes to.
  public enum Value: Hashable, Sendable {
    /// So many.
    case count(UInt64)
    /// So many bytes.
    case bytes(UInt64)
    /// A moment, in seconds since 1970.
    case moment(UInt64)
    /// A span in seconds.
    case span(UInt64)
    /// Yes or no.
    case flag(Bool)
    /// An id, a name or a text, as it stands in the ledger or the journal.
    case text(String)
    /// A word of the program's own, which has its translation.
    case word(String)
    /// Several of these.
    case words([String])
    /// Several texts.
    case texts([String])
    /// Nobody can know it without a key, or a key that opens more.
    case sealed
  }

  /// What it is of.
  public let name: Name
  /// What it comes to.
  public let value: Value

  init(_ name: Name, _ value: Value) {
    self.name = name
    self.value = value
  }

  init(_ name: Name, count: some BinaryInteger) { self.init(name, .count(UInt64(clamping: count))) }
}
