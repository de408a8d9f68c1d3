import Rules
import Testing

@testable import Vault

/// How a layout reads paths.
struct LayoutTests {
  /// "class|subject|kept|path|title|date", or nil.
  private func read(_ path: String, _ layout: String, className: String? = nil, subject: String? = nil) throws
    -> String?
  {
    let layout = try SourceLayout(layout, className: className, subject: subject)
    guard let read = layout.read(Array(path.utf8)) else { return nil }
    let parts = [Array(read.className), Array(read.subject), read.kept, Array(read.path)].map {
      String(decoding: $0, as: UTF8.self)
    }
    return (parts + [read.title, read.date?.text ?? ""]).joined(separator: "|")
  }

  @Test(
    arguments: [
      ("contracts/7/a/b.txt", "{class}/{subject}/{path}", "contracts|7||a/b.txt||"),
      ("7/contracts/a", "{subject}/{class}/{path}", "contracts|7||a||"),
      ("archive/c/7/a", "archive/{class}/{subject}/{path}", "c|7||a||"),
      ("other/c/7/a", "archive/{class}/{subject}/{path}", nil),
      ("c/7", "{class}/{subject}/{path}", nil),
      // What varies besides class and customer stays in the path: else two files would become one record.
      ("2019/c/7/a", "*/{class}/{subject}/{path}", "c|7|2019/|a||"),
      ("c/7/2019/a", "{class}/{subject}/*/{path}", "c|7|2019/|a||"),
      ("x1/c/7/y2/a", "x*/{class}/{subject}/y*/{path}", "c|7|x1/y2/|a||"),
      ("c/Meier_Anna_7/a", "{class}/{title}_{subject}/{path}", "c|7|Meier_Anna_7/|a|Meier_Anna|"),
      ("c/7_Meier_Anna/a", "{class}/{subject}_{title}/{path}", "c|7|7_Meier_Anna/|a|Meier_Anna|"),
      ("c/7-old-b/a", "{class}/{subject}-*/{path}", "c|7|7-old-b/|a||"),
      ("c-7/a", "{class}-{subject}/{path}", "c|7||a||"),
      ("c/K7/a", "{class}/K{subject}/{path}", "c|7||a||"),
      ("c/7/a", "{class}/K{subject}/{path}", nil),
      ("c/K/a", "{class}/K{subject}/{path}", nil),
      (
        "c/7/2021-05-03_Brief.pdf", "{class}/{subject}/{date}_{title}.pdf",
        "c|7||2021-05-03_Brief.pdf|Brief|2021-05-03"
      ),
      (
        "c/7/20210503_Brief.pdf", "{class}/{subject}/{date}_{title}.pdf",
        "c|7||20210503_Brief.pdf|Brief|2021-05-03"
      ),
      (
        "c/7/20210503 Brief.pdf.pdf", "{class}/{subject}/{date} {title}.pdf",
        "c|7||20210503 Brief.pdf.pdf|Brief.pdf|2021-05-03"
      ),
      ("c/7/2021-02-30_Brief.pdf", "{class}/{subject}/{date}_{title}.pdf", nil),
      ("c/7/sub/2021-05-03_Brief.pdf", "{class}/{subject}/{date}_{title}.pdf", nil),
      ("c/7/2021-05-03/a", "{class}/{subject}/{date}/{path}", "c|7|2021-05-03/|a||2021-05-03"),
      ("c/王_7/合同.txt", "{class}/{title}_{subject}/{path}", "c|7|王_7/|合同.txt|王|"),
    ] as [(String, String, String?)])
  func paths(_ path: String, _ layout: String, _ expected: String?) throws {
    #expect(try read(path, layout) == expected)
  }

  @Test func whatIsFixedIsNotRead() throws {
    #expect(try read("a/b", "{path}", className: "c", subject: "7") == "c|7||a/b||")
    #expect(try read("x_y.txt", "{title}_*.txt", className: "c", subject: "7") == "c|7||x_y.txt|x|")
  }

  @Test(arguments: [
    "{class}/{subject}", "{class}{subject}/{path}", "{class}/{subject}*/{path}", "{class}/{subject}/{path}/x",
    "{class}/{subject}/a{path}", "{class}/{title}-{title}/{subject}/{path}",
    "{class}/{subject}/{date}/{date}/{path}",
    "{class}/{subject}/a}/{path}", "{class}/{subject}/{/{path}", "{class}/{subject}/*-*-*-*-*/{path}", "",
    "{class}/{subject}/",
  ])
  func refused(_ layout: String) {
    #expect(throws: VaultError(.input, "")) { () throws in
      _ = try SourceLayout(layout, className: nil, subject: nil)
    }
  }

  /// Every place is tried for what varies, and no name can make that long.
  @Test func aNameThatFitsNowhere() throws {
    let name = String(repeating: "_", count: 255)
    // Tried anew from each place these took half an hour.
    for number in 0..<100 {
      #expect(try read("c/7/\(name.dropLast(4))\(number)", "{class}/{subject}/*_*_*_*.pdf") == nil)
    }
  }
}

struct CivilDayTests {
  @Test(
    arguments: [
      ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2024-03-01", 19_783),
      ("0001-01-01", -719_162),
      ("9999-12-31", 2_932_896), ("1600-02-29", -135_081),
    ] as [(String, Int32)])
  func days(_ text: String, _ days: Int32) throws {
    #expect(try #require(CivilDay(text)).days == days)
    #expect(try #require(CivilDay(days: days)).text == text)
  }

  @Test(arguments: [
    "2023-02-29", "1900-02-29", "2023-13-01", "2023-00-01", "2023-01-00", "2023-04-31", "0000-01-01",
    "23-01-01",
    "2023-1-01", "2023-01-01x", "20230101", "", "2023/01/01", "+023-01-01", "２023-01-01",
  ])
  func noDay(_ text: String) { #expect(CivilDay(text) == nil) }

  @Test func outside() {
    #expect(CivilDay(days: -719_163) == nil && CivilDay(days: 2_932_897) == nil)
    #expect(CivilDay(days: .max) == nil && CivilDay(days: .min) == nil)
  }
}
