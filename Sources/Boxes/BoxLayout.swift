internal import Sealing

/// Where things lie in a box (Format.md, 3): the header at the beginning, the index at the end.
enum BoxLayout {
  static let headerSize = BoxLimits.header
  static let magic = Array("STRONGBX".utf8)
  static let version: UInt16 = 1
  static let headSize = 128
  static let rowSize = 128

  static func header(vault: Identifier) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(headerSize)
    bytes.append(contentsOf: magic)
    bytes.append(bigEndian: version)
    bytes.append(zeros: 6)
    bytes.append(contentsOf: vault.bytes)
    return bytes
  }

  /// Refuses anything but the header of a box of this vault.
  static func check(header: Span<UInt8>, vault: Identifier) throws(BoxError) {
    guard header.count == headerSize else { throw BoxError(.truncated, "the box ends within its header") }
    for (index, byte) in magic.enumerated() where header[index] != byte {
      throw BoxError(.notABox, "it doesn't begin as a box does")
    }
    let version = BigEndian.u16(header, at: 8)
    guard version == Self.version else {
      throw BoxError(.version, "the box has version \(version), this program knows version 1")
    }
    guard header.isZero(10..<16) else { throw BoxError(.notABox, "reserved bytes of the header aren't zero") }
    guard Identifier(header.extracting(16..<32)) == vault else {
      throw BoxError(.otherVault, "the box belongs to another vault")
    }
  }

  /// The sealed length of an index of so many rows.
  static func indexSize(rows: Int) -> UInt64? {
    guard rows >= 1, rows <= BoxLimits.rows, let padded = Padme.padded(UInt64(rows)) else { return nil }
    return SealedStream.sealedSize(plain: UInt64(headSize) + padded * UInt64(rowSize))
  }

  /// The plaintext length of an index that takes `size` sealed bytes; nil where no index has that length.
  static func indexPlainSize(sealed size: UInt64) -> Int? {
    guard let largest = indexSize(rows: BoxLimits.rows), size <= largest,
      let plain = SealedStream.plainSize(sealed: size),
      plain > UInt64(headSize), (plain - UInt64(headSize)) % UInt64(rowSize) == 0,
      Padme.isPadded((plain - UInt64(headSize)) / UInt64(rowSize))
    else { return nil }
    return Int(plain)
  }

  /// Where the index of a box of this size may begin: Padmé numbers that leave the length of an index.
  static func indexOffsets(size: UInt64) -> [UInt64] {
    guard size <= BoxLimits.box else { return [] }
    var found: [UInt64] = []
    var rows: UInt64 = 1
    while rows <= UInt64(BoxLimits.rows) {
      if let length = indexSize(rows: Int(rows)), length < size {
        let offset = size - length
        if offset > UInt64(headerSize), Padme.isPadded(offset) { found.append(offset) }
      }
      guard let next = Padme.padded(rows + 1) else { break }
      rows = next
    }
    return found
  }
}
