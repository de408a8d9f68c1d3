/// Reads canonical JSON, byte by byte: what could be written in another way is refused where it stands.
///
/// No blanks, no escapes, printable ASCII alone; keys of small letters, digits and `_`, each above the one before;
/// integers below 2^53 without sign, fraction, exponent or leading zero; nested 16 deep at most.
struct CanonicalReader {
  static let refusal = Malformed(what: "not canonical JSON", where: "JSON")

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  /// An object, at whose brace the reader stands. `depth` counts it and all around it.
  mutating func object(depth: Int) throws(Malformed) -> JSONObject {
    guard depth <= CanonicalJSON.depthLimit else { throw Self.refusal }
    try expect(0x7b)
    if takes(0x7d) { return JSONObject() }
    var members: [JSONObject.Member] = []
    var last = 0..<0
    repeat {
      let key = try key(after: last)
      last = key
      try expect(0x3a)
      members.append(JSONObject.Member(key: text(key), value: try value(depth: depth)))
    } while takes(0x2c)
    try expect(0x7d)
    return JSONObject(ascending: members)
  }

  private mutating func array(depth: Int) throws(Malformed) -> JSONValue {
    guard depth <= CanonicalJSON.depthLimit else { throw Self.refusal }
    try expect(0x5b)
    if takes(0x5d) { return .array([]) }
    var values: [JSONValue] = []
    repeat { values.append(try value(depth: depth)) } while takes(0x2c)
    try expect(0x5d)
    return .array(values)
  }

  private mutating func value(depth: Int) throws(Malformed) -> JSONValue {
    guard position < bytes.count else { throw Self.refusal }
    switch bytes[position] {
    case 0x22: return .string(text(try quoted(where: CanonicalJSON.isText)))
    case 0x30...0x39: return .integer(try integer())
    case 0x5b: return try array(depth: depth + 1)
    case 0x7b: return .object(try object(depth: depth + 1))
    default: throw Self.refusal
    }
  }

  /// Where the next key stands, which must be above the last one; an empty one is before all.
  private mutating func key(after last: Range<Int>) throws(Malformed) -> Range<Int> {
    let key = try quoted { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
    guard !key.isEmpty, (0x61...0x7a).contains(bytes[key.lowerBound]) else { throw Self.refusal }
    guard bytes[last].lexicographicallyPrecedes(bytes[key]) else { throw Self.refusal }
    return key
  }

  /// What stands between two quotation marks.
  private mutating func quoted(where allows: (UInt8) -> Bool) throws(Malformed) -> Range<Int> {
    try expect(0x22)
    let start = position
    while position < bytes.count, allows(bytes[position]) { position += 1 }
    let end = position
    try expect(0x22)
    return start..<end
  }

  private mutating func integer() throws(Malformed) -> UInt64 {
    let start = position
    var integer: UInt64 = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
      integer = integer * 10 + UInt64(bytes[position] - 0x30)
      guard integer < CanonicalJSON.integerLimit else { throw Self.refusal }
      position += 1
    }
    guard position == start + 1 || bytes[start] != 0x30 else { throw Self.refusal }
    return integer
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private mutating func takes(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(Malformed) {
    guard takes(byte) else { throw Self.refusal }
  }
}
