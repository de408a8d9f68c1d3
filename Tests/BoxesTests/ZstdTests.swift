import Foundation
import TestKit
import Testing

@testable import Boxes

struct ZstdTests {
  private func packed(_ plain: [UInt8], _ effort: Effort = .level3) throws -> [UInt8] {
    var packed: [UInt8] = []
    try Compressor().compress(plain.span, effort, into: &packed)
    return packed
  }

  private func unpacked(_ packed: [UInt8], size: Int) throws(BoxError) -> [UInt8] {
    var plain: [UInt8] = []
    try Decompressor().decompress(packed.span, size: size, into: &plain)
    return plain
  }

  /// A frame of one block that repeats a byte, with whatever content size it likes to state (RFC 8878, 3.1.1).
  private func bomb(states size: UInt64, repeats count: UInt32) -> [UInt8] {
    var bytes: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0xe0]
    for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: size >> UInt64(8 * shift))) }
    let block = count << 3 | 1 << 1 | 1
    for shift in 0..<3 { bytes.append(UInt8(truncatingIfNeeded: block >> UInt32(8 * shift))) }
    return bytes + [0x41]
  }

  @Test func thereAndBack() throws {
    var dice = Dice(1)
    let compressor = try Compressor()
    let decompressor = try Decompressor()
    var (packed, plain): ([UInt8], [UInt8]) = ([], [])
    for size in [1, 5, 1000, 300_000, 1 << 20, 17] {
      let text = dice.prose(size)
      try compressor.compress(text.span, .level1, into: &packed)
      #expect(try Decompressor.contentSize(packed.span) == UInt64(size))
      plain.clear()
      try decompressor.decompress(packed.span, size: size, into: &plain)
      #expect(plain == text)
    }
  }

  @Test func theBombIsAFrame() throws {
    #expect(
      try unpacked(bomb(states: 100_000, repeats: 100_000), size: 100_000)
        == [UInt8](repeating: 0x41, count: 100_000))
  }

  @Test(arguments: [0, 99_999, 100_001, 1 << 40, UInt64.max, UInt64.max - 1] as [UInt64])
  func contentSizeLies(_ stated: UInt64) throws {
    let bomb = bomb(states: stated, repeats: 100_000)
    #expect(throws: BoxError(.frame, "")) { try unpacked(bomb, size: 100_000) }
    if stated < 1 << 20 { #expect(throws: BoxError(.frame, "")) { try unpacked(bomb, size: Int(stated)) } }
  }

  @Test func whatIsNoSingleFrame() throws {
    let one = try packed(Array("strongroom strongroom strongroom".utf8))
    #expect(try unpacked(one, size: 32).count == 32)
    let skippable: [UInt8] = [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 0]
    for bad in [
      [], [0x28], one + [0], one + one, skippable + one, one + skippable, Array(one.dropLast()),
      Array(one.dropFirst()),
    ] {
      #expect(throws: BoxError(.frame, "")) { try unpacked(bad, size: 32) }
    }
    // Without a content size: a streaming frame with one raw block.
    let unsized: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x09, 0x00, 0x00, 0x41]
    #expect(throws: BoxError(.frame, "")) { try unpacked(unsized, size: 1) }
    // With a dictionary id.
    let dictionary: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x21, 0x05, 0x01, 0x09, 0x00, 0x00, 0x41]
    #expect(throws: BoxError(.frame, "")) { try unpacked(dictionary, size: 1) }
    let legacy: [UInt8] = [0x27, 0xb5, 0x2f, 0xfd, 0x20, 0x01, 0x09, 0x00, 0x00, 0x41]
    #expect(throws: BoxError(.frame, "")) { try unpacked(legacy, size: 1) }
  }

  /// The same as in Tests/Reader/test_reader.py: what a frame says of its window takes no memory, up to what zstd can have;
  /// a checksum is compared.
  @Test func windowsAndChecksums() throws {
    func stating(_ window: UInt8, _ checksum: [UInt8]) -> [UInt8] {
      [0x28, 0xb5, 0x2f, 0xfd, 0x84, window << 3, 3, 0, 0, 0, 0x19, 0, 0, 0x61, 0x62, 0x63] + checksum
    }
    let right: [UInt8] = [0x99, 0x09, 0x77, 0xad]
    #expect(try unpacked(stating(21, right), size: 3) == Array("abc".utf8))
    for bad in [stating(22, right), stating(0, right.reversed()), stating(0, [])] {
      #expect(throws: BoxError(.frame, "")) { try unpacked(bad, size: 3) }
    }
  }

  @Test func bombsInABody() async throws {
    let plain = [UInt8](repeating: 0x41, count: 100_000)
    func refusal(_ body: [UInt8], plain size: Int) async throws -> BoxError.Code? {
      var forgery = try Forgery(plain)
      forgery.body = body
      (forgery.frame.plain, forgery.frame.stored, forgery.frame.method) = (
        UInt32(size), UInt32(body.count), 1
      )
      return try await forgery.refusal()
    }
    #expect(try await refusal(bomb(states: 100_000, repeats: 100_000), plain: 100_000) == nil)
    #expect(try await refusal(bomb(states: 100_001, repeats: 100_001), plain: 100_000) == .frame)
    #expect(try await refusal(bomb(states: 1 << 40, repeats: 100_000), plain: 100_000) == .frame)
    #expect(try await refusal(bomb(states: 100_000, repeats: 100_001), plain: 100_000) == .frame)
    #expect(try await refusal(bomb(states: 100_000, repeats: 99_999), plain: 100_000) == .frame)
  }

  @Test func bombsAsTables() async throws {
    func refusal(_ packed: [UInt8]) async throws -> BoxError.Code? {
      var forgery = try Forgery([1])
      forgery.packedTable = packed
      return try await forgery.refusal()
    }
    #expect(try await refusal(bomb(states: 1 << 40, repeats: 1000)) == .table)
    #expect(try await refusal(bomb(states: 32 << 20 + 1, repeats: 1000)) == .table)
    #expect(try await refusal(bomb(states: 1000, repeats: 1000)) == .tableContent)
    #expect(try await refusal([]) == .table)
    #expect(try await refusal([1, 2, 3]) == .table)
  }
}
