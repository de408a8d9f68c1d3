internal import Sealing

/// What a remembered fold is written in: rows of big-endian integers and fixed bytes, without names or types. The
/// order in which a value reads and writes its parts is its layout; `RememberedFold.version` stands for all of them.
protocol FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn)
  func write(to rows: inout FoldWriter)
}

/// Appends rows.
struct FoldWriter {
  private(set) var bytes: [UInt8]

  init(capacity: Int) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  mutating func number(_ value: UInt64) { bytes.append(bigEndian: value) }

  mutating func number(_ value: UInt64?) {
    flag(value != nil)
    number(value ?? 0)
  }

  mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

  mutating func digest(_ value: Digest) { bytes += value.bytes }

  mutating func identifier(_ value: Identifier) { bytes += value.bytes }

  /// Bytes whose count the reader knows.
  mutating func raw(_ value: [UInt8]) { bytes += value }

  mutating func counted(_ value: [UInt8]) {
    number(UInt64(value.count))
    bytes += value
  }

  mutating func text(_ value: String) { counted(Array(value.utf8)) }

  mutating func choice(_ value: some RawRepresentable<String>) { text(value.rawValue) }

  mutating func list<Element>(_ list: [Element], _ body: (inout FoldWriter, Element) -> Void) {
    number(UInt64(list.count))
    for element in list { body(&self, element) }
  }

  mutating func list(_ list: [some FoldRow]) {
    number(UInt64(list.count))
    for element in list { element.write(to: &self) }
  }

  mutating func dictionary<Key, Value>(
    _ dictionary: [Key: Value], _ body: (inout FoldWriter, Key, Value) -> Void
  ) {
    number(UInt64(dictionary.count))
    for (key, value) in dictionary { body(&self, key, value) }
  }
}

/// Takes rows apart. The checksum has told that they are what was written; still nothing is read past the end.
struct FoldReader {
  /// The rows aren't what they should be.
  struct Torn: Error {}

  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { position == end }

  private mutating func take(_ count: Int) throws(Torn) -> Int {
    guard count >= 0, count <= end - position else { throw Torn() }
    defer { position += count }
    return position
  }

  mutating func number() throws(Torn) -> UInt64 {
    let start = try take(8)
    return BigEndian.u64(bytes.span, at: start)
  }

  mutating func optionalNumber() throws(Torn) -> UInt64? {
    let isThere = try flag()
    let value = try number()
    return isThere ? value : nil
  }

  mutating func flag() throws(Torn) -> Bool {
    let start = try take(1)
    return bytes[start] == 1
  }

  mutating func digest() throws(Torn) -> Digest {
    let start = try take(Digest.byteCount)
    guard let digest = Digest(bytes.span.extracting(start..<start + Digest.byteCount)) else { throw Torn() }
    return digest
  }

  mutating func identifier() throws(Torn) -> Identifier {
    let start = try take(Identifier.byteCount)
    guard let id = Identifier(bytes.span.extracting(start..<start + Identifier.byteCount)) else {
      throw Torn()
    }
    return id
  }

  mutating func raw(_ count: Int) throws(Torn) -> [UInt8] {
    let start = try take(count)
    return Array(bytes[start..<start + count])
  }

  /// How many follow; each takes a byte at least.
  mutating func count() throws(Torn) -> Int {
    guard let count = Int(exactly: try number()), count <= end - position else { throw Torn() }
    return count
  }

  mutating func counted() throws(Torn) -> [UInt8] { try raw(count()) }

  mutating func text() throws(Torn) -> String {
    guard let text = String(validating: try counted(), as: UTF8.self) else { throw Torn() }
    return text
  }

  mutating func choice<Choice: RawRepresentable<String>>() throws(Torn) -> Choice {
    guard let choice = Choice(rawValue: try text()) else { throw Torn() }
    return choice
  }

  mutating func list<Element>(
    _ body: (inout FoldReader) throws(Torn) -> Element
  ) throws(Torn) -> [Element] {
    let count = try count()
    var list: [Element] = []
    list.reserveCapacity(count)
    for _ in 0..<count { list.append(try body(&self)) }
    return list
  }

  mutating func list<Row: FoldRow>() throws(Torn) -> [Row] {
    try list { rows throws(Torn) in try Row(from: &rows) }
  }

  mutating func dictionary<Key: Hashable, Value>(
    _ body: (inout FoldReader) throws(Torn) -> (Key, Value)
  ) throws(Torn) -> [Key: Value] {
    let count = try count()
    var dictionary: [Key: Value] = [:]
    dictionary.reserveCapacity(count)
    for _ in 0..<count {
      let (key, value) = try body(&self)
      dictionary[key] = value
    }
    return dictionary
  }
}
