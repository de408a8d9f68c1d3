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

  /// None of them empty.
  var claimed: [Claimant: ClaimList] = [:]

  /// Whether there are none.
  public var isEmpty: Bool { claimed.isEmpty }

  /// What one identity claims.
  public struct Claim: Hashable, Sendable {
    /// Who.
    public let by: Identifier
    /// Of which boxes, by ordinal, ascending.
    public let ordinals: [UInt32]
    /// The newest entry that says so.
    public let entry: UInt64
  }

  /// What is claimed, by whom, ascending.
  public var list: [Claim] {
    Dictionary(grouping: claimed, by: \.key.by).map { by, lists in
      var ordinals: [UInt32] = []
      var newest: UInt64 = 0
      for list in lists {
        list.value.forEach { ordinal, entry in
          ordinals.append(ordinal)
          newest = max(newest, entry)
        }
      }
      if lists.count > 1 {
        ordinals.sort()
        ordinals = ordinals.indices.filter { $0 == 0 || ordinals[$0 - 1] != ordinals[$0] }.map {
          ordinals[$0]
        }
      }
      return Claim(by: by, ordinals: ordinals, entry: newest)
    }.sorted { $0.by < $1.by }
  }

  /// Every box that somebody claims isn't as it should be, with the newest entry that says so.
  /// - Parameter count: how many boxes there are.
  func boxes(of count: Int) -> ClaimedBoxes {
    if claimed.isEmpty { return ClaimedBoxes() }
    var entries = [UInt64](repeating: 0, count: count)
    for list in claimed.values {
      list.forEach { ordinal, entry in
        if ordinal < count { entries[Int(ordinal)] = max(entries[Int(ordinal)], entry) }
      }
    }
    return ClaimedBoxes(entries)
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
      if claimed[claimant]?.isEmpty == true { claimed[claimant] = nil }
    }
    if !unsound.isEmpty { claimed[Claimant(by: by, level: level), default: ClaimList()].add(unsound, entry) }
  }
}

extension Claims: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    claimed = try rows.dictionary { rows throws(FoldReader.Torn) in
      let claimant = Claimant(by: try rows.identifier(), level: try rows.choice())
      var list = ClaimList()
      for _ in 0..<(try rows.count()) {
        guard let ordinal = UInt32(exactly: try rows.number()) else { throw FoldReader.Torn() }
        list.add([ordinal], try rows.number())
      }
      return (claimant, list)
    }
  }

  func write(to rows: inout FoldWriter) {
    rows.dictionary(claimed) { rows, claimant, claimed in
      rows.identifier(claimant.by)
      rows.choice(claimant.level)
      rows.number(UInt64(claimed.count))
      claimed.forEach { ordinal, entry in
        rows.number(UInt64(ordinal))
        rows.number(entry)
      }
    }
  }
}
