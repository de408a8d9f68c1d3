internal import Foundation

/// JSON that can be written in one way only (Format.md, 1.5).
///
/// What Foundation's parser makes of bytes is written again, and must give the same bytes. That refuses
/// duplicates, odd numbers, escapes, blanks and every other freedom without a parser of ours.
public enum CanonicalJSON {
  /// How deep objects and arrays may be nested.
  public static let depthLimit = 16
  /// Integers are below this.
  public static let integerLimit: UInt64 = 1 << 53

  /// Reads one object.
  /// - Parameter limit: bytes beyond which nothing is looked at.
  public static func decode(_ bytes: [UInt8], limit: Int) throws(Malformed) -> JSONObject {
    guard bytes.count <= limit else { throw Malformed(what: "longer than \(limit) bytes", where: "JSON") }
    guard isBounded(bytes.span) else { throw Malformed(what: "not canonical JSON", where: "JSON") }
    let parsed: Any
    do {
      parsed = try JSONSerialization.jsonObject(with: Data(bytes))
    } catch {
      throw Malformed(what: "not JSON", where: "JSON")
    }
    guard case .object(let object)? = value(parsed), object.encoded() == bytes else {
      throw Malformed(what: "not canonical JSON", where: "JSON")
    }
    return object
  }

  /// The parser is recursive and takes all of Unicode, so depth and characters are bounded before it sees anything.
  /// Without backslashes, every quotation mark begins or ends a string.
  private static func isBounded(_ bytes: Span<UInt8>) -> Bool {
    var depth = 0
    var isString = false
    for index in bytes.indices {
      let byte = bytes[index]
      guard isText(byte) || byte == 0x22 else { return false }
      if byte == 0x22 { isString.toggle() }
      if isString { continue }
      if byte == 0x7b || byte == 0x5b { depth += 1 }
      if byte == 0x7d || byte == 0x5d { depth -= 1 }
      guard (0...depthLimit).contains(depth) else { return false }
    }
    return true
  }

  /// What the parser found, where canonical JSON can say it. Casts that fail are slow on Linux, hence the look at
  /// the type before each.
  private static func value(_ parsed: Any) -> JSONValue? {
    let type = type(of: parsed)
    if type == String.self, let string = parsed as? String {
      return string.utf8.allSatisfy(isText) ? .string(string) : nil
    }
    if type == [String: Any].self, let object = parsed as? [String: Any] {
      var members: [String: JSONValue] = [:]
      members.reserveCapacity(object.count)
      for (key, member) in object {
        guard isKey(key), let value = value(member) else { return nil }
        members[key] = value
      }
      return .object(JSONObject(members))
    }
    if type == [Any].self, let array = parsed as? [Any] {
      var values: [JSONValue] = []
      values.reserveCapacity(array.count)
      for element in array {
        guard let value = value(element) else { return nil }
        values.append(value)
      }
      return .array(values)
    }
    // A truth value becomes 0 or 1 here, which its text isn't.
    guard let number = parsed as? NSNumber, let integer = UInt64(exactly: number), integer < integerLimit
    else {
      return nil
    }
    return .integer(integer)
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
      for (index, key) in object.keys.enumerated() {
        if index > 0 { out.append(0x2c) }
        writeQuoted(key, to: &out)
        out.append(0x3a)
        if let member = object[key] { write(member, to: &out) }
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

  private static func isText(_ byte: UInt8) -> Bool {
    (0x20...0x7e).contains(byte) && byte != 0x22 && byte != 0x5c
  }

  private static func isKey(_ key: String) -> Bool {
    guard let first = key.utf8.first, (0x61...0x7a).contains(first) else { return false }
    return key.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
  }
}
