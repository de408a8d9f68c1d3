internal import Foundation
internal import Sealing

/// Bytes of the catalog with some more behind them, by which damage to them, or to what they are kept under, shows.
enum CheckedBytes {
  private static let size = 8

  /// With the check behind them.
  static func encoded(_ bytes: [UInt8], of owner: [UInt8], _ ordinal: Int, _ number: Int) -> Data {
    Data(bytes + check(bytes, of: owner, ordinal, number))
  }

  /// The bytes without what was put behind them; nil where they aren't as they were.
  static func content(_ bytes: [UInt8], of owner: [UInt8], _ ordinal: Int, _ number: Int) -> [UInt8]? {
    guard bytes.count >= size else { return nil }
    let content = Array(bytes.dropLast(size))
    return check(content, of: owner, ordinal, number) == Array(bytes.suffix(size)) ? content : nil
  }

  private static func check(_ bytes: [UInt8], of owner: [UInt8], _ ordinal: Int, _ number: Int) -> [UInt8] {
    let place =
      BigEndian.bytes(UInt64(bitPattern: Int64(ordinal))) + BigEndian.bytes(UInt64(bitPattern: Int64(number)))
    return Array(Digest.sha256(of: owner + place + bytes).bytes.prefix(size))
  }
}
