@testable import Rules
import Foundation
import Keyring
import Sealing
import Storage
import StorageFaults
import TestKit
import Testing

@testable import Vault

/// gc: what nothing needs goes, in both copies, and nothing else ever does.
struct RemoverTests {
  /// Files are stamped by the real clock, so a scene's has to be ahead of it for them to be old.
  static func later(_ days: UInt64) -> UInt64 {
    max(UInt64(Date().timeIntervalSince1970), Clock.start) + days * 86_400
  }

  static let files = ["basic/1001/old": "old", "basic/1002/old": "old too", "contracts/1001/old": "c"]

  /// A vault with three records and one superseded generation, as its clock says `days` ago.
  static func furnished(_ days: UInt64 = 10) async throws -> Scene {
    let scene = try await Scene(classes: NewClasses([("basic", 10), ("contracts", 10)]))
    try await scene.seal(scene.source("first", files))
    _ = try await scene.open().rotate(sections: ["basic"])
    scene.clock.set(later(days))
    return scene
  }

  /// Leaves behind what interrupted runs would: a box, a page, a generation's file.
  static func leaveStrays(_ scene: Scene) async throws -> [ObjectName] {
    let store = Place.twice(try FolderStore(path: scene.place, create: false), mends: true)
    let bytes = (1...3).map { [UInt8](repeating: $0, count: 100) }
    let names = [
      Layout.box(Digest.sha256(of: bytes[0])), Layout.keyringFile(Digest.sha256(of: bytes[1])),
      Layout.keyringFile(Digest.sha256(of: bytes[2])),
    ]
    for (name, bytes) in zip(names, bytes) { _ = try await store.put(bytes, at: name) }
    return names
  }

  /// Stamps all that lies in the place with the scene's time, whatever the real clock says.
  static func stamp(_ scene: Scene) throws {
    let time = Date(timeIntervalSince1970: TimeInterval(scene.clock.now))
    for name in Files.tree(scene.place).keys {
      try FileManager.default.setAttributes(
        [.modificationDate: time], ofItemAtPath: "\(scene.place)/\(String(decoding: name, as: UTF8.self))")
    }
  }

  @discardableResult
  static func gc(_ scene: Scene, store: FaultyStore? = nil, beyond: Bool = true) async throws
    -> Remover.Outcome
  {
    try await Remover(from: try await scene.open(on: "gc", store: store), ignoresLimit: beyond).run()
  }

  static func there(_ scene: Scene) -> Set<String> {
    Set(
      Files.tree(scene.place).keys.map { String(decoding: $0, as: UTF8.self) }
        .filter { $0.contains("keyring/") || $0.contains("boxes/") })
  }

  /// Whether all records are there, and everything that the ledger names.
  static func check(_ scene: Scene, _ what: String, records: Int = 3) async throws {
    let opened = try await scene.open(on: "reader", toWrite: false)
    #expect(opened.state.notCounted.isEmpty, "\(what): \(opened.state.notCounted)")
    let rows = try await opened.sealedRows()
    #expect(Set(rows.map { "\($0.name) \($0.classID.hex)" }).count == records, "\(what): \(rows.count)")
    let keys = try opened.unlocked()
    let present = try await keys.files.generation(#require(opened.state.generation), vault: scene.vault)
    let pages = present.pages.map(\.digest) + opened.state.pendingPages.map(\.page.hash)
    for digest in [present.digest] + pages {
      for copy in ["", "second/"] {
        let bytes = try #require(Files.read("\(scene.place)/\(copy)\(Layout.keyringFile(digest))"), "\(what)")
        #expect(Digest.sha256(of: bytes) == digest, "\(what)")
      }
    }
  }

  @Test func whatNothingNeedsFallsInBothCopiesAndNothingElse() async throws {
    let scene = try await Self.furnished()
    let first = try #require(try await scene.open(toWrite: false).state.superseded.first).file
    let strays = try await Self.leaveStrays(scene)
    let before = Self.there(scene)
    let plan = try await Remover(from: try await scene.open(toWrite: false)).plan()
    #expect(Self.there(scene) == before)
    let outcome = try await Self.gc(scene)
    #expect(outcome.erased == outcome.falling && outcome.erased == plan.falling && outcome.findings.isEmpty)
    #expect(outcome.entered == outcome.erased && outcome.held == 0 && outcome.young == 0)
    let after = Self.there(scene)
    let gone = before.subtracting(after)
    for name in strays + [Layout.keyringFile(first)] {
      #expect(gone.contains(name.text))
      if let second = MirroredStore.second(of: name) { #expect(gone.contains(second.text)) }
    }
    try await Self.check(scene, "after")
    let opened = try await scene.open(toWrite: false)
    #expect(UInt64(opened.state.removed.count) == outcome.erased)
    // Again there is nothing to do, and nothing is entered.
    let again = try await Self.gc(scene)
    #expect(again.falling == 0 && again.erased == 0)
    #expect(try await scene.open(toWrite: false).state.size == opened.state.size)
    // The vault goes on.
    _ = try await scene.hire(.archivist)
    try await scene.seal(scene.source("more", ["basic/7/new": "n"]))
    try await Self.check(scene, "later", records: 4)
  }

  @Test func youngStraysAndSupersededGenerationsAreLeftAlone() async throws {
    let scene = try await Self.furnished(0)
    let strays = try await Self.leaveStrays(scene)
    try Self.stamp(scene)
    let before = Self.there(scene)
    let outcome = try await Self.gc(scene)
    #expect(outcome.falling == 0 && outcome.young == 1 && outcome.held > 2)
    #expect(Self.there(scene) == before)
    // A day later strays aren't older than the hold-back of three days; then they are, and generations may go too.
    scene.clock.set(Self.later(2))
    #expect(try await Self.gc(scene).falling == 0)
    scene.clock.set(Self.later(4))
    #expect(try await Self.gc(scene).erased >= UInt64(strays.count) + 1)
  }

  /// Pages that `keys` entries named are the superseded generation's too, though its file doesn't name them.
  @Test func pagesThatWereMergedWaitForTheHoldback() async throws {
    let scene = try await Scene(classes: NewClasses([("basic", 10), ("contracts", 10)]))
    try await scene.seal(scene.source("first", Self.files))
    scene.clock.set(Self.later(10))
    let opened = try await scene.open()
    let pending = opened.state.pendingPages.map { Layout.keyringFile($0.page.hash).text }
    let sections = try opened.unlocked().opened.sections.map(\.section.id).filter { $0 != .journal }
    _ = try await KeyringUpdate(vault: opened, reason: .merged).run(
      as: scene.custodian, about: "merged"
    ) { change in for section in sections { try change.merge(section) } }
    let before = Self.there(scene)
    #expect(try await Self.gc(scene).falling == 0)
    #expect(pending.count > 2 && Self.there(scene) == before)
    scene.clock.set(Self.later(14))
    #expect(try await Self.gc(scene).erased > UInt64(pending.count))
    #expect(Self.there(scene).isDisjoint(with: pending))
    try await Self.check(scene, "after")
  }

  /// A stated time long ago doesn't end a hold-back: the store has the entry since just now.
  @Test func aHoldbackRunsFromWhenTheStoreGotTheEntry() async throws {
    let scene = try await Scene(classes: NewClasses([("basic", 10)]))
    scene.clock.set(Clock.start)
    _ = try await scene.open().rotate(sections: ["basic"])
    scene.clock.set(Self.later(1))
    let outcome = try await Self.gc(scene)
    #expect(outcome.falling == 0 && outcome.held > 0)
  }

  @Test func moreThanTheLimitFallsOnlyWhenTold() async throws {
    let scene = try await Self.furnished()
    let before = Self.there(scene)
    let size = try await scene.open(toWrite: false).state.size
    #expect(await code { try await Self.gc(scene, beyond: false) } == .refused)
    #expect(Self.there(scene) == before)
    #expect(try await scene.open(toWrite: false).state.size == size)
    #expect(try await Remover(from: try await scene.open(toWrite: false)).plan().isBeyondLimit)
    // A large live box beside it, and it is little.
    let large = String(decoding: (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }, as: UTF8.self)
    try await scene.seal(scene.source("large", ["basic/1001/large": large]))
    var noise = [UInt8](repeating: 0, count: 400_000)
    for index in noise.indices { noise[index] = UInt8.random(in: 0...255) }
    Files.write(noise, to: Array("\(scene.scratch.at("noise"))/basic/1001/noise".utf8))
    try await scene.seal(scene.scratch.at("noise"))
    #expect(try await Self.gc(scene, beyond: false).erased > 0)
  }

  @Test func whoMayNotRemoveIsRefused() async throws {
    let scene = try await Self.furnished()
    for role in [Role.archivist, .operator] {
      let other = try await scene.hire(role)
      let opened = try await scene.open(as: other, on: "\(role)")
      #expect(await code { _ = try await Remover(from: opened, ignoresLimit: true).run() } == .notGranted)
    }
  }

  @Test(arguments: ["generation", "page"]) func aPresentKeyringThatCannotBeReadKeepsEverything(
    _ what: String
  ) async throws {
    let scene = try await Self.furnished()
    _ = try await Self.leaveStrays(scene)
    let opened = try await scene.open()
    let files = try opened.unlocked().files
    let known = try #require(opened.state.generation)
    let page = try #require(try await files.generation(known, vault: scene.vault).pages.first).digest
    let name = Layout.keyringFile(what == "page" ? page : known.file)
    for copy in ["", "second/"] { Files.unlink("\(scene.place)/\(copy)\(name)") }
    let before = Self.there(scene)
    let size = opened.state.size
    let removing = Remover(from: opened, ignoresLimit: true)
    #expect(await code { _ = try await removing.run() } == .missing)
    #expect(Self.there(scene) == before)
    #expect(try await scene.open(on: "other", toWrite: false, unlocked: false).state.size == size)
  }

  @Test func aGenerationThatIsHeldAndCannotBeReadKeepsAllKeys() async throws {
    let scene = try await Self.furnished(2)
    let strays = try await Self.leaveStrays(scene)
    scene.clock.set(Self.later(10))
    _ = try await scene.open().rotate(sections: ["basic"])
    let held = try #require(try await scene.open(toWrite: false).state.superseded.last).file
    for copy in ["", "second/"] {
      Files.write([1, 2, 3], to: Array("\(scene.place)/\(copy)\(Layout.keyringFile(held))".utf8))
    }
    let before = Self.there(scene)
    let outcome = try await Self.gc(scene)
    let gone = before.subtracting(Self.there(scene))
    // Not even what an older one named: nobody knows whether this one does too.
    #expect(outcome.findings.count == 1 && gone == [strays[0].text])
    try await Self.check(scene, "after")
  }

  /// An entry that names a stray doesn't make it old.
  @Test func aStrayThatWasRemovedWaitsForTheHoldbackToo() async throws {
    let scene = try await Self.furnished(0)
    let box = try #require(try await Self.leaveStrays(scene).first)
    try Self.stamp(scene)
    let removed = RemovedObject(hash: try #require(Layout.digest(of: box)), kind: .box)
    try await scene.open().commit(as: scene.custodian) { _ in [OpenLedger.Draft(.removed([removed]))] }
    scene.clock.set(Self.later(2))
    #expect(try await Self.gc(scene).falling == 0)
    #expect(Self.there(scene).contains(box.text))
    scene.clock.set(Self.later(4))
    try await Self.gc(scene)
    #expect(!Self.there(scene).contains(box.text))
  }

  /// A custodian's key that was stolen can enter anything as removed; what is needed or held back stays.
  @Test func anEarlyRemovalErasesNothingThatIsNeeded() async throws {
    let scene = try await Self.furnished(0)
    let opened = try await scene.open()
    let files = try opened.unlocked().files
    let old = try #require(opened.state.superseded.first)
    let present = try await files.generation(#require(opened.state.generation), vault: scene.vault)
    let page = try #require(present.pages.first).digest
    let objects = [page, old.file].map { RemovedObject(hash: $0, kind: .keyring) }
    try await opened.commit(as: scene.custodian) { _ in [OpenLedger.Draft(.removed(objects))] }
    let before = Self.there(scene)
    #expect(try await Self.gc(scene).falling == 0)
    #expect(Self.there(scene) == before)
    scene.clock.set(Self.later(10))
    try await Self.gc(scene)
    #expect(!Self.there(scene).contains(Layout.keyringFile(old.file).text))
    try await Self.check(scene, "after")
  }

  enum Crash: String, CaseIterable, Sendable {
    case before, after, lost, full
    func plan(_ number: Int) -> FaultyStore.Plan {
      switch self {
      case .before: FaultyStore.nthWrite(number, .crash)
      case .after: FaultyStore.nthWrite(number, .crashAfter)
      case .lost: FaultyStore.nthWrite(number, .failAfter)
      case .full: FaultyStore.nthWrite(number, .diskFull)
      }
    }
  }

  @Test(arguments: Crash.allCases) func afterACrashAtAnyWriteTheNextRunGoesOn(_ crash: Crash) async throws {
    let template = try await Self.furnished()
    _ = try await Self.leaveStrays(template)
    let whole = try Scene(copying: template, inMemory: true)
    try await Self.gc(whole)
    let expected = Self.there(whole)
    var number = 1
    while true {
      let scene = try Scene(copying: template, inMemory: true)
      scene.clock.set(Self.later(20))
      let store = try scene.faulty(plan: crash.plan(number))
      let done = (try? await Self.gc(scene, store: store)) != nil
      try await Self.check(scene, "\(crash) \(number)")
      try await Self.gc(scene)
      #expect(Self.there(scene) == expected, "\(crash) \(number)")
      try await Self.check(scene, "\(crash) \(number), again")
      if store.log.filter(\.kind.writes).count < number {
        #expect(done && number > 8)
        return
      }
      number += 1
      try #require(number < 200)
    }
  }
}
