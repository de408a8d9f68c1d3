import Foundation
import Sealing
import TestKit
import Testing

@testable import Boxes

struct WriterTests {
  /// Writes one bundle and gives its records and an open reader.
  private func bundle(
    _ fill: (BoxWriter) throws -> Void
  ) async throws -> (bundle: BundleReader, source: MemorySource) {
    let house = House()
    let sink = MemorySink()
    let writer = try house.writer(sink)
    let seal = try house.seal(subject: subject(1))
    try writer.beginBundle(seal)
    try fill(writer)
    try writer.endBundle()
    let finished = try writer.finish()
    let source = MemorySource(sink.bytes)
    let bundle = try await house.reader(source).openBundle(finished.rows[0], keys: house.keys(seal))
    return (bundle, source)
  }

  @Test func equalContentsOnce() async throws {
    var dice = Dice(2)
    let (small, large) = (dice.noise(50_000), dice.noise(3 << 20))
    let (bundle, _) = try await bundle { (writer) in
      try writer.append(try label("a"), content: small.span)
      try writer.append(try label("b"), content: large.span)
      try writer.append(try label("c"), content: small.span)
      try writer.append(try label("d"), content: large.span)
      // In pieces too.
      try writer.beginRecord(try label("e"))
      try writer.write(small.span.extracting(0..<20_000))
      try writer.write(small.span.extracting(20_000..<50_000))
      _ = try writer.endRecord()
    }
    #expect(bundle.table.frames.contentSize == UInt64(small.count + large.count))
    #expect(bundle.records.count == 5)
    let expected = [small, large, small, large, small]
    for (record, content) in zip(bundle.records, expected) {
      #expect(try await bundle.content(of: record) == content)
    }
    let collector = Collector()
    try await bundle.readAll(collector)
    for (record, content) in zip(bundle.records, expected) {
      #expect(collector.contents[record.label.id] == content)
    }
    #expect(try await bundle.verifyBundle().bytes == UInt64(small.count + large.count))
  }

  @Test func equalContentsInTwoBundlesTwice() throws {
    var dice = Dice(2)
    let content = dice.noise(50_000)
    let house = House()
    let sink = MemorySink()
    let writer = try house.writer(sink)
    for number in 1...2 {
      try writer.beginBundle(try house.seal(subject: subject(number)))
      try writer.append(try label("a"), content: content.span)
      try writer.endBundle()
    }
    let rows = try writer.finish().rows
    #expect(rows.allSatisfy { $0.bodyLength > 50_000 })
  }

  @Test func givenUpRecordsLeaveNothing() async throws {
    var dice = Dice(2)
    let (one, other) = (dice.noise(10_000), dice.noise(20_000))
    let (bundle, _) = try await bundle { (writer) in
      try writer.append(try label("a"), content: one.span)
      try writer.beginRecord(try label("b"))
      let lost = dice.noise(5000)
      try writer.write(lost.span)
      writer.abandonRecord()
      try writer.append(try label("c"), content: other.span)
    }
    #expect(bundle.table.frames.contentSize == 30_000)
    #expect(try await bundle.content(of: bundle.records[1]) == other)
  }

  @Test func largeRecordsGivenUpLeaveContentWithoutAName() async throws {
    var dice = Dice(2)
    let (one, other) = (dice.noise(10_000), dice.noise(20_000))
    let (bundle, source) = try await bundle { (writer) in
      try writer.append(try label("a"), content: one.span)
      try writer.beginRecord(try label("b"))
      let lost = dice.noise(3 << 20)
      try writer.write(lost.span)
      writer.abandonRecord()
      try writer.append(try label("c"), content: other.span)
    }
    #expect(bundle.records.count == 2)
    #expect(bundle.table.frames.contentSize > 2 << 20)
    #expect(try await bundle.content(of: bundle.records[1]) == other)
    #expect(try await bundle.verifyBundle().isWhole)
    // Damage there hurts nobody, and is still seen.
    source.bytes[2_000_000] ^= 1
    let check = try await bundle.verifyBundle()
    #expect(check.damaged.isEmpty && check.elsewhere == BoxError(.corrupted, ""))
  }

  @Test func onlyAGivenUpRecord() async throws {
    var dice = Dice(2)
    let (bundle, _) = try await bundle { (writer) in
      try writer.beginRecord(try label("b"))
      let lost = dice.noise(3 << 20)
      try writer.write(lost.span)
      writer.abandonRecord()
    }
    #expect(bundle.records.isEmpty)
    #expect(try await bundle.verifyBundle().isWhole)
  }

  @Test func emptyBundlesLeaveNoTrace() throws {
    let house = House()
    let sink = MemorySink()
    let writer = try house.writer(sink)
    try writer.beginBundle(try house.seal(subject: subject(1)))
    try writer.beginRecord(try label("b"))
    try writer.write([1, 2, 3].span)
    writer.abandonRecord()
    #expect(try writer.endBundle() == nil)
    #expect(writer.bytesWritten == 32 && writer.bundleCount == 0)
    #expect(throws: BoxError(.empty, "")) { try writer.finish() }
    try writer.beginBundle(try house.seal(subject: subject(2)))
    let nothing: [UInt8] = []
    try writer.append(try label("b"), content: nothing.span)
    try writer.endBundle()
    #expect(try writer.finish().rows.map(\.subject) == [subject(2)])
  }

  @Test func labelsThatBreakARule() throws {
    let house = House()
    let writer = try house.writer(MemorySink())
    try writer.beginBundle(try house.seal(subject: subject(1)))
    var bad = try label("a/../b")
    #expect(throws: BoxError(.path, "")) { try writer.append(bad, content: [1].span) }
    bad = try label("a")
    bad.mode = 0o10000
    #expect(throws: BoxError(.table, "")) { try writer.append(bad, content: [1].span) }
    bad.mode = 0
    bad.title = String(repeating: "x", count: 70_000)
    #expect(throws: BoxError(.tooLarge, "")) { try writer.append(bad, content: [1].span) }
    bad.title = ""
    try writer.append(bad, content: [1].span)
    // An id once in a bundle.
    #expect(throws: BoxError(.table, "")) { try writer.append(bad, content: [2].span) }
    #expect(throws: BoxError(.parts, "")) {
      try writer.append(
        try label("b"), content: [1].span, part: Part(set: .zero, number: 0, offset: 0, total: 2))
    }
    // None of it broke the box.
    try writer.append(try label("b"), content: [2].span)
    #expect(try writer.endBundle()?.records == 2)
    _ = try writer.finish()
  }

  @Test func sinkThatIsFull() throws {
    var dice = Dice(1)
    let tooMuch = dice.noise(4 << 20)
    let house = House()
    let sink = MemorySink()
    sink.limit = 1 << 20
    let writer = try house.writer(sink)
    try writer.beginBundle(try house.seal(subject: subject(1)))
    #expect(throws: MemorySink.Full.self) {
      try writer.append(try label("a"), content: tooMuch.span)
    }
    #expect(throws: BoxError(.broken, "")) { try writer.append(try label("b"), content: [1].span) }
    #expect(throws: BoxError(.broken, "")) { try writer.endBundle() }
  }

  @Test func finishedIsFinished() throws {
    let house = House()
    let writer = try house.writer(MemorySink())
    try writer.beginBundle(try house.seal(subject: subject(1)))
    try writer.append(try label("a"), content: [1].span)
    try writer.endBundle()
    _ = try writer.finish()
    #expect(throws: BoxError(.broken, "")) { try writer.finish() }
    #expect(throws: BoxError(.broken, "")) { try writer.beginBundle(try house.seal(subject: subject(2))) }
  }

  @Test func sizesAreForeseen() throws {
    var dice = Dice(9)
    let house = House()
    let sink = MemorySink()
    let writer = try house.writer(sink)
    var foreseen: UInt64 = 0
    for number in 1...20 {
      try writer.beginBundle(try house.seal(subject: subject(number)))
      let text = dice.prose(1000 * number)
      try writer.append(try label("a"), content: text.span)
      #expect(writer.bytesWritten <= writer.sizeIfFinished)
      try writer.endBundle()
      foreseen = writer.sizeIfFinished
    }
    #expect(try writer.finish().size == foreseen)
    #expect(foreseen == UInt64(sink.bytes.count))
  }

  /// Content that is read straight into the bundle gives the box that pieces give.
  @Test func filledOrWritten() async throws {
    var dice = Dice(10)
    for size in [0, 1, 5_000, 1 << 20, 1 << 20 + 1, 3 << 20 + 77] {
      let content = dice.prose(size)
      var bodies: [[UInt8]] = []
      for isFilled in [true, false] {
        let house = House()
        let sink = MemorySink()
        let writer = try house.writer(sink)
        let seal = try house.seal(subject: subject(1))
        try writer.beginBundle(seal)
        try writer.append(try label("a"), content: Array("before".utf8).span)
        try writer.beginRecord(try label("b"))
        if isFilled {
          let came = try writer.fill(size) { (buffer, at, count) in
            buffer.append(contentsOf: content[at..<(at + count)])
          }
          #expect(came == size)
        } else {
          try writer.write(content.span)
        }
        let record = try writer.endRecord()
        #expect(record.digest == Digest.sha256(of: content))
        #expect(record.size == UInt64(size))
        try writer.endBundle()
        let row = try writer.finish().rows[0]
        let bundle = try await house.reader(MemorySource(sink.bytes)).openBundle(row, keys: house.keys(seal))
        bodies.append(try await bundle.content(of: record))
      }
      #expect(bodies == [content, content])
    }
  }

  @Test func sourceThatEndsEarly() throws {
    let house = House()
    let sink = MemorySink()
    let writer = try house.writer(sink)
    try writer.beginBundle(try house.seal(subject: subject(1)))
    try writer.beginRecord(try label("a"))
    let came = try writer.fill(3 << 20) { (buffer, at, count) in
      guard at == 0 else { return }
      buffer.append(contentsOf: repeatElement(7, count: count - 1))
    }
    #expect(came == 256 << 10 - 1)
    writer.abandonRecord()
    struct Broken: Error {}
    try writer.beginRecord(try label("b"))
    #expect(throws: Broken.self) { try writer.fill(10) { (_, _, _) in throw Broken() } }
    writer.abandonRecord()
    #expect(try writer.endBundle() == nil)
  }

  @Test func fullBundles() throws {
    let house = House()
    let writer = try house.writer(MemorySink())
    try writer.beginBundle(try house.seal(subject: subject(1)))
    #expect(writer.room == 64 << 20)
    #expect(writer.fits(try label("a"), size: 64 << 20))
    #expect(!writer.fits(try label("a"), size: 64 << 20 + 1))
    try writer.append(try label("a"), content: [1].span)
    #expect(!writer.fits(try label("a"), size: 64 << 20))
    // The table is full before the bundle is.
    var large = try label("a")
    large.title = String(repeating: "x", count: 60_000)
    var count = 0
    while writer.fits(large, size: 0) {
      large.id = try .random()
      let nothing: [UInt8] = []
      try writer.append(large, content: nothing.span)
      count += 1
    }
    #expect(count > 500 && count < 560)
    large.id = try .random()
    #expect(throws: BoxError(.full, "")) { try writer.beginRecord(large) }
    try writer.endBundle()
    #expect(try writer.finish().rows[0].records == UInt32(count + 1))
  }

  @Test func smallRecordsDoNotGoOverAFramesEnd() async throws {
    var dice = Dice(6)
    let contents = (0..<60).map { (_) in dice.noise(Int.random(in: 1...600_000, using: &dice)) }
    let box = try SampleBox(contents)
    let bundle = try await box.open(MemorySource(box.bytes))
    for record in bundle.records { #expect(bundle.table.frames.frames(holding: record.place).count == 1) }
    for frame in bundle.table.frames.frames.dropLast() { #expect((1 << 19)...(2 << 20) ~= frame.plain) }
  }
}
