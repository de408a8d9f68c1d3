import Glibc
import Ledger
import Sealing
import Storage
import TestKit
import Testing

@testable import Vault

/// A ledger that was folded before is gone on with from there, and what was noticed before is noticed still.
struct RememberedFoldTests {
  /// A vault of some commits, and a machine that remembers them folded.
  private func knownScene() async throws -> Scene {
    let scene = try await Scene()
    try await scene.seal(scene.source("one", ["basic/1001/a": "1", "contracts/1002/b": "2"]))
    _ = try await scene.hire(.clerk, ["basic"])
    try await scene.seal(scene.source("two", ["basic/1001/c": "3"]))
    _ = try await open(scene)
    return scene
  }

  private func open(_ scene: Scene, on machine: String = "known", toWrite: Bool = false) async throws
    -> OpenPlace
  {
    try await OpenPlace.open(
      .folder(scene.place), in: scene.machine(machine), expecting: scene.vault, toWrite: toWrite)
  }

  private func file(_ scene: Scene, on machine: String = "known") throws -> String {
    let folder = scene.scratch.at("machines/\(machine)/cache/folds")
    return "\(folder)/\(try #require(Files.names(folder).first))"
  }

  private func expectSame(_ one: OpenPlace, _ other: OpenPlace) {
    #expect(one.state == other.state)
    #expect(one.ledger.ends == other.ledger.ends)
    #expect(one.ledger.numbers == other.ledger.numbers)
    #expect(one.role == other.role)
    for end in 0...one.state.size { #expect(one.ledger.root(at: end) == other.ledger.root(at: end)) }
  }

  @Test func whatWasFoldedIsTheSameAndGoesOn() async throws {
    let scene = try await knownScene()
    let again = try await open(scene)
    #expect(again.ledger.foldedBefore == again.state.size)
    expectSame(again, try await open(scene, on: "new"))
    for turn in 0..<3 {
      try await scene.seal(scene.source("more\(turn)", ["basic/1001/\(turn)": "more"]))
      let reader = try await open(scene)
      #expect(try #require(reader.ledger.foldedBefore) < reader.state.size)
      expectSame(reader, try await open(scene, on: "new\(turn)"))
    }
    let writer = try await open(scene, toWrite: true)
    #expect(writer.ledger.foldedBefore == writer.state.size)
    #expect(writer.remarks.isEmpty)
    let files = Files.tree(scene.scratch.at("machines/known/cache/folds")).values
    #expect(files.map(\.mode) == [0o600])
    var folder = stat()
    #expect(stat(scene.scratch.at("machines/known/cache/folds"), &folder) == 0)
    #expect(folder.st_mode & 0o777 == 0o700)
  }

  @Test func whoCanWriteToTheCacheAloneMakesNoFold() async throws {
    let scene = try await knownScene()
    #expect(try await open(scene).ledger.foldedBefore != nil)
    // A whole fold, of another machine, whose key isn't ours.
    _ = try await open(scene, on: "other")
    let theirs = try #require(Files.read(try file(scene, on: "other")))
    Files.write(theirs, to: Array(try file(scene)))
    #expect(try await open(scene).ledger.foldedBefore == nil)
    #expect(try await open(scene).ledger.foldedBefore != nil)
    // A folder that others may write to is used for nothing.
    let folder = scene.scratch.at("machines/known/cache/folds")
    #expect(chmod(folder, 0o777) == 0)
    #expect(try await open(scene).ledger.foldedBefore == nil)
    #expect(chmod(folder, 0o700) == 0)
    #expect(try await open(scene).ledger.foldedBefore != nil)
  }

  @Test func aDamagedOrForeignFoldIsAsGoodAsNone() async throws {
    let scene = try await knownScene()
    let path = try file(scene)
    let good = try #require(Files.read(path))
    let other = try await knownScene()
    let foreign = try #require(Files.read(try file(other)))
    var version = good
    version[23] ^= 3
    var damaged: [[UInt8]] = [[], Array("junk".utf8), Array(good.dropLast()), good + [0], foreign, version]
    for place in stride(from: 0, to: good.count, by: 211) {
      var flipped = good
      flipped[place] ^= 1
      damaged.append(flipped)
    }
    let new = try await open(scene, on: "new")
    for bytes in damaged {
      Files.write(bytes, to: Array(path))
      let opened = try await open(scene)
      #expect(opened.ledger.foldedBefore == nil)
      #expect(opened.state == new.state)
      #expect(opened.remarks.isEmpty)
      // Made anew, with dictionaries in another order.
      #expect(try await open(scene).ledger.foldedBefore == new.state.size)
    }
    // A fold under another place's name is that place's no more.
    let moved = try Scene(copying: scene)
    Files.write(
      Marker(vault: scene.vault, place: try Identifier.random()).bytes, to: Array(moved.place + "/STRONGROOM")
    )
    _ = try await open(moved)
    Files.write(try #require(Files.read(path)), to: Array(try file(moved)))
    #expect(try await open(moved).ledger.foldedBefore == nil)
  }

  @Test func aCacheThatCannotBeWrittenHarmsNothing() async throws {
    let scene = try await knownScene()
    Files.write("no folder", to: scene.scratch.at("machines/known2/cache"))
    for _ in 0..<2 {
      let opened = try await open(scene, on: "known2", toWrite: true)
      #expect(opened.ledger.foldedBefore == nil && opened.remarks.isEmpty)
    }
  }

  @Test func aRollbackIsNoticed() async throws {
    let scene = try await knownScene()
    let names = Files.names(scene.place + "/ledger").sorted()
    for lost in 1..<names.count {
      let spoilt = try Scene(copying: scene)
      _ = try await open(spoilt)
      for name in names.suffix(lost) {
        for half in ["", "second/"] { Files.unlink("\(spoilt.place)/\(half)ledger/\(name)") }
      }
      for toWrite in [false, true] {
        #expect(await code { _ = try await open(spoilt, toWrite: toWrite) } == .rollback)
      }
      // Who never saw more isn't told, and reads what is there.
      let stranger = try await open(spoilt, on: "stranger")
      #expect(stranger.state.size == UInt64(try #require(UInt64(names[names.count - lost]))))
    }
  }

  @Test func anotherWayFromAnyPointIsNoticed() async throws {
    let scene = try await Scene()
    let early = try Scene(copying: scene)
    try await scene.seal(scene.source("one", ["basic/1001/a": "1"]))
    _ = try await open(scene)
    try await early.seal(early.source("two", ["basic/1001/b": "2"]))
    #expect(Files.names(scene.place + "/ledger").sorted() == Files.names(early.place + "/ledger").sorted())
    Files.remove(Array(scene.place))
    Files.copy(early.place, to: scene.place)
    for toWrite in [false, true] {
      #expect(await code { _ = try await open(scene, toWrite: toWrite) } == .rollback)
    }
  }

  @Test(arguments: ["", "second/"])
  func aWriterMendsACopyThatIsGone(half: String) async throws {
    let scene = try await knownScene()
    for name in Files.names(scene.place + "/ledger") {
      let path = "\(scene.place)/\(half)ledger/\(name)"
      let good = try #require(Files.read(path))
      Files.unlink(path)
      let reader = try await open(scene)
      #expect(reader.state.size == reader.ledger.ends.sizes.last)
      #expect(!Files.exists(path))
      let writer = try await open(scene, toWrite: true)
      #expect(writer.ledger.foldedBefore == nil)
      #expect(writer.hasMended(name), "\(writer.remarks)")
      #expect(Files.holds(path, good))
    }
  }

  @Test func aCommitThatIsGoneInBothCopiesTakesNoWrite() async throws {
    let scene = try await knownScene()
    let second = try #require(Files.names(scene.place + "/ledger").sorted().dropFirst().first)
    for half in ["", "second/"] { Files.unlink("\(scene.place)/\(half)ledger/\(second)") }
    #expect(await code { _ = try await open(scene, toWrite: true) } == .rollback)
  }

  @Test func aGapTakesNoWrite() async throws {
    let scene = try await knownScene()
    let size = try await open(scene).state.size
    let name = Layout.commit(size + 3).text
    Files.write("a later commit", to: "\(scene.place)/\(name)")
    #expect(await code { _ = try await open(scene, toWrite: true) } == .refused)
    // A reader has all that it ever saw.
    #expect(try await open(scene).remarks.isEmpty)
    let new = try await open(scene, on: "new")
    #expect(new.gap != nil && new.shortfalls == [new.gap])
  }

  /// What is behind the remembered end is no secret; who reads anew sees it, and has nothing remembered of it.
  @Test func readingAnewSeesWhatAFoldPassesOver() async throws {
    let scene = try await knownScene()
    let name = try #require(Files.names(scene.place + "/ledger").sorted().dropFirst(2).first)
    for half in ["", "second/"] {
      let path = "\(scene.place)/\(half)ledger/\(name)"
      let good = String(decoding: try #require(Files.read(path)), as: UTF8.self)
      Files.write(good.replacing("\"time\":1", with: "\"time\":2"), to: path)
    }
    #expect(try await open(scene).ledger.foldedBefore != nil)
    let anew = scene.machine("known")
    #expect(
      await code {
        _ = try await OpenPlace.open(.folder(scene.place), in: anew, expecting: scene.vault, afresh: true)
      }
        == .refused)
    try await open(scene).forgetFold()
    #expect(await code { _ = try await open(scene) } == .refused)
  }

  /// A long ledger isn't written anew for each commit.
  @Test func aFoldIsWrittenWhereItPays() {
    let machine = Machine(memory: "nowhere") { 0 }
    #expect(!machine.isWorthFolding(63, since: nil))
    #expect(machine.isWorthFolding(64, since: nil))
    #expect(!machine.isWorthFolding(100_064, since: 100_000))
    #expect(machine.isWorthFolding(100_500, since: 100_000))
    #expect(machine.isWorthFolding(64, since: 100_000))
  }
}
