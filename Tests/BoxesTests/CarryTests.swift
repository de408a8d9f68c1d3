// swift-format-ignore-file: NeverForceUnwrap, NeverUseForceTry
import Sealing
import TestKit
import Testing

@testable import Boxes

/// Bundles that go whole from box to box.
struct CarryTests {
  /// Of each length that matters: nothing, a chunk, a piece, more; contents twice, and records without any.
  private static func contents() -> [[[UInt8]]] {
    var dice = Dice(31)
    let text = dice.prose(5000)
    return [
      [[]], [[1]], [dice.noise(16_384)], [dice.noise(1 << 20)], [dice.noise(2 << 20)],
      [text, [], text, dice.noise(3000), text],
      [dice.noise(700_001), dice.prose(3 << 20), dice.noise(2_500_000)],
    ]
  }

  private static func sample(_ carriage: Carriage) throws -> Carriage.Box {
    try carriage.box(contents().enumerated().map { (2 * $0.offset, $0.element) })
  }

  /// What a row keeps, whatever box it stands in.
  private func same(_ one: IndexRow, _ other: IndexRow) -> Bool {
    one.bundle == other.bundle && one.subject == other.subject && one.records == other.records
      && one.content == other.content && one.keyCheck == other.keyCheck && one.bodyLength == other.bodyLength
      && one.tableLength == other.tableLength
  }

  @Test(arguments: [true, false])
  func allIsRead(anew: Bool) async throws {
    let carriage = Carriage()
    let box = try Self.sample(carriage)
    let moved = try await carriage.carry([box], anew: anew)
    #expect(zip(box.rows, moved.rows).allSatisfy { same($0, $1) })
    #expect(moved.rows.allSatisfy { $0.firstEntry == 7 && $0.epoch == (anew ? 4 : 3) })
    let (before, after) = (try await carriage.read(box), try await carriage.read(moved))
    #expect(after.map(\.row) == moved.rows)
    #expect(before.map(\.records) == after.map(\.records))
    #expect(before.map(\.contents) == Self.contents())
    #expect(after.map(\.contents) == Self.contents())
  }

  @Test func sameEpochSameBytes() async throws {
    let carriage = Carriage()
    let box = try Self.sample(carriage)
    let moved = try await carriage.carry([box], anew: false)
    for (row, new) in zip(box.rows, moved.rows) {
      #expect(box.body(row) == moved.body(new))
      #expect(box.table(row) == moved.table(new))
    }
    // The row's own epoch is no other one.
    let writer = try carriage.house.writer(MemorySink())
    let row = try await writer.carry(
      box.rows[1], from: try carriage.reader(box), opening: carriage.keys(box.rows[1]),
      sealing: BundleEpoch(number: 3, bundleKey: .random(count: 32)), firstEntry: 7)
    #expect(row.epoch == 3)
  }

  @Test func anotherEpochOtherKeys() async throws {
    let carriage = Carriage()
    let box = try Self.sample(carriage)
    let moved = try await carriage.carry([box], anew: true)
    let reader = try carriage.reader(moved)
    for (row, new) in zip(box.rows, moved.rows) {
      #expect(box.body(row).prefix(56) != moved.body(new).prefix(56))
      await #expect(throws: BoxError(.wrongKey, "")) {
        _ = try await reader.openBundle(new, keys: carriage.opening(new))
      }
      // Nor the new key as if it were of the old epoch.
      var wrong = new
      wrong.epoch = 3
      await #expect(throws: BoxError(.wrongKey, "")) {
        _ = try await reader.openBundle(wrong, keys: carriage.keys(new))
      }
    }
  }

  @Test func severalBoxesInOne() async throws {
    let carriage = Carriage()
    var dice = Dice(4)
    let workspace = try BoxWorkspace()
    let boxes = try (0..<4).map { box in
      try carriage.box((0..<20).map { (4 * ($0 / 2) + box % 3, [dice.prose(100 * $0), dice.noise(box)]) })
    }
    let moved = try await carriage.carry(boxes, anew: true, entry: 9, workspace)
    #expect(moved.rows.count == 80 && moved.rows.map(\.subject) == moved.rows.map(\.subject).sorted())
    var contents: [Identifier: [[UInt8]]] = [:]
    for box in boxes {
      for bundle in try await carriage.read(box) { contents[bundle.row.bundle] = bundle.contents }
    }
    for bundle in try await carriage.read(moved) { #expect(bundle.contents == contents[bundle.row.bundle]) }
    // Boxes of both epochs, and once more into the next one.
    let more = try await carriage.carry([try carriage.box([(3, [[5]])])], anew: false, entry: 11)
    let again = try await carriage.carry([moved, more], anew: false, entry: 12)
    #expect(Set(again.rows.map(\.firstEntry)) == [9, 11] && Set(again.rows.map(\.epoch)) == [3, 4])
    #expect(try await carriage.read(again).count == 81)
    let rows = Dictionary(uniqueKeysWithValues: moved.rows.map { ($0.bundle, $0) })
    for row in again.rows where row.epoch == 4 { #expect(again.body(row) == moved.body(rows[row.bundle]!)) }
  }

  @Test func besideBundlesThatAreSealed() async throws {
    let carriage = Carriage()
    let box = try Self.sample(carriage)
    let reader = try carriage.reader(box)
    let sink = MemorySink()
    let writer = try carriage.house.writer(sink)
    for row in box.rows {
      _ = try await carriage.carry(row, from: reader, to: writer, anew: true)
      var seal = try carriage.seal(0)
      seal.subject = row.subject
      try writer.beginBundle(seal)
      try writer.append(try label("a"), content: [1, 2, 3].span)
      try writer.endBundle()
      #expect(!writer.isBroken)
    }
    let size = writer.sizeIfFinished
    let finished = try writer.finish()
    #expect(finished.size == size && finished.size == UInt64(sink.bytes.count))
    #expect(finished.digest == Digest.sha256(of: sink.bytes))
    let found = try await carriage.read(Carriage.Box(bytes: sink.bytes, rows: finished.rows))
    #expect(found.map(\.row) == finished.rows)
    #expect(stride(from: 1, to: found.count, by: 2).allSatisfy { found[$0].contents == [[1, 2, 3]] })
    #expect(stride(from: 0, to: found.count, by: 2).map { found[$0].contents } == Self.contents())
  }

  @Test(arguments: [true, false])
  func withoutRecords(anew: Bool) async throws {
    let carriage = Carriage()
    var dice = Dice(2)
    let sink = MemorySink()
    let writer = try carriage.house.writer(sink)
    try writer.beginBundle(try carriage.seal(1))
    try writer.beginRecord(try label("b"))
    let lost = dice.noise(3 << 20)
    try writer.write(lost.span)
    writer.abandonRecord()
    try writer.endBundle()
    let rows = try writer.finish().rows
    #expect(rows[0].records == 0)
    let moved = try await carriage.carry([Carriage.Box(bytes: sink.bytes, rows: rows)], anew: anew)
    let reader = try carriage.reader(moved)
    let bundle = try await reader.openBundle(moved.rows[0], keys: carriage.keys(moved.rows[0]))
    #expect(bundle.records.isEmpty)
    #expect(try await bundle.verifyBundle().isWhole)
  }

  /// Parts keep place, number and set, and so do whole records of 64 MiB.
  @Test func parts() async throws {
    let carriage = Carriage()
    var dice = Dice(3)
    let (piece, last) = (dice.noise(1 << 20), dice.noise(1000))
    let (set, total) = (try Identifier.random(), BoxLimits.content + 1000)
    let sink = MemorySink()
    let writer = try carriage.house.writer(sink)
    let film = try label("film.mov")
    try writer.beginBundle(try carriage.seal(1))
    try writer.beginRecord(film)
    for _ in 0..<64 { try writer.write(piece.span) }
    _ = try writer.endRecord(part: Part(set: set, number: 0, offset: 0, total: total))
    try writer.endBundle()
    try writer.beginBundle(try carriage.seal(1))
    let whole = Digest.sha256(of: last)
    let end = Part(set: set, number: 1, offset: BoxLimits.content, total: total, whole: whole)
    try writer.append(film, content: last.span, part: end)
    try writer.endBundle()
    let rows = try writer.finish().rows
    let moved = try await carriage.carry([Carriage.Box(bytes: sink.bytes, rows: rows)], anew: true)
    let found = try await carriage.read(moved)
    let parts = found.flatMap(\.records)
    #expect(try PartSet.ordered(parts.reversed()) == parts)
    #expect(found[1].contents == [last] && found[0].contents.map(\.count) == [64 << 20])
  }

  @Test func scannedOnTheWay() async throws {
    let carriage = Carriage()
    let box = try Self.sample(carriage)
    let source = MemorySource(box.bytes)
    let reader = try carriage.house.reader(source)
    reader.beginScan()
    let writer = try carriage.house.writer(MemorySink())
    for row in box.rows { _ = try await carriage.carry(row, from: reader, to: writer, anew: true) }
    #expect(try await reader.finishScan() == Digest.sha256(of: box.bytes))
    // Bodies once, tables twice.
    let tables = box.rows.reduce(0) { $0 + Int($1.tableLength) }
    #expect(source.bytesRead == box.bytes.count + tables)
    #expect(source.reads.allSatisfy { $0.count <= 1_049_656 })
  }

  /// What the closing rule says beforehand is what comes of it.
  @Test func lengthsAreKnownBeforehand() async throws {
    let carriage = Carriage()
    var dice = Dice(6)
    let box = try carriage.box([(1, [dice.noise(33 << 20)]), (2, [dice.noise(16 << 20)]), (3, [[1]])])
    let reader = try carriage.reader(box)
    let writer = try carriage.house.writer(MemorySink())
    for row in box.rows {
      #expect(writer.takes(row))
      let end = writer.end
      _ = try await carriage.carry(row, from: reader, to: writer, anew: true)
      #expect(writer.end == end + row.bodyLength + row.tableLength)
      #expect(writer.isDue == BoxClosing.isDue(writer.end))
    }
    #expect(!writer.takes(box.rows[0]) && !writer.takes(box.rows[1]) && writer.takes(box.rows[2]))
    var impossible = box.rows[2]
    (impossible.bodyLength, impossible.tableLength, impossible.firstEntry) = (.max, .max, 8)
    #expect(writer.takes(impossible))
    await #expect(throws: BoxError(.index, "")) {
      try await carriage.carry(impossible, from: reader, to: writer, anew: true)
    }
  }
}
