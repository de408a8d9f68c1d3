import Rules
import Sealing
import Storage
import TestKit
import Testing

@testable import Drill
@testable import Vault

/// What a place looks like under an overlay, and that it stays what it is.
@Suite("Overlays")
struct OverlayTests {
  let scratch = Scratch()
  let below: FolderStore
  let overlay: OverlayStore

  init() throws {
    below = try FolderStore(path: scratch.at("below"), create: true)
    overlay = OverlayStore(over: below, writingTo: try FolderStore(path: scratch.at("above"), create: true))
  }

  func name(_ text: String) throws -> ObjectName { try #require(ObjectName(text)) }

  @Test("each kind of damage is seen by every way of reading, and nothing lies there otherwise than before")
  func damage() async throws {
    let bytes: [String: [UInt8]] = [
      "boxes/a": Array(0..<100), "boxes/b": [7, 8, 9], "boxes/c": [1, 2, 3, 4], "boxes/d": [5, 5],
      "boxes/e": [6],
      "ledger/x": [9, 9],
    ]
    for (text, content) in bytes { _ = try await below.put(content, at: name(text)) }
    overlay.change([
      try name("boxes/a"): .flipped(at: 70), try name("boxes/b"): .gone,
      try name("boxes/c"): .truncated(to: 2), try name("boxes/d"): .serving(try name("boxes/e")),
      try name("boxes/e"): .overwritten(seed: 3),
    ])
    var flipped = Array(UInt8(0)..<100)
    flipped[70] ^= 1
    let wanted: [String: [UInt8]?] = [
      "boxes/a": flipped, "boxes/b": nil, "boxes/c": [1, 2], "boxes/d": [6], "ledger/x": [9, 9],
    ]
    for (text, content) in wanted {
      #expect(try await overlay.get(name(text), limit: 1000) == content, "\(text)")
      #expect(try await overlay.size(name(text)) == content.map { UInt64($0.count) })
      guard let content else {
        await #expect(throws: StorageError(.absent, "", "")) { try await overlay.open(name(text)) }
        continue
      }
      var part: [UInt8] = []
      let object = try await overlay.open(name(text))
      #expect(try await object.read(at: 1, count: 1000, into: &part) == content.count - 1)
      #expect(Array(part.prefix(content.count - 1)) == Array(content.dropFirst()), "\(text)")
    }
    var piece: [UInt8] = []
    #expect(try await overlay.read(name("boxes/a"), at: 70, count: 1, into: &piece) == 1 && piece[0] == 71)
    #expect(try await overlay.read(name("boxes/a"), at: 71, count: 9, into: &piece) == 9 && piece[0] == 71)
    let other = try await overlay.get(name("boxes/e"), limit: 10)
    #expect(other?.count == 1 && other != [6])
    #expect(try await overlay.get(name("boxes/e"), limit: 10) == other)
    await #expect(throws: StorageError(.tooLarge, "", "")) {
      try await overlay.get(name("boxes/a"), limit: 99)
    }
    let listed = try await overlay.list("boxes")
    #expect(listed.map(\.name.text) == ["boxes/a", "boxes/c", "boxes/d", "boxes/e"])
    #expect(listed.map(\.size) == [100, 2, 1, 1])
    #expect(try await overlay.names("boxes").map(\.text).sorted() == listed.map(\.name.text))
    for (text, content) in bytes { #expect(try await below.get(name(text), limit: 1000) == content) }
  }

  @Test(
    "what is written lies above, and is read, listed and erased there; what lies below can be erased in thought"
  )
  func writing() async throws {
    _ = try await below.put([1], at: name("boxes/a"))
    _ = try await below.put([2], at: name("boxes/b"))
    #expect(try await overlay.put([9], at: name("boxes/a")) == .exists)
    overlay.change([try name("boxes/a"): .gone])
    #expect(try await overlay.put([9], at: name("boxes/a")) == .created)
    let spool = try await overlay.spool()
    try spool.write([3, 3])
    #expect(try await overlay.put(spool, at: name("boxes/c")) == .created)
    #expect(try await overlay.get(name("boxes/a"), limit: 9) == [9])
    #expect(try await overlay.list("").map(\.name.text) == ["boxes/a", "boxes/b", "boxes/c"])
    for text in ["boxes/b", "boxes/a"] { #expect(try await overlay.erase(name(text))) }
    #expect(try await overlay.list("").map(\.name.text) == ["boxes/c"])
    #expect(try await overlay.put([4], at: name("boxes/b")) == .created)
    #expect(try await overlay.get(name("boxes/b"), limit: 9) == [4])
    #expect(try await below.get(name("boxes/a"), limit: 9) == [1])
    #expect(try await below.list("").map(\.size) == [1, 1])
  }

  @Test("failing reads fail each so many, and a disk that breaks once is whole again")
  func failing() async throws {
    _ = try await below.put([1], at: name("boxes/a"))
    overlay.fail(each: 3)
    var failures = 0
    for _ in 0..<9 {
      do { _ = try await overlay.get(name("boxes/a"), limit: 9) } catch {
        #expect((error as? StorageError)?.code == .io)
        failures += 1
      }
    }
    #expect(failures == 3)
    let breaking = BreakingStore(below, [.full(after: 3), .killed(after: 2)])
    #expect(try await breaking.put([1, 2], at: name("boxes/x")) == .created)
    await #expect(throws: StorageError(.full, "", "")) {
      try await breaking.put([1, 2], at: name("boxes/y"))
    }
    await #expect(throws: StorageError(.io, "", "")) { try await breaking.put([1], at: name("boxes/y")) }
    #expect(breaking.takeBroken() && !breaking.takeBroken())
    await #expect(throws: StorageError(.io, "", "")) { try await breaking.put([1], at: name("boxes/y")) }
    #expect(breaking.takeBroken() && breaking.happened == 2)
    #expect(try await breaking.put([1], at: name("boxes/y")) == .created)
  }
}
