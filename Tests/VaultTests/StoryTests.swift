import Glibc
import Sealing
import TestKit
import Testing

@testable import Vault

/// What archivists and clerks do from day to day, with real folders.
struct StoryTests {
  @Test func everySizeAndNameComesBackAsItWas() async throws {
    let scene = try await Scene()
    let source = scene.scratch.at("source")
    func plant(
      _ bytes: [UInt8], _ path: [UInt8], mode: mode_t = 0o644, mtime: Int64 = 1_600_000_000_123_456_789
    ) {
      Files.write(bytes, to: Array(source) + [0x2f] + path, mode: mode, mtime: mtime)
    }
    let mib = 1 << 20
    for size in [0, 1, 16_383, 16_384, 16_385, mib - 1, mib, mib + 1, 4 * mib + 1] {
      plant(pattern(size, seed: size), Array("basic/1001/sizes/\(size).bin"))
    }
    plant(Array("the same again"), Array("contracts/1001/a.txt"))
    plant(Array("the same again"), Array("contracts/1001/copy of a.txt"))
    plant(Array("the same again"), Array("contracts/1002/a.txt"), mode: 0o600)
    plant(Array("old"), Array("contracts/1002/before 1970.txt"), mtime: -1)
    plant(Array("older"), Array("contracts/1002/1955.txt"), mtime: -473_385_599_999_999_999)
    plant(Array("script"), Array("contracts/1002/deep/er/and/deeper/run.sh"), mode: 0o755)
    plant(Array("读我"), Array("communications/客户一/合同 (1).txt"), mode: 0o444)
    plant(Array("latin-1"), Array("transactions/1001/caf") + [0xe9] + Array(".csv"))
    plant(
      Array("no text at all"),
      Array("transactions/") + [0xff, 0xfe, 0x39] + Array("/") + [0xf0, 0x28] + Array("/x"))
    let wanted = Files.tree(source)
    mkdir(source + "/basic/1001/nothing", 0o755)
    symlink("sizes/1.bin", source + "/basic/1001/link")
    plant(Array("nobody's class"), Array("letters/1001/x"))
    plant(Array("no customer"), Array("basic/loose.txt"))

    let summary = try await scene.seal(source)
    #expect(summary.new == UInt64(wanted.count))
    #expect(summary.changed == 0 && summary.unchanged == 0)
    #expect(summary.bytes == wanted.values.reduce(0) { $0 + UInt64($1.size) })
    #expect(summary.newSubjects == 4)
    #expect(summary.emptyFolders == 1)
    #expect(Set(summary.leftOutByPath.keys) == ["basic/1001/link", "letters/1001/x", "basic/loose.txt"])
    #expect(summary.leftOutByPath["basic/1001/link"] == "is a symbolic link")

    let (files, exported) = try await scene.export()
    #expect(exported.findings.isEmpty)
    #expect(exported.records == exported.expected && exported.records == UInt64(wanted.count))
    #expect(exported.bytes == summary.bytes)
    #expect(files == wanted)
  }

  @Test(.enabled(if: getuid() != 0, "root reads everything"))
  func whatCantBeReadIsLeftOutByName() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1001/open.txt": "open", "basic/1001/closed.txt": "closed"])
    chmod(source + "/basic/1001/closed.txt", 0)
    let summary = try await scene.seal(source)
    #expect(summary.new == 1)
    #expect(Array(summary.leftOutByPath.keys) == ["basic/1001/closed.txt"])
  }

  @Test func sealingAgainStoresNothing() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1001/a": "a", "contracts/1002/b": "b", "basic/common/prices.csv": "1"])
    try await scene.seal(source)
    let before = Files.tree(scene.place)
    let again = try await scene.seal(source)
    #expect(
      again.new == 0 && again.changed == 0 && again.unchanged == 3 && again.boxes == 0
        && again.newSubjects == 0)
    #expect(Files.tree(scene.place) == before)
  }

  @Test func aChangedFileIsANewVersionOfTheSameRecord() async throws {
    let scene = try await Scene()
    let source = scene.source(["contracts/1001/loan.txt": "first", "contracts/1001/other.txt": "stays"])
    try await scene.seal(source)
    let first = try #require(try await scene.catalog()["contracts/1001/loan.txt"])
    Files.write("second, longer", to: source + "/contracts/1001/loan.txt", mtime: 1_650_000_000_000_000_001)
    let summary = try await scene.seal(source)
    #expect(summary.new == 0 && summary.changed == 1 && summary.unchanged == 1)
    // As long as before, and as old: only the content tells.
    Files.write("Second, longer", to: source + "/contracts/1001/loan.txt", mtime: 1_650_000_000_000_000_001)
    #expect(try await scene.seal(source).changed == 1)

    let found = try await scene.catalog()
    let newest = try #require(found["contracts/1001/loan.txt"])
    #expect(newest.id == first.id && newest.versions == 3 && newest.subject == first.subject)
    #expect(found["contracts/1001/other.txt"]?.versions == 1)
    #expect(try await scene.export().files == Files.tree(source))
  }

  @Test func aRecordThatIsPutBackAsItWasIsAVersionToo() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1001/a": "one"])
    try await scene.seal(source)
    Files.write("two", to: source + "/basic/1001/a")
    try await scene.seal(source)
    Files.write("one", to: source + "/basic/1001/a")
    #expect(try await scene.seal(source).changed == 1)
    #expect(try await scene.export().files == Files.tree(source))
  }

  @Test func aRecordOf130MebibytesComesInPartsAndBack() async throws {
    let scene = try await Scene()
    let mib = 1 << 20
    let file = scene.source(["basic/7/small.txt": "small"]) + "/communications/7/call.wav"
    let pieces = [0, 64 * mib - 3, 64 * mib, 128 * mib - 1, 130 * mib - 6].map { ($0, pattern(6, seed: $0)) }
    Files.sparse(file, size: 130 * mib, pieces: pieces)
    let source = scene.scratch.at("source")
    let summary = try await scene.seal(source)
    #expect(summary.new == 2 && summary.bytes == UInt64(130 * mib + 5) && summary.leftOut.isEmpty)
    let found = try #require(try await scene.catalog()["communications/7/call.wav"])
    #expect(found.size == UInt64(130 * mib) && found.places.count == 3)
    let wanted = Files.tree(source)
    #expect(try await scene.export().files == wanted)

    let again = try await scene.seal(source)
    #expect(again.unchanged == 2 && again.new == 0 && again.changed == 0 && again.boxes == 0)

    Files.sparse(file, size: 130 * mib, pieces: pieces + [(100 * mib, [1])])
    let changed = try await scene.seal(source)
    #expect(changed.changed == 1 && changed.unchanged == 1)
    let newest = try #require(try await scene.catalog()["communications/7/call.wav"])
    #expect(newest.id == found.id && newest.versions == 2)
    #expect(try await scene.export().files == Files.tree(source))
  }

  @Test func commonRecordsHaveOneSubject() async throws {
    let scene = try await Scene()
    try await scene.seal(
      scene.source("one", ["basic/common/prices.csv": "1", "contracts/common/form.txt": "2"]))
    try await scene.seal(scene.source("two", ["basic/common/list.csv": "3", "basic/1001/a": "4"]))
    let common = try await scene.catalog(Selection(subject: "common"))
    #expect(
      Set(common.keys) == ["basic/common/prices.csv", "contracts/common/form.txt", "basic/common/list.csv"])
    #expect(Set(common.values.map(\.subject)).count == 1)
    #expect(try await scene.catalog().count == 4)
  }

  @Test func findSelects() async throws {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1001/Übersicht.txt": "1", "contracts/1001/loan.pdf": "22"]))
    scene.clock.set(Clock.start + 5000)
    try await scene.seal(scene.source("later", ["contracts/1002/loan.pdf": "333"]))
    func found(_ selection: Selection) async throws -> Set<String> {
      Set(try await scene.catalog(selection).keys)
    }
    #expect(
      try await found(Selection(className: "contracts")) == [
        "contracts/1001/loan.pdf", "contracts/1002/loan.pdf",
      ])
    #expect(
      try await found(Selection(subject: "1001")) == ["basic/1001/Übersicht.txt", "contracts/1001/loan.pdf"])
    #expect(try await found(Selection(subject: " １００１ ")).count == 2)
    #expect(try await found(Selection(subject: "nobody")).isEmpty)
    #expect(try await found(Selection(subject: " ")).isEmpty)
    #expect(try await found(Selection(text: "übersicht")) == ["basic/1001/Übersicht.txt"])
    #expect(try await found(Selection(sealedSince: Clock.start + 5000)) == ["contracts/1002/loan.pdf"])
    let record = try #require(try await scene.catalog()["contracts/1001/loan.pdf"])
    #expect(
      try await found(Selection(record: String(record.id.hex.prefix(12)))) == ["contracts/1001/loan.pdf"])
    #expect(record.title.isEmpty && record.size == 2 && record.digest == Digest.sha256(of: Array("22")))
    #expect(await code { _ = try await found(Selection(className: "letters")) } == .input)
    let exported = try await scene.export(Selection(subject: "1002"))
    #expect(Set(exported.files.keys) == [Array("contracts/1002/loan.pdf")])
  }

  @Test func aPassphraseFoundsAndOpens() async throws {
    let scratch = Scratch()
    let machine = Machine(memory: scratch.at("memory")) { Clock.start }
    let place = scratch.at("vault")
    let right = KeySource.passphrase(Secret(copying: Array("nine paper lanterns over quiet water")))
    #expect(
      await code {
        _ = try await CreateVault.create(
          .folder(place), founder: .passphrase(Secret(copying: Array("aaaaaaaaaaaaaa"))), classes: .standard,
          in: machine)
      } == .input)
    let founded = try await CreateVault.create(
      .folder(place), founder: right, classes: .standard, in: machine)
    #expect(founded.founded == Clock.start)
    let opened = try await OpenPlace.open(.folder(place), in: machine, toWrite: true)
    let wrong = KeySource.passphrase(Secret(copying: Array("nine paper lanterns over quiet waters")))
    #expect(await code { try await opened.unlock(with: wrong) } == .wrongKey)
    #expect(opened.identity == nil)
    try await opened.unlock(with: right)
    Files.write("a", to: scratch.at("source/basic/1001/a"))
    #expect(try await opened.seal([scratch.at("source")], layout: .default).new == 1)
    #expect(try await opened.catalog().records.count == 1)
  }
}
