internal import Foundation

/// JSON that can be written in one way only (Format.md, 1.5).
public indirect enum JSONValue: Hashable, Sendable {
  case integer(UInt64)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// As an object, or it is refused.
  public func object() throws(Malformed) -> JSONObject {
    guard case .object(let object) = self else {
      throw Malformed(what: "an object is expected", where: "JSON")
    }
    return object
  }

  /// As an array, or it is refused.
  public func array() throws(Malformed) -> [JSONValue] {
    guard case .array(let array) = self else { throw Malformed(what: "an array is expected", where: "JSON") }
    return array
  }

  /// As a text, or it is refused.
  public func string() throws(Malformed) -> String {
    guard case .string(let string) = self else {
      throw Malformed(what: "a string is expected", where: "JSON")
    }
    return string
  }

  /// As an integer, or it is refused.
  public func integer() throws(Malformed) -> UInt64 {
    guard case .integer(let integer) = self else {
      throw Malformed(what: "an integer is expected", where: "JSON")
    }
    return integer
  }
}

/// An object of canonical JSON.
public struct JSONObject: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  private var members: [String: JSONValue]

  /// An object without members.
  public init() { members = [:] }

  /// An object of members.
  public init(_ members: [String: JSONValue]) { self.members = members }

  /// An object of members.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    members = Dictionary(elements) { _, last in last }
  }

  /// A member; nil takes it away.
  public subscript(_ key: String) -> JSONValue? {
    get { members[key] }
    set { members[key] = newValue }
  }

  /// The members' keys.
  public var keys: [String] { members.keys.sorted() }

  /// Refuses members of other names.
  public func only(_ allowed: [String]) throws(Malformed) {
    for key in members.keys where !allowed.contains(key) {
      throw Malformed(what: "unknown member '\(key)'", where: "JSON")
    }
  }

  /// A member that must be there.
  public func value(_ key: String) throws(Malformed) -> JSONValue {
    guard let value = members[key] else { throw Malformed(what: "member '\(key)' is missing", where: "JSON") }
    return value
  }

  /// A text.
  public func string(_ key: String) throws(Malformed) -> String {
    try at(key) { value throws(Malformed) in try value.string() }
  }
  /// An integer.
  public func integer(_ key: String) throws(Malformed) -> UInt64 {
    try at(key) { value throws(Malformed) in try value.integer() }
  }
  /// An array.
  public func array(_ key: String) throws(Malformed) -> [JSONValue] {
    try at(key) { value throws(Malformed) in try value.array() }
  }
  /// An object.
  public func object(_ key: String) throws(Malformed) -> JSONObject {
    try at(key) { value throws(Malformed) in try value.object() }
  }

  /// An integer, nil where the member isn't there.
  public func optionalInteger(_ key: String) throws(Malformed) -> UInt64? {
    members[key] == nil ? nil : try integer(key)
  }

  /// An object, nil where the member isn't there.
  public func optionalObject(_ key: String) throws(Malformed) -> JSONObject? {
    members[key] == nil ? nil : try object(key)
  }

  /// A text, nil where the member isn't there.
  public func optionalString(_ key: String) throws(Malformed) -> String? {
    members[key] == nil ? nil : try string(key)
  }

  /// Bytes, so many if a count is given.
  public func hex(_ key: String, count: Int? = nil) throws(Malformed) -> [UInt8] {
    guard let bytes = Hex.decode(try string(key)), count == nil || bytes.count == count else {
      throw Malformed(
        what: "member '\(key)' isn't \(count.map { "\($0) bytes in" } ?? "") hex", where: "JSON")
    }
    return bytes
  }

  /// A 16-byte id.
  public func identifier(_ key: String) throws(Malformed) -> Identifier {
    guard let id = Identifier(bytes: try hex(key)) else {
      throw Malformed(what: "member '\(key)' is no id", where: "JSON")
    }
    return id
  }

  /// A SHA-256.
  public func digest(_ key: String) throws(Malformed) -> Digest {
    guard let digest = Digest(bytes: try hex(key)) else {
      throw Malformed(what: "member '\(key)' is no digest", where: "JSON")
    }
    return digest
  }

  /// The one way to write it. Texts and integers that canonical JSON can't hold give what `decode` refuses.
  public func encoded() -> [UInt8] {
    var out: [UInt8] = []
    CanonicalJSON.write(.object(self), to: &out)
    return out
  }

  private func at<R>(_ key: String, _ body: (JSONValue) throws(Malformed) -> R) throws(Malformed) -> R {
    let value = try value(key)
    do { return try body(value) } catch {
      throw Malformed(what: "member '\(key)': \(error.what)", where: "JSON")
    }
  }
}

/// Decoding: what Foundation's parser makes of bytes is written again, and must give the same bytes. That
/// refuses duplicates, odd numbers, escapes, blanks and every other freedom without a parser of ours.
public enum CanonicalJSON {
  static let depthLimit = 16

  /// Reads one object.
  /// - Parameter limit: bytes beyond which nothing is looked at.
  public static func decode(_ bytes: [UInt8], limit: Int) throws(Malformed) -> JSONObject {
    guard bytes.count <= limit else { throw Malformed(what: "longer than \(limit) bytes", where: "JSON") }
    guard isPlain(bytes) else { throw Malformed(what: "not canonical JSON", where: "JSON") }
    let parsed: Parsed
    do {
      parsed = try JSONDecoder().decode(Parsed.self, from: Data(bytes))
    } catch {
      throw Malformed(what: "not canonical JSON", where: "JSON")
    }
    guard case .object(let object) = parsed.value, object.encoded() == bytes else {
      throw Malformed(what: "not canonical JSON", where: "JSON")
    }
    return object
  }

  /// Whether there are only printable bytes, no escapes, and no deeper nesting than allowed: what keeps the
  /// parser, which is recursive, from harm. Without escapes every quote begins or ends a string.
  private static func isPlain(_ bytes: [UInt8]) -> Bool {
    var depth = 0
    var inString = false
    for byte in bytes {
      switch byte {
      case 0x22: inString.toggle()
      case 0x5c: return false
      case 0x5b, 0x7b: depth += inString ? 0 : 1
      case 0x5d, 0x7d: depth -= inString ? 0 : 1
      case 0x20...0x7e: break
      default: return false
      }
      guard (0...depthLimit).contains(depth) else { return false }
    }
    return true
  }

  static func write(_ value: JSONValue, to out: inout [UInt8]) {
    switch value {
    case .integer(let integer): out += String(integer).utf8
    case .string(let string): write(string, to: &out)
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
        write(key, to: &out)
        out.append(0x3a)
        if let member = object[key] { write(member, to: &out) }
      }
      out.append(0x7d)
    }
  }

  /// What canonical JSON can't hold is escaped: it can't pass for anything else then, and `decode` refuses it.
  private static func write(_ string: String, to out: inout [UInt8]) {
    out.append(0x22)
    for unit in string.utf16 {
      if isAllowed(unit) {
        out.append(UInt8(truncatingIfNeeded: unit))
      } else {
        out += "\\u".utf8
        for shift in [12, 8, 4, 0] { out.append(Hex.digit(UInt8(truncatingIfNeeded: unit >> shift) & 15)) }
      }
    }
    out.append(0x22)
  }

  private static func isAllowed(_ unit: UInt16) -> Bool {
    (0x20...0x7e).contains(unit) && unit != 0x22 && unit != 0x5c
  }

  private struct Parsed: Decodable {
    let value: JSONValue

    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init?(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      if let container = try? decoder.container(keyedBy: Key.self) {
        var members: [String: JSONValue] = [:]
        for key in container.allKeys {
          guard Self.isKey(key.stringValue) else { throw Malformed(what: "a key", where: "JSON") }
          members[key.stringValue] = try container.decode(Parsed.self, forKey: key).value
        }
        value = .object(JSONObject(members))
      } else if var container = try? decoder.unkeyedContainer() {
        var array: [JSONValue] = []
        while !container.isAtEnd { array.append(try container.decode(Parsed.self).value) }
        value = .array(array)
      } else {
        let container = try decoder.singleValueContainer()
        if let integer = try? container.decode(UInt64.self), integer < 1 << 53 {
          value = .integer(integer)
        } else {
          let string = try container.decode(String.self)
          guard string.utf16.allSatisfy(CanonicalJSON.isAllowed) else {
            throw Malformed(what: "a string", where: "JSON")
          }
          value = .string(string)
        }
      }
    }

    private static func isKey(_ key: String) -> Bool {
      guard let first = key.utf8.first, (0x61...0x7a).contains(first) else { return false }
      return key.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
    }
  }
}
