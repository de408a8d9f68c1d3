import Glibc
import Sealing
import TestKit
import Testing

@testable import Vault

/// Sources that are not what one would wish: names that meet, spellings, layouts, years.
struct SourceTests {
  @Test func twoSourcesMayHaveTheSamePath() async throws {
    let scene = try await Scene()
    let one = scene.source("bank", ["basic/1001/a.txt": "of the bank", "basic/1001/b.txt": "alone"])
    let two = scene.source("shop", ["basic/1001/a.txt": "of the shop"])
    let opened = try await scene.open()
    let summary = try await opened.seal([one, two], layout: .default)
    #expect(summary.new == 3 && summary.leftOut.isEmpty)
    let records = try await scene.open(toWrite: false).catalog().records.filter { $0.path == Array("a.txt") }
    #expect(Set(records.map(\.source)) == ["bank", "shop"])
    #expect(Set(records.map(\.id)).count == 2 && Set(records.map(\.subject)).count == 1)
    let files = try await scene.export().files
    #expect(
      Set(files.keys)
        == Set(["basic/1001/a.txt", "basic/1001/a.txt~shop", "basic/1001/b.txt"].map { Array($0) }))
    #expect(files[Array("basic/1001/a.txt~shop")]?.digest == Digest.sha256(of: Array("of the shop")))
    // Each source is known by its own name when it comes again.
    #expect(try await scene.seal(one).unchanged == 2)
    #expect(try await scene.seal(two).unchanged == 1)
  }

  @Test func twoSourcesOfOneNameDontOverwriteEachOther() async throws {
    let scene = try await Scene()
    let one = scene.source("x/docs", ["basic/1001/a.txt": "one"])
    let two = scene.source("y/docs", ["basic/1001/a.txt": "two", "basic/1001/b.txt": "three"])
    let opened = try await scene.open()
    let summary = try await opened.seal([one, two], layout: .default)
    #expect(summary.new == 2 && Array(summary.leftOutByPath.keys) == ["basic/1001/a.txt"])
  }

  @Test func spellingsOfOneNumberAreOneCustomer() async throws {
    let scene = try await Scene()
    let source = scene.source([
      "basic/A1001/a": "1", "basic/ A1001/b": "2", "basic/Ａ１００１/c": "3", "contracts/A1001\u{3000}/d": "4",
      "basic/a1001/e": "another customer: case is kept",
    ])
    let summary = try await scene.seal(source)
    #expect(summary.new == 5 && summary.newSubjects == 2 && summary.leftOut.isEmpty)
    let found = try await scene.catalog(Selection(subject: "A1001"))
    #expect(found.count == 4 && Set(found.values.map(\.subject)).count == 1)
    #expect(try await scene.export().files == Files.tree(source))
  }

  @Test func aRecordThatTwoSpellingsNameIsTakenOnceAndSaidSo() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1001/a": "one", "basic/１００１/a": "two", "basic/1001/b": "three"])
    for expected in [(new: 2, unchanged: 0), (0, 2)] as [(new: UInt64, unchanged: UInt64)] {
      let summary = try await scene.seal(source)
      #expect(summary.new == expected.new && summary.unchanged == expected.unchanged && summary.changed == 0)
      #expect(
        summary.leftOutByPath == [
          "basic/１００１/a":
            "another file is the same record: its class, customer, source and path are the same"
        ])
    }
    let files = try await scene.export().files
    #expect(files[Array("basic/1001/a")]?.digest == Digest.sha256(of: Array("one")))
  }

  @Test func aFolderWithoutANumberIsLeftOut() async throws {
    let scene = try await Scene()
    let long = String(repeating: "7", count: 200)
    let source = scene.source(["basic/ /a": "1", "basic/\u{3000}\u{2003}/b": "2", "basic/\(long)/c": "3"])
    let summary = try await scene.seal(source)
    #expect(summary.new == 1)
    #expect(Set(summary.leftOutByPath.values) == ["its customer has no number"])
    #expect(try await scene.catalog().count == 1)
  }

  @Test func aFileMayBecomeAFolder() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1001/notes": "a file"])
    try await scene.seal(source)
    Files.unlink(source + "/basic/1001/notes")
    Files.write("in a folder", to: source + "/basic/1001/notes/1.txt")
    #expect(try await scene.seal(source).new == 1)
    let (files, summary) = try await scene.export()
    #expect(summary.findings.isEmpty && summary.records == 2)
    #expect(Set(files.keys) == Set(["basic/1001/notes", "basic/1001/notes~source/1.txt"].map { Array($0) }))
  }

  @Test func layoutsTellClassAndCustomer() async throws {
    let scene = try await Scene()
    let opened = try await scene.open()
    let turned = scene.source("turned", ["2019/1001/x/contracts/in/a.txt": "1", "2019/1001/y/b.txt": "2"])
    let summary = try await opened.seal(
      [turned], layout: try SourceLayout("2019/{subject}/*/{class}/{path}", className: nil, subject: nil))
    #expect(summary.new == 1 && Array(summary.leftOutByPath.keys) == ["2019/1001/y/b.txt"])
    let mails = scene.source("mails", ["1001/1.eml": "3", "1002/sub/2.eml": "4"])
    _ = try await opened.seal(
      [mails], layout: try SourceLayout(nil, className: "communications", subject: nil))
    let single = scene.source("single", ["scan.pdf": "5"]) + "/scan.pdf"
    _ = try await opened.seal([single], layout: try SourceLayout(nil, className: "basic", subject: "1003"))
    #expect(
      Set(try await scene.catalog().keys) == [
        "contracts/1001/x/in/a.txt", "communications/1001/1.eml", "communications/1002/sub/2.eml",
        "basic/1003/scan.pdf",
      ])
    for wrong in [
      "{class}/{subject}", "{path}", "{class}/{class}/{subject}/{path}", "{class}//{subject}/{path}",
      "x{y}/{path}",
    ] {
      #expect(throws: VaultError(.input, "")) { () throws in
        _ = try SourceLayout(wrong, className: nil, subject: nil)
      }
    }
    for wrong in ["..", ".", "", "a/b", "/"] {
      #expect(throws: VaultError(.input, "")) { () throws in
        _ = try SourceLayout(nil, className: "basic", subject: wrong)
      }
    }
  }

  @Test(
    arguments: [
      (1_798_761_599, [2036, 2032]),  // 2026-12-31 23:59:59
      (1_798_761_600, [2037, 2033]),  // 2027-01-01 00:00:00
      (1_835_481_599, [2038, 2034]),  // 2028-02-29 23:59:59
    ] as [(UInt64, [UInt64])])
  func retentionEndsWithTheYear(time: UInt64, years: [UInt64]) async throws {
    let scene = try await Scene()
    scene.clock.set(time)
    try await scene.seal(scene.source(["basic/1/a": "ten years", "communications/1/b": "six years"]))
    let boxes = try await scene.open(toWrite: false).state.liveBoxes()
    #expect(boxes.map(\.box.year).sorted() == years.sorted())
  }

  /// The same names as in Tests/Reader/test_reader.py.
  @Test func exportedNamesAreNoLongerThanFileSystemsTake() throws {
    func record(_ path: [UInt8], _ source: String, of subject: String = "1") throws -> FoundRecord {
      let id = try Identifier.random()
      return FoundRecord(
        id: id, classID: id, className: "c", subject: id, subjectAsGiven: Array(subject.utf8), source: source,
        path: path, title: "", date: nil, size: 0, digest: .sha256(of: []), sealedAt: 0, modified: 0,
        mode: 0o600,
        version: 1, versions: 1, firstEntry: 0, places: [])
    }
    func twice(_ path: [UInt8]) throws -> [FoundRecord] { [try record(path, "s"), try record(path, "t")] }
    func bytes(_ text: String, _ count: Int) -> [UInt8] { Array(String(repeating: text, count: count).utf8) }
    let odd = [UInt8](repeating: 0x80, count: 255)
    let records =
      try twice(bytes("a", 250) + Array(".pdf".utf8)) + twice(bytes("客", 85)) + twice(odd)
      + [
        record(bytes("b", 250), "s"), record(bytes("b", 250), String(repeating: "é", count: 100)),
        record(Array("x".utf8), "s", of: String(repeating: "k", count: 300)),
      ]
    var names = ExportNames(records)
    let taken = records.map {
      Array(names.take(for: [$0])[0].dropFirst(2 + ($0.subjectAsGiven.count == 1 ? 2 : 0)))
    }
    #expect(taken[0] == bytes("a", 250) + Array(".pdf".utf8))
    #expect(taken[1] == bytes("a", 250) + Array(".pd~t".utf8))
    #expect(taken[2] == bytes("客", 85) && taken[3] == bytes("客", 84) + Array("~t".utf8))
    #expect(taken[4] == odd && taken[5] == odd.dropLast(2) + Array("~t".utf8))
    #expect(taken[7] == bytes("b", 128) + Array("~".utf8) + bytes("é", 63))
    // An older version beside the newest one.
    var old = records[0]
    (old.version, old.versions) = (1, 2)
    var new = records[0]
    (new.version, new.versions) = (2, 2)
    var versions = ExportNames([new, old])
    #expect(versions.take(for: [new])[0].dropFirst(4) == taken[0][...])
    #expect(Array(versions.take(for: [old])[0].dropFirst(4)) == bytes("a", 250) + Array(".p~v1".utf8))
    let digest = Digest.sha256(of: bytes("k", 300)).hex
    #expect(taken[8] == bytes("k", 189) + Array("%~\(digest)/x".utf8))
  }

  @Test func aFileThatGivesMoreThanItsSizeIsNotSealedAsEmpty() async throws {
    let scene = try await Scene()
    let opened = try await scene.open()
    // Its size is said to be 0.
    let summary = try await opened.seal(
      ["/proc/self/status"], layout: try SourceLayout(nil, className: "basic", subject: "1"))
    #expect(summary.new == 0 && summary.leftOut.count == 1)
    #expect(summary.leftOut.first?.reason.contains("gives other bytes than its size of 0 says") == true)
    #expect(try await scene.catalog().isEmpty)
  }

  @Test func filesOfTwoFoldersAreNoVersionsOfEachOther() async throws {
    let scene = try await Scene()
    let one = scene.source("one", ["2019.pdf": "of one"]) + "/2019.pdf"
    let other = scene.source("other", ["2019.pdf": "of another"]) + "/2019.pdf"
    let opened = try await scene.open()
    let fixed = try SourceLayout(nil, className: "basic", subject: "1")
    for file in [one, other, one] { _ = try await opened.seal([file], layout: fixed) }
    let records = try await opened.catalog().records
    #expect(records.map(\.source).sorted() == ["one", "other"] && records.allSatisfy { $0.versions == 1 })
    // Under one name they would be: the second one is left out and named.
    let summary = try await opened.seal([one, other], layout: fixed, source: "all")
    #expect(summary.new == 1 && Array(summary.leftOutByPath.keys) == ["2019.pdf"])
  }

  @Test func aVaultAmongTheRecordsIsLeftOut() async throws {
    let scene = try await Scene()
    let source = scene.source("disk", ["basic/1/letter": "x", "basic/2/letter": "y"])
    Files.copy(scene.place, to: source + "/basic/1/vault")
    let opened = try await scene.open()
    let summary = try await opened.seal([source], layout: .default)
    #expect(summary.new == 2)
    #expect(summary.leftOut.map { String(decoding: $0.path, as: UTF8.self) } == ["basic/1/vault"])
    #expect(summary.leftOut.first?.reason.hasPrefix("is a vault or a copy of one") == true)
    let whole = try await opened.seal(
      [source + "/basic/1/vault"], layout: try SourceLayout(nil, className: "basic", subject: "1"))
    #expect(whole.new == 0 && whole.leftOut.map { String(decoding: $0.path, as: UTF8.self) } == ["."])
  }

  @Test func aTimeThatCannotBeKeptIsNamed() async throws {
    let scene = try await Scene()
    let source = scene.source("times", ["basic/1/late": "x", "basic/1/usual": "y"])
    let times = [timespec](repeating: timespec(tv_sec: 20_000_000_000, tv_nsec: 0), count: 2)
    let path = source + "/basic/1/late"
    #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
    var status = stat()
    #expect(stat(path, &status) == 0)
    // A file system that can't have such a time has another one, which can be kept.
    guard status.st_mtim.tv_sec == 20_000_000_000 else { return }
    let summary = try await scene.open().seal([source], layout: .default)
    #expect(summary.new == 1)
    #expect(summary.leftOut.map(\.reason).first?.hasPrefix("has a time before 1677 or after 2262") == true)
  }

  @Test func exportedNamesLeadNowhereElse() {
    #expect(ExportNames.part(Array("..")) == Array("%2E%2E"))
    #expect(ExportNames.part(Array(".")) == Array("%2E"))
    #expect(ExportNames.part(Array("a/b\0c")) == Array("a%2Fb%00c"))
    #expect(ExportNames.part(Array("a%2Fb")) == Array("a%252Fb"))
    #expect(ExportNames.part([]) == Array("%"))
    #expect(ExportNames.part(Array("..a 客")) == Array("..a 客"))
  }
}
