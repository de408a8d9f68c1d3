internal import Sealing

/// The ids of a box's records in one piece, so that a record is found by the first digits of its id without opening
/// a table: 12 bytes each, the first 8 of the id and the number of its bundle.
enum RecordIDs {
  private static let rowSize = 12
  /// Set in the number of a bundle whose table couldn't be read: it may hold any record.
  private static let unknown: UInt32 = 1 << 31

  /// - Parameter bundles: with no records where they aren't known.
  static func encoded(_ bundles: [(number: Int, records: [Identifier])]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rowSize * bundles.reduce(0) { $0 + max(1, $1.records.count) })
    for (number, records) in bundles {
      if records.isEmpty {
        bytes += [UInt8](repeating: 0, count: 8) + BigEndian.bytes(UInt32(clamping: number) | unknown)
      }
      let suffix = BigEndian.bytes(UInt32(clamping: number))
      for record in records {
        bytes += record.bytes[..<8]
        bytes += suffix
      }
    }
    return bytes
  }

  /// The numbers of the bundles that may hold a record whose id, in hex, begins so; each once. The tables decide.
  static func bundles(in rows: Span<UInt8>, with prefix: String) -> [Int] {
    let digits = Array(prefix.utf8.prefix(16))
    var wanted: UInt64 = 0
    for digit in digits {
      guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return [] }
      wanted = wanted << 4 | UInt64(value)
    }
    let shift = 64 - 4 * UInt64(digits.count)
    var found: [Int] = []
    for start in stride(from: 0, through: rows.count - rowSize, by: rowSize) {
      let stated = BigEndian.u32(rows, at: start + 8)
      guard digits.isEmpty || stated & unknown != 0 || BigEndian.u64(rows, at: start) >> shift == wanted
      else {
        continue
      }
      let number = Int(stated & ~unknown)
      if found.last != number { found.append(number) }
    }
    return found
  }
}
