import Glibc
package import Storage
import TestKit
import Testing

/// A place that is held to the contract; empty at first.
package protocol TestedStore: Sendable {
  /// A store there; each call may open it anew.
  func open() async throws -> any ObjectStore
  /// The names of what spools left on this machine.
  func leftInSpool() -> [String]
}

/// What `ObjectStore` promises, as tests of any store: each suite calls them with stores of its own.
package enum StoreContract {
  /// One name that is kept once, and names that may be kept twice.
  package static let names = ["boxes/ab/box", "ledger/00000000000000000007", "keyring/page", "STRONGROOM"]

  /// What no listing may lead to.
  package static let badFolders = ["../x", "..", "boxes/..", "./boxes", ".spool"]

  package static func putsOnlyIfAbsent(_ place: some TestedStore, _ text: String) async throws {
    let store = try await place.open()
    let name = name(text)
    #expect(try await store.get(name, limit: 100) == nil)
    #expect(try await store.size(name) == nil)
    #expect(try await store.put(bytes("first"), at: name) == .created)
    #expect(try await store.put(bytes("second"), at: name) == .exists)
    #expect(try await store.put(bytes("first"), at: name) == .exists)
    let spool = try await store.spool()
    try spool.write(bytes("third"))
    #expect(try await store.put(spool, at: name) == .exists)
    #expect(try await store.get(name, limit: 5) == bytes("first"))
    #expect(try await store.size(name) == 5)
    #expect(try await place.open().get(name, limit: 5) == bytes("first"))
    #expect(place.leftInSpool() == [])
  }

  package static func tellsWhatIsNoFolderOfAPlace(_ place: some TestedStore) async throws {
    let store = try await place.open()
    #expect(try await store.unexpectedEntries(besides: ["ledger"]).isEmpty)
    #expect(try await store.put(bytes("x"), at: name("ledger/one")) == .created)
    #expect(try await store.put(bytes("x"), at: name("MARK")) == .created)
    #expect(try await store.unexpectedEntries(besides: ["ledger", "second"]) == ["MARK"])
    #expect(try await store.unexpectedEntries(besides: ["second"]) == ["MARK", "ledger"])
  }

  package static func putsWhatWasSpooled(_ place: some TestedStore, _ text: String) async throws {
    let store = try await place.open()
    let all = pattern(200_000)
    let spool = try await store.spool()
    try spool.write(Array(all[..<70_000]), count: 60_000)
    try spool.write(all.span.extracting(60_000..<60_000))
    try spool.write(all.span.extracting(60_000...))
    #expect(spool.size == 200_000)
    #expect(try await store.list("") == [])
    #expect(try await store.put(spool, at: name(text)) == .created)
    #expect(try await store.get(name(text), limit: 200_000) == all)
    #expect(await code { try spool.write([1]) } != nil)
    #expect(await code { _ = try await store.put(spool, at: name("boxes/ab/again")) } != nil)
    #expect(try await store.size(name("boxes/ab/again")) == nil)
  }

  package static func discardedSpoolIsGone(_ place: some TestedStore) async throws {
    let store = try await place.open()
    let spool = try await store.spool()
    try spool.write(pattern(1000))
    spool.discard()
    #expect(await code { _ = try await store.put(spool, at: name("boxes/ab/x")) } != nil)
    var dropped: (any Spool)? = try await store.spool()
    try dropped?.write(pattern(1000))
    dropped = nil
    #expect(place.leftInSpool() == [])
    #expect(try await store.list("") == [])
  }

  package static func readsRangesAtTheEdges(_ place: some TestedStore, _ text: String) async throws {
    let store = try await place.open()
    let all = pattern(10_000)
    _ = try await store.put(all, at: name(text))
    var buffer: [UInt8] = [9, 9, 9]
    for (offset, count) in [
      (0, 10_000), (0, 1), (9_999, 1), (4_095, 2), (9_990, 100), (10_000, 1), (10_001, 5), (0, 0),
      (0, 20_000), (1, 9_999),
    ] {
      let expected = offset >= all.count ? [] : Array(all[offset..<min(all.count, offset + count)])
      let got = try await store.read(name(text), at: UInt64(offset), count: count, into: &buffer)
      #expect(got == expected.count && buffer == expected, "\(offset) \(count)")
    }
    let opened = try await store.open(name(text))
    for (offset, count) in [(0, 10_000), (9_990, 100), (10_000, 1), (4_095, 2), (0, 20_000)] {
      let got = try await opened.read(at: UInt64(offset), count: count, into: &buffer)
      #expect(got == buffer.count && buffer == Array(all[offset...].prefix(count)), "\(offset) \(count)")
    }
    #expect(
      await code { _ = try await store.open(name("boxes/ab/no")).read(at: 0, count: 1, into: &buffer) }
        == .absent)
    #expect(
      await code { _ = try await store.open(name("ledger/9")).read(at: 0, count: 1, into: &buffer) }
        == .absent)
    #expect(try await store.read(name(text), at: .max, count: 5, into: &buffer) == 0)
    #expect(try await store.read(name(text), at: 0, count: -1, into: &buffer) == 0)
    #expect(
      await code { _ = try await store.read(name("boxes/ab/no"), at: 0, count: 1, into: &buffer) } == .absent)
    #expect(
      await code { _ = try await store.read(name("ledger/9"), at: 0, count: 1, into: &buffer) } == .absent)
  }

  package static func holdsTheLimit(_ place: some TestedStore, _ text: String) async throws {
    let store = try await place.open()
    _ = try await store.put(pattern(100), at: name(text))
    #expect(try await store.get(name(text), limit: 100)?.count == 100)
    #expect(await code { _ = try await store.get(name(text), limit: 99) } == .tooLarge)
    #expect(await code { _ = try await store.get(name(text), limit: -1) } == .tooLarge)
  }

  package static func keepsAnEmptyObject(_ place: some TestedStore, _ text: String) async throws {
    let store = try await place.open()
    #expect(try await store.put([], at: name(text)) == .created)
    #expect(try await store.put([1], at: name(text)) == .exists)
    #expect(try await store.get(name(text), limit: 0) == [])
    #expect(try await store.size(name(text)) == 0)
    var buffer: [UInt8] = [1]
    #expect(try await store.read(name(text), at: 0, count: 4, into: &buffer) == 0)
    #expect(buffer == [])
  }

  package static func listsInOrder(_ place: some TestedStore) async throws {
    let store = try await place.open()
    let texts = [
      "boxes/ab/2", "boxes/ab/10", "boxes/a", "boxes/b0/1", "ledger/2", "ledger/1", "keyring/x", "S",
    ]
    for (size, text) in texts.enumerated() { _ = try await store.put(pattern(size), at: name(text)) }
    let boxes = try await store.list("boxes")
    #expect(boxes.map(\.name.text) == ["boxes/a", "boxes/ab/10", "boxes/ab/2", "boxes/b0/1"])
    #expect(boxes.map(\.size) == [2, 1, 0, 3])
    #expect(try await store.list("boxes/ab").map(\.name.text) == ["boxes/ab/10", "boxes/ab/2"])
    #expect(try await store.list("ledger").map(\.name.text) == ["ledger/1", "ledger/2"])
    #expect(try await store.list("nothing") == [])
    #expect(try await store.list("boxes/nothing/here") == [])
    for folder in ["", "boxes", "boxes/ab", "ledger", "second", "nothing", "boxes/nothing/here"] {
      let listed = try await store.list(folder).map(\.name)
      #expect(try await store.names(folder).sorted() == listed, "\(folder)")
    }
    let all = try await store.list("").map(\.name.text).filter { !$0.hasPrefix("second/") }
    #expect(all == texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    let now = Int64(time(nil))
    #expect(boxes.allSatisfy { abs($0.modified - now) < 3600 })
  }

  package static func listingStaysInside(_ place: some TestedStore, _ folder: String) async throws {
    let store = try await place.open()
    _ = try await store.put([1], at: name("a"))
    #expect(await code { _ = try await store.list(folder) } == .badName)
    #expect(await code { _ = try await store.names(folder) } == .badName)
  }

  package static func erasesForGood(_ place: some TestedStore, _ text: String) async throws {
    let store = try await place.open()
    #expect(try await store.erase(name(text)))
    _ = try await store.put(bytes("x"), at: name(text))
    #expect(try await store.erase(name(text)))
    #expect(try await store.get(name(text), limit: 10) == nil)
    #expect(try await store.list("") == [])
    #expect(try await store.erase(name(text)))
    #expect(try await store.put(bytes("y"), at: name(text)) == .created)
    #expect(try await store.get(name(text), limit: 10) == bytes("y"))
  }

  package static func oneWriterWins(_ place: some TestedStore, _ text: String) async throws {
    let store = try await place.open()
    let other = try await place.open()
    let winners = try await withThrowingTaskGroup(of: UInt8?.self) { group in
      for writer in UInt8(0)..<16 {
        group.addTask(executorPreference: BlockingPool.shared) {
          let content = [UInt8](repeating: writer, count: 3000 + Int(writer))
          let store = writer % 2 == 0 ? store : other
          if writer % 3 == 0 {
            return try await store.put(content, at: name(text)) == .created ? writer : nil
          }
          let spool = try await store.spool()
          try spool.write(content)
          return try await store.put(spool, at: name(text)) == .created ? writer : nil
        }
      }
      var winners: [UInt8] = []
      for try await winner in group { if let winner { winners.append(winner) } }
      return winners
    }
    let winner = try #require(winners.first)
    #expect(winners.count == 1)
    let there = try await store.get(name(text), limit: 10_000)
    #expect(there == [UInt8](repeating: winner, count: 3000 + Int(winner)))
  }
}

func name(_ text: String) -> ObjectName {
  guard let name = ObjectName(text) else { preconditionFailure("not a name: \(text)") }
  return name
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The code of the error that `body` throws; nil where it throws none.
func code(_ body: () async throws -> Void) async -> StorageError.Code? {
  do { try await body() } catch { return (error as? StorageError)?.code }
  return nil
}
