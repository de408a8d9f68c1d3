internal import Sealing

/// What a remembered fold is written in: rows of big-endian integers and fixed bytes, without names or types. The
/// order in which a value reads and writes its parts is its layout; `RememberedFold.version` stands for all of them.
protocol FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn)
  func write(to rows: inout FoldWriter)
}

/// Appends rows, and passes them on in pieces.
struct FoldWriter {
  private(set) var bytes: [UInt8] = []
  private let sink: (([UInt8]) throws -> Void)?
  /// Why pieces could not be passed on.
  private(set) var failure: (any Error)?

  private static let piece = 1 << 20

  /// - Parameter sink: what takes the pieces; nil keeps all of them.
  init(to sink: (([UInt8]) throws -> Void)? = nil) { self.sink = sink }

  /// Passes on what is left; nothing is appended behind it.
  mutating func finish() { pass(atLeast: 1) }

  private mutating func pass(atLeast count: Int) {
    guard let sink, bytes.count >= count else { return }
    do { if failure == nil { try sink(bytes) } } catch { failure = error }
    bytes.removeAll(keepingCapacity: true)
  }

  mutating func number(_ value: UInt64) {
    bytes.append(bigEndian: value)
    pass(atLeast: Self.piece)
  }

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

  private var bytes: [UInt8] = []
  private var position = 0
  /// How many bytes come behind these.
  private var ahead: Int
  private let more: (Int) -> [UInt8]?

  private static let piece = 1 << 20
  /// For no more room is taken ahead: a count is only what is written there.
  private static let reserved = 4096

  /// - Parameters:
  ///   - count: how many bytes there are.
  ///   - more: the next bytes, at most so many; nil where they can't be had.
  init(count: Int, _ more: @escaping (Int) -> [UInt8]?) { (ahead, self.more) = (count, more) }

  private var left: Int { bytes.count - position + ahead }

  var isAtEnd: Bool { left == 0 }

  private mutating func take(_ count: Int) throws(Torn) -> Int {
    guard count >= 0, count <= left else { throw Torn() }
    if count > bytes.count - position { try fetch(count) }
    defer { position += count }
    return position
  }

  private mutating func fetch(_ count: Int) throws(Torn) {
    bytes.removeFirst(position)
    position = 0
    while bytes.count < count {
      guard let piece = more(min(ahead, Self.piece)), !piece.isEmpty, piece.count <= ahead else {
        throw Torn()
      }
      ahead -= piece.count
      bytes += piece
    }
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
    guard let count = Int(exactly: try number()), count <= left else { throw Torn() }
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
    list.reserveCapacity(min(count, Self.reserved))
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
    dictionary.reserveCapacity(min(count, Self.reserved))
    for _ in 0..<count {
      let (key, value) = try body(&self)
      dictionary[key] = value
    }
    return dictionary
  }
}
