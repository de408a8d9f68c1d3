@testable import Rules
import Sealing
import Storage
import Synchronization
import TestKit
import Testing

@testable import Vault

/// The catalog on disk: what it lets a second command skip, and that nothing hangs on it.
struct CatalogTests {
  @Test func everyVersionCanBeHad() async throws {
    let scene = try await Scene()
    for text in ["first", "second one", "third"] {
      let source = scene.source(
        "in", ["basic/1001/letter": text, "basic/1001/letter~v1": "named so", "basic/1001/other": "the same"])
      _ = try await scene.open().seal([source], layout: .default)
    }
    let opened = try await scene.open(toWrite: false)
    let all = try await opened.catalog(Selection(versions: .all)).records
    #expect(all.map(\.version) == [3, 2, 1, 1, 1] && all.map(\.versions) == [3, 3, 3, 1, 1])
    func exported(_ folder: String, _ versions: Selection.Versions) async throws -> [String: String] {
      let target = scene.at(folder)
      let summary = try await Exporter(from: opened, selection: Selection(versions: versions)).run(to: target)
      {
        _ in
      }
      #expect(summary.findings.isEmpty && summary.records == summary.expected)
      return Files.contents(target).mapValues { String(decoding: $0, as: UTF8.self) }
    }
    let folder = "basic/1001/"
    #expect(
      try await exported("all", .all) == [
        folder + "letter": "third", folder + "letter~v2": "second one", folder + "letter~v1": "named so",
        folder + "letter~v1~in": "first", folder + "other": "the same",
      ])
    #expect(try await exported("two", .number(2)) == [folder + "letter": "second one"])
    #expect(
      try await exported("one", .number(1)) == [
        folder + "letter": "first", folder + "letter~v1": "named so", folder + "other": "the same",
      ])
  }

  /// How many bytes a run read, seen from what it reports.
  private func seal(
    _ scene: Scene, _ folder: String, on machine: String = "custodian", rereads: Bool = false
  ) async throws -> (summary: Sealer.Summary, read: UInt64) {
    let opened = try await open(scene, on: machine)
    let read = Mutex<UInt64>(0)
    let summary = try await opened.seal([folder], layout: .default, rereads: rereads) { report in
      read.withLock { $0 = max($0, report.bytes) }
    }
    return (summary, read.withLock { $0 })
  }

  /// The scene's machine, a minute after the files were made.
  private func open(_ scene: Scene, on machine: String = "custodian") async throws -> OpenPlace {
    let machine = Machine(
      memory: scene.scratch.at("machines/\(machine)"), now: { scene.clock.now },
      fileClock: { SourceFolder.clock() + 60_000_000_000 }, openStore: Machine.folders)
    let opened = try await OpenPlace.open(
      .folder(scene.place), in: machine, expecting: scene.vault, toWrite: true)
    try await opened.unlock(with: .identity(scene.custodian))
    return opened
  }

  private func names(_ scene: Scene) async throws -> Set<String> {
    Set(try await open(scene).catalog().byName.keys)
  }

  private func catalogs(_ scene: Scene, on machine: String = "custodian") -> [String] {
    let folder = scene.scratch.at("machines/\(machine)/cache")
    return Files.names(folder).filter { $0.hasSuffix(".catalog") }.map { "\(folder)/\($0)" }
  }

  @Test func filesThatLookTheSameAreNotReadAgain() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1/a": "one", "basic/1/b": "two", "contracts/2/c": "three"])
    #expect(try await seal(scene, source).read == 11)
    let again = try await seal(scene, source)
    #expect(again.read == 0 && again.summary.unchanged == 3 && again.summary.boxes == 0)
    let reread = try await seal(scene, source, rereads: true)
    #expect(reread.read == 11 && reread.summary.unchanged == 3 && reread.summary.boxes == 0)
    #expect(try await seal(scene, source).read == 0)
  }

  /// Eight bytes anywhere: all is found, and no sound box is blamed; or, where it shows only on the way, the command says
  /// so, and the next finds all.
  @Test func aCatalogThatIsDamagedAnywhereHidesNothing() async throws {
    let scene = try await Scene()
    var files: [String: String] = [:]
    for number in 0..<120 {
      files["\(number % 2 == 0 ? "basic" : "contracts")/\(number % 40)/\(number)"] = "\(number)"
    }
    _ = try await seal(scene, scene.source(files))
    let path = try #require(catalogs(scene).first)
    _ = try await names(scene)
    for suffix in ["-wal", "-shm"] { Files.remove(Array(path + suffix)) }
    let whole = try #require(Files.read(path))
    var told = 0
    for seed in 0..<60 {
      var bytes = whole
      let noise = pattern(16, seed: seed + 1)
      let start = noise[8...].reduce(0) { ($0 << 8 | Int($1)) & 0xffff_ffff } % (bytes.count - 8)
      for index in 0..<8 { bytes[start + index] ^= noise[index] | 1 }
      for suffix in ["-wal", "-shm"] { Files.remove(Array(path + suffix)) }
      Files.write(bytes, to: Array(path))
      do {
        let catalog = try await open(scene).catalog()
        #expect(catalog.byName.count == 120 && catalog.findings.isEmpty, "seed \(seed), at \(start)")
      } catch let error as VaultError where error.code == .storage {
        told += 1
        #expect(try await names(scene).count == 120)
      }
      let one = try await open(scene).catalog(Selection(subject: "7"))
      #expect(one.records.count == 3, "seed \(seed), at \(start)")
    }
    #expect(told < 30)
  }

  /// What is known of its file hangs on the newest of the boxes that it lies in.
  @Test func aRecordInSeveralBoxesIsNotReadAgainEither() async throws {
    let scene = try await Scene()
    let mib = 1 << 20
    let piece = pattern(mib)
    let file = scene.source(["basic/1/a": "one"]) + "/basic/1/large"
    Files.sparse(file, size: 130 * mib, pieces: (0..<130).map { ($0 * mib, piece) })
    let first = try await seal(scene, scene.scratch.at("source"))
    #expect(first.summary.new == 2 && first.summary.boxes > 1)
    let again = try await seal(scene, scene.scratch.at("source"))
    #expect(again.read == 0 && again.summary.unchanged == 2)
  }

  @Test func aChangeIsSeenWhateverTheTimeOfModificationSays() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1/a": "one", "basic/1/b": "two"])
    _ = try await seal(scene, source)
    // The same size, and the same time of modification as before.
    scene.source(["basic/1/a": "eno"])
    let again = try await seal(scene, source)
    #expect(again.summary.changed == 1 && again.summary.unchanged == 1 && again.read == 3)
    #expect(try await open(scene).catalog().byName["basic/1/a"]?.digest == Digest.sha256(of: Array("eno")))
    #expect(try await seal(scene, source).read == 0)
  }

  @Test func aFileThatWasJustWrittenIsReadAgain() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1/a": "one"])
    // By the clock of now it might be changed once more within the same tick.
    try await scene.seal(source)
    #expect(try await seal(scene, source).read == 3)
    #expect(try await seal(scene, source).read == 0)
  }

  @Test func whatLiesInALostBoxIsSealedAgain() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1/a": "one", "contracts/2/c": "three"])
    _ = try await seal(scene, source)
    let opened = try await open(scene)
    let contract = try #require(try await opened.catalog().byName["contracts/2/c"]?.places.first)
    Files.remove(Array("\(scene.place)/\(Layout.box(contract.box.box.hash).text)"))
    let again = try await seal(scene, source)
    #expect(again.summary.damaged.count == 1 && again.summary.unchanged == 1)
    #expect(again.summary.new == 1 && again.read == 5)
    let found = try await open(scene).catalog()
    #expect(Set(found.byName.keys) == ["basic/1/a", "contracts/2/c"])
    #expect(found.findings.map(\.kind) == [.missing])
    #expect(try await scene.export().files == Files.tree(source))
  }

  @Test func whatAnotherMachineSealedSinceIsComparedWith() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1/a": "one", "basic/1/b": "two", "basic/2/c": "three"])
    _ = try await seal(scene, source)
    let other = scene.source("elsewhere/source", ["basic/1/a": "of another machine"])
    #expect(try await seal(scene, other, on: "other").summary.changed == 1)
    // The newest version isn't what lies here: it becomes a version again.
    let again = try await seal(scene, source)
    #expect(again.summary.changed == 1 && again.summary.unchanged == 2 && again.read == 6)
    #expect(try await open(scene).catalog().byName["basic/1/a"]?.versions == 3)
  }

  @Test func aCatalogCanBeDeletedOrDamagedAtAnyTime() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1/a": "one", "contracts/2/c": "three"])
    _ = try await seal(scene, source)
    let path = try #require(catalogs(scene).first)
    let damages: [() -> Void] = [
      { Files.remove(Array(path)) }, { Files.write("not a database at all", to: path) },
      {
        // Its beginning is as it was, and nothing behind it.
        var bytes = Files.read(path) ?? []
        for offset in bytes.indices.dropFirst(1024) { bytes[offset] = 0x55 }
        Files.write(bytes, to: Array(path))
      },
    ]
    for damage in damages {
      for suffix in ["-wal", "-shm"] { Files.remove(Array(path + suffix)) }
      damage()
      #expect(try await names(scene) == ["basic/1/a", "contracts/2/c"])
      let again = try await seal(scene, source)
      #expect(again.summary.unchanged == 2 && again.summary.boxes == 0 && again.read == 8)
      #expect(try await seal(scene, source).read == 0)
    }
  }

  @Test func itHoldsNoNames() async throws {
    let scene = try await Scene()
    let source = scene.source("bank of plenty", ["contracts/98765432/loan to smith.txt": "the content"])
    _ = try await seal(scene, source)
    let folder = scene.scratch.at("machines/custodian/cache")
    var all: [UInt8] = []
    for name in Files.names(folder) { all += Files.read("\(folder)/\(name)") ?? [] }
    #expect(all.count > 4096)
    let text = String(decoding: all, as: UTF8.self)
    for word in ["smith", "98765432", "plenty", "the content", "contracts"] { #expect(!text.contains(word)) }
  }

  @Test func aDamagedBoxIsNamedOnceAndAnIndexIsRemembered() async throws {
    let scene = try await Scene()
    _ = try await seal(scene, scene.source(["basic/1/a": "one", "basic/2/b": "two", "basic/3/c": "three"]))
    let opened = try await open(scene)
    #expect(try await opened.catalog().records.count == 3)
    let box = try #require(opened.state.liveBoxes().first)
    let path = "\(scene.place)/\(Layout.box(box.box.hash).text)"
    Files.flip(path, at: Int(box.box.offset) + 60)
    // Whoever read the index before doesn't need it; whoever didn't is told.
    #expect(try await open(scene).catalog().records.count == 3)
    let stranger = try await open(scene, on: "stranger").catalog()
    #expect(stranger.records.isEmpty && stranger.findings.map(\.kind) == [.damaged])
    Files.unlink(path)
    let left = try await open(scene).catalog()
    #expect(left.records.isEmpty && left.findings.map(\.kind) == [.missing])
  }

  @Test func aVaultThatWasPutBackIsCaughtUpWith() async throws {
    let scene = try await Scene()
    let first = scene.source("first/s", ["basic/1/a": "one"])
    let second = scene.source("second/s", ["basic/1/b": "two"])
    let third = scene.source("third/s", ["basic/2/c": "three", "basic/1/d": "four"])
    _ = try await seal(scene, first)
    let kept = scene.scratch.at("kept")
    Files.copy(scene.place, to: kept)
    _ = try await seal(scene, second)
    let later = scene.scratch.at("later")
    Files.copy(scene.place, to: later)
    /// Puts a vault of before back; the machine forgets that it saw more, its catalog remembers.
    func putBack(_ copy: String) {
      Files.remove(Array(scene.place))
      Files.copy(copy, to: scene.place)
      Files.remove(Array(scene.scratch.at("machines/custodian/known-places")))
    }
    putBack(kept)
    #expect(try await names(scene) == ["basic/1/a"])
    _ = try await seal(scene, third)
    #expect(try await names(scene) == ["basic/1/a", "basic/2/c", "basic/1/d"])
    let again = try await seal(scene, second)
    #expect(again.summary.new == 1 && again.read == 3)
    #expect(try await names(scene) == ["basic/1/a", "basic/2/c", "basic/1/d", "basic/1/b"])
    let files = try await scene.export().files
    #expect(files.count == 4 && files[Array("basic/1/b")]?.digest == Digest.sha256(of: Array("two")))
    // And the one that went on otherwise comes back.
    putBack(later)
    #expect(try await names(scene) == ["basic/1/a", "basic/1/b"])
    #expect(try await scene.export().files.count == 2)
    #expect(try await seal(scene, second).summary.unchanged == 1)
    #expect(try await seal(scene, third).summary.new == 2)
  }

  @Test func whatAVerificationFoundDamagedIsSealedAgain() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1/a": "one", "contracts/2/c": "three"])
    _ = try await seal(scene, source)
    let opened = try await open(scene)
    let contract = try #require(try await opened.catalog().byName["contracts/2/c"]?.places.first).box
    Files.flip("\(scene.place)/\(Layout.box(contract.box.hash).text)", at: 40)
    // Nobody has looked: what was remembered holds.
    #expect(try await seal(scene, source).summary.unchanged == 2)
    let size = opened.state.size
    try await opened.commit(as: scene.custodian) { state in
      let found = Verification(
        boxes: [0...UInt64(state.boxes.count - 1)], damaged: [contract.box.hash], generations: [1],
        level: .hash,
        missing: [], place: state.home, size: size, strays: 0)
      return [OpenLedger.Draft(.verified(found))]
    }
    let again = try await seal(scene, source)
    #expect(again.summary.new == 1 && again.summary.unchanged == 1 && again.summary.damaged.count == 1)
    #expect(try await scene.export().files == Files.tree(source))
  }

  @Test func recordsAreFoundByTheFirstDigitsOfTheirIds() async throws {
    let scene = try await Scene()
    var files: [String: String] = [:]
    for number in 0..<40 { files["basic/\(number % 7)/\(number)"] = "content \(number)" }
    _ = try await seal(scene, scene.source(files))
    let opened = try await open(scene)
    let all = try await opened.catalog().records
    #expect(all.count == 40)
    for record in all.prefix(10) {
      for length in [1, 5, 16, 20, 32] {
        let prefix = String(record.id.hex.prefix(length))
        let found = try await opened.catalog(Selection(record: prefix)).records.map(\.id)
        #expect(Set(found) == Set(all.map(\.id).filter { $0.hex.hasPrefix(prefix) }))
      }
    }
    #expect(try await opened.catalog(Selection(record: "zz")).records.isEmpty)
    #expect(try await opened.catalog(Selection(record: String(repeating: "0", count: 33))).records.isEmpty)
  }
}
