internal import Foundation

/// What a sample of records says of all of them.
enum Sampling {
  /// The largest share, in millionths, that may be unsound with 95 % confidence where so many of the sample are (Clopper and
  /// Pearson 1934, one-sided).
  static func upperBound(unsound: UInt64, of sample: UInt64) -> UInt64 {
    guard sample > 0, unsound < sample else { return 1_000_000 }
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let share = (low + high) / 2
      if probability(atMost: unsound, of: sample, share: share) > 0.05 { low = share } else { high = share }
    }
    return UInt64((high * 1_000_000).rounded(.up))
  }

  /// How likely a sample has at most so many unsound ones where such a share of all is.
  private static func probability(atMost unsound: UInt64, of sample: UInt64, share: Double) -> Double {
    let n = Double(sample)
    var sum = 0.0
    for k in 0...min(unsound, 10_000) {
      let k = Double(k)
      let ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
      sum += exp(ways + k * log(share) + (n - k) * log1p(-share))
    }
    return sum
  }
}
