internal import Storage

/// How an object looks through an overlay, other than it lies there.
enum Change: Hashable, Sendable {
  /// It isn't there.
  case gone
  /// A bit of the byte at this offset flips.
  case flipped(at: UInt64)
  /// It ends after so many bytes.
  case truncated(to: UInt64)
  /// Its bytes are others, as many as it has.
  case overwritten(seed: UInt64)
  /// It has another object's bytes.
  case serving(ObjectName)
}

/// Numbers that look like chance and are the same for the same seed: SplitMix64 (Steele, Lea, Flood 2014). Nothing secret
/// comes of it.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mixed(state)
  }

  static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
