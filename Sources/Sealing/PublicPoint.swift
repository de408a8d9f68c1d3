/// Which 32 bytes are a point of Curve25519 that can be a public key (Format.md, 1.3). Libraries take more: for a point
/// of small order anybody makes signatures without a secret, and what is agreed with one is no secret; and a point
/// that is written in two ways would be two identities.
enum PublicPoint {
  /// 2^255 - 19, the lowest byte first, as all numbers here.
  private static let prime = [0xed] + [UInt8](repeating: 0xff, count: 30) + [0x7f]
  /// Without the sign of x, for all eight points of small order: order 4, 1, 2, and twice 8.
  private static let smallEdwards = [
    short(0), short(1), primeLessOne,
    literal("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    literal("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
  ]
  /// For all points of small order, on the curve and on its twist.
  private static let smallMontgomery = [
    short(0), short(1), primeLessOne,
    literal("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    literal("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
  ]

  /// Whether somebody can hold an Ed25519 public key: a point that is written the one way, and not of small order.
  static func isEd25519(_ bytes: [UInt8]) throws(SealingError) -> Bool {
    guard bytes.count == 32 else { return false }
    let y: [UInt8] = Array(bytes.dropLast()) + [bytes[31] & 0x7f]
    guard isBelowPrime(y), !smallEdwards.contains(y) else { return false }
    return try OpenSSL.isEdwardsY(y)
  }

  /// Whether somebody can hold an X25519 public key: a number that is written the one way, and not of small order.
  static func isX25519(_ bytes: [UInt8]) -> Bool {
    bytes.count == 32 && isBelowPrime(bytes) && !smallMontgomery.contains(bytes)
  }

  private static func isBelowPrime(_ bytes: [UInt8]) -> Bool {
    bytes.reversed().lexicographicallyPrecedes(prime.reversed())
  }

  private static func short(_ first: UInt8) -> [UInt8] { [first] + [UInt8](repeating: 0, count: 31) }
  private static var primeLessOne: [UInt8] { [0xec] + prime.dropFirst() }
  private static func literal(_ hex: String) -> [UInt8] { Hex.decode(hex) ?? [] }
}
