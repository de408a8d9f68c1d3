import Rules
import Sealing
import Storage
import TestKit
import Testing

@testable import Keyring
@testable import Vault

/// What is held or kept, as a matter of values.
struct RetentionFateTests {
  private let basic: Identifier
  private let other: Identifier
  private let subject: Identifier

  init() throws {
    basic = try .random()
    other = try .random()
    subject = try .random()
  }

  private func fate(_ until: UInt64? = 2028, now: UInt64?, holds: [Hold] = []) -> Retention.Fate {
    Retention(presentYear: now, holds: holds).fate(of: subject, in: basic, until: until)
  }

  private func hold(_ classes: [Identifier], _ subjects: [Identifier], ended: UInt64? = nil) -> Hold {
    Hold(
      entry: 9, by: subject, time: 0, ended: ended,
      terms: Hold.Terms(classes: classes, subjects: subjects, name: "n", reason: ""), isOpen: true)
  }

  @Test func itIsKeptToTheEndOfItsYear() {
    #expect(fate(now: 2028) == .kept(until: 2028))
    #expect(fate(now: 2029) == .over)
    #expect(fate(now: nil) == .kept(until: 2028))
    #expect(fate(nil, now: 9999) == .kept(until: nil))
  }

  @Test func whatIsHeldStays() {
    #expect(fate(now: 2029, holds: [hold([], [])]) == .held)
    #expect(fate(now: 2029, holds: [hold([basic], [subject])]) == .held)
    #expect(fate(now: 2029, holds: [hold([other], [])]) == .over)
    #expect(fate(now: 2029, holds: [hold([], [other])]) == .over)
    #expect(fate(now: 2029, holds: [hold([], [], ended: 12)]) == .over)
    // One that can't be read holds everything.
    let unread = Hold(entry: 9, by: subject, time: 0, ended: nil, terms: nil, isOpen: true)
    #expect(fate(now: 2029, holds: [unread]) == .held)
  }
}

/// Records that were kept for long enough go, and nothing else does.
struct RetentionTests {
  private static let files = ["basic/1001/a": "one", "basic/1002/b": "two", "contracts/1001/c": "three"]
  private static let kept: Set = ["contracts/1001/c"]

  private func scene() async throws -> Scene {
    let scene = try await Scene(classes: NewClasses([("basic", 0), ("contracts", 10)]))
    try await scene.seal(scene.source("first", Self.files))
    return scene
  }

  private func later(_ scene: Scene, _ days: UInt64, as identities: Identity?...) async throws {
    scene.clock.set(RemoverTests.later(days))
    for identity in identities {
      try await scene.open(as: identity, on: "clock").perform(.settleClock)
    }
  }

  @discardableResult
  private func dispose(_ scene: Scene, as identity: Identity? = nil) async throws -> Mover.Outcome {
    try await Mover(in: scene.open(as: identity, on: "moving"), for: .dispose([])).run { _, _ in }
  }

  private func confirm(_ scene: Scene, _ entry: UInt64, as identity: Identity? = nil) async throws {
    let opened = try await scene.open(as: identity, on: "confirming")
    try await opened.confirm(try await opened.look(atMove: entry))
  }

  private func gc(_ scene: Scene, as identity: Identity? = nil) async throws -> Remover.Outcome {
    let opened = try await scene.open(as: identity, on: "gc")
    await opened.compareWhereDue()
    await opened.compareMovesWhereDue()
    return try await Remover(from: opened, ignoresLimit: true).run()
  }

  private func names(_ scene: Scene, on machine: String = "reader") async throws -> Set<String> {
    let opened = try await scene.open(on: machine, toWrite: false)
    let catalog = try await opened.catalog()
    let check = try await opened.checkBoxes(opened.boxesHere) { _, _ in }
    #expect(catalog.findings.isEmpty && check.findings.isEmpty, "\(catalog.findings) \(check.findings)")
    #expect(check.records == UInt64(catalog.records.count))
    return Set(catalog.byName.keys)
  }

  @Test func whatWasKeptForLongEnoughGoes() async throws {
    let scene = try await scene()
    #expect(try await dispose(scene).wanted.boxes == 0)
    scene.clock.set(RemoverTests.later(800))
    // The clock alone doesn't end a year: an entry says so first.
    #expect(try await scene.open(toWrite: false).retentionDue(classes: []).records.isEmpty)
    try await later(scene, 800, as: nil)
    let due = try await scene.open(toWrite: false).retentionDue(classes: []).records
    #expect(
      due.map(\.className) == ["basic"] && due[0].records == 2 && due[0].bundles == 2 && due[0].held == 0)
    let gone = try await dispose(scene)
    #expect(
      gone.leftOut.bundles == 2 && gone.leftOut.records == 2 && gone.new.boxes == 0
        && gone.replaced.boxes == 1)
    #expect(try await names(scene) == Self.kept)
    #expect(try await dispose(scene).wanted.boxes == 0)
    let reader = try await scene.open(toWrite: false)
    #expect(
      try await reader.disposals()[gone.entries[0]].map { [$0.bundles, $0.customers, $0.records] } == [
        2, 2, 2,
      ])
    let trace = try await reader.trace(reader.tracedCustomer("1001"))
    #expect(
      trace.entries.last.map { [$0.event, $0.words] } == [
        "moved", "kept for long enough: 1 bundle disposed of",
      ])
    // It may still be taken back.
    try await scene.open().perform(.end(gone.entries[0], reason: ""))
    #expect(try await names(scene) == Set(Self.files.keys))
    let boxes = try await scene.open(toWrite: false).state.liveBoxes().map { Layout.box($0.box.hash).text }
    try await dispose(scene)
    try await later(scene, 830)
    #expect(try await gc(scene).erased > 0)
    #expect(boxes.filter { Files.exists("\(scene.place)/\($0)") }.count == 1)
    #expect(try await names(scene, on: "fresh") == Self.kept)
  }

  @Test func anotherCustodianConfirmsIt() async throws {
    let scene = try await scene()
    let other = try await scene.hire(.custodian)
    try await later(scene, 800, as: nil)
    // The one at work doesn't say alone which year it is.
    #expect(try await dispose(scene).wanted.boxes == 0)
    try await later(scene, 800, as: other)
    let entry = try await #require(dispose(scene).entries.first)
    #expect(try await names(scene) == Self.kept)
    try await later(scene, 830)
    // No program says so by itself.
    #expect(try await gc(scene, as: other).uncomparedMoves == [entry])
    await #expect(throws: VaultError.self) { try await scene.open().look(atMove: entry) }
    let theirs = try await scene.open(as: other, on: "theirs")
    await #expect(throws: VaultError.self) { try await theirs.look(atMove: entry + 1) }
    let look = try await theirs.look(atMove: entry)
    #expect(look.leftOut.bundles == 2 && look.leftOut.customers == 2 && look.leftOut.records == 2)
    // What was looked at before a hold came isn't what is confirmed.
    let hold = try await scene.open(on: "holding").placeHold(
      Hold.Terms(classes: [], subjects: [.zero], name: "case", reason: ""))
    await #expect { try await theirs.confirm(look) } throws: { "\($0)".contains("came meanwhile") }
    try await theirs.confirm(try await theirs.look(atMove: entry))
    #expect(hold > entry)
    // What goes by the hold-back goes by what another custodian states, too.
    try await later(scene, 860)
    #expect(try await gc(scene).unstated == [entry])
    try await later(scene, 861, as: other)
    let outcome = try await gc(scene)
    #expect(outcome.uncomparedMoves.isEmpty && outcome.unstated.isEmpty && outcome.unlooked.isEmpty)
    #expect(try await scene.open(toWrite: false).moveListing().map(\.removed) == [1])
    #expect(try await names(scene) == Self.kept)
    await #expect(throws: VaultError.self) { try await theirs.look(atMove: entry) }
  }

  /// A stolen key says that something was kept for long enough.
  @Test(arguments: ["contracts", "basic"]) func whatIsKeptIsntConfirmed(_ className: String) async throws {
    let scene = try await scene()
    let other = try await scene.hire(.custodian)
    try await later(scene, 800, as: nil, other)
    if className == "basic" {
      _ = try await scene.open().placeHold(Hold.Terms(classes: [], subjects: [], name: "case", reason: ""))
    }
    let opened = try await scene.open()
    let classes = opened.classNames.filter { $0.value == className }.map(\.key)
    let (file, _) = try await opened.updatedCatalog(whole: true)
    let shelf = try #require(try file.shelves().first { classes.contains($0.classID) })
    let box = opened.state.boxes[shelf.ordinal]
    let draft = OpenLedger.Draft(
      .moved(
        BoxMove(
          boxes: [], generation: opened.state.generation?.number ?? 0, reason: .disposed,
          replaced: [box.box.hash], year: box.box.year)),
      sealed: DisposalStatement(classes: []).object)
    guard className == "basic" else {
      // Nothing goes in the years for which it is kept: that needs no key to see.
      await #expect(throws: VaultError.self) { try await opened.commit(as: scene.custodian) { _ in [draft] } }
      return
    }
    let entries = try await opened.commit(as: scene.custodian) { _ in [draft] }
    let theirs = try await scene.open(as: other, on: "theirs")
    await #expect {
      try await theirs.look(atMove: entries.lowerBound)
    } throws: { "\($0)".contains("a hold holds") }
    try await theirs.perform(.end(entries.lowerBound, reason: "held"))
    #expect(try await names(scene) == Set(Self.files.keys))
  }

  @Test func whatIsHeldStays() async throws {
    let scene = try await scene()
    let opened = try await scene.open()
    let held = try #require(try await opened.customer(numbered: "1002"))
    let hold = try await opened.placeHold(Hold.Terms(classes: [], subjects: [held], name: "case", reason: ""))
    try await later(scene, 800, as: nil)
    let gone = try await dispose(scene)
    #expect(gone.leftOut.bundles == 1 && gone.held == 1 && gone.new.boxes == 1 && gone.bundles == 1)
    #expect(try await names(scene) == Self.kept.union(["basic/1002/b"]))
    #expect(try await dispose(scene).wanted.boxes == 0)
    try await scene.open().perform(.end(hold, reason: ""))
    // What may be taken back isn't moved on.
    #expect(try await dispose(scene).uncompared == 1)
    try await later(scene, 830)
    _ = try await gc(scene)
    #expect(try await dispose(scene).leftOut.bundles == 1)
    #expect(try await names(scene) == Self.kept)
  }

  /// A hold that comes after it keeps what isn't erased yet, until somebody looked again.
  @Test func aHoldThatComesLateHolds() async throws {
    let scene = try await scene()
    let other = try await scene.hire(.custodian)
    let opened = try await scene.open()
    let held = try #require(try await opened.customer(numbered: "1002"))
    try await later(scene, 800, as: nil, other)
    let entry = try await #require(dispose(scene).entries.first)
    try await confirm(scene, entry, as: other)
    let hold = try await scene.open().placeHold(
      Hold.Terms(classes: [], subjects: [held], name: "case", reason: ""))
    try await later(scene, 830)
    #expect(try await gc(scene).unlooked == [entry])
    let theirs = try await scene.open(as: other, on: "theirs")
    await #expect(throws: VaultError.self) { try await theirs.look(atMove: entry) }
    // Nobody is kept from taking back what was confirmed before the hold.
    try await theirs.perform(.end(entry, reason: "held"))
    #expect(try await names(scene) == Set(Self.files.keys))
    let again = try await dispose(scene)
    #expect(again.held == 1 && again.leftOut.bundles == 1)
    try await confirm(scene, try #require(again.entries.first), as: other)
    #expect(try await gc(scene).unlooked.isEmpty)
    #expect(hold > 0)
  }

  /// One that concerns something else keeps nothing, once somebody looked.
  @Test func aLookBehindAHoldIsEnough() async throws {
    let scene = try await scene()
    try await later(scene, 800, as: nil)
    let entry = try await #require(dispose(scene).entries.first)
    let contracts = try await scene.open().classNames.first { $0.value == "contracts" }?.key
    _ = try await scene.open().placeHold(
      Hold.Terms(classes: [try #require(contracts)], subjects: [], name: "case", reason: ""))
    try await later(scene, 830)
    #expect(try await gc(scene).unlooked == [entry])
    try await confirm(scene, entry)
    // From then on the hold-back runs anew.
    #expect(try await gc(scene).unlooked.isEmpty)
    #expect(try await scene.open(toWrite: false).moveListing().map(\.removed) == [0])
    try await later(scene, 860)
    _ = try await gc(scene)
    #expect(try await scene.open(toWrite: false).moveListing().map(\.removed) == [1])
    #expect(try await names(scene, on: "fresh") == Self.kept)
  }

  /// A stolen key says after a hold that all is well: whoever removes looks again.
  @Test func whatIsHeldIsntRemovedThoughSomebodyLooked() async throws {
    let scene = try await scene()
    let other = try await scene.hire(.custodian)
    try await later(scene, 800, as: nil, other)
    let entry = try await #require(dispose(scene).entries.first)
    try await confirm(scene, entry, as: other)
    _ = try await scene.open().placeHold(Hold.Terms(classes: [], subjects: [], name: "case", reason: ""))
    let thief = try await scene.open(as: other, on: "thief")
    try await thief.enterCompared([entry], as: other)
    #expect(thief.state.waitsForLook(try #require(thief.state.moves[entry])) == nil)
    try await later(scene, 830, as: other)
    let outcome = try await gc(scene)
    #expect(outcome.wrong == [entry] && outcome.unlooked.isEmpty)
    try await scene.open().perform(.end(entry, reason: "held"))
    #expect(try await names(scene) == Set(Self.files.keys))
  }

  /// What a wrong clock ended is looked at again once the clock is put right.
  @Test func aClockThatWasPutRightIsLookedAt() async throws {
    let scene = try await scene()
    try await later(scene, 800, as: nil)
    let entry = try await #require(dispose(scene).entries.first)
    scene.clock.set(RemoverTests.later(1))
    try await scene.open(on: "clock").perform(.settleClock)
    scene.clock.set(RemoverTests.later(8))
    #expect(try await gc(scene).unlooked == [entry])
    try await scene.open().perform(.end(entry, reason: "too early"))
    #expect(try await names(scene) == Set(Self.files.keys))
  }

  /// What isn't there any more isn't taken for unchanged.
  @Test func whatWasDisposedOfIsSealedAgain() async throws {
    let scene = try await scene()
    try await scene.seal(scene.source("first", ["basic/1001/later": "later"]))
    try await later(scene, 800, as: nil)
    let opened = try await scene.open()
    let subject = try #require(try await opened.customer(numbered: "1002"))
    _ = try await opened.placeHold(Hold.Terms(classes: [], subjects: [subject], name: "case", reason: ""))
    #expect(try await dispose(scene).leftOut.bundles == 2)
    let again = try await scene.seal(scene.source("first", Self.files))
    #expect(again.new == 2 && again.unchanged == 2, "\(again)")
    #expect(try await names(scene) == Set(Self.files.keys).union(["basic/1001/later"]))
  }

  /// A box that can't be read may hold what is older and stays.
  @Test func whileAnOlderBoxCantBeReadNothingGoes() async throws {
    let scene = try await scene()
    try await later(scene, 800, as: nil)
    let contracts = try #require(
      try await scene.open(toWrite: false).state.liveBoxes().first { $0.box.year > 2030 })
    let path = "\(scene.place)/\(Layout.box(contracts.box.hash).text)"
    let bytes = try #require(Files.read(path))
    Files.remove(Array(path.utf8))
    let fresh = try await scene.open(on: "fresh")
    await #expect { try await Mover(in: fresh, for: .dispose([])).run { _, _ in } } throws: {
      "\($0)".contains("may hold older versions")
    }
    Files.write(bytes, to: Array(path.utf8))
    #expect(try await dispose(scene).leftOut.bundles == 2)
  }

  /// An old version isn't taken for how things are, since the newer one went before it.
  @Test func whatIsNewerThanWhatStaysDoesToo() async throws {
    let scene = try await Scene(classes: NewClasses([("basic", 5)]))
    try await scene.seal(scene.source("first", ["basic/1001/a": "one", "basic/1002/b": "two"]))
    let opened = try await scene.open()
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    let subject = try #require(try await opened.customer(numbered: "1001"))
    let key = try #require(try await opened.unlocked().key(of: subject, in: basic))
    // A writer that means more years.
    try await Forger.enter(
      boxes: [
        [
          Forger.Bundle(
            id: try .random(), subject: subject, key: key,
            records: [(id: try .random(), subject: Array("1001"), path: "new", content: "new")])
        ]
      ], to: opened, year: 2040)
    try await scene.seal(scene.source("first", ["basic/1001/a": "one and a half"]))
    let state = try await scene.open(toWrite: false).state
    let boxes = state.liveBoxes()
    #expect(boxes.map(\.box.year) == [2031, 2040, 2031])
    let due = DueBundles(
      Retention(presentYear: 2033, holds: []), state,
      try await scene.open(toWrite: false).updatedCatalog(whole: true).0)
    let opening = try IndexOpener(try await scene.open(toWrite: false))
    var fates: [Retention.Fate] = []
    for box in boxes {
      guard case .opened(let index) = try await opening.index(of: box) else { continue }
      fates += try index.rows.filter { $0.subject == subject }.map { try due.fate(of: $0, in: box, basic) }
    }
    #expect(fates == [.over, .kept(until: 2040), .kept(until: 2031)])
  }
}
