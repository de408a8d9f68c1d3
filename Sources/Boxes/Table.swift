internal import Foundation
internal import Sealing
internal import SwiftProtobuf

/// The table of a bundle: its records, and the frames that their content lies in (Format.md, 3.2).
package struct Table: Hashable, Sendable {
  /// The records, in the order in which they were sealed.
  package let records: [Record]
  /// The frames of the body.
  package let frames: FrameMap

  /// Decodes a table's Protocol Buffers bytes and refuses what 3.2 says.
  ///
  /// Rows are decoded one by one after they have been counted, so that memory is taken only for what the
  /// limits allow.
  init(decoding bytes: [UInt8], records count: UInt32, year: UInt16, bodySize: UInt64) throws(BoxError) {
    var records: [Record] = []
    frames = try FrameMap(ofTable: bytes, records: count, bodySize: bodySize) { (row) throws(BoxError) in
      records.append(try Record(decoding: Array(bytes[row]), year: year))
    }
    self.records = records
    try checkIds()
    _ = try places()
  }

  private func checkIds() throws(BoxError) {
    var seen: Set<Identifier> = []
    seen.reserveCapacity(records.count)
    for record in records where !seen.insert(record.label.id).inserted {
      throw BoxError(.table, "a record's id is there twice")
    }
  }

  /// Rows in order of their place in the content. Places lie within the content, and two are the same, with the
  /// same digest, or don't overlap: so one pass reads them all.
  func places() throws(BoxError) -> [Int] {
    for record in records where record.size > 0 {
      guard record.offset <= frames.contentSize, record.size <= frames.contentSize - record.offset else {
        throw BoxError(.table, "a record lies beyond the bundle's content")
      }
    }
    let order = records.indices.sorted {
      (records[$0].offset, records[$0].size, $0) < (records[$1].offset, records[$1].size, $1)
    }
    var before: Record?
    for record in order.lazy.map({ records[$0] }) where record.size > 0 {
      if let before {
        let same = before.place == record.place && before.digest == record.digest
        guard same || before.place.upperBound <= record.offset else {
          throw BoxError(.table, "two records overlap")
        }
      }
      before = record
    }
    return order
  }
}

extension FrameMap {
  /// Walks over a table's Protocol Buffers bytes: its frames are decoded and must add up to the body, its records are
  /// counted, and where each of them stands is told to `record`.
  init(
    ofTable bytes: [UInt8], records count: UInt32, bodySize size: UInt64,
    record: (Range<Int>) throws(BoxError) -> Void
  ) throws(BoxError) {
    guard bytes.count <= BoxLimits.table else { throw BoxError(.table, "the table is too large") }
    var records = 0
    var frames: [Frame] = []
    var fields = TableFields(bytes)
    while let field = try fields.next() {
      switch field {
      case .record(let range):
        guard frames.isEmpty else { throw BoxError(.table, "a record behind a frame") }
        guard records < Int(count) else { throw BoxError(.table, "more records than the index states") }
        records += 1
        try record(range)
      case .frame(let range):
        guard frames.count < BoxLimits.frames else { throw BoxError(.table, "too many frames") }
        frames.append(try Frame(decoding: Array(bytes[range])))
      }
    }
    guard records == Int(count) else { throw BoxError(.table, "fewer records than the index states") }
    try self.init(frames)
    guard bodySize == size else { throw BoxError(.table, "the frames don't add up to the body") }
  }
}

/// Builds a table's bytes, row by row.
struct TableEncoder {
  private(set) var bytes: [UInt8] = []

  /// The row's encoding; throws `.tooLarge` where it is above the limit.
  static func encoding(of record: Record) throws(BoxError) -> [UInt8] {
    let bytes: [UInt8]
    do { bytes = try Strongroom_Record(record).serializedBytes() } catch {
      throw BoxError(.table, "a record's row can't be encoded")
    }
    guard bytes.count <= BoxLimits.row else {
      throw BoxError(.tooLarge, "a record's label takes \(bytes.count) bytes")
    }
    return bytes
  }

  /// Room is kept for the frames.
  func hasRoom(for size: Int) -> Bool { bytes.count + size + 8 <= BoxLimits.table - BoxLimits.frames * 16 }

  mutating func append(row: [UInt8]) { append(field: 0x0a, row) }

  mutating func append(_ frame: Frame) throws(BoxError) {
    var message = Strongroom_Frame()
    message.plain = UInt32(frame.plain)
    message.stored = UInt32(frame.stored)
    message.method = frame.method.rawValue
    do {
      let bytes: [UInt8] = try message.serializedBytes()
      append(field: 0x12, bytes)
    } catch { throw BoxError(.table, "a frame can't be encoded") }
  }

  mutating func clear() { bytes.clear() }

  private mutating func append(field tag: UInt8, _ message: [UInt8]) {
    bytes.append(tag)
    var length = message.count
    while length >= 0x80 {
      bytes.append(UInt8(length & 0x7f) | 0x80)
      length >>= 7
    }
    bytes.append(UInt8(length))
    bytes.append(contentsOf: message)
  }
}

/// Walks over the two fields of a `Table` message without decoding them.
private struct TableFields {
  enum Field {
    case record(Range<Int>)
    case frame(Range<Int>)
  }

  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() throws(BoxError) -> Field? {
    guard place < bytes.count else { return nil }
    let tag = bytes[place]
    place += 1
    let length = try length()
    guard length <= BoxLimits.row, length <= bytes.count - place else {
      throw BoxError(.table, "a row of the table has an impossible length")
    }
    let range = place..<(place + length)
    place += length
    switch tag {
    case 0x0a: return .record(range)
    case 0x12: return .frame(range)
    default: throw BoxError(.table, "the table has an unknown field")
    }
  }

  /// A varint of at most 4 bytes, which is more than any row may have, and of no more than it needs.
  private mutating func length() throws(BoxError) -> Int {
    var value = 0
    for shift in stride(from: 0, to: 28, by: 7) {
      guard place < bytes.count else { break }
      let byte = bytes[place]
      place += 1
      value |= Int(byte & 0x7f) << shift
      if byte == 0, shift > 0 { break }
      if byte < 0x80 { return value }
    }
    throw BoxError(.table, "a row of the table has an impossible length")
  }
}
