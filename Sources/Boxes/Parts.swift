public import Sealing

/// Which part of a record of more than 64 MiB a row is (Format.md, 3.2).
public struct Part: Hashable, Sendable {
  /// The id that the parts of one version share.
  public let set: Identifier
  /// Counts from 0.
  public let number: UInt32
  /// Where this part begins in the record.
  package let offset: UInt64
  /// The record's size.
  public let total: UInt64
  /// In the last part: the SHA-256 of the whole record. Nil in all others.
  public let whole: Digest?

  /// Makes a part; `whole` marks the last one. `BoxWriter` checks it.
  public init(set: Identifier, number: UInt32, offset: UInt64, total: UInt64, whole: Digest? = nil) {
    self.set = set
    self.number = number
    self.offset = offset
    self.total = total
    self.whole = whole
  }

  /// True for the last part.
  package var isLast: Bool { whole != nil }

  /// Refuses what can't be a part of `size` bytes.
  func check(size: UInt64) throws(BoxError) {
    guard total > BoxLimits.content else {
      throw BoxError(.parts, "a part of a record of \(total) bytes, which needs none")
    }
    guard size > 0, offset <= total, size <= total - offset else {
      throw BoxError(.parts, "part \(number) lies beyond the record's end")
    }
    guard (number == 0) == (offset == 0), UInt64(number) <= offset else {
      throw BoxError(.parts, "part \(number) can't begin at \(offset)")
    }
    guard isLast == (offset + size == total) else {
      throw BoxError(
        .parts, "part \(number) ends at \(offset + size) of \(total), which only the last one does")
    }
  }
}

/// Puts the parts of a record together.
package enum PartSet {
  /// The parts of one version in order: 0 to last, each once, without gap or overlap, up to the record's end.
  /// Throws `.parts` where they aren't complete or don't belong together.
  package static func ordered(_ parts: [Record]) throws(BoxError) -> [Record] {
    let ordered = try ordered(parts) { $0 }
    return ordered
  }

  /// The same for anything that has a row with a part, such as a row and the place of its bundle.
  package static func ordered<Item>(_ items: [Item], _ record: (Item) -> Record) throws(BoxError) -> [Item] {
    var numbered: [(part: Part, size: UInt64, item: Item)] = []
    numbered.reserveCapacity(items.count)
    for item in items {
      let row = record(item)
      guard let part = row.part else { throw BoxError(.parts, "a row among the parts is no part") }
      try part.check(size: row.size)
      numbered.append((part, row.size, item))
    }
    numbered.sort { $0.part.number < $1.part.number }
    guard let first = numbered.first, let last = numbered.last else {
      throw BoxError(.parts, "no parts at all")
    }
    let id = record(first.item).label.id
    var place: UInt64 = 0
    for (expected, one) in numbered.enumerated() {
      guard one.part.set == first.part.set, one.part.total == first.part.total,
        record(one.item).label.id == id
      else { throw BoxError(.parts, "parts of different records") }
      guard UInt64(one.part.number) == UInt64(expected) else {
        throw BoxError(.parts, "part \(expected) is missing or there twice")
      }
      guard one.part.offset == place else { throw BoxError(.parts, "a gap before part \(expected)") }
      // No overflow: checked against the total above.
      place += one.size
    }
    guard last.part.isLast, place == last.part.total else {
      throw BoxError(.parts, "the last part is missing")
    }
    return numbered.map(\.item)
  }
}
