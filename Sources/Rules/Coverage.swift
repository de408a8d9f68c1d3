public import Sealing

/// Which boxes were verified at a place: by ordinal, the newest verification that found the box sound.
public struct Coverage: Sendable {
  private static let none = UInt32.max

  private let verifications: [Entered<Verification>]
  /// For each box, which of them it is.
  private let newest: [UInt32]

  init(of verifications: [Entered<Verification>], level: VerifyLevel, boxes: Int) {
    var newest = [UInt32](repeating: Self.none, count: boxes)
    // Following `next` from an ordinal leads to the first one from there on that isn't covered yet, so that each box
    // is filled once, however many verifications there are.
    var next = Array(0...UInt32(boxes))
    func open(_ ordinal: Int) -> Int {
      var end = ordinal
      while Int(next[end]) != end { end = Int(next[end]) }
      var step = ordinal
      while Int(next[step]) != end { (step, next[step]) = (Int(next[step]), UInt32(end)) }
      return end
    }
    for (number, verification) in verifications.enumerated().reversed()
    where verification.content.level >= level {
      for range in verification.content.boxes {
        var ordinal = open(Int(range.lowerBound))
        while ordinal <= Int(range.upperBound) {
          newest[ordinal] = UInt32(number)
          next[ordinal] = UInt32(ordinal + 1)
          ordinal = open(ordinal)
        }
      }
    }
    (self.verifications, self.newest) = (verifications, newest)
  }

  /// The newest verification that found a box sound; nil if there is none.
  public subscript(ordinal: Int) -> Entered<Verification>? {
    newest[ordinal] == Self.none ? nil : verifications[Int(newest[ordinal])]
  }

  /// Which of these boxes weren't verified since `time`, by ordinal, the longest unverified first.
  public func due(of boxes: some Sequence<KnownBox>, since time: UInt64) -> [Int] {
    boxes.map(\.ordinal)
      .filter { (self[$0]?.time ?? 0) < time || self[$0] == nil }
      .sorted { (self[$0]?.time ?? 0, $0) < (self[$1]?.time ?? 0, $1) }
  }
}

extension LedgerState {
  /// What was verified at `place`, at `level` or more thoroughly. A box that a verification named damaged or missing
  /// isn't covered by it.
  public func coverage(of place: Identifier, level: VerifyLevel) -> Coverage {
    Coverage(of: places[place]?.verifications ?? [], level: level, boxes: boxes.count)
  }
}
