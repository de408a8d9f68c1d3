/// Bytes as lower-case hexadecimal digits.
public enum Hex {
  /// Two digits a byte.
  public static func encode(_ bytes: [UInt8]) -> String { encode(bytes.span) }

  /// Two digits a byte.
  public static func encode(_ bytes: Span<UInt8>) -> String {
    let digits = [UInt8](capacity: bytes.count * 2) { out in
      for index in bytes.indices {
        out.append(digit(bytes[index] >> 4))
        out.append(digit(bytes[index] & 15))
      }
    }
    return String(decoding: digits, as: UTF8.self)
  }

  /// The bytes; nil for an odd count of digits, or anything but 0-9 and a-f.
  package static func decode(_ text: some StringProtocol) -> [UInt8]? { decode(Array(text.utf8).span) }

  /// The bytes; nil for an odd count of digits, or anything but 0-9 and a-f.
  package static func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8).span) }

  private static func decode(_ digits: Span<UInt8>) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var isHex = true
    let bytes = [UInt8](capacity: digits.count / 2) { out in
      for index in 0..<(digits.count / 2) {
        guard let high = value(digits[2 * index]), let low = value(digits[2 * index + 1]) else {
          isHex = false
          return
        }
        out.append(high << 4 | low)
      }
    }
    return isHex ? bytes : nil
  }

  /// The next 16 digits as a big-endian integer, without memory of its own: a ledger has millions of digests.
  static func word(_ digits: inout some IteratorProtocol<UInt8>) -> UInt64? {
    var word: UInt64 = 0
    for _ in 0..<16 {
      guard let digit = digits.next(), let value = value(digit) else { return nil }
      word = word << 4 | UInt64(value)
    }
    return word
  }

  static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }
}
