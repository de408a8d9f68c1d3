import Sealing
import TestKit
import Testing

@testable import Boxes

struct ReaderTests {
  @Test func oneRecordTouchesOnlyItsFrames() async throws {
    var dice = Dice(21)
    let contents = (0..<24).map { (_) in dice.noise(700_000) }
    let box = try SampleBox(contents)
    let source = MemorySource(box.bytes)
    let bundle = try await box.open(source)
    for (number, record) in bundle.records.enumerated() {
      let fresh = try await box.open(source)
      source.reads = []
      #expect(try await fresh.content(of: record) == contents[number])
      let frames = fresh.table.frames.frames(holding: record.place)
      let stored = frames.reduce(0) { $0 + fresh.table.frames.frames[$1].stored }
      // The frames, the body's head, a tag for each chunk, and what is left of a chunk at each end.
      #expect(source.bytesRead >= stored)
      #expect(source.bytesRead <= stored + 56 + (stored / 16_384 + 2) * 16 + 2 * 16_384)
      let body = Int(fresh.row.bodyOffset)..<Int(fresh.row.bodyOffset + fresh.row.bodyLength)
      #expect(source.reads.allSatisfy { body.contains($0.lowerBound) && $0.upperBound <= body.upperBound })
    }
    // A neighbour in the same frame costs nothing.
    let many = try SampleBox((0..<10).map { (_) in dice.noise(1000) })
    let small = MemorySource(many.bytes)
    let open = try await many.open(small)
    _ = try await open.content(of: open.records[0])
    small.reads = []
    _ = try await open.content(of: open.records[9])
    #expect(small.reads.isEmpty)
  }

  @Test func tableAndIndexAreOneReadEach() async throws {
    let box = try SampleBox([[1, 2, 3]])
    let source = MemorySource(box.bytes)
    let reader = try box.house.reader(source)
    let index = try await reader.openIndex(box.anchor, keys: box.house.indexKeys)
    // The header is read once.
    #expect(source.reads == [0..<32, Int(box.finished.indexOffset)..<box.bytes.count])
    #expect(index.classID == box.house.classID && index.epoch == 3 && index.index.year == 2037)
    source.reads = []
    let row = index.rows[0]
    _ = try await reader.openBundle(row, keys: box.house.keys(box.seal))
    #expect(source.reads == [Int(row.tableOffset)..<Int(row.tableOffset + row.tableLength)])
  }

  @Test func indexWithManyKeys() async throws {
    let box = try SampleBox([[1, 2, 3]])
    var keys: [IndexKey] = []
    for epoch in 1...5 as ClosedRange<UInt32> {
      keys.append(IndexKey(classID: box.house.classID, epoch: epoch, key: try .random(count: 32)))
      keys.append(IndexKey(classID: try .random(), epoch: epoch, key: box.house.indexKey))
    }
    let reader = try box.house.reader(MemorySource(box.bytes))
    await #expect(throws: BoxError(.wrongKey, "")) { try await reader.openIndex(box.anchor, keys: keys) }
    await #expect(throws: BoxError(.wrongKey, "")) { try await reader.findIndex(keys: keys) }
    await #expect(throws: BoxError(.wrongKey, "")) { try await reader.findIndex(keys: []) }
    keys += box.house.indexKeys
    #expect(try await reader.openIndex(box.anchor, keys: keys).epoch == 3)
    #expect(try await reader.findIndex(keys: keys).rows == box.finished.rows)
  }

  @Test func anchorThatIsWrong() async throws {
    let box = try SampleBox([[1, 2, 3]])
    let reader = try box.house.reader(MemorySource(box.bytes))
    func refusal(_ change: (inout IndexAnchor) -> Void) async throws -> BoxError.Code? {
      var anchor = box.anchor
      change(&anchor)
      do {
        _ = try await reader.openIndex(anchor, keys: box.house.indexKeys)
        return nil
      } catch let error as BoxError { return error.code }
    }
    #expect(try await refusal { _ in } == nil)
    #expect(try await refusal { $0.year += 1 } == .index)
    #expect(try await refusal { $0.digest = Digest.sha256(of: []) } == .indexDigest)
    for offset in [0, 1, box.anchor.offset - 1, box.anchor.offset + 1, box.finished.size, .max, .max - 55] {
      #expect(try await refusal { $0.offset = offset } == .index)
    }
  }

  @Test(arguments: [1, 2, 3, 8, 9, 100, 300])
  func indexIsFoundForAnyCountOfRows(_ bundles: Int) async throws {
    let house = House()
    let sink = MemorySink()
    let writer = try house.writer(sink)
    for number in 1...bundles {
      try writer.beginBundle(try house.seal(subject: subject(number)))
      try writer.append(try label("a"), content: Array("\(number)".utf8).span)
      try writer.endBundle()
    }
    let finished = try writer.finish()
    let found = try await house.reader(MemorySource(sink.bytes)).findIndex(keys: house.indexKeys)
    #expect(found.rows == finished.rows)
    #expect(BoxLayout.indexOffsets(size: finished.size).contains(finished.indexOffset))
  }

  /// Only the box's digest protects its header; whoever opens something compares it all the same.
  @Test(arguments: [(0, BoxError.Code.notABox), (9, .version), (15, .notABox), (16, .otherVault)])
  func aHeaderThatIsAnother(at offset: Int, _ code: BoxError.Code) async throws {
    let forgery = try Forgery(Array("hello".utf8))
    let (good, row) = try forgery.made()
    let house = forgery.house
    var bad = good
    bad[offset] ^= 3
    let place = try #require(Padme.padded(row.tableOffset + row.tableLength))
    let anchor = IndexAnchor(
      offset: place, digest: Digest.sha256(of: Array(good[Int(place)...])), year: house.year)
    let keys = house.keys(forgery.seal)
    _ = try await house.reader(MemorySource(good)).openIndex(anchor, keys: house.indexKeys)
    _ = try await house.reader(MemorySource(good)).openBundle(row, keys: keys)
    await #expect(throws: BoxError(code, "")) {
      _ = try await house.reader(MemorySource(bad)).openIndex(anchor, keys: house.indexKeys)
    }
    await #expect(throws: BoxError(code, "")) {
      _ = try await house.reader(MemorySource(bad)).openBundle(row, keys: keys)
    }
    await #expect(throws: BoxError(code, "")) {
      _ = try await house.reader(MemorySource(bad)).findIndex(keys: house.indexKeys)
    }
  }

  @Test func anotherVaultsBox() async throws {
    let box = try SampleBox([[1]])
    let reader = try BoxReader(
      vault: .random(), size: UInt64(box.bytes.count), source: MemorySource(box.bytes),
      workspace: ReadWorkspace())
    await #expect(throws: BoxError(.otherVault, "")) { try await reader.findIndex(keys: box.house.indexKeys) }
    await #expect(throws: BoxError(.otherVault, "")) {
      try await reader.openIndex(box.anchor, keys: box.house.indexKeys)
    }
    var bytes = box.bytes
    bytes[9] = 2
    let other = try box.house.reader(MemorySource(bytes))
    await #expect(throws: BoxError(.version, "")) { try await other.findIndex(keys: box.house.indexKeys) }
    #expect(throws: BoxError(.tooLarge, "")) {
      _ = try BoxReader(
        vault: .zero, size: 16 << 30 + 1, source: MemorySource([]), workspace: ReadWorkspace())
    }
  }

  @Test func damageHurtsOnlyWhatItTouches() async throws {
    var dice = Dice(31)
    let contents = (0..<12).map { (_) in dice.noise(700_000) }
    let box = try SampleBox(contents)
    let source = MemorySource(box.bytes)
    let bundle = try await box.open(source)
    let victim = bundle.records[5]
    // As stored, byte for byte: somewhere in the middle of the sixth record.
    let place = victim.offset + 350_000
    source.bytes[Int(bundle.row.bodyOffset) + 56 + Int(place / 16_384 * 16_400 + place % 16_384)] ^= 0x10
    let check = try await bundle.verifyBundle()
    #expect(check.damaged.map(\.record) == [victim])
    #expect(check.damaged.first?.error == BoxError(.corrupted, ""))
    #expect(check.elsewhere == nil)
    #expect(check.bytes == 11 * 700_000)
    let visitor = Collector()
    try await bundle.readAll(visitor)
    #expect(Array(visitor.damage.keys) == [victim.label.id])
    #expect(visitor.contents.count == 11)
    for (number, record) in bundle.records.enumerated() where number != 5 {
      #expect(visitor.contents[record.label.id] == contents[number])
      #expect(try await bundle.content(of: record) == contents[number])
    }
    await #expect(throws: BoxError(.corrupted, "")) { try await bundle.content(of: victim) }
  }

  @Test func aSourceThatBreaksIsNoDamage() async throws {
    var dice = Dice(31)
    let box = try SampleBox((0..<5).map { (_) in dice.noise(700_000) })
    let source = MemorySource(box.bytes)
    let bundle = try await box.open(source)
    source.breaksAfter = source.reads.count + 2
    await #expect(throws: MemorySource.Broken.self) { try await bundle.verifyBundle() }
    source.breaksAfter = source.reads.count
    await #expect(throws: MemorySource.Broken.self) { try await bundle.readAll(Collector()) }
    source.breaksAfter = .max
    #expect(try await bundle.verifyBundle().isWhole)
  }

  @Test func aVisitorsErrorIsNoDamage() async throws {
    final class Refusing: BundleVisitor {
      func wants(_ record: Record) -> Bool { true }
      func visit(_ record: Record, content: Span<UInt8>) throws { throw BoxError(.corrupted, "mine") }
      func begin(_ record: Record) throws {}
      func piece(_ bytes: Span<UInt8>) throws { throw BoxError(.corrupted, "mine") }
      func end(_ record: Record) throws { Issue.record("ended") }
      func damaged(_ record: Record, _ error: BoxError) throws { Issue.record("damaged") }
    }
    var dice = Dice(1)
    for size in [10, 3_000_000, 17 << 20] {
      let box = try SampleBox([dice.noise(size)])
      let bundle = try await box.open(MemorySource(box.bytes))
      await #expect(throws: BoxError(.corrupted, "")) { try await bundle.readAll(Refusing()) }
    }
  }

  @Test func largeRecordsComeInPieces() async throws {
    var dice = Dice(8)
    let contents = [dice.noise(100), dice.prose(17 << 20), dice.noise(100)]
    let box = try SampleBox(contents)
    let source = MemorySource(box.bytes)
    let bundle = try await box.open(source)
    let visitor = Collector()
    visitor.skipped = [bundle.records[0].label.id]
    try await bundle.readAll(visitor)
    #expect(visitor.order == bundle.records.dropFirst().map(\.label.id))
    #expect(visitor.contents[bundle.records[1].label.id] == contents[1])
    await #expect(throws: BoxError(.tooLarge, "")) { try await bundle.content(of: bundle.records[1]) }
    var streamed: [UInt8] = []
    try await bundle.stream(bundle.records[1]) { streamed.append($0) }
    #expect(streamed == contents[1])
    // Skipping it costs no more than the chunks around it.
    visitor.skipped = [bundle.records[1].label.id]
    source.reads = []
    try await bundle.readAll(visitor)
    #expect(source.bytesRead < 6 << 20)
  }

  @Test func aPassReadsTheBodyOnce() async throws {
    var dice = Dice(9)
    let box = try SampleBox((0..<200).map { (_) in dice.prose(Int.random(in: 0..<200_000, using: &dice)) })
    let source = MemorySource(box.bytes)
    let bundle = try await box.open(source)
    source.reads = []
    let check = try await bundle.verifyBundle()
    #expect(check.isWhole)
    #expect(source.bytesRead == Int(bundle.row.bodyLength))
  }

  @Test func aScanReadsAllOnce() async throws {
    var dice = Dice(9)
    let bytes = dice.noise(9 << 20 + 17)
    let source = MemorySource(bytes)
    let reader = try BoxReader(
      vault: .zero, size: UInt64(bytes.count), source: source, workspace: ReadWorkspace())
    reader.beginScan()
    #expect(try await reader.finishScan() == Digest.sha256(of: bytes))
    #expect(source.bytesRead == bytes.count)
    source.bytes.removeLast()
    reader.beginScan()
    await #expect(throws: BoxError(.truncated, "")) { try await reader.finishScan() }
  }

  @Test("Opening bundles while a box is scanned reads their bodies once", arguments: [false, true])
  func scansWhileItOpens(damaged: Bool) async throws {
    var dice = Dice(50)
    let house = House()
    let sink = MemorySink()
    let writer = try house.writer(sink)
    var seals: [BundleSealingKeys] = []
    for number in 0..<9 {
      seals.append(try house.seal(subject: subject(number)))
      try writer.beginBundle(seals[number])
      for path in ["a", "b", "c", "d"] {
        let size = Int.random(in: 0..<[900, 90_000, 2_900_000][number % 3], using: &dice)
        let content = path == "b" ? dice.prose(size) : dice.noise(size)
        try writer.append(try label(path), content: content.span)
      }
      try writer.endBundle()
    }
    let finished = try writer.finish()
    var bytes = sink.bytes
    if damaged { bytes[Int(finished.rows[5].bodyOffset + finished.rows[5].bodyLength / 2)] ^= 1 }
    let source = MemorySource(bytes)
    let reader = try BoxReader(
      vault: house.vault, size: UInt64(bytes.count), source: source, workspace: ReadWorkspace())
    for skipped in [[], [0], [3, 4, 8], Array(0..<9)] {
      source.reads = []
      reader.beginScan()
      for (number, row) in finished.rows.enumerated() where !skipped.contains(number) {
        let check = try await reader.openBundle(row, keys: house.keys(seals[number])).verifyBundle()
        #expect(check.isWhole == !(damaged && number == 5))
      }
      #expect(try await reader.finishScan() == Digest.sha256(of: bytes))
      let tables = finished.rows.reduce(0) { $0 + Int($1.tableLength) }
      if !damaged { #expect(source.bytesRead <= bytes.count + tables) }
    }
    #expect((Digest.sha256(of: bytes) == finished.digest) == !damaged)
  }

  @Test func recordOfAnotherBundle() async throws {
    let small = try SampleBox([[1, 2]])
    let large = try SampleBox([[UInt8](repeating: 1, count: 5000)])
    let bundle = try await small.open(MemorySource(small.bytes))
    await #expect(throws: BoxError(.table, "")) { try await bundle.content(of: large.records[0]) }
  }
}
