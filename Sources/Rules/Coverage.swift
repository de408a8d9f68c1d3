public import Sealing

/// Which boxes were verified at a place: by ordinal, the newest verification that found the box sound.
public struct Coverage: Sendable {
  /// For each box, the newest verification of it; nil if there is none.
  public let newest: [Entered<Verification>?]

  /// Which of these boxes weren't verified since `time`, by ordinal, the longest unverified first.
  public func due(of boxes: [KnownBox], since time: UInt64) -> [Int] {
    boxes.map(\.ordinal)
      .filter { (newest[$0]?.time ?? 0) < time || newest[$0] == nil }
      .sorted { (newest[$0]?.time ?? 0, $0) < (newest[$1]?.time ?? 0, $1) }
  }
}

extension LedgerState {
  /// What was verified at `place`, at `level` or more thoroughly. A box that a verification named damaged or missing
  /// isn't covered by it.
  public func coverage(of place: Identifier, level: VerifyLevel) -> Coverage {
    var newest = [Entered<Verification>?](repeating: nil, count: boxes.count)
    // Following `next` from an ordinal leads to the first one from there on that isn't covered yet, so that each box
    // is filled once, however many verifications there are.
    var next = Array(0...boxes.count)
    func open(_ ordinal: Int) -> Int {
      var end = ordinal
      while next[end] != end { end = next[end] }
      var step = ordinal
      while next[step] != end { (step, next[step]) = (next[step], end) }
      return end
    }
    for verification in (places[place]?.verifications ?? []).reversed()
    where verification.content.level >= level {
      let content = verification.content
      for range in content.boxes {
        var ordinal = open(Int(range.lowerBound))
        while ordinal <= Int(range.upperBound) {
          newest[ordinal] = verification
          next[ordinal] = ordinal + 1
          ordinal = open(ordinal)
        }
      }
    }
    return Coverage(newest: newest)
  }
}
