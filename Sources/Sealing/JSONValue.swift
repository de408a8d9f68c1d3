/// What canonical JSON can say (Format.md, 1.5).
public enum JSONValue: Hashable, Sendable {
  /// 0 to 2^53 - 1.
  case integer(UInt64)
  /// Printable ASCII without quotation mark or backslash.
  case string(String)
  /// Values in order.
  case array([JSONValue])
  /// Members by key.
  case object(JSONObject)

  /// Bytes as they stand in canonical JSON.
  public static func hex(_ bytes: [UInt8]) -> JSONValue { .string(Hex.encode(bytes)) }

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
  /// One member.
  struct Member: Hashable, Sendable {
    let key: String
    let value: JSONValue
  }

  /// Ascending by key, each once: objects are small, so looking through them is quicker than hashing.
  private(set) var members: [Member]

  /// An object without members.
  public init() { members = [] }

  /// An object of members.
  public init(_ members: [String: JSONValue]) {
    self.members = members.map { Member(key: $0, value: $1) }.sorted { $0.key < $1.key }
  }

  /// An object of members, each key once.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(Dictionary(uniqueKeysWithValues: elements))
  }

  /// An object of members in order.
  init(ascending members: [Member]) { self.members = members }

  /// A member; nil takes it away.
  public subscript(_ key: String) -> JSONValue? {
    get { members.first { $0.key == key }?.value }
    set {
      let place = members.firstIndex { $0.key >= key } ?? members.endIndex
      let end = place < members.endIndex && members[place].key == key ? place + 1 : place
      members.replaceSubrange(place..<end, with: newValue.map { [Member(key: key, value: $0)] } ?? [])
    }
  }

  /// The members' keys, in the order in which they are written.
  public var keys: [String] { members.map(\.key) }

  /// Refuses members of other names.
  public func only(_ allowed: [String]) throws(Malformed) {
    for member in members where !allowed.contains(member.key) {
      throw Malformed(what: "unknown member '\(member.key)'", where: "JSON")
    }
  }

  /// A member that must be there.
  public func value(_ key: String) throws(Malformed) -> JSONValue {
    guard let value = self[key] else { throw Malformed(what: "member '\(key)' is missing", where: "JSON") }
    return value
  }

  /// The one way to write it. What canonical JSON can't hold (other texts than printable ASCII, integers of 2^53
  /// and more) becomes JSON that `CanonicalJSON.decode` refuses.
  public func encoded() -> [UInt8] { CanonicalJSON.encode(self) }
}

/// Members by type: each must be there and be of that type, or it is refused.
extension JSONObject {
  /// A text.
  public func string(_ key: String) throws(Malformed) -> String {
    try named(key) { value throws(Malformed) in try value.string() }
  }

  /// An integer.
  public func integer(_ key: String) throws(Malformed) -> UInt64 {
    try named(key) { value throws(Malformed) in try value.integer() }
  }

  /// An array.
  public func array(_ key: String) throws(Malformed) -> [JSONValue] {
    try named(key) { value throws(Malformed) in try value.array() }
  }

  /// An object.
  public func object(_ key: String) throws(Malformed) -> JSONObject {
    try named(key) { value throws(Malformed) in try value.object() }
  }

  /// Bytes in hex, so many if a count is given.
  public func hex(_ key: String, count: Int? = nil) throws(Malformed) -> [UInt8] {
    guard let bytes = Hex.decode(try string(key)), count == nil || bytes.count == count else {
      let size = count.map { "\($0) bytes in " } ?? ""
      throw Malformed(what: "member '\(key)' isn't \(size)hex", where: "JSON")
    }
    return bytes
  }

  /// A 16-byte id.
  package func identifier(_ key: String) throws(Malformed) -> Identifier {
    guard let id = Identifier(hex: try string(key)) else {
      throw Malformed(what: "member '\(key)' is no id", where: "JSON")
    }
    return id
  }

  /// A SHA-256.
  public func digest(_ key: String) throws(Malformed) -> Digest {
    guard let digest = Digest(hex: try string(key)) else {
      throw Malformed(what: "member '\(key)' is no digest", where: "JSON")
    }
    return digest
  }

  private func named<R>(
    _ key: String, _ body: (JSONValue) throws(Malformed) -> R
  ) throws(Malformed) -> R {
    let value = try value(key)
    do { return try body(value) } catch {
      throw Malformed(what: "member '\(key)': \(error.what)", where: "JSON")
    }
  }
}

/// Members that may be missing: nil then, and of that type where they are there.
extension JSONObject {
  /// An integer.
  package func optionalInteger(_ key: String) throws(Malformed) -> UInt64? {
    self[key] == nil ? nil : try integer(key)
  }

  /// An object.
  package func optionalObject(_ key: String) throws(Malformed) -> JSONObject? {
    self[key] == nil ? nil : try object(key)
  }

  /// A SHA-256.
  package func optionalDigest(_ key: String) throws(Malformed) -> Digest? {
    self[key] == nil ? nil : try digest(key)
  }
}
