/// How hard scrypt works (RFC 7914). What comes from a file is bounded here before memory is taken.
public struct ScryptParameters: Hashable, Sendable {
  /// Cost: a power of two from 2^15 to 2^18.
  public let n: UInt64
  /// Block size: 8.
  public let r: UInt32
  /// Parallelism: 1 to 4.
  package let p: UInt32

  /// 2^17, 8, 1: 128 MiB and about 0.4 s.
  public static let standard = ScryptParameters(n: 1 << 17)

  private init(n: UInt64) {
    self.n = n
    r = 8
    p = 1
  }

  /// Parameters within the bounds of Format.md 1.3.
  /// - Throws: `SealingError` `.refusedParameters` for all others.
  public init(n: UInt64, r: UInt64, p: UInt64) throws(SealingError) {
    guard n >= 1 << 15, n <= 1 << 18, n & (n - 1) == 0, r == 8, (1...4).contains(p) else {
      throw SealingError(.refusedParameters, "scrypt parameters n \(n), r \(r), p \(p) are refused")
    }
    self.n = n
    self.r = 8
    self.p = UInt32(p)
  }
}
