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
    #expect(Set(files.keys) == Set(["basic/1001/notes~source", "basic/1001/notes/1.txt"].map { Array($0) }))
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
        "contracts/1001/in/a.txt", "communications/1001/1.eml", "communications/1002/sub/2.eml",
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

  @Test func exportedNamesLeadNowhereElse() {
    #expect(ExportNames.part(Array("..")) == Array("%2E%2E"))
    #expect(ExportNames.part(Array(".")) == Array("%2E"))
    #expect(ExportNames.part(Array("a/b\0c")) == Array("a%2Fb%00c"))
    #expect(ExportNames.part([]) == Array("%"))
    #expect(ExportNames.part(Array("..a 客")) == Array("..a 客"))
  }
}
