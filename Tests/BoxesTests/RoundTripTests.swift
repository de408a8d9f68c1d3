import Sealing
import TestKit
import Testing

@testable import Boxes

struct RoundTripTests {
  static let sizes = [0, 1, 100, 16_383, 16_384, 16_385, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20]

  @Test(arguments: sizes, [true, false])
  func oneRecord(_ size: Int, shrinks: Bool) async throws {
    var dice = Dice(UInt64(size))
    let content = shrinks ? dice.prose(size) : dice.noise(size)
    let box = try SampleBox([content])
    let bundle = try await box.open(MemorySource(box.bytes))
    #expect(bundle.records == box.records)
    #expect(try await bundle.content(of: bundle.records[0]) == content)
    #expect(bundle.records[0].digest == Digest.sha256(of: content))
    #expect(bundle.table.frames.contentSize == UInt64(size))
    if !shrinks { #expect(bundle.table.frames.bodySize == UInt64(size)) }
  }

  @Test func allSizesInOneBundle() async throws {
    var dice = Dice(7)
    let contents = Self.sizes.map { dice.prose($0) } + Self.sizes.map { dice.noise($0) }
    let box = try SampleBox(contents)
    let bundle = try await box.open(MemorySource(box.bytes))
    for (record, content) in zip(bundle.records, contents).shuffled(using: &dice) {
      #expect(try await bundle.content(of: record) == content)
    }
    #expect(try await bundle.verifyBundle().isWhole)
  }

  @Test func labelComesBack() async throws {
    let box = try SampleBox([[1, 2, 3]])
    let record = try await box.open(MemorySource(box.bytes)).records[0]
    #expect(record.label.path == Array("folder/0.txt".utf8))
    #expect(record.label.source == "crm")
    #expect(record.label.subject == Array("C-1042".utf8))
    #expect(record.label.title == "Brief")
    #expect(record.label.mediaType == "text/plain")
    #expect(record.label.modified == -1_234_567_890)
    #expect(record.label.mode == 0o640)
    #expect(record.label.sealedAt == 1_700_000_000)
    #expect(record.label.tags == ["checked", "übernommen"])
    #expect(record.retention == 2037)
    #expect(record.part == nil)
  }

  @Test func severalBundlesWithOneWorkspace() async throws {
    let house = House()
    let workspace = try BoxWorkspace()
    var dice = Dice(3)
    for round in 0..<2 {
      let sink = MemorySink()
      let writer = try house.writer(sink, workspace)
      var seals: [BundleSealingKeys] = []
      var contents: [[[UInt8]]] = []
      for number in [1, 1, 2, 40, 300] {
        seals.append(try house.seal(subject: subject(number)))
        try writer.beginBundle(seals.last!)
        contents.append((0...(number % 7)).map { dice.prose(1000 * $0 + round) })
        for (place, content) in contents.last!.enumerated() {
          try writer.append(try label("\(place)"), content: content.span)
        }
        try writer.endBundle(firstEntry: UInt64(number))
      }
      let finished = try writer.finish()
      #expect(finished.digest == Digest.sha256(of: sink.bytes))
      #expect(finished.size == UInt64(sink.bytes.count))
      #expect(finished.rows.map(\.firstEntry) == [1, 1, 2, 40, 300])
      let reader = try house.reader(MemorySource(sink.bytes))
      let found = try await reader.findIndex(keys: house.indexKeys)
      #expect(found.rows == finished.rows)
      for (place, row) in found.rows.enumerated() {
        #expect(row.bundle == seals[place].bundle && row.subject == seals[place].subject)
        #expect(row.keyCheck.bytes == [1, 2, 3, 4, 5, 6, 7, 8])
        let bundle = try await reader.openBundle(row, keys: house.keys(seals[place]))
        for (record, content) in zip(bundle.records, contents[place]) {
          #expect(try await bundle.content(of: record) == content)
        }
      }
      reader.beginScan()
      #expect(try await reader.finishScan() == finished.digest)
    }
  }

  @Test func twoBundlesReadByTurns() async throws {
    let house = House()
    let sink = MemorySink()
    let writer = try house.writer(sink)
    var dice = Dice(5)
    let seals = try [house.seal(subject: subject(1)), house.seal(subject: subject(2))]
    let contents = (0..<2).map { (_) in (0..<4).map { (_) in dice.noise(300_000) } }
    for (seal, contents) in zip(seals, contents) {
      try writer.beginBundle(seal)
      for (number, content) in contents.enumerated() {
        try writer.append(try label("\(number)"), content: content.span)
      }
      try writer.endBundle()
    }
    let rows = try writer.finish().rows
    let reader = try house.reader(MemorySource(sink.bytes))
    let one = try await reader.openBundle(rows[0], keys: house.keys(seals[0]))
    let other = try await reader.openBundle(rows[1], keys: house.keys(seals[1]))
    for number in 0..<4 {
      #expect(try await one.content(of: one.records[number]) == contents[0][number])
      #expect(try await other.content(of: other.records[number]) == contents[1][number])
    }
  }

  @Test func piecesOfAnyLength() async throws {
    var dice = Dice(11)
    let house = House()
    let sink = MemorySink()
    let writer = try house.writer(sink)
    let seal = try house.seal(subject: subject(1))
    try writer.beginBundle(seal)
    let contents = [dice.prose(3_000_000), dice.noise(900_000), dice.prose(1_100_000), dice.noise(10)]
    for (number, content) in contents.enumerated() {
      try writer.beginRecord(try label("\(number)"))
      var place = 0
      while place < content.count {
        let end = min(content.count, place + Int.random(in: 0..<1_500_000, using: &dice))
        try writer.write(content.span.extracting(place..<end))
        place = end
      }
      #expect(try writer.endRecord().digest == Digest.sha256(of: content))
    }
    try writer.endBundle()
    let finished = try writer.finish()
    let bundle = try await house.reader(MemorySource(sink.bytes))
      .openBundle(finished.rows[0], keys: house.keys(seal))
    for (record, content) in zip(bundle.records, contents) {
      #expect(try await bundle.content(of: record) == content)
    }
    for frame in bundle.table.frames.frames { #expect(frame.plain <= 2 << 20) }
  }

  @Test func everyRecordOfManySmallOnes() async throws {
    var dice = Dice(13)
    let contents = (0..<3000).map { (_) in dice.prose(Int.random(in: 0..<4000, using: &dice)) }
    let box = try SampleBox(contents)
    let source = MemorySource(box.bytes)
    let bundle = try await box.open(source)
    let visitor = Collector()
    source.reads = []
    try await bundle.readAll(visitor)
    #expect(visitor.contents.count == 3000)
    for (record, content) in zip(box.records, contents) {
      #expect(visitor.contents[record.label.id] == content)
    }
    #expect(source.bytesRead <= Int(bundle.row.bodyLength))
  }
}

/// Keeps what a bundle holds.
final class Collector: BundleVisitor {
  var contents: [Identifier: [UInt8]] = [:]
  var damage: [Identifier: BoxError] = [:]
  var order: [Identifier] = []
  var skipped: Set<Identifier> = []
  private var large: [UInt8] = []

  func wants(_ record: Record) -> Bool { !skipped.contains(record.label.id) }

  func visit(_ record: Record, content: Span<UInt8>) throws {
    order.append(record.label.id)
    var bytes: [UInt8] = []
    bytes.append(content)
    contents[record.label.id] = bytes
  }

  func begin(_ record: Record) throws { large = [] }
  func piece(_ bytes: Span<UInt8>) throws { large.append(bytes) }

  func end(_ record: Record) throws {
    order.append(record.label.id)
    contents[record.label.id] = large
  }

  func damaged(_ record: Record, _ error: BoxError) throws { damage[record.label.id] = error }
}
