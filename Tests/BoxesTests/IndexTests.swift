// swift-format-ignore-file: NeverForceUnwrap, NeverUseForceTry
import Sealing
import Testing

@testable import Boxes

/// What a reader refuses in an index (3.1).
struct IndexTests {
  private func rows(_ count: Int) throws -> [IndexRow] {
    var rows: [IndexRow] = []
    for number in 0..<count {
      rows.append(
        IndexRow(
          bundle: try .random(), subject: subject(number), epoch: 1, records: 1,
          bodyOffset: 32 + 100 * UInt64(number), bodyLength: 100,
          tableOffset: 32 + 100 * UInt64(count) + 90 * UInt64(number), tableLength: 90,
          content: Digest.sha256(of: [1]), firstEntry: 0, keyCheck: KeyCheck([8, 7, 6, 5, 4, 3, 2, 1])!))
    }
    return rows
  }

  private func offset(_ count: Int) -> UInt64 { Padme.padded(32 + 190 * UInt64(count))! }

  private func refused(_ count: Int, _ change: (inout [IndexRow]) throws -> Void) throws -> Bool {
    var rows = try rows(count)
    try change(&rows)
    do {
      _ = try BoxIndex(decoding: BoxIndex(year: 2030, rows: rows).encoded().span, offset: offset(count))
      return false
    } catch { return error.code == .index }
  }

  @Test(arguments: [1, 2, 3, 9, 1000])
  func thereAndBack(_ count: Int) throws {
    let rows = try rows(count)
    let bytes = BoxIndex(year: 2030, rows: rows).encoded()
    #expect(bytes.count == 128 + 128 * Int(Padme.padded(UInt64(count))!))
    let index = try BoxIndex(decoding: bytes.span, offset: offset(count))
    #expect(index.year == 2030 && index.rows == rows)
  }

  /// Byte by byte against the table of 3.1.
  @Test func layoutOfARow() throws {
    let row = IndexRow(
      bundle: Identifier(bytes: [UInt8](1...16))!, subject: Identifier(bytes: [UInt8](17...32))!,
      epoch: 0x0102_0304,
      records: 0x0000_0506, bodyOffset: 32, bodyLength: 0x0102, tableOffset: 32 + 0x0102, tableLength: 0x48,
      content: Digest(bytes: [UInt8](100...131))!, firstEntry: 0x0807_0605_0403_0201,
      keyCheck: KeyCheck([9, 8, 7, 6, 5, 4, 3, 2])!)
    let bytes = BoxIndex(year: 0x07f5, rows: [row]).encoded()
    let zeros = [UInt8](repeating: 0, count: 120)
    var expected: [UInt8] = [0x07, 0xf5, 0, 0, 0, 0, 0, 1] + zeros
    expected += [UInt8](1...32) + [1, 2, 3, 4, 0, 0, 5, 6]
    expected += [0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 1, 2]
    expected += [0, 0, 0, 0, 0, 0, 1, 0x22, 0, 0, 0, 0, 0, 0, 0, 0x48]
    expected += [UInt8](100...131) + [8, 7, 6, 5, 4, 3, 2, 1] + [9, 8, 7, 6, 5, 4, 3, 2] + zeros.prefix(8)
    #expect(bytes == expected)
  }

  @Test func hostileOffsets() throws {
    #expect(try !refused(3) { _ in })
    for number in 0..<3 {
      for change: UInt64 in [1, .max, .max - 31, 1 << 63, 1 << 62] {
        #expect(try refused(3) { $0[number].bodyOffset &+= change })
        #expect(try refused(3) { $0[number].bodyLength &+= change })
        #expect(try refused(3) { $0[number].tableOffset &+= change })
        if number < 2 { #expect(try refused(3) { $0[number].tableLength &+= change }) }
      }
      #expect(try refused(3) { $0[number].bodyLength = 0 })
      #expect(try refused(3) { $0[number].bodyLength = 71 })
      #expect(try refused(3) { $0[number].tableLength = .max })
    }
    // The last table's end may move within the filler; that it doesn't open there is the stream's affair.
    #expect(try refused(3) { $0[2].tableLength += 100 })
    #expect(try refused(3) { $0[2].tableLength = 1 << 62 })
    #expect(try refused(3) { $0.swapAt(0, 1) })
    // In order, and then the bodies overlap.
    #expect(try refused(2) { ($0[1].bodyOffset, $0[1].bodyLength) = (32, 100) })
    // Bodies and tables that are larger than they may be, though they fit each other.
    let tooLarge = SealedStream.sealedSize(plain: 64 << 20 + 1)!
    var row = try rows(1)[0]
    (row.bodyLength, row.tableOffset) = (tooLarge, 32 + tooLarge)
    let end = Padme.padded(row.tableOffset + row.tableLength)!
    #expect(throws: BoxError(.index, "")) {
      try BoxIndex(decoding: BoxIndex(year: 1, rows: [row]).encoded().span, offset: end)
    }
    row.bodyLength = SealedStream.sealedSize(plain: 64 << 20)!
    row.tableOffset = 32 + row.bodyLength
    #expect(
      try BoxIndex(
        decoding: BoxIndex(year: 1, rows: [row]).encoded().span, offset: Padme.padded(row.tableOffset + 90)!
      ).rows == [row])
  }

  @Test func otherRules() throws {
    #expect(try refused(3) { $0[2].bundle = $0[0].bundle })
    #expect(
      try refused(3) {
        $0[2].bundle = $0[0].bundle
        ($0[0].firstEntry, $0[2].firstEntry) = (7, 7)
      })
    // A bundle is known by id and first entry.
    #expect(
      try !refused(3) {
        $0[2].bundle = $0[0].bundle
        $0[2].firstEntry = 7
      })
    #expect(try !refused(3) { for number in 0..<3 { $0[number].firstEntry = 7 } })
    #expect(try refused(3) { $0[2].subject = $0[0].subject })
    #expect(try !refused(3) { $0[2].subject = $0[1].subject })
    #expect(try refused(3) { $0[1].epoch = 0 })
    #expect(try refused(3) { $0[1].records = 65_537 })
    #expect(try !refused(3) { $0[1].records = 65_536 })
  }

  @Test func placeOfTheIndex() throws {
    let bytes = BoxIndex(year: 2030, rows: try rows(3)).encoded()
    for place in [0, 32, 602, offset(3) - 1, offset(3) + 1, .max] {
      #expect(throws: BoxError(.index, "")) { try BoxIndex(decoding: bytes.span, offset: place) }
    }
  }

  @Test func reservedBytesAndCounts() throws {
    let bytes = BoxIndex(year: 2030, rows: try rows(9)).encoded()
    #expect(bytes.count == 128 * 11)
    let reserved = [2, 3, 8, 127] + [128 + 120, 128 + 127, 128 * 9 + 124] + [128 * 10, 128 * 11 - 1]
    for place in reserved {
      var changed = bytes
      changed[place] = 1
      #expect(throws: BoxError(.index, "")) { try BoxIndex(decoding: changed.span, offset: offset(9)) }
    }
    for count: [UInt8] in [
      [0, 0, 0, 0], [0, 0, 0, 8], [0, 0, 0, 10], [0, 1, 0, 1], [255, 255, 255, 255],
    ] {
      var changed = bytes
      changed.replaceSubrange(4..<8, with: count)
      #expect(throws: BoxError(.index, "")) { try BoxIndex(decoding: changed.span, offset: offset(9)) }
    }
    for length in [0, 1, 127, 128, 255, bytes.count - 1] {
      #expect(throws: BoxError(.index, "")) {
        try BoxIndex(decoding: bytes.span.extracting(0..<length), offset: offset(9))
      }
    }
  }

  @Test func boxesOfImpossibleSizes() async throws {
    let house = House()
    for size in [0, 1, 31, 32, 33, 100, 300] {
      let bytes = Array(
        (BoxLayout.header(vault: house.vault) + [UInt8](repeating: 0, count: 300)).prefix(size))
      await #expect(throws: BoxError(.notABox, "")) {
        try await house.reader(MemorySource(bytes)).findIndex(keys: house.indexKeys)
      }
    }
    #expect(BoxLayout.indexOffsets(size: .max).isEmpty)
  }
}
