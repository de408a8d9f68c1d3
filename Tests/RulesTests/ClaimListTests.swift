import Testing

@testable import Rules

/// Claims by ordinal, compared with a plain dictionary.
struct ClaimListTests {
  @Test(arguments: 1...40 as ClosedRange<UInt64>) func whatIsAddedAndTakenOut(seed: UInt64) {
    var random = Numbers(state: seed)
    var list = ClaimList()
    var plain: [UInt32: UInt64] = [:]
    for entry in 1...60 as ClosedRange<UInt64> {
      if random.next() % 3 < 2 {
        let ordinals = Set((0..<random.next() % 90).map { _ in UInt32(random.next() % 2_000) }).sorted()
        list.add(ordinals, entry)
        for ordinal in ordinals { plain[ordinal] = entry }
      } else {
        var ranges: [ClosedRange<UInt64>] = []
        var from = random.next() % 500
        for _ in 0..<random.next() % 4 {
          let end = from + random.next() % 700
          ranges.append(from...end)
          from = end + 2 + random.next() % 100
        }
        if random.next() % 8 == 0 { ranges = [1...UInt64.max >> 1] }
        list.remove(ranges)
        for range in ranges { plain = plain.filter { !range.contains(UInt64($0.key)) } }
      }
      var there: [(UInt32, UInt64)] = []
      list.forEach { there.append(($0, $1)) }
      #expect(there.map(\.0) == plain.keys.sorted() && there.allSatisfy { plain[$0.0] == $0.1 })
      #expect(list.count == plain.count && list.isEmpty == plain.isEmpty)
    }
  }
}

/// Numbers that look random, and are the same for the same seed (Knuth's MMIX).
private struct Numbers {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}
