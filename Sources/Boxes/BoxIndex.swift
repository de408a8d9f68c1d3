package import Sealing

/// A bundle's row in the index of its box (Format.md, 3.1).
package struct IndexRow: Hashable, Sendable {
  /// The bundle's id.
  package var bundle: Identifier
  /// The subject's id.
  package var subject: Identifier
  /// The epoch of the class that the bundle is sealed with.
  package var epoch: UInt32
  /// Records in the bundle.
  package var records: UInt32
  /// Where the body begins in the box.
  package var bodyOffset: UInt64
  /// Length of the sealed body.
  package var bodyLength: UInt64
  /// Where the table begins in the box.
  package var tableOffset: UInt64
  /// Length of the sealed table.
  package var tableLength: UInt64
  /// HMAC-SHA-256 of the table's Protocol Buffers bytes with the content key.
  package var content: Digest
  /// 0 in the box that the entry names; else the number of the entry that first named the bundle.
  package var firstEntry: UInt64
  /// 8 bytes that tell the subject's key.
  package var keyCheck: KeyCheck

  /// What the bundle is known by.
  package var name: BundleName { BundleName(bundle: bundle, firstEntry: firstEntry) }
}

/// What a bundle is known by within its class (Format.md, 3.1).
package struct BundleName: Hashable, Sendable {
  /// Its id, which alone says nothing: whoever seals a bundle chooses it.
  package let bundle: Identifier
  /// The entry that first named it; 0 for the one that names its box.
  package let firstEntry: UInt64

  package init(bundle: Identifier, firstEntry: UInt64) {
    (self.bundle, self.firstEntry) = (bundle, firstEntry)
  }
}

/// 8 bytes derived from a subject's key, to tell whether it is still the same (Format.md, 2.1).
package struct KeyCheck: Hashable, Sendable {
  /// The bytes, big-endian.
  package let value: UInt64

  /// Nil unless it is 8 bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == 8 else { return nil }
    value = BigEndian.u64(bytes.span, at: 0)
  }

  init(value: UInt64) { self.value = value }

  /// The 8 bytes.
  package var bytes: [UInt8] { BigEndian.bytes(value) }
}

/// What lies in a box: its retention year and a row for each bundle, ascending by subject (Format.md, 3.1).
package struct BoxIndex: Hashable, Sendable {
  /// The year at whose end the retention of all its records ends.
  package let year: UInt16
  /// 1 to 65,536 rows.
  package let rows: [IndexRow]

  init(year: UInt16, rows: [IndexRow]) {
    self.year = year
    self.rows = rows
  }

  /// The plaintext: head and rows, padded with zero rows to a Padmé number.
  func encoded() -> [UInt8] {
    let padded = Int(Padme.padded(UInt64(rows.count)) ?? 0)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(BoxLayout.headSize + padded * BoxLayout.rowSize)
    bytes.append(bigEndian: year)
    bytes.append(zeros: 2)
    bytes.append(bigEndian: UInt32(rows.count))
    bytes.append(zeros: 120)
    for row in rows { Self.encode(row, into: &bytes) }
    bytes.append(zeros: (padded - rows.count) * BoxLayout.rowSize)
    return bytes
  }

  /// Decodes an opened index and refuses what 3.1 says. `offset` is where the index begins in its box.
  init(decoding bytes: Span<UInt8>, offset: UInt64) throws(BoxError) {
    guard bytes.count >= BoxLayout.headSize else { throw BoxError(.index, "the index is too short") }
    let count = Int(BigEndian.u32(bytes, at: 4))
    guard count >= 1, count <= BoxLimits.rows else {
      throw BoxError(.index, "the index states \(count) rows")
    }
    let padded = Int(Padme.padded(UInt64(count)) ?? 0)
    guard bytes.count == BoxLayout.headSize + padded * BoxLayout.rowSize else {
      throw BoxError(.index, "the index's length doesn't fit its \(count) rows")
    }
    let end = BoxLayout.headSize + count * BoxLayout.rowSize
    guard bytes.isZero(2..<4), bytes.isZero(8..<BoxLayout.headSize), bytes.isZero(end..<bytes.count) else {
      throw BoxError(.index, "reserved bytes of the index aren't zero")
    }
    year = BigEndian.u16(bytes, at: 0)
    var rows: [IndexRow] = []
    rows.reserveCapacity(count)
    for number in 0..<count {
      let start = BoxLayout.headSize + number * BoxLayout.rowSize
      rows.append(try Self.row(bytes.extracting(start..<(start + BoxLayout.rowSize)), number: number))
    }
    self.rows = rows
    try Self.checkLayout(rows, indexOffset: offset)
  }

  fileprivate static func encode(_ row: IndexRow, into bytes: inout [UInt8]) {
    bytes.append(contentsOf: row.bundle.bytes)
    bytes.append(contentsOf: row.subject.bytes)
    bytes.append(bigEndian: row.epoch)
    bytes.append(bigEndian: row.records)
    bytes.append(bigEndian: row.bodyOffset)
    bytes.append(bigEndian: row.bodyLength)
    bytes.append(bigEndian: row.tableOffset)
    bytes.append(bigEndian: row.tableLength)
    bytes.append(contentsOf: row.content.bytes)
    bytes.append(bigEndian: row.firstEntry)
    bytes.append(bigEndian: row.keyCheck.value)
    bytes.append(zeros: 8)
  }

  fileprivate static func row(_ bytes: Span<UInt8>, number: Int) throws(BoxError) -> IndexRow {
    guard let bundle = Identifier(bytes.extracting(0..<16)),
      let subject = Identifier(bytes.extracting(16..<32)),
      let content = Digest(bytes.extracting(72..<104)), bytes.isZero(120..<128)
    else { throw BoxError(.index, "row \(number) of the index is malformed") }
    return IndexRow(
      bundle: bundle, subject: subject,
      epoch: BigEndian.u32(bytes, at: 32), records: BigEndian.u32(bytes, at: 36),
      bodyOffset: BigEndian.u64(bytes, at: 40), bodyLength: BigEndian.u64(bytes, at: 48),
      tableOffset: BigEndian.u64(bytes, at: 56), tableLength: BigEndian.u64(bytes, at: 64),
      content: content, firstEntry: BigEndian.u64(bytes, at: 104),
      keyCheck: KeyCheck(value: BigEndian.u64(bytes, at: 112)))
  }

  /// Bodies from 32 without gaps, tables behind them without gaps, then the index at the next Padmé number.
  private static func checkLayout(_ rows: [IndexRow], indexOffset: UInt64) throws(BoxError) {
    var place = UInt64(BoxLayout.headerSize)
    var seen: Set<BundleName> = []
    seen.reserveCapacity(rows.count)
    for (number, row) in rows.enumerated() {
      guard row.bodyOffset == place, isStream(row.bodyLength, atMost: BoxLimits.content) else {
        throw BoxError(.index, "the body of row \(number) isn't where it belongs")
      }
      guard seen.insert(row.name).inserted else {
        throw BoxError(.index, "row \(number) has the bundle id and first entry of another row")
      }
      guard number == 0 || rows[number - 1].subject <= row.subject else {
        throw BoxError(.index, "row \(number) isn't in order of subject")
      }
      guard row.epoch >= 1, row.records <= UInt32(BoxLimits.records) else {
        throw BoxError(.index, "row \(number) states \(row.records) records in epoch \(row.epoch)")
      }
      // No overflow: at most 65,536 lengths below 2^27.
      place += row.bodyLength
    }
    for (number, row) in rows.enumerated() {
      guard row.tableOffset == place, isStream(row.tableLength, atMost: UInt64(BoxLimits.packedTable)) else {
        throw BoxError(.index, "the table of row \(number) isn't where it belongs")
      }
      place += row.tableLength
    }
    guard Padme.padded(place) == indexOffset else {
      throw BoxError(.index, "the index isn't at the Padmé number behind the tables")
    }
  }

  private static func isStream(_ length: UInt64, atMost limit: UInt64) -> Bool {
    guard let plain = SealedStream.plainSize(sealed: length) else { return false }
    return plain <= limit
  }
}

extension IndexRow {
  /// Bytes of a row.
  package static var encodedSize: Int { BoxLayout.rowSize }

  /// The row as it stands in the index, 128 bytes: for a catalog that remembers it.
  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(BoxLayout.rowSize)
    BoxIndex.encode(self, into: &bytes)
    return bytes
  }

  /// What `encoded` gave; nil if it can't have been that. Whether it fits its box is checked when it is read there.
  package init?(encoded bytes: [UInt8]) {
    guard bytes.count == BoxLayout.rowSize, let row = try? BoxIndex.row(bytes.span, number: 0) else {
      return nil
    }
    self = row
  }
}
