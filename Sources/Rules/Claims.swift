public import Sealing

/// What verifications of a place said of boxes that they found damaged or missing, as far as nobody took it back who
/// can.
///
/// Who opens which boxes isn't public, so nobody can be believed by a rule: a claim is a reason to look. It ends when
/// whoever made it, or a custodian, looks as thoroughly and finds the box sound.
public struct Claims: Hashable, Sendable {
  /// Who claims, and how thoroughly they looked.
  struct Claimant: Hashable {
    let by: Identifier
    let level: VerifyLevel
  }

  /// Boxes, by ordinal, ascending, and the entries that claimed it of them last.
  struct Claimed: Hashable {
    var ordinals: [UInt32] = []
    var entries: [UInt64] = []
  }

  /// None of them empty.
  var claimed: [Claimant: Claimed] = [:]

  /// Whether there are none.
  public var isEmpty: Bool { claimed.isEmpty }

  /// What one identity claims.
  public struct Claim: Hashable, Sendable {
    /// Who.
    public let by: Identifier
    /// Of which boxes, by ordinal, ascending.
    public let ordinals: [Int]
    /// The newest entry that says so.
    public let entry: UInt64
  }

  /// What is claimed, by whom, ascending.
  public var list: [Claim] {
    Dictionary(grouping: claimed, by: \.key.by).map { by, lists in
      Claim(
        by: by, ordinals: Set(lists.flatMap(\.value.ordinals)).map { Int($0) }.sorted(),
        entry: lists.flatMap(\.value.entries).max() ?? 0)
    }.sorted { $0.by < $1.by }
  }

  /// Every box that somebody claims isn't as it should be, with the newest entry that says so.
  public var boxes: [Int: UInt64] {
    var boxes: [Int: UInt64] = [:]
    for list in claimed.values {
      for (ordinal, entry) in zip(list.ordinals, list.entries) {
        boxes[Int(ordinal)] = max(boxes[Int(ordinal)] ?? 0, entry)
      }
    }
    return boxes
  }

  /// Takes in a verification.
  /// - Parameters:
  ///   - sound: the ordinals of boxes that it found sound, as ranges, ascending.
  ///   - unsound: those that it didn't, ascending.
  mutating func note(
    sound: [ClosedRange<UInt64>], unsound: [UInt32], by: Identifier, level: VerifyLevel, entry: UInt64,
    byCustodian: Bool
  ) {
    for claimant in claimed.keys {
      // Whoever opened a box read all of it.
      let isEnough =
        claimant.by == by ? level >= claimant.level : byCustodian && level >= min(claimant.level, .open)
      if isEnough { claimed[claimant]?.remove(sound) }
      if claimed[claimant]?.ordinals.isEmpty == true { claimed[claimant] = nil }
    }
    if !unsound.isEmpty { claimed[Claimant(by: by, level: level), default: Claimed()].add(unsound, entry) }
  }
}

extension Claims.Claimed {
  mutating func remove(_ ranges: [ClosedRange<UInt64>]) {
    let found = ranges.map { range in
      place(of: range.lowerBound)..<place(of: range.upperBound + 1)
    }.filter { !$0.isEmpty }
    if found.isEmpty { return }
    var left = Claims.Claimed()
    var next = 0
    for part in found + [ordinals.count..<ordinals.count] {
      left.ordinals += ordinals[next..<part.lowerBound]
      left.entries += entries[next..<part.lowerBound]
      next = part.upperBound
    }
    self = left
  }

  /// Where the first one from an ordinal on stands.
  private func place(of ordinal: UInt64) -> Int {
    var (low, high) = (0, ordinals.count)
    while low < high {
      let middle = (low + high) / 2
      if UInt64(ordinals[middle]) < ordinal { low = middle + 1 } else { high = middle }
    }
    return low
  }

  mutating func add(_ more: [UInt32], _ entry: UInt64) {
    var merged = Claims.Claimed()
    merged.ordinals.reserveCapacity(ordinals.count + more.count)
    merged.entries.reserveCapacity(ordinals.count + more.count)
    var (old, new) = (0, 0)
    while old < ordinals.count || new < more.count {
      let takesNew = new < more.count && (old == ordinals.count || more[new] <= ordinals[old])
      if takesNew, old < ordinals.count, ordinals[old] == more[new] { old += 1 }
      merged.ordinals.append(takesNew ? more[new] : ordinals[old])
      merged.entries.append(takesNew ? entry : entries[old])
      if takesNew { new += 1 } else { old += 1 }
    }
    self = merged
  }
}

extension Claims: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    claimed = try rows.dictionary { rows throws(FoldReader.Torn) in
      let claimant = Claimant(by: try rows.identifier(), level: try rows.choice())
      let pairs = try rows.list { rows throws(FoldReader.Torn) in
        (UInt32(truncatingIfNeeded: try rows.number()), try rows.number())
      }
      return (claimant, Claimed(ordinals: pairs.map(\.0), entries: pairs.map(\.1)))
    }
  }

  func write(to rows: inout FoldWriter) {
    rows.dictionary(claimed) { rows, claimant, claimed in
      rows.identifier(claimant.by)
      rows.choice(claimant.level)
      rows.list(Array(zip(claimed.ordinals, claimed.entries))) { rows, pair in
        rows.number(UInt64(pair.0))
        rows.number(pair.1)
      }
    }
  }
}
