/// JSON that can be written in one way only (Format.md, 1.5).
///
/// `CanonicalReader` takes that one way and no other, so whatever it accepts is written again as the same bytes.
public enum CanonicalJSON {
  /// How deep objects and arrays may be nested.
  package static let depthLimit = 16
  /// Integers are below this.
  package static let integerLimit: UInt64 = 1 << 53

  /// Reads one object.
  /// - Parameter limit: bytes beyond which nothing is looked at.
  package static func decode(_ bytes: [UInt8], limit: Int) throws(Malformed) -> JSONObject {
    guard bytes.count <= limit else { throw Malformed(what: "longer than \(limit) bytes", where: "JSON") }
    var reader = CanonicalReader(bytes)
    let object = try reader.object(depth: 1)
    guard reader.isAtEnd else { throw CanonicalReader.refusal }
    return object
  }

  /// Writes an object. What canonical JSON can't hold gives JSON all the same, which a reader of the format
  /// refuses: a text in a wrong place can't pass for members.
  static func encode(_ object: JSONObject) -> [UInt8] {
    var out: [UInt8] = []
    write(.object(object), to: &out)
    return out
  }

  private static func write(_ value: JSONValue, to out: inout [UInt8]) {
    switch value {
    case .integer(let integer): out += String(integer).utf8
    case .string(let string): writeQuoted(string, to: &out)
    case .array(let array):
      out.append(0x5b)
      for (index, element) in array.enumerated() {
        if index > 0 { out.append(0x2c) }
        write(element, to: &out)
      }
      out.append(0x5d)
    case .object(let object):
      out.append(0x7b)
      for (index, member) in object.members.enumerated() {
        if index > 0 { out.append(0x2c) }
        writeQuoted(member.key, to: &out)
        out.append(0x3a)
        write(member.value, to: &out)
      }
      out.append(0x7d)
    }
  }

  private static func writeQuoted(_ text: String, to out: inout [UInt8]) {
    out.append(0x22)
    if text.utf8.allSatisfy(isText) {
      out += text.utf8
    } else {
      for unit in text.utf16 {
        let byte = UInt8(truncatingIfNeeded: unit)
        if unit < 0x80 && isText(byte) {
          out.append(byte)
        } else {
          out += "\\u".utf8
          for shift in [12, 8, 4, 0] { out.append(Hex.digit(UInt8(truncatingIfNeeded: unit >> shift) & 15)) }
        }
      }
    }
    out.append(0x22)
  }

  static func isText(_ byte: UInt8) -> Bool {
    (0x20...0x7e).contains(byte) && byte != 0x22 && byte != 0x5c
  }
}
