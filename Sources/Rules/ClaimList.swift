internal import Sealing

/// Boxes that are claimed, by ordinal, and the entries that claimed it of them last.
///
/// In pieces of 256, so that whoever claims and takes back without end doesn't have all of it copied each time.
struct ClaimList: Hashable {
  /// Some of 256 boxes, ascending. One number for each claim, so that a million of them take eight bytes each.
  fileprivate struct Piece: Hashable {
    private(set) var claims: [UInt64] = []
  }

  /// By the ordinal's upper bits; none of them empty.
  private var pieces: [UInt32: Piece] = [:]

  var isEmpty: Bool { pieces.isEmpty }
  var count: Int { pieces.values.reduce(0) { $0 + $1.claims.count } }

  /// Each box and its entry, ascending.
  func forEach(_ body: (UInt32, UInt64) -> Void) {
    for key in pieces.keys.sorted() {
      guard let piece = pieces[key] else { continue }
      for claim in piece.claims { body(key << 8 | UInt32(Piece.place(claim)), Piece.entry(claim)) }
    }
  }

  /// Takes boxes in.
  mutating func add(_ ordinals: [UInt32], _ entry: UInt64) {
    for ordinal in ordinals { pieces[ordinal >> 8, default: Piece()].add(UInt8(ordinal & 0xff), entry) }
  }

  /// Takes them out.
  /// - Parameter ranges: ascending, none touching another.
  mutating func remove(_ ranges: [ClosedRange<UInt64>]) {
    for range in ranges {
      let keys = range.lowerBound >> 8...range.upperBound >> 8
      // A range may reach over many more than are claimed.
      let touched =
        keys.count > pieces.count
        ? pieces.keys.filter { keys.contains(UInt64($0)) } : keys.map { UInt32(clamping: $0) }
      for key in touched {
        pieces[key]?.remove { range.contains(UInt64(key) << 8 | UInt64($0)) }
        if pieces[key]?.claims.isEmpty == true { pieces[key] = nil }
      }
    }
  }
}

extension ClaimList.Piece {
  // A claim's upper 8 bits are its place among the 256, the others its entry: a ledger ends far below 2^56.
  private static let placeShift: UInt64 = 56

  static func place(_ claim: UInt64) -> UInt8 { UInt8(claim >> placeShift) }
  static func entry(_ claim: UInt64) -> UInt64 { claim & (1 << placeShift - 1) }

  fileprivate mutating func add(_ place: UInt8, _ entry: UInt64) {
    let claim = UInt64(place) << Self.placeShift | Self.entry(entry)
    let index = claims.indices.partitioningIndex { Self.place(claims[$0]) >= place }
    if index < claims.count, Self.place(claims[index]) == place {
      claims[index] = claim
    } else {
      // An array that grows by itself takes room for 511 where the 256th comes.
      if claims.count == claims.capacity { claims.reserveCapacity(Swift.min(2 * claims.count, 256)) }
      claims.insert(claim, at: index)
    }
  }

  fileprivate mutating func remove(where isGone: (UInt8) -> Bool) {
    let kept = claims.filter { !isGone(Self.place($0)) }
    if kept.count < claims.count { claims = kept }
  }
}

/// Boxes that somebody claims aren't as they should be, with the newest entry that says so.
public struct ClaimedBoxes: Sendable {
  /// By ordinal; 0 where nobody claims it. The founding entry claims nothing.
  private let entries: [UInt64]
  /// How many are claimed.
  public let count: Int

  /// None.
  public init() { (entries, count) = ([], 0) }

  init(_ entries: [UInt64]) {
    self.entries = entries
    count = entries.count { $0 != 0 }
  }

  /// The newest entry that claims it of a box; nil where none does.
  public subscript(ordinal: Int) -> UInt64? {
    entries.indices.contains(ordinal) && entries[ordinal] != 0 ? entries[ordinal] : nil
  }

  /// Of which boxes it is claimed, ascending.
  public var ordinals: [Int] { entries.indices.filter { entries[$0] != 0 } }
}
