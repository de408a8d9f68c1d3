import Sealing
import TestKit
import Testing

@testable import Boxes

/// Every byte of a box and every length: what is read is what was sealed, or nothing is.
struct DamageTests {
  /// What comes of reading all of a box without a ledger.
  private enum Outcome: Equatable {
    case same
    case refused
    case different
  }

  private static func sample() throws -> SampleBox {
    var dice = Dice(17)
    return try SampleBox([dice.prose(900), [], dice.noise(300), dice.prose(900)])
  }

  private func read(_ bytes: [UInt8], of box: SampleBox, size: UInt64? = nil) async throws -> Outcome {
    let source = MemorySource(bytes)
    let reader = try BoxReader(
      vault: box.house.vault, size: size ?? UInt64(bytes.count), source: source, workspace: ReadWorkspace())
    do {
      let index = try await reader.findIndex(keys: box.house.indexKeys)
      let bundle = try await reader.openBundle(index.rows[0], keys: box.house.keys(box.seal))
      guard try await bundle.verifyBundle().isWhole else { return .refused }
      let visitor = Collector()
      try await bundle.readAll(visitor)
      let contents = box.records.map { visitor.contents[$0.label.id] }
      return index.rows == box.finished.rows && bundle.records == box.records && contents == box.contents
        ? .same : .different
    } catch is BoxError { return .refused }
  }

  @Test func untouched() async throws {
    let box = try Self.sample()
    #expect(try await read(box.bytes, of: box) == .same)
  }

  @Test func everyByteFlipped() async throws {
    let box = try Self.sample()
    let row = box.finished.rows[0]
    let filler = Int(row.tableOffset + row.tableLength)..<Int(box.finished.indexOffset)
    #expect(box.bytes.count > 1500 && box.bytes.count < 5000)
    #expect(!filler.isEmpty)
    for place in box.bytes.indices {
      for bit in [UInt8(1), 0x80] {
        var bytes = box.bytes
        bytes[place] ^= bit
        let outcome = try await read(bytes, of: box)
        #expect(outcome == (filler.contains(place) ? .same : .refused), "byte \(place)")
      }
    }
  }

  @Test func everyTruncation() async throws {
    let box = try Self.sample()
    for count in box.bytes.indices {
      let short = Array(box.bytes[..<count])
      #expect(try await read(short, of: box) == .refused, "cut to \(count)")
      // The store may say that it is longer than it is.
      #expect(try await read(short, of: box, size: UInt64(box.bytes.count)) == .refused, "ends at \(count)")
    }
  }

  @Test func everyExtension() async throws {
    let box = try Self.sample()
    for count in 1...600 {
      #expect(try await read(box.bytes + [UInt8](repeating: 0, count: count), of: box) == .refused)
    }
  }

  @Test func everyCutOrDoubledStretch() async throws {
    let box = try Self.sample()
    var dice = Dice(5)
    for _ in 0..<300 {
      let from = Int.random(in: 0..<box.bytes.count, using: &dice)
      let to = Int.random(in: from...box.bytes.count, using: &dice)
      if from == to { continue }
      var bytes = box.bytes
      bytes.removeSubrange(from..<to)
      #expect(try await read(bytes, of: box) == .refused)
      bytes = box.bytes
      bytes.insert(contentsOf: box.bytes[from..<to], at: from)
      #expect(try await read(bytes, of: box) == .refused)
    }
  }

  @Test func bundlesCannotBeExchanged() async throws {
    let house = House()
    let sink = MemorySink()
    let writer = try house.writer(sink)
    let seals = try [house.seal(subject: subject(1)), house.seal(subject: subject(2))]
    for seal in seals {
      try writer.beginBundle(seal)
      try writer.append(try label("same"), content: [1, 2, 3].span)
      try writer.endBundle()
    }
    let rows = try writer.finish().rows
    let reader = try house.reader(MemorySource(sink.bytes))
    await #expect(throws: BoxError(.wrongKey, "")) {
      _ = try await reader.openBundle(rows[0], keys: house.keys(seals[1]))
    }
    var moved = rows[0]
    (moved.bodyOffset, moved.tableOffset) = (rows[1].bodyOffset, rows[1].tableOffset)
    await #expect(throws: BoxError(.wrongKey, "")) {
      _ = try await reader.openBundle(moved, keys: house.keys(seals[0]))
    }
    moved.tableOffset = rows[0].tableOffset
    let bundle = try await reader.openBundle(moved, keys: house.keys(seals[0]))
    await #expect(throws: BoxError(.corrupted, "")) { try await bundle.content(of: bundle.records[0]) }
  }
}
