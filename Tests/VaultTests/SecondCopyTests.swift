import Backup
import Sealing
import TestKit
import Testing

@testable import Vault

/// Ledger and keyring lie there twice: one damaged copy of anything harms nobody.
struct SecondCopyTests {
  /// A vault with commits and keyring files of every kind.
  private func busyScene() async throws -> Scene {
    let scene = try await Scene()
    try await scene.seal(scene.source("one", ["basic/1001/a": "1", "contracts/1002/b": "2"]))
    _ = try await scene.hire(.clerk, ["basic"])
    _ = try await scene.open().rotate(sections: ["basic", "journal"])
    try await scene.seal(scene.source("two", ["basic/1001/c": "3", "basic/1003/d": "4"]))
    return scene
  }

  /// All that hangs on ledger and keyring.
  private func use(_ scene: Scene, toWrite: Bool) async throws -> OpenPlace {
    let opened = try await scene.open(on: "new", toWrite: toWrite)
    let catalog = try await opened.catalog()
    #expect(catalog.records.count == 4 && catalog.findings.isEmpty)
    #expect(try await opened.entries().count == Int(opened.state.size))
    #expect(try await opened.grants().map(\.label) == [nil, "a clerk"])
    return opened
  }

  @Test func aFlippedDigitWithinAnEntryIsReadFromTheSecondCopy() async throws {
    let scene = try await busyScene()
    let names = Files.names(scene.place + "/ledger")
    #expect(names.count == 7)
    for name in names {
      let spoilt = try Scene(copying: scene)
      let file = "\(spoilt.place)/ledger/\(name)"
      let good = try #require(Files.read(file))
      // Its form stays that of a commit: only the tree's root tells.
      var text = String(decoding: good, as: UTF8.self)
      let time = try #require(text.range(of: "\"time\":1"))
      text.replaceSubrange(time, with: "\"time\":2")
      let bad = Array(text.utf8)
      Files.write(bad, to: Array(file))

      let reader = try await use(spoilt, toWrite: false)
      #expect(
        reader.shortfalls.contains { $0.object.hasSuffix(name) && $0.kind == .damaged }, "\(reader.remarks)")
      #expect(Files.holds(file, bad))

      let writer = try await use(spoilt, toWrite: true)
      #expect(writer.hasMended(name), "\(writer.remarks)")
      #expect(Files.holds(file, good))
      #expect(Files.tree(spoilt.place + "/aside/ledger").values.map(\.digest) == [Digest.sha256(of: bad)])
      #expect(try await use(spoilt, toWrite: true).remarks.isEmpty)

      for folder in ["ledger", "second/ledger"] {
        Files.write(bad, to: Array("\(spoilt.place)/\(folder)/\(name)"))
      }
      #expect(await code { _ = try await spoilt.open(on: "another") } == .refused)
    }
  }

  @Test(arguments: ["ledger", "keyring"], ["", "second/"])
  func aCopyThatIsDamagedOrGoneIsReadFromTheOther(folder: String, half: String) async throws {
    let scene = try await busyScene()
    let path = "\(scene.place)/\(half)\(folder)"
    let present = try #require(try await scene.open().state.generation).file.hex
    let damages: [([UInt8]) -> [UInt8]?] = [
      { _ in nil }, { _ in [] }, { _ in Array("junk") }, { Array($0.dropLast()) }, { $0 + [0] },
    ]
    for (number, name) in Files.names(path).enumerated() {
      let file = "\(path)/\(name)"
      let good = try #require(Files.read(file))
      // Each file another way; what counts most in every way.
      for damage in name == present ? damages[...] : damages[(number % 5)...(number % 5)] {
        let bad = damage(good)
        if let bad { Files.write(bad, to: Array(file)) } else { Files.unlink(file) }
        _ = try await use(scene, toWrite: false)
        #expect(Files.holds(file, bad))
      }
      _ = try await use(scene, toWrite: true)
      // What is read is mended: the ledger, and of the keyring what is needed.
      if folder == "ledger" || name == present { #expect(Files.holds(file, good)) }
      Files.write(good, to: Array(file))
    }
  }

  @Test func aKeyringFileThatIsGoneInBothIsNamed() async throws {
    let scene = try await busyScene()
    let state = try await scene.open().state
    let name = Layout.keyringFile(try #require(state.generation).file).text
    for (bad, expected) in [(nil, .missing), (Array("junk"), .damaged)] as [([UInt8]?, VaultError.Code)] {
      for half in ["", "second/"] {
        let file = "\(scene.place)/\(half)\(name)"
        if let bad { Files.write(bad, to: Array(file)) } else { Files.unlink(file) }
      }
      do {
        _ = try await scene.open()
        Issue.record("opened without its keyring")
      } catch let error as VaultError {
        #expect(error.code == expected && error.what.contains(name))
      }
    }
  }

  @Test func theFirstCommitCanBeRestoredFromEitherCopyOnly() async throws {
    let scene = try await busyScene()
    for half in ["", "second/"] { Files.unlink("\(scene.place)/\(half)\(Layout.commit(0))") }
    #expect(await code { _ = try await scene.open() } == .damaged)
  }

  /// Somebody signed two commits for one place, or keeps a machine's old one, and puts it into the first copy.
  @Test(arguments: [false, true]) func aForkInTheFirstCopyIsNotTakenByWhoRemembers(goesOn: Bool) async throws
  {
    let scene = try await busyScene()
    let other = try Scene(copying: scene)
    _ = try await other.open(on: "another").rotate(sections: ["contracts"])
    _ = try await scene.open().rotate(sections: ["communications"])
    let name = try #require(Files.names(scene.place + "/ledger").max())
    if goesOn { _ = try await scene.open().rotate(sections: ["basic"]) }
    let root = try await scene.open().state.root
    let file = "\(scene.place)/ledger/\(name)"
    let good = try #require(Files.read(file))
    let bad = try #require(Files.read("\(other.place)/ledger/\(name)"))
    try #require(good != bad)
    Files.write(bad, to: Array(file))

    // Who knows of nothing goes by the first copy, which is a ledger as well as the other, or finds it broken.
    if goesOn {
      #expect(await code { _ = try await scene.open(on: "new", toWrite: false, unlocked: false) } == .refused)
    } else {
      let fork = try await scene.open(on: "new", toWrite: false, unlocked: false)
      #expect(try await fork.state.root == other.open(on: "another").state.root)
    }

    // What was folded before is passed over by others, not by who verifies.
    let reader = try await OpenPlace.open(
      .folder(scene.place), in: scene.machine(), expecting: scene.vault, afresh: true)
    try await reader.unlock(with: .identity(scene.custodian))
    #expect(reader.state.root == root && Files.holds(file, bad))
    #expect(reader.shortfalls.map(\.object) == ["ledger/\(name)"] && reader.shortfalls[0].kind == .damaged)
    let outcome = try await Verifier(of: reader, level: .open).run { _ in }
    #expect(outcome.findings.map(\.object) == ["ledger/\(name)"], "\(outcome.findings)")
    let writer = try await scene.open()
    #expect(writer.state.root == root && writer.hasMended(name) && Files.holds(file, good))
    #expect(try await scene.open().remarks.isEmpty)
  }
}
