@testable import Rules
import Glibc
import Ledger
import Sealing
import TestKit
import Testing

@testable import Vault

/// What a machine believes of a place that others may have changed.
struct TrustTests {
  @Test func firstContactTakesAnId() async throws {
    let scene = try await Scene()
    let machine = scene.machine("new")
    func open(expecting: Identifier? = nil, askedFor: (Identifier) -> Bool = { _ in false }) async throws
      -> OpenPlace
    {
      try await OpenPlace.open(.folder(scene.place), in: machine, expecting: expecting, askedFor: askedFor)
    }
    #expect(await code { _ = try await open() } == .unknownVault)
    #expect(await code { _ = try await open() } == .unknownVault)
    #expect(await code { _ = try await open(expecting: try Identifier.random()) } == .unknownVault)
    let looked = try await OpenPlace.open(.folder(scene.place), in: machine, allowsUnknown: true)
    #expect(looked.trust == .selfConsistent)
    #expect(await code { _ = try await open() } == .unknownVault)
    #expect(try await open(expecting: scene.vault).trust == .idGiven)
    #expect(try await open().trust == .seenBefore)

    let asked = try await OpenPlace.open(.folder(scene.place), in: scene.machine("terminal")) {
      $0 == scene.vault
    }
    #expect(asked.trust == .idGiven)
    #expect(
      try await OpenPlace.open(.folder(scene.place), in: scene.machine("terminal")).trust == .seenBefore)
  }

  @Test func aVaultInAnothersPlaceIsNotIt() async throws {
    let scene = try await Scene()
    let other = try await Scene()
    _ = try await scene.open()
    let aside = scene.scratch.at("aside")
    Glibc.rename(scene.place, aside)
    Files.copy(other.place, to: scene.place)
    let machine = scene.machine("custodian")
    #expect(await code { _ = try await OpenPlace.open(.folder(scene.place), in: machine) } == .unknownVault)
    #expect(
      await code { _ = try await OpenPlace.open(.folder(scene.place), in: machine, expecting: scene.vault) }
        == .unknownVault)
    // The marker is a hint: the old one before the other ledger deceives nobody.
    Files.write(Files.read(aside + "/STRONGROOM")!, to: Array(scene.place + "/STRONGROOM"))
    #expect(await code { _ = try await OpenPlace.open(.folder(scene.place), in: machine) } == .unknownVault)
    #expect(
      await code { _ = try await OpenPlace.open(.folder(scene.place), in: machine, expecting: other.vault) }
        == .unknownVault)
  }

  @Test func commandsAtOnceLoseNothingOfWhatIsRemembered() async throws {
    let scratch = Scratch()
    let path = scratch.at("machine/known-places")
    let vaults = try (0..<40).map { _ in try Identifier.random() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, vault) in vaults.enumerated() {
        group.addTask {
          _ = try KnownPlaces.change(path) {
            $0.recordLocation(.folder("/place/\(number)"), vault: vault, kind: .copy, place: vault)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(Set(try KnownPlaces(path: path).locations.values.map(\.vault)) == Set(vaults))
  }

  @Test func markersAreRead() async throws {
    let scene = try await Scene()
    let marker = scene.place + "/STRONGROOM"
    let good = try #require(Files.read(marker))
    #expect(
      await code {
        _ = try await OpenPlace.open(.folder(scene.scratch.at("nothing")), in: scene.machine("x"))
      }
        == .noVault)
    mkdir(scene.scratch.at("empty"), 0o755)
    #expect(
      await code { _ = try await OpenPlace.open(.folder(scene.scratch.at("empty")), in: scene.machine("x")) }
        == .noVault)
    #expect(await code { _ = try await OpenPlace.open(.folder(marker), in: scene.machine("x")) } == .noVault)
    let text = String(decoding: good, as: UTF8.self)
    for bad in [
      "", "\n", "junk\n", String(text.dropLast()), text.replacing(#""version":1"#, with: #""version":2"#),
      text.replacing("strongroom place", with: "strongroom vault"),
    ] {
      Files.write(bad, to: marker)
      #expect(await code { _ = try await scene.open() } == .damaged, "\(bad)")
    }
    Files.write(
      Array(text.replacing(scene.vault.hex, with: String(repeating: "ab", count: 16)).utf8), to: Array(marker)
    )
    #expect(await code { _ = try await scene.open() } == .unknownVault)
    Files.unlink(marker)
    #expect(await code { _ = try await scene.open() } == .noVault)
    Files.write(good, to: Array(marker))
    _ = try await scene.open()
  }

  @Test func aLedgerThatWasCutIsARollback() async throws {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1001/a": "1"]))
    let last = Files.names(scene.place + "/ledger").last!
    // One copy is enough.
    Files.unlink("\(scene.place)/ledger/\(last)")
    #expect(try await scene.open(toWrite: false).state.size == 4)
    Files.unlink("\(scene.place)/second/ledger/\(last)")
    #expect(await code { _ = try await scene.open(toWrite: false) } == .rollback)
    #expect(await code { try await scene.seal(scene.source(["basic/1001/b": "2"])) } == .rollback)
    // Who has never seen more can't know.
    #expect(try await scene.open(on: "new").state.size == 3)
  }

  @Test func aLedgerThatWentOnOtherwiseIsARollback() async throws {
    let scene = try await Scene()
    let fork = try Scene(copying: scene)
    try await scene.seal(scene.source(["basic/1001/a": "1"]))
    for count in 1...3 {
      try await fork.seal(fork.source("\(count)", ["basic/1001/\(count)": "other"]))
      Files.remove(Array(scene.place))
      Files.copy(fork.place, to: scene.place)
      // Shorter, as long as, and longer than what was seen.
      #expect(await code { _ = try await scene.open(toWrite: false) } == .rollback, "\(count)")
    }
    #expect(try await scene.open(on: "new").state.size == 6)
  }

  @Test(arguments: ["ledger", "second/ledger"])
  func junkAtTheNextPlaceStopsReadersByName(folder: String) async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1001/a": "1"])
    try await scene.seal(source)
    let size = try await scene.open().state.size
    let path = "\(scene.place)/\(folder)/\(Layout.commit(size).last)"
    let stranger = try Identity.generate()
    let tree = try await scene.open().state.tree
    let entry = try Event.clock.entry(by: stranger.publicIdentity.id, time: Clock.start)
    let forged = try Commit.build([entry], before: tree, vault: scene.vault, identity: stranger)
    let big = [UInt8](repeating: 0x7b, count: LedgerFiles.limit + 1)
    for junk in [
      [], Array("junk"), forged.bytes, Files.read("\(scene.place)/ledger/\(Layout.commit(2).last)")!, big,
    ] {
      Files.write(junk, to: Array(path))
      for toWrite in [false, true] {
        do {
          _ = try await scene.open(toWrite: toWrite)
          Issue.record("\(junk.prefix(20)) was taken for a commit")
        } catch let error as VaultError {
          #expect(error.code == .refused && error.what.contains(Layout.commit(size).last), "\(error)")
        }
      }
      #expect(Files.holds(path, junk))
      // What has the form of a commit may have been copied to the other half.
      for half in ["", "second/"] { Files.unlink("\(scene.place)/\(half)\(Layout.commit(size))") }
    }
    mkdir(path, 0o755)
    #expect(await code { _ = try await scene.open() } == .refused)
    rmdir(path)
    // It is moved away, and all is as before.
    #expect(try await scene.seal(source).unchanged == 1)
  }

  @Test func aCommitAfterJunkDoesNotCountEither() async throws {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1001/a": "1"]))
    let names = Files.names(scene.place + "/ledger")
    for folder in ["ledger", "second/ledger"] {
      Files.write("junk", to: "\(scene.place)/\(folder)/\(names[1])")
    }
    #expect(await code { _ = try await scene.open(on: "new", toWrite: false) } == .refused)
  }

  @Test func aClockBehindWritesNothing() async throws {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1001/a": "1"]))
    let more = scene.source("more", ["basic/1001/b": "2"])
    let before = Files.tree(scene.place + "/ledger")
    scene.clock.set(Clock.start - 601)
    #expect(await code { try await scene.seal(more) } == .clock)
    #expect(await code { _ = try await scene.open().rotate(sections: ["basic"]) } == .clock)
    #expect(Files.tree(scene.place + "/ledger") == before)
    let reader = try await scene.open(toWrite: false)
    let stated = reader.state.time.custodians
    #expect(reader.remarks == [.clock(.behind(seconds: 601, stated))])
    #expect(stated.by == scene.custodian.publicIdentity.id && stated.time == Clock.start)
    #expect(try await reader.catalog().records.count == 1)
    scene.clock.set(Clock.start - 600)
    #expect(try await scene.open(toWrite: false).remarks.isEmpty)
    #expect(try await scene.seal(more).new == 1)
  }

  @Test func aMemoryThatCantBeReadIsSaidSo() async throws {
    let scene = try await Scene()
    let memory = scene.scratch.at("machines/custodian/known-places")
    #expect(Files.exists(memory))
    Files.write("junk", to: memory)
    #expect(await code { _ = try await scene.open() } == .damaged)
    Files.unlink(memory)
    _ = try await scene.open()
  }
}
