// swift-format-ignore-file: NeverForceUnwrap
/// Numbers that look random and are the same for the same seed and name (SplitMix64).
package struct Dice: RandomNumberGenerator, Sendable {
  private var state: UInt64
  private var words: [String] = []

  package init(_ seed: UInt64, _ name: String = "") {
    state = seed
    for byte in name.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to a limit.
  package mutating func roll(_ limit: UInt64) -> UInt64 { next() % limit }

  /// Bytes that don't shrink.
  package mutating func noise(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { withUnsafeBytes(of: next()) { bytes.append(contentsOf: $0) } }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Text of made-up words, which shrinks as prose does.
  package mutating func prose(_ count: Int) -> [UInt8] {
    while words.count < 800 {
      let letters = (0..<Int.random(in: 2...11, using: &self)).map { (_) in
        "etaoinshrdlucmfwypvbgk".randomElement(using: &self)!
      }
      words.append(String(letters))
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 64)
    while bytes.count < count {
      let spread = Int.random(in: 0..<800, using: &self) * Int.random(in: 0..<800, using: &self) / 800
      bytes.append(contentsOf: words[spread].utf8)
      bytes.append(UInt8(ascii: next() % 12 == 0 ? "\n" : " "))
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}

/// Bytes in which every position differs from its neighbours, and every `seed` from others.
package func pattern(_ count: Int, seed: Int = 0) -> [UInt8] {
  // Of none, the count would be written to the one empty array that all share: ThreadSanitizer minds.
  guard count > 0 else { return [] }
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
    var state = UInt64(truncatingIfNeeded: seed &* 2_654_435_761 &+ 12345)
    for index in 0..<count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      buffer[index] = UInt8(truncatingIfNeeded: state >> 56)
    }
    used = count
  }
}
