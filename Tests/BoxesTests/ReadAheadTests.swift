import Sealing
import TestKit
import Testing

@testable import Boxes

struct ReadAheadTests {
  @Test func manySmallBundlesInFewReads() async throws {
    var dice = Dice(40)
    let house = House()
    let sink = MemorySink()
    let writer = try house.writer(sink)
    var seals: [BundleSealingKeys] = []
    var contents: [[UInt8]] = []
    for number in 0..<400 {
      seals.append(try house.seal(subject: subject(number)))
      contents.append(dice.noise(Int.random(in: 0..<3000, using: &dice)))
      try writer.beginBundle(seals[number])
      let content = contents[number]
      try writer.append(try label("a"), content: content.span)
      try writer.endBundle()
    }
    let rows = try writer.finish().rows
    let source = MemorySource(sink.bytes)
    let reader = try BoxReader(
      vault: house.vault, size: UInt64(sink.bytes.count), source: ReadAhead(source, stretch: 100_000),
      workspace: ReadWorkspace())
    for (number, row) in rows.enumerated() {
      let bundle = try await reader.openBundle(row, keys: house.keys(seals[number]))
      #expect(try await bundle.content(of: bundle.records[0]) == contents[number])
    }
    #expect(source.reads.count <= sink.bytes.count / 90_000 + 4)
    #expect(source.bytesRead < sink.bytes.count * 5 / 4 + 200_000)
  }

  @Test func servesWhatTheSourceHolds() async throws {
    var dice = Dice(41)
    let bytes = dice.noise(10_000)
    let source = MemorySource(bytes)
    let ahead = ReadAhead(source, stretch: 1000)
    var buffer: [UInt8] = [1, 2, 3]
    for _ in 0..<2000 {
      let offset = Int.random(in: 0...10_500, using: &dice)
      let count = Int.random(in: 0...1500, using: &dice)
      let expected = Array(bytes[min(offset, 10_000)..<min(offset + count, 10_000)])
      #expect(try await ahead.read(at: UInt64(offset), count: count, into: &buffer) == expected.count)
      #expect(buffer == expected)
    }
    #expect(source.reads.count < 2000)
  }

  @Test func anErrorLeavesNothingBehind() async throws {
    var dice = Dice(42)
    let source = MemorySource(dice.noise(5000))
    let ahead = ReadAhead(source, stretch: 1000)
    var buffer: [UInt8] = []
    _ = try await ahead.read(at: 0, count: 10, into: &buffer)
    _ = try await ahead.read(at: 2000, count: 10, into: &buffer)
    source.breaksAfter = source.reads.count
    await #expect(throws: MemorySource.Broken.self) {
      try await ahead.read(at: 4000, count: 10, into: &buffer)
    }
    // The stretch that was to be replaced is gone, and isn't taken for what stood there.
    await #expect(throws: MemorySource.Broken.self) { try await ahead.read(at: 0, count: 10, into: &buffer) }
    source.breaksAfter = .max
    #expect(try await ahead.read(at: 0, count: 10, into: &buffer) == 10)
    #expect(buffer == Array(source.bytes[0..<10]))
  }
}
