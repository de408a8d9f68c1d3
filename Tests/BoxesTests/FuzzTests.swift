import Sealing
import TestKit
import Testing

@testable import Boxes

/// Bytes that somebody changed at random: refused or read, never a trap.
struct FuzzTests {
  private func changed(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &dice) {
      let place = Int.random(in: 0..<bytes.count, using: &dice)
      switch dice.next() % 4 {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: dice.next())
      case 1: bytes[place] = [0, 0x7f, 0x80, 0xff][Int(dice.next() % 4)]
      case 2 where bytes.count > 1: bytes.remove(at: place)
      default: bytes.insert(UInt8(truncatingIfNeeded: dice.next()), at: place)
      }
    }
    return bytes
  }

  @Test func tables() throws {
    var dice = Dice(100)
    var forgery = try Forgery(Array("hello".utf8))
    forgery.record.tags = ["a", "b"]
    forgery.record.offset = 0
    forgery.record.part.total = 1 << 40
    let bytes: [UInt8] = try forgery.table.serializedBytes()
    var refused = 0
    for _ in 0..<4000 {
      do throws(BoxError) {
        let table = try Table(
          decoding: changed(bytes, &dice), records: 1, year: forgery.house.year, bodySize: 5)
        #expect(table.records[0].place.upperBound <= table.frames.contentSize)
      } catch { refused += 1 }
    }
    #expect(refused > 1000)
  }

  @Test func indexes() throws {
    var dice = Dice(101)
    let box = try SampleBox([[1, 2, 3]])
    let bytes = BoxIndex(year: 2037, rows: box.finished.rows).encoded()
    for _ in 0..<4000 {
      do throws(BoxError) {
        let changed = changed(bytes, &dice)
        let index = try BoxIndex(decoding: changed.span, offset: box.finished.indexOffset)
        #expect(index.rows.count == 1 && index.rows[0].bodyOffset == 32)
      } catch { #expect(error.code == .index) }
    }
  }

  @Test func zstdFrames() throws {
    var dice = Dice(102)
    let decompressor = try Decompressor()
    var (packed, plain): ([UInt8], [UInt8]) = ([], [])
    let text = dice.prose(3000)
    try Compressor().compress(text.span, .level3, into: &packed)
    for _ in 0..<4000 {
      plain.clear()
      do throws(BoxError) {
        try decompressor.decompress(changed(packed, &dice).span, size: text.count, into: &plain)
        #expect(plain.count == text.count)
      } catch { #expect(error.code == .frame && plain.isEmpty) }
    }
  }
}
