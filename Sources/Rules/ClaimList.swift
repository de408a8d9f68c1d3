internal import Sealing

/// Boxes that are claimed, by ordinal, and the entries that claimed it of them last.
///
/// In pieces of 256, so that whoever claims and takes back without end doesn't have all of it copied each time.
struct ClaimList: Hashable {
  /// Some of 256 boxes: their places among these, ascending, and the entries.
  fileprivate struct Piece: Hashable {
    var places: [UInt8] = []
    var entries: [UInt64] = []
  }

  /// By the ordinal's upper bits; none of them empty.
  private var pieces: [UInt32: Piece] = [:]

  var isEmpty: Bool { pieces.isEmpty }
  var count: Int { pieces.values.reduce(0) { $0 + $1.places.count } }

  /// Each box and its entry, ascending.
  func forEach(_ body: (UInt32, UInt64) -> Void) {
    for key in pieces.keys.sorted() {
      guard let piece = pieces[key] else { continue }
      for (place, entry) in zip(piece.places, piece.entries) { body(key << 8 | UInt32(place), entry) }
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
        if pieces[key]?.places.isEmpty == true { pieces[key] = nil }
      }
    }
  }
}

extension ClaimList.Piece {
  fileprivate mutating func add(_ place: UInt8, _ entry: UInt64) {
    let index = places.indices.partitioningIndex { places[$0] >= place }
    if index < places.count, places[index] == place {
      entries[index] = entry
    } else {
      places.insert(place, at: index)
      entries.insert(entry, at: index)
    }
  }

  fileprivate mutating func remove(where isGone: (UInt8) -> Bool) {
    let kept = places.indices.filter { !isGone(places[$0]) }
    if kept.count == places.count { return }
    (places, entries) = (kept.map { places[$0] }, kept.map { entries[$0] })
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
