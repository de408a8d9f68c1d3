// swift-format-ignore-file: NeverForceUnwrap, NeverUseForceTry
import Sealing
import TestKit
import Testing

@testable import Boxes

struct PartsTests {
  static let megabyte: UInt64 = 1 << 20
  private let set = try! Identifier.random()
  private let name = try! label("film.mov")
  private let whole = Digest.sha256(of: [1])

  private func row(
    _ number: UInt32, _ offset: UInt64, _ size: UInt64, of total: UInt64, last: Bool = false,
    set other: Identifier? = nil, label: RecordLabel? = nil
  ) -> Record {
    let part = Part(
      set: other ?? set, number: number, offset: offset, total: total, whole: last ? whole : nil)
    return Record(label ?? name, size: size, digest: whole, retention: 2030, offset: 0, part: part)
  }

  private func three() -> [Record] {
    let m = Self.megabyte
    return [
      row(0, 0, 64 * m, of: 150 * m), row(1, 64 * m, 64 * m, of: 150 * m),
      row(2, 128 * m, 22 * m, of: 150 * m, last: true),
    ]
  }

  @Test func inAnyOrder() throws {
    let rows = three()
    var dice = Dice(1)
    for _ in 0..<6 { #expect(try PartSet.ordered(rows.shuffled(using: &dice)) == rows) }
    let named = zip(["a", "b", "c"], rows).reversed()
    #expect(try PartSet.ordered(Array(named)) { $0.1 }.map(\.0) == ["a", "b", "c"])
  }

  @Test func incomplete() throws {
    let rows = three()
    let m = Self.megabyte
    var refused: [[Record]] = [
      [], [rows[0]], [rows[2]], [rows[0], rows[1]], [rows[0], rows[2]], [rows[1], rows[2]],
    ]
    refused.append(rows + [rows[1]])
    refused.append(rows + [rows[2]])
    // Another set, another record, another size.
    refused.append([rows[0], row(1, 64 * m, 64 * m, of: 150 * m, set: .zero), rows[2]])
    refused.append([rows[0], row(1, 64 * m, 64 * m, of: 150 * m, label: try label("film.mov")), rows[2]])
    refused.append([rows[0], row(1, 64 * m, 64 * m, of: 151 * m), rows[2]])
    // Gap, overlap, a part after the last.
    refused.append([rows[0], row(1, 65 * m, 63 * m, of: 150 * m), rows[2]])
    refused.append([rows[0], row(1, 64 * m, 63 * m, of: 150 * m), rows[2]])
    refused.append([rows[0], row(1, 63 * m, 65 * m, of: 150 * m), rows[2]])
    refused.append(rows + [row(3, 150 * m, 1, of: 151 * m, last: true)])
    // No part at all.
    refused.append([Record(name, size: 5, digest: whole, retention: 2030, offset: 0, part: nil)])
    for rows in refused { #expect(throws: BoxError(.parts, "")) { try PartSet.ordered(rows) } }
  }

  @Test func throughABox() async throws {
    var dice = Dice(4)
    let total = Int(BoxLimits.content) + 1000
    let content = dice.noise(1 << 20)
    let last = dice.prose(1000)
    let house = House()
    let sink = MemorySink()
    let writer = try house.writer(sink)
    let film = try label("film.mov")
    let seals = try [house.seal(subject: subject(1)), house.seal(subject: subject(1))]
    try writer.beginBundle(seals[0])
    try writer.beginRecord(film)
    for _ in 0..<64 { try writer.write(content.span) }
    #expect(writer.room == 0)
    #expect(throws: BoxError(.full, "")) { try writer.write([1].span) }
    _ = try writer.endRecord(part: Part(set: set, number: 0, offset: 0, total: UInt64(total)))
    try writer.endBundle()
    try writer.beginBundle(seals[1])
    let end = Part(set: set, number: 1, offset: BoxLimits.content, total: UInt64(total), whole: whole)
    try writer.append(film, content: last.span, part: end)
    try writer.endBundle()
    let rows = try writer.finish().rows
    let reader = try house.reader(MemorySource(sink.bytes))
    var parts: [Record] = []
    for (row, seal) in zip(rows, seals) {
      parts += try await reader.openBundle(row, keys: house.keys(seal)).records
    }
    #expect(try PartSet.ordered(parts.reversed()) == parts)
    let first = try await reader.openBundle(rows[0], keys: house.keys(seals[0]))
    await #expect(throws: BoxError(.tooLarge, "")) { try await first.content(of: parts[0]) }
    var length = 0
    try await first.stream(parts[0]) { length += $0.count }
    #expect(length == 64 << 20)
  }
}
