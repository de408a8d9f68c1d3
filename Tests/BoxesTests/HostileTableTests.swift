import Foundation
import Sealing
import SwiftProtobuf
import Testing

@testable import Boxes

/// What a reader refuses in a table that a key holder sealed (3.2).
struct HostileTableTests {
  private func refusal(_ content: [UInt8] = Array("hello".utf8), _ change: (inout Forgery) throws -> Void)
    async throws -> BoxError.Code?
  {
    var forgery = try Forgery(content)
    try change(&forgery)
    return try await forgery.refusal()
  }

  @Test func theHonestOneIsRead() async throws {
    #expect(try await refusal { _ in } == nil)
    #expect(try await refusal([]) { _ in } == nil)
  }

  @Test(arguments: ["", "/a", "../a", "a//b", "a\0"])
  func paths(_ path: String) async throws {
    #expect(try await refusal { $0.record.path = Data(path.utf8) } == .path)
  }

  @Test func counts() async throws {
    #expect(try await refusal { $0.records = 2 } == .table)
    #expect(try await refusal { $0.records = 0 } == .table)
    #expect(try await refusal { $0.table.records.append($0.record) } == .table)
    #expect(
      try await refusal { (forgery) in
        var other = forgery.record
        other.id = Data(try Identifier.random().bytes)
        forgery.table.records.append(other)
      } == nil)
  }

  @Test func lengthsOfFields() async throws {
    #expect(try await refusal { $0.record.id.removeLast() } == .table)
    #expect(try await refusal { $0.record.sha256.append(0) } == .table)
    #expect(try await refusal { $0.record.mode = 0o10000 } == .table)
    #expect(try await refusal { $0.record.retention += 1 } == .table)
    #expect(try await refusal { $0.record.elsewhere = Data([1]) } == .table)
    #expect(try await refusal { $0.record.date = -719_163 } == .table)
    #expect(try await refusal { $0.record.date = 2_932_897 } == .table)
    #expect(try await refusal { $0.record.date = -719_162 } == nil)
    #expect(try await refusal { $0.record.date = 2_932_896 } == nil)
    #expect(try await refusal { $0.record.tags = Array(repeating: "", count: 257) } == .table)
    #expect(try await refusal { $0.record.tags = Array(repeating: "", count: 256) } == nil)
    #expect(try await refusal { $0.record.title = String(repeating: "x", count: 70_000) } == .table)
  }

  @Test func places() async throws {
    #expect(try await refusal { $0.record.size += 1 } == .table)
    #expect(try await refusal { $0.record.offset += 1 } == .table)
    #expect(try await refusal { $0.record.offset = .max } == .table)
    #expect(try await refusal { $0.record.size = .max } == .table)
    #expect(try await refusal { ($0.record.offset, $0.record.size) = (.max - 1, 3) } == .table)
    #expect(try await refusal([]) { $0.record.offset = 1 } == .table)
    #expect(try await refusal { $0.record.size -= 1 } == .recordDigest)
    #expect(try await refusal { $0.record.size = 0 } == .recordDigest)
  }

  @Test func overlaps() async throws {
    func second(_ offset: UInt64, _ size: UInt64, _ digest: [UInt8]? = nil) async throws -> BoxError.Code? {
      try await refusal { (forgery) in
        var other = forgery.record
        other.id = Data(try Identifier.random().bytes)
        (other.offset, other.size) = (offset, size)
        if let digest { other.sha256 = Data(digest) }
        forgery.table.records.append(other)
      }
    }
    #expect(try await second(0, 5) == nil)
    #expect(try await second(0, 5, [UInt8](repeating: 1, count: 32)) == .table)
    #expect(try await second(0, 4) == .table)
    #expect(try await second(1, 4) == .table)
    #expect(try await second(0, 0) == nil)
  }

  @Test func frames() async throws {
    #expect(try await refusal { $0.frame.plain = 0 } == .table)
    #expect(try await refusal { $0.frame.stored = 4 } == .table)
    #expect(try await refusal { $0.frame.stored = .max } == .table)
    #expect(try await refusal { $0.frame.method = 2 } == .table)
    #expect(try await refusal { $0.frame.method = 1 } == .table)
    #expect(try await refusal { $0.table.frames.append($0.frame) } == .table)
    #expect(try await refusal { $0.table.frames = [] } == .table)
    #expect(try await refusal { $0.body += [0] } == .table)
    #expect(try await refusal { $0.body.removeLast() } == .table)
    #expect(try await refusal { ($0.frame.plain, $0.frame.method) = (6, 1) } == .frame)
    #expect(try await refusal { ($0.frame.plain, $0.frame.method) = (4 << 20 + 1, 1) } == .table)
    var many = Strongroom_Frame()
    (many.plain, many.stored) = (1, 1)
    let frames = many
    #expect(
      try await refusal([UInt8](repeating: 7, count: 4097)) {
        $0.table.frames = Array(repeating: frames, count: 4097)
      }
        == .table)
    #expect(
      try await refusal([UInt8](repeating: 7, count: 4096)) {
        $0.table.frames = Array(repeating: frames, count: 4096)
      }
        == nil)
  }

  @Test func moreContentThanABundleMayHave() throws {
    let frame = Frame(plain: 4 << 20, stored: 1, method: .zstd)
    #expect(try FrameMap(Array(repeating: frame, count: 16)).contentSize == 64 << 20)
    #expect(throws: BoxError(.table, "")) { try FrameMap(Array(repeating: frame, count: 17)) }
  }

  @Test func fieldsThatVersionOneDoesNotKnow() async throws {
    let honest = try Forgery(Array("hello".utf8))
    let bytes: [UInt8] = try honest.table.serializedBytes()
    let record: [UInt8] = try honest.record.serializedBytes()
    // Field 3 of the table; field 18 of a record; a field that isn't a message; a length that runs on.
    for extra: [UInt8] in [
      [0x1a, 0], [0x08, 1], [0x0a], [0x0a, 0x7f], [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], [0x12, 0x80],
    ] {
      #expect(try await refusal { $0.tableBytes = bytes + extra } == .table)
    }
    #expect(
      try await refusal { (forgery) in
        forgery.tableBytes =
          [0x0a, UInt8(record.count + 3)] + record + [0x90, 0x01, 0x01] + bytes.dropFirst(record.count + 2)
      } == .table)
  }

  /// The same as in Tests/Reader/test_reader.py.
  @Test func aMessageIsWrittenInOneWay() async throws {
    let frame: [UInt8] = [0x08, 3, 0x10, 3]
    let read = try Frame(decoding: frame)
    #expect(read.plain == 3 && read.stored == 3)
    for bad: [UInt8] in [
      [0x10, 3, 0x08, 3], frame + [0x10, 3], frame + [0x18, 0], [0x08, 0x83, 0, 0x10, 3],
      [0x88, 0, 3, 0x10, 3], [0x08, 0x83, 0x80, 0x80, 0x80, 0x10, 0x10, 3], frame + [0x20, 1],
    ] {
      #expect(throws: BoxError(.table, ""), "\(bad)") { try Frame(decoding: bad) }
    }
    let honest = try Forgery(Array("hello".utf8))
    let record: [UInt8] = try honest.record.serializedBytes()
    let length = UInt8(record.count)
    try #require(length < 0x80)
    let first: [UInt8] = [0x0a, length] + record
    let second: [UInt8] = [0x12, 4, 0x08, 5, 0x10, 5]
    #expect(try await refusal { $0.tableBytes = first + second } == nil)
    #expect(try await refusal { $0.tableBytes = second + first } == .table)
    #expect(try await refusal { $0.tableBytes = [0x0a, length | 0x80, 0] + record + second } == .table)
    #expect(
      try await refusal { $0.tableBytes = [0x0a, length + 2] + record + [0x28, 0] + second } == .table)
    // A truth that is 2.
    var part = Strongroom_Part()
    part.last = true
    #expect(try part.serializedBytes() == [0x28, 1] as [UInt8])
  }

  @Test func contentIsAuthenticated() async throws {
    let forgery = try Forgery([1])
    let (bytes, row) = try forgery.made()
    let reader = try forgery.house.reader(MemorySource(bytes))
    await #expect(throws: BoxError(.wrongKey, "")) {
      let other = try forgery.house.seal(subject: subject(2))
      _ = try await reader.openBundle(row, keys: forgery.house.keys(other))
    }
    let (own, ownRow) = try forgery.made()
    var changed = ownRow
    changed.content = Digest.sha256(of: [])
    var wrong = forgery.house.keys(forgery.seal)
    wrong.contentKey = try .random(count: 32)
    let ownReader = try forgery.house.reader(MemorySource(own))
    await #expect(throws: BoxError(.tableContent, "")) {
      _ = try await ownReader.openBundle(changed, keys: forgery.house.keys(forgery.seal))
    }
    await #expect(throws: BoxError(.tableContent, "")) {
      _ = try await ownReader.openBundle(ownRow, keys: wrong)
    }
  }

  @Test func partsInATable() async throws {
    func part(_ change: (inout Strongroom_Part) -> Void) async throws -> BoxError.Code? {
      try await refusal { (forgery) in
        var part = Strongroom_Part()
        part.set = Data(try Identifier.random().bytes)
        (part.number, part.offset, part.total) = (1, 64 << 20, 64 << 20 + 5)
        (part.last, part.whole) = (true, Data(repeating: 3, count: 32))
        change(&part)
        forgery.record.part = part
      }
    }
    #expect(try await part { _ in } == nil)
    #expect(try await part { $0.set = Data() } == .table)
    #expect(try await part { $0.last = false } == .table)
    #expect(try await part { $0.whole = Data() } == .table)
    #expect(try await part { $0.whole.removeLast() } == .table)
    #expect(try await part { ($0.last, $0.whole) = (false, Data()) } == .parts)
    #expect(try await part { $0.total += 1 } == .parts)
    #expect(try await part { $0.offset = .max } == .parts)
    #expect(try await part { ($0.offset, $0.total) = (.max - 5, .max) } == nil)
    #expect(try await part { $0.number = 0 } == .parts)
    #expect(try await part { ($0.offset, $0.total) = (0, 5) } == .parts)
  }
}
