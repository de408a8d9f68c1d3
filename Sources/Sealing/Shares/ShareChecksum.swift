/// RS1024, the checksum of SLIP-39: a Reed-Solomon code over GF(1024), which finds any three wrong words.
///
/// Words are numbers from 0 to 1023, two bytes each in a `Secret`. No step depends on what they are.
enum ShareChecksum {
  /// Words of a checksum.
  static let count = 3

  private static let generator: [UInt32] = [
    0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890,
    0x3f3f120,
  ]

  /// The three words that follow these.
  static func words(after words: Secret, isExtendable: Bool) -> Secret {
    var state = remainder(of: words, isExtendable)
    for _ in 0..<count { step(&state, 0) }
    state ^= 1
    return Secret(count: 2 * count) { out in
      for place in 0..<count {
        out.append(bigEndian: UInt16(truncatingIfNeeded: (state >> UInt32(10 * (count - 1 - place))) & 1023))
      }
    }
  }

  /// Whether words end with their checksum.
  static func holds(for words: Secret, isExtendable: Bool) -> Bool { remainder(of: words, isExtendable) == 1 }

  /// The one place at which another word would make the checksum hold; nil where there is none. SLIP-39 has nobody
  /// corrected, which could make a valid share of other words, but told where to look.
  static func likelyFault(in words: Secret, isExtendable: Bool) -> Int? {
    let all = remainder(of: words, isExtendable) ^ 1
    let count = words.count / 2
    return (0..<count).first { place in
      (1..<UInt32(1024)).contains { change in
        // The code is linear: what a change makes of the remainder doesn't hang on the words.
        var state = change
        for _ in place..<(count - 1) { step(&state, 0) }
        return state == all
      }
    }
  }

  private static func remainder(of words: Secret, _ isExtendable: Bool) -> UInt32 {
    var state: UInt32 = 1
    for byte in (isExtendable ? "shamir_extendable" : "shamir").utf8 { step(&state, UInt32(byte)) }
    words.withSpan { words in
      for offset in stride(from: 0, to: words.count, by: 2) {
        step(&state, UInt32(BigEndian.u16(words, at: offset)))
      }
    }
    return state
  }

  private static func step(_ state: inout UInt32, _ value: UInt32) {
    let top = state >> 20
    state = (state & 0xfffff) << 10 ^ value
    for bit in 0..<10 { state ^= generator[bit] & (0 &- ((top >> UInt32(bit)) & 1)) }
  }
}
