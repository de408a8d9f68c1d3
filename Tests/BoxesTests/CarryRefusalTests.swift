// swift-format-ignore-file: NeverForceUnwrap, NeverUseForceTry
import Sealing
import TestKit
import Testing

@testable import Boxes

/// What isn't carried, and what it leaves of the box.
struct CarryRefusalTests {
  private func small(_ carriage: Carriage) throws -> Carriage.Box {
    var dice = Dice(17)
    return try carriage.box([(1, [dice.prose(900), [], dice.noise(300), dice.prose(900)])])
  }

  /// What comes of carrying the only bundle of a box that begins with a sound one; nil where it went.
  private func error(
    _ carriage: Carriage, _ bytes: [UInt8], _ row: IndexRow, anew: Bool, size: Int? = nil,
    traces: Bool = false
  ) async throws -> BoxError? {
    let sink = MemorySink()
    let writer = try carriage.house.writer(sink)
    let reader = try BoxReader(
      vault: carriage.house.vault, size: UInt64(size ?? bytes.count), source: MemorySource(bytes),
      workspace: ReadWorkspace())
    do {
      _ = try await carriage.carry(row, from: reader, to: writer, anew: anew)
      return nil
    } catch let error as BoxError {
      #expect(writer.isBroken == traces)
      if !traces { #expect(sink.bytes.count == 32 && writer.bundleCount == 0) }
      return error
    }
  }

  @Test(arguments: [true, false])
  func everyByte(anew: Bool) async throws {
    let carriage = Carriage()
    let box = try small(carriage)
    let row = box.rows[0]
    let body = Int(row.bodyOffset)..<Int(row.bodyOffset + row.bodyLength)
    let table = Int(row.tableOffset)..<Int(row.tableOffset + row.tableLength)
    #expect(try await error(carriage, box.bytes, row, anew: anew) == nil)
    for place in box.bytes.indices {
      var bytes = box.bytes
      bytes[place] ^= 1 << UInt8(place % 8)
      let error = try await error(carriage, bytes, row, anew: anew)
      if place < 32 {
        #expect(error?.isOfHeader == true, "byte \(place)")
      } else if body.contains(place) {
        #expect(error == BoxError(.corrupted, ""), "byte \(place)")
      } else if table.contains(place) {
        // Salt and commitment tell whose it is.
        let isHead = place < table.lowerBound + 56
        #expect(error == BoxError(isHead ? .wrongKey : .corrupted, ""), "byte \(place)")
      } else {
        #expect(error == nil, "byte \(place)")
      }
    }
  }

  @Test func everyTruncation() async throws {
    let carriage = Carriage()
    let box = try small(carriage)
    let row = box.rows[0]
    for count in 0..<Int(row.tableOffset + row.tableLength) {
      let short = Array(box.bytes[..<count])
      #expect(try await error(carriage, short, row, anew: true) != nil)
      #expect(try await error(carriage, short, row, anew: false, size: box.bytes.count)?.isDamage == true)
    }
  }

  /// Each field of the row, which an index that is authentic gives: what it must fit is the box.
  @Test func otherRows() async throws {
    let carriage = Carriage()
    let box = try small(carriage)
    let row = box.rows[0]
    let changes: [(inout IndexRow) -> Void] = [
      { $0.subject = subject(2) }, { $0.epoch = 2 }, { $0.records += 1 }, { $0.records -= 1 },
      { $0.bodyOffset += 1 }, { $0.bodyLength += 1 }, { $0.bodyLength -= 1 }, { $0.bodyLength = 72 },
      { $0.tableOffset += 1 }, { $0.tableLength -= 1 }, { $0.content = Digest.sha256(of: [1]) },
      { $0.bodyOffset = .max }, { $0.tableLength = .max }, { $0.bodyOffset = 0 },
    ]
    for (number, change) in changes.enumerated() {
      var other = row
      change(&other)
      for anew in [true, false] {
        #expect(try await error(carriage, box.bytes, other, anew: anew) != nil, "change \(number)")
      }
    }
  }

  /// Frames that don't add up, and records that aren't as many as the row says, though all of it is authentic.
  @Test func framesThatDoNotFit() async throws {
    let changes: [(inout Forgery) -> Void] = [
      { $0.frame.stored -= 1 }, { $0.frame.plain = 5 << 20 }, { $0.body.append(0) }, { $0.records = 2 },
      { $0.table.frames = [] }, { $0.packedTable = [1, 2, 3] }, { $0.tableBytes = [0x0a] },
    ]
    for (number, change) in changes.enumerated() {
      var forgery = try Forgery(Array("content".utf8))
      change(&forgery)
      let (bytes, row) = try forgery.made()
      let writer = try forgery.house.writer(MemorySink())
      let keys = forgery.house.keys(forgery.seal)
      await #expect(throws: BoxError(.table, ""), "change \(number)") {
        _ = try await writer.carry(
          row, from: forgery.house.reader(MemorySource(bytes)), opening: keys, firstEntry: 1)
      }
      #expect(!writer.isBroken)
    }
  }

  /// A body that breaks off behind its first MiB has left traces; within, none, and others may follow.
  @Test(arguments: [true, false])
  func laterDamage(anew: Bool) async throws {
    let carriage = Carriage()
    var dice = Dice(8)
    let box = try carriage.box([(1, [dice.noise(3 << 20)]), (2, [[2]])])
    let row = box.rows[0]
    for (place, traces) in [
      (100, false), (1_049_000, false), (1_060_000, true), (Int(row.bodyLength) - 1, true),
    ] {
      var bytes = box.bytes
      bytes[32 + place] ^= 1
      let found = try await error(carriage, bytes, row, anew: anew, traces: traces)
      #expect(found == BoxError(.corrupted, ""), "byte \(place)")
      let sink = MemorySink()
      let writer = try carriage.house.writer(sink)
      let reader = try carriage.house.reader(MemorySource(bytes))
      await #expect(throws: BoxError(.corrupted, "")) {
        try await carriage.carry(row, from: reader, to: writer, anew: anew)
      }
      if traces {
        await #expect(throws: BoxError(.broken, "")) {
          try await carriage.carry(box.rows[1], from: reader, to: writer, anew: anew)
        }
        #expect(throws: BoxError(.broken, "")) { try writer.finish() }
      } else {
        _ = try await carriage.carry(box.rows[1], from: reader, to: writer, anew: anew)
        let rows = try writer.finish().rows
        #expect(try await carriage.read(.init(bytes: sink.bytes, rows: rows)).map(\.contents) == [[[2]]])
      }
    }
  }

  @Test func namesAndEntries() async throws {
    let carriage = Carriage()
    let box = try small(carriage)
    let reader = try carriage.reader(box)
    let sink = MemorySink()
    let writer = try carriage.house.writer(sink)
    func carry(_ row: IndexRow, _ entry: UInt64) async throws {
      _ = try await writer.carry(row, from: reader, opening: carriage.keys(row), firstEntry: entry)
    }
    var row = box.rows[0]
    await #expect(throws: BoxError(.bundle, "")) { try await carry(row, 0) }
    row.firstEntry = 5
    for entry: UInt64 in [0, 4, 6, .max] {
      await #expect(throws: BoxError(.bundle, "")) { try await carry(row, entry) }
    }
    #expect(sink.bytes.count == 32)
    try await carry(row, 5)
    await #expect(throws: BoxError(.bundle, "")) { try await carry(row, 5) }
    await #expect(throws: BoxError(.bundle, "")) { try await carry(box.rows[0], 5) }
    // The id may stand twice.
    try await carry(box.rows[0], 6)
    let rows = try writer.finish().rows
    #expect(rows.map(\.firstEntry) == [5, 6] && rows[0].bundle == rows[1].bundle)
    #expect(try await carriage.read(.init(bytes: sink.bytes, rows: rows)).map(\.row) == rows)
  }

  @Test func aFullSinkAndABrokenSource() async throws {
    let carriage = Carriage()
    var dice = Dice(9)
    let box = try carriage.box([(1, [dice.noise(3 << 20)])])
    for anew in [true, false] {
      let sink = MemorySink()
      sink.limit = 2 << 20
      let writer = try carriage.house.writer(sink)
      await #expect(throws: MemorySink.Full.self) {
        try await carriage.carry(box.rows[0], from: try carriage.reader(box), to: writer, anew: anew)
      }
      #expect(writer.isBroken)
      for (reads, isBroken) in [(0, false), (1, false), (2, false), (3, true)] {
        let source = MemorySource(box.bytes)
        source.breaksAfter = reads
        let writer = try carriage.house.writer(MemorySink())
        let reader = try carriage.house.reader(source)
        await #expect(throws: MemorySource.Broken.self) {
          try await carriage.carry(box.rows[0], from: reader, to: writer, anew: anew)
        }
        #expect(writer.isBroken == isBroken)
      }
    }
  }

  @Test func rowsThatABoxMayHave() async throws {
    let carriage = Carriage()
    let box = try carriage.box([(1, [[]])])
    let reader = try carriage.reader(box)
    let writer = try carriage.house.writer(MemorySink())
    for entry in 1...UInt64(BoxLimits.rows) {
      _ = try await writer.carry(
        box.rows[0], from: reader, opening: carriage.keys(box.rows[0]), firstEntry: entry)
    }
    await #expect(throws: BoxError(.full, "")) {
      try await writer.carry(
        box.rows[0], from: reader, opening: carriage.keys(box.rows[0]), firstEntry: 1 << 20)
    }
    #expect(try writer.finish().rows.count == BoxLimits.rows)
  }
}
