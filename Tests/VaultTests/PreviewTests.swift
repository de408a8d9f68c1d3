import Rules
import Sealing
import TestKit
import Testing

@testable import Vault

/// What isn't sealed because somebody said so, and what sealing would do.
struct PreviewTests {
  private func excludes(_ patterns: String..., path: String, isFolder: Bool = false) throws -> Bool {
    try Exclusions(patterns).excludes(Array(path.utf8), isFolder: isFolder)
  }

  @Test func patterns() throws {
    #expect(try excludes("*.tmp", path: "a/b/c.tmp"))
    #expect(try !excludes("*.tmp", path: "a/b/c.tmp.pdf"))
    #expect(try excludes("Thumbs.db", path: "Thumbs.db"))
    #expect(try excludes(".*", path: "a/.hidden"))
    #expect(try excludes("/drafts", path: "drafts", isFolder: true))
    #expect(try !excludes("/drafts", path: "a/drafts", isFolder: true))
    #expect(try excludes("2019/*/notes.txt", path: "2019/x/notes.txt"))
    #expect(try !excludes("2019/*/notes.txt", path: "2019/x/y/notes.txt"))
    #expect(try excludes("tmp/", path: "a/tmp", isFolder: true))
    #expect(try !excludes("tmp/", path: "a/tmp"))
    #expect(try excludes("scan[0-9].pdf", path: "scan7.pdf"))
    #expect(try excludes("??.txt", path: "ab.txt") && !excludes("??.txt", path: "abc.txt"))
    for wrong in ["", "/", "a/**/b", "!keep", "a\0b"] {
      #expect(throws: VaultError(.input, "")) { () throws in _ = try Exclusions([wrong]) }
    }
    #expect(
      Exclusions.patterns(inLines: "# what we don't keep\n*.tmp\r\n\n  Thumbs.db\n") == [
        "*.tmp", "Thumbs.db",
      ])
  }

  @Test func whatIsExcludedIsCountedAndStaysOut() async throws {
    let scene = try await Scene()
    let source = scene.source([
      "basic/1/a.txt": "1", "basic/1/b.tmp": "2", "basic/1/cache/c.txt": "3", "basic/1/cache/d.txt": "4",
      "basic/2/cache": "a file of that name",
    ])
    let opened = try await scene.open()
    let sources = try SealSources(
      [source], layout: .default, excluding: Exclusions(["*.tmp", "cache/", "*.bak", "/basic/3"]))
    let summary = try await opened.seal(sources)
    #expect(summary.new == 2 && summary.excluded == 2 && summary.leftOut.isEmpty)
    #expect(summary.idlePatterns == ["*.bak", "/basic/3"])
    #expect(Set(try await scene.catalog().keys) == ["basic/1/a.txt", "basic/2/cache"])
  }

  @Test func aPreviewSaysWhatSealingDoesAndWritesNothing() async throws {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1/old.txt": "1", "basic/1/older.txt": "2"]))
    let source = scene.source([
      "basic/1/old.txt": "changed", "basic/1/new.txt": "33", "contracts/1/loan.pdf": "444",
      "contracts/ １ /loan.pdf": "the same customer and path", "contracts/9/x": "5", "nowhere/9/x": "6",
    ])
    let sources = try SealSources([source], layout: .default)
    let before = Files.tree(scene.place)
    let opened = try await scene.open(toWrite: false)
    let preview = try await opened.previewSeal(sources)
    #expect(Files.tree(scene.place) == before)
    #expect(preview.newSubjects == 1)
    #expect(Set(preview.leftOut.map { String(decoding: $0.path, as: UTF8.self) }).count == 2)
    let rows = preview.classes.flatMap { row in
      row.customers.map { customer in
        let subject = String(decoding: customer.subject, as: UTF8.self)
        return
          "\(row.name) \(subject): \(customer.new) \(customer.compared) \(customer.unchanged) \(customer.bytes)"
      }
    }
    // Files of the source fixture carry one time, so the one that didn't change looks as it was sealed, or is compared.
    #expect(rows.count == 3)
    #expect(rows.contains { $0.hasPrefix("basic 1: 1 ") })
    #expect(rows.contains("contracts 9: 1 0 0 1"))
    let sum = SealPreview.Customer.sum(preview.classes.flatMap(\.customers))
    #expect(sum.new == 3 && sum.compared + sum.unchanged == 2)
    let summary = try await scene.open().seal(sources)
    #expect(summary.new == sum.new && summary.changed == 1 && summary.unchanged == 1)
    #expect(summary.newSubjects == preview.newSubjects && summary.leftOut.count == preview.leftOut.count)
  }

  @Test func aFileThatIsNamedIsExcludedToo() async throws {
    let scene = try await Scene()
    let folder = scene.source(["a.tmp": "1", "b.txt": "2"])
    let layout = try SourceLayout(nil, className: "basic", subject: "7")
    let sources = SealSources(
      [folder + "/a.tmp", folder + "/b.txt"], layout: layout, excluding: try Exclusions(["*.tmp", "a.*"]))
    let summary = try await scene.open().seal(sources)
    #expect(summary.new == 1 && summary.excluded == 1 && summary.idlePatterns.isEmpty)
  }

  /// A layout that tells more than the one before gives a record its labels; one that tells less takes none away.
  @Test func labelsComeLaterAndStay() async throws {
    let scene = try await Scene()
    let source = scene.source(["7/2019-12-31_Note.pdf": "1"])
    let plain = try SourceLayout("{subject}/{path}", className: "basic", subject: nil)
    let telling = try SourceLayout("{subject}/{date}_{title}.pdf", className: "basic", subject: nil)
    let opened = try await scene.open()
    _ = try await opened.seal([source], layout: plain)
    #expect(try await opened.seal([source], layout: telling, rereads: true).changed == 1)
    #expect(try await opened.seal([source], layout: telling, rereads: true).unchanged == 1)
    Files.write("changed", to: source + "/7/2019-12-31_Note.pdf")
    #expect(try await opened.seal([source], layout: plain).changed == 1)
    let record = try #require(try await scene.catalog().values.first)
    #expect(record.versions == 3 && record.title == "Note" && record.date?.text == "2019-12-31")
  }

  @Test func labelsOfAPath() async throws {
    let scene = try await Scene()
    let source = scene.source(["7/2019-12-31_Note.pdf": "1", "7/20200101_Übergabe.pdf": "2"])
    let layout = try SourceLayout("{subject}/{date}_{title}.pdf", className: "basic", subject: nil)
    let opened = try await scene.open()
    let preview = try await opened.previewSeal(SealSources([source], layout: layout))
    #expect(preview.classes.first?.examples.map(\.title) == ["Note", "Übergabe"])
    _ = try await opened.seal([source], layout: layout)
    try await scene.seal(scene.source("mail", ["basic/7/x": "3"]))
    func found(since: String? = nil, until: String? = nil) async throws -> [String] {
      let selection = Selection(since: since.flatMap { CivilDay($0) }, until: until.flatMap { CivilDay($0) })
      return try await scene.catalog(selection).values.map(\.title).sorted()
    }
    #expect(try await found() == ["", "Note", "Übergabe"])
    #expect(try await found(since: "2020-01-01") == ["Übergabe"])
    #expect(try await found(until: "2020-01-01") == ["Note", "Übergabe"])
    #expect(try await found(since: "2019-12-31", until: "2019-12-31") == ["Note"])
    var undated: UInt64 = 0
    undated = try await scene.open().forEachCustomer(Selection(since: CivilDay("2020-01-01"))) { _ in }
      .undated
    #expect(undated == 1)
  }
}
