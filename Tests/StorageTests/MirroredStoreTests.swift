import StorageFaults
import Synchronization
import TestKit
import Testing

@testable import Storage

/// Bytes that end in "!" are intact.
private let intact: @Sendable (ObjectName, [UInt8]) -> Bool = { _, bytes in bytes.last == UInt8(ascii: "!") }

private final class Heard: Sendable {
  private let mends = Mutex<[Repair]>([])
  var all: [Repair] { mends.withLock { $0 } }
  func add(_ mend: Repair) { mends.withLock { $0.append(mend) } }
}

/// Two copies in a folder of its own, to be damaged from outside.
private struct Twice {
  let scratch = Scratch()
  let folder: FolderStore
  let faulty: FaultyStore
  let heard = Heard()
  let store: MirroredStore
  let one = name("ledger/1")
  let two = name("second/ledger/1")

  init(mends: Bool = true) throws {
    folder = try FolderStore(path: scratch.at("place"), create: true)
    faulty = FaultyStore(folder)
    let heard = heard
    store = MirroredStore(faulty, mends: mends, verify: intact, onMend: { heard.add($0) })
  }

  func raw(_ name: ObjectName) async throws -> String? {
    try await folder.get(name, limit: 1 << 20).map { String(decoding: $0, as: UTF8.self) }
  }

  func set(_ name: ObjectName, _ text: String?) async throws {
    _ = try await folder.erase(name)
    if let text { _ = try await folder.put(bytes(text), at: name) }
  }

  func asides() async throws -> [String] {
    var texts: [String] = []
    for row in try await folder.list("aside") { texts.append(try await raw(row.name) ?? "") }
    return texts
  }
}

@Suite struct MirroredStoreTests {
  @Test func keepsTwiceWhatHangsOnAndTheRestOnce() async throws {
    let twice = try Twice()
    for text in ["ledger/1", "keyring/a", "boxes/ab/c", "STRONGROOM", "ledgers/1"] {
      #expect(try await twice.store.put(bytes("x!"), at: name(text)) == .created)
    }
    let all = try await twice.folder.list("").map(\.name.text)
    #expect(
      all == [
        "STRONGROOM", "boxes/ab/c", "keyring/a", "ledger/1", "ledgers/1", "second/keyring/a",
        "second/ledger/1",
      ])
    #expect(twice.heard.all.isEmpty)
  }

  enum Reading: CaseIterable { case get, put, mend, spool }

  private func use(_ twice: Twice, _ way: Reading) async throws {
    switch way {
    case .get: #expect(try await twice.store.get(twice.one, limit: 100) == bytes("good!"))
    case .put: #expect(try await twice.store.put(bytes("other!"), at: twice.one) == .exists)
    case .mend: try await twice.store.mend(twice.one)
    case .spool:
      let spool = try await twice.store.spool()
      try spool.write(bytes("other!"))
      #expect(try await twice.store.put(spool, at: twice.one) == .exists)
    }
  }

  @Test(arguments: Reading.allCases, [true, false])
  func mendsWhatIsMissing(_ way: Reading, _ first: Bool) async throws {
    let twice = try Twice()
    _ = try await twice.store.put(bytes("good!"), at: twice.one)
    let lost = first ? twice.one : twice.two
    try await twice.set(lost, nil)
    try await use(twice, way)
    #expect(try await twice.raw(twice.one) == "good!")
    #expect(try await twice.raw(twice.two) == "good!")
    #expect(twice.heard.all.map(\.copy) == [lost])
    #expect(twice.heard.all.map(\.fault) == [.missing])
    #expect(try await twice.asides() == [])
  }

  @Test(arguments: Reading.allCases, [true, false])
  func mendsWhatIsDamagedAndKeepsItAside(_ way: Reading, _ first: Bool) async throws {
    let twice = try Twice()
    _ = try await twice.store.put(bytes("good!"), at: twice.one)
    let broken = first ? twice.one : twice.two
    try await twice.set(broken, "damaged")
    try await use(twice, way)
    #expect(try await twice.raw(twice.one) == "good!")
    #expect(try await twice.raw(twice.two) == "good!")
    #expect(twice.heard.all.map(\.copy) == [broken])
    #expect(twice.heard.all.map(\.fault) == [.damaged])
    #expect(try await twice.asides() == ["damaged"])
  }

  @Test func secondDamagedAtEqualSizeIsMendedWhenLookedAt() async throws {
    let twice = try Twice()
    _ = try await twice.store.put(bytes("good!"), at: twice.one)
    try await twice.set(twice.two, "go*d?")
    #expect(try await twice.store.get(twice.one, limit: 100) == bytes("good!"))
    #expect(try await twice.raw(twice.two) == "go*d?")
    try await twice.store.mend(twice.one)
    #expect(try await twice.raw(twice.two) == "good!")
  }

  @Test func firstCountsWhereBothAreIntactAndDiffer() async throws {
    let twice = try Twice()
    try await twice.set(twice.one, "one!")
    try await twice.set(twice.two, "another!")
    #expect(try await twice.store.get(twice.one, limit: 100) == bytes("one!"))
    #expect(try await twice.store.size(twice.one) == 4)
    #expect(try await twice.store.put(bytes("another!"), at: twice.one) == .exists)
    #expect(try await twice.raw(twice.one) == "one!")
    #expect(try await twice.raw(twice.two) == "another!")
    #expect(twice.heard.all.map(\.fault).allSatisfy { $0 == .differs })
    #expect(!twice.heard.all.isEmpty)
  }

  @Test func servesTheFirstAsItIsWhereNeitherIsIntact() async throws {
    let twice = try Twice()
    try await twice.set(twice.one, "bad one")
    try await twice.set(twice.two, "bad two")
    #expect(try await twice.store.get(twice.one, limit: 100) == bytes("bad one"))
    #expect(try await twice.store.put(bytes("good!"), at: twice.one) == .exists)
    #expect(try await twice.raw(twice.one) == "bad one")
    #expect(try await twice.raw(twice.two) == "bad two")
    try await twice.set(twice.one, nil)
    #expect(try await twice.store.get(twice.one, limit: 100) == bytes("bad two"))
    #expect(try await twice.store.put(bytes("good!"), at: twice.one) == .exists)
  }

  @Test func readersThatMustNotWriteServeAndLeave() async throws {
    let twice = try Twice(mends: false)
    try await twice.set(twice.one, "damaged")
    try await twice.set(twice.two, "good!")
    twice.faulty.reset()
    #expect(try await twice.store.get(twice.one, limit: 100) == bytes("good!"))
    #expect(twice.heard.all.map(\.fault) == [.damaged])
    try await twice.set(twice.one, nil)
    #expect(try await twice.store.get(twice.one, limit: 100) == bytes("good!"))
    #expect(try await twice.store.size(twice.one) == 5)
    #expect(!twice.faulty.log.contains { $0.kind.writes })
    #expect(try await twice.raw(twice.one) == nil)
  }

  @Test func anUnreadableFirstDoesNotHideTheSecond() async throws {
    let twice = try Twice()
    _ = try await twice.store.put(bytes("good!"), at: twice.one)
    let one = twice.one
    twice.faulty.reset { operation, _ in
      operation.kind == .get && operation.name == one ? .failBefore(StorageError(.io, "read", "x")) : nil
    }
    #expect(try await twice.store.get(twice.one, limit: 100) == bytes("good!"))
    #expect(twice.heard.all.map(\.fault) == [.unreadable])
    #expect(!twice.faulty.log.contains { $0.kind.writes })
  }

  @Test func aFailureToMendIsToldAndDoesNotStopTheReader() async throws {
    let twice = try Twice()
    try await twice.set(twice.one, "good!")
    twice.faulty.reset { operation, _ in operation.kind == .put ? .diskFull : nil }
    #expect(try await twice.store.get(twice.one, limit: 100) == bytes("good!"))
    guard case .failed(let error)? = twice.heard.all.first?.result else {
      Issue.record("nothing was told")
      return
    }
    #expect(error.code == .full)
    // A writer must not rely on one copy.
    #expect(await code { _ = try await twice.store.put(bytes("good!"), at: twice.one) } == .full)
  }

  @Test func listsTheUnion() async throws {
    let twice = try Twice()
    for text in ["ledger/1", "ledger/2", "ledger/3"] {
      _ = try await twice.store.put(bytes(text + "!"), at: name(text))
    }
    try await twice.set(name("ledger/2"), nil)
    try await twice.set(name("second/ledger/3"), nil)
    let rows = try await twice.store.list("ledger")
    #expect(rows.map(\.name.text) == ["ledger/1", "ledger/2", "ledger/3"])
    #expect(rows.map(\.size) == [9, 9, 9])
  }

  @Test func erasesBothCopiesAndWhatWasPutAside() async throws {
    let twice = try Twice()
    let page = name("keyring/page")
    _ = try await twice.store.put(bytes("keys!"), at: page)
    try await twice.set(page, "damaged keys")
    _ = try await twice.store.get(page, limit: 100)
    try await twice.set(name("second/keyring/page"), "other damage")
    _ = try await twice.store.get(page, limit: 100)
    _ = try await twice.folder.put(bytes("another's"), at: name("aside/keyring/page2.00"))
    #expect(try await twice.folder.list("aside").count == 3)
    #expect(try await twice.store.erase(page))
    #expect(try await twice.folder.list("").map(\.name.text) == ["aside/keyring/page2.00"])
  }

  @Test func aLateMenderDoesNotBringBackWhatWasErased() async throws {
    let twice = try Twice()
    let page = name("keyring/page")
    let folder = twice.folder
    try await twice.set(page, "keys!")
    // Somebody erases the object between the reader's look and its mending put.
    twice.faulty.setBefore { operation in
      guard operation.kind == .put else { return }
      _ = try? await folder.erase(name("second/keyring/page"))
      _ = try? await folder.erase(name("keyring/page"))
    }
    #expect(try await twice.store.get(page, limit: 100) == bytes("keys!"))
    #expect(try await twice.folder.list("") == [])
  }

  static let faults: [(String, Fault)] = [
    ("fail before", .failBefore(StorageError(.io, "write", "x"))), ("answer lost", .failAfter),
    ("full", .diskFull),
    ("crash", .crash), ("crash after", .crashAfter),
  ]

  @Test(arguments: faults.indices, [false, true])
  func aPutThatIsCutOffAnywhereIsNothingOrWhole(_ fault: Int, _ spooled: Bool) async throws {
    let good = bytes("good!")
    var nth = 1
    while true {
      let twice = try Twice()
      twice.faulty.reset(plan: FaultyStore.nth(nth, Self.faults[fault].1))
      let failed = await code { try await Self.put(good, twice, spooled) } != nil
      let asked = twice.faulty.count
      twice.faulty.reset()
      let there = try await twice.store.get(twice.one, limit: 100)
      #expect(there == nil || there == good, "\(nth)")
      if there != nil { #expect(try await twice.raw(twice.two) == "good!", "\(nth)") }
      let again = try await twice.store.put(good, at: twice.one)
      #expect(again == (there == nil ? .created : .exists), "\(nth)")
      #expect(try await twice.raw(twice.one) == "good!", "\(nth)")
      #expect(try await twice.raw(twice.two) == "good!", "\(nth)")
      #expect(try await twice.asides() == [])
      if asked < nth {
        #expect(!failed)
        break
      }
      nth += 1
    }
    #expect(nth > 4)
  }

  private static func put(_ good: [UInt8], _ twice: Twice, _ spooled: Bool) async throws {
    guard spooled else {
      _ = try await twice.store.put(good, at: twice.one)
      return
    }
    let spool = try await twice.store.spool()
    try spool.write(good)
    _ = try await twice.store.put(spool, at: twice.one)
  }

  @Test(arguments: faults.indices, [true, false])
  func aMendThatIsCutOffAnywhereLosesNothing(_ fault: Int, _ first: Bool) async throws {
    var nth = 1
    while true {
      let twice = try Twice()
      _ = try await twice.store.put(bytes("good!"), at: twice.one)
      try await twice.set(first ? twice.one : twice.two, "damaged")
      twice.faulty.reset(plan: FaultyStore.nth(nth, Self.faults[fault].1))
      _ = try? await twice.store.mend(twice.one)
      let asked = twice.faulty.count
      twice.faulty.reset()
      #expect(try await twice.store.get(twice.one, limit: 100) == bytes("good!"), "\(nth)")
      try await twice.store.mend(twice.one)
      #expect(try await twice.raw(twice.one) == "good!", "\(nth)")
      #expect(try await twice.raw(twice.two) == "good!", "\(nth)")
      #expect(try await twice.asides() == ["damaged"], "\(nth)")
      if asked < nth { break }
      nth += 1
    }
    #expect(nth > 4)
  }

  @Test func anotherWriterBetweenAnyTwoOperations() async throws {
    var nth = 1
    while true {
      let twice = try Twice()
      let other = MirroredStore(twice.folder, verify: intact)
      let turn = nth
      let held = Held()
      twice.faulty.setBefore { _ in
        guard held.next() == turn else { return }
        held.set(try? await other.put(bytes("theirs!"), at: name("ledger/1")))
      }
      let mine = try await twice.store.put(bytes("mine!"), at: twice.one)
      let theirs = held.result
      if theirs == nil { break }
      #expect((mine == .created) != (theirs == .created), "\(nth)")
      let winner = mine == .created ? "mine!" : "theirs!"
      #expect(try await twice.raw(twice.one) == winner, "\(nth)")
      #expect(try await twice.raw(twice.two) == winner, "\(nth)")
      nth += 1
    }
    #expect(nth > 4)
  }

  @Test func namesTooDeepForASecondCopyAreRefused() async throws {
    let twice = try Twice()
    #expect(await code { _ = try await twice.store.put([1], at: name("ledger/a/b/c")) } == .badName)
    #expect(
      await code {
        _ = try await twice.store.get(name("keyring/" + String(repeating: "a", count: 75)), limit: 1)
      } == .badName)
    #expect(
      await code {
        _ = try await twice.store.put([1], at: name("keyring/" + String(repeating: "a", count: 64)))
      } == nil)
  }
}

private final class Held: Sendable {
  private let count = Mutex(0)
  private let outcome = Mutex<PutOutcome?>(nil)
  var result: PutOutcome? { outcome.withLock { $0 } }
  func set(_ value: PutOutcome?) { outcome.withLock { $0 = value } }
  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}
