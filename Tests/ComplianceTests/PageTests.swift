import Foundation
import Rules
import Sealing
import TestKit
import Testing
import Vault

@testable import Compliance

/// Pages in both languages: whole, and with nothing in them that a browser acts on.
@Suite(.timeLimit(.minutes(10))) struct PageTests {
  @Test(arguments: ComplianceWords.all)
  func everythingHasItsWords(words: ComplianceWords) {
    #expect(Set(words.controls.keys) == Set(Control.allCases))
    #expect(Set(words.facts.keys) == Set(Fact.Kind.allCases))
    #expect(Set(words.figures.keys) == Set(Figure.Name.allCases))
    #expect(Set(words.lacks.keys) == Set(Lack.Code.allCases))
    #expect(Set(words.verdicts.keys) == Set(Verdict.allCases))
    let used =
      Role.allCases.map(\.rawValue) + VerifyLevel.allCases.map(\.rawValue)
      + DrillLevel.allCases.map(\.rawValue)
      + DrillVerdict.allCases.map(\.rawValue) + IdentityKind.allCases.map(\.rawValue)
      + KeyringChange.Reason.allCases.map(\.rawValue)
      + KnownRequest.How.allCases.map { "request_\($0.rawValue)" } + [
        "request_open", "taken_back", "confirmed",
      ]
    #expect(Set(used).subtracting(words.words.keys) == [])
    #expect(Set(words.words.keys) == Set(ComplianceWords.english.words.keys))
  }

  @Test func textsFromElsewhereAreTexts() async throws {
    let audit = try await Audit()
    let evil = "<script>alert('1')</script>{{vault}}\u{1b}[31m\u{202e}&"
    _ = try await audit.scene.open().placeHold(Hold.Terms(classes: [], subjects: [], name: evil, reason: ""))
    let report = try await audit.report()
    for words in ComplianceWords.all {
      let page = try CompliancePage(report: report, words: words, tool: Audit.tool, vouched: nil).render()
      #expect(page.contains("&lt;script&gt;alert(") && page.contains("{{vault}}"))
      for bad in ["<script", "\u{1b}", "\u{202e}", "http:", "https:", "src=", "url(", "@import", "<link"] {
        #expect(!page.contains(bad), "\(bad)")
      }
      #expect(page.hasSuffix("</html>\n") && page.contains(words.footer.prefix(20)))
      // Every table's rows have as many cells as its head.
      for table in page.split(separator: "<table class=\"rows\">").dropFirst() {
        let rows = table.prefix(upTo: table.firstRange(of: "</table>")?.lowerBound ?? table.endIndex)
          .split(separator: "<tr").dropFirst()
        let counts = Set(rows.map { $0.matches(of: /<t[hd]>/).count })
        #expect(counts.count == 1, "\(counts)")
      }
    }
  }

  @Test func figuresStandOnIt() async throws {
    let audit = try await Audit()
    try await audit.drill(.passed)
    let report = try await audit.report()
    let page = try CompliancePage(report: report, words: .english, tool: Audit.tool, vouched: nil).render()
    for figure in [
      "shortest RTO</span> <b>30 s</b>", "ledger size</span> <b>\(report.size)</b>",
      "root</span> <b>\(report.root.hex.prefix(8))</b>", "policy wants reads entered</span> <b>no</b>",
    ] { #expect(page.contains(figure), "\(figure)") }
    // And those of each row, before its entries.
    #expect(
      page.contains("<td>functional</td><td>passed</td><td>30 s</td><td>60 s</td><td>\(report.size - 1)</td>")
    )
  }

  @Test func entriesAreDrawnTogether() async throws {
    let audit = try await Audit()
    let report = try await audit.report()
    let page = CompliancePage(report: report, words: .english, tool: Audit.tool, vouched: nil)
    #expect(page.entries([1, 2, 3, 7, 9, 10], 0) == "1–3, 7, 9–10")
    #expect(page.entries([5], 12) == "5, and 12 more")
    let apart = (0..<40).map { UInt64($0) * 2 }
    #expect(page.entries(apart, 1).hasSuffix("78, and 25 more"))
  }

  @Test func redIsMarkedRed() async throws {
    let audit = try await Audit()
    let report = try await audit.report()
    let page = try CompliancePage(report: report, words: .english, tool: Audit.tool, vouched: nil).render()
    let red = Control.allCases.count { report.verdict(on: $0) == .notProved }
    #expect(red > 0 && page.matches(of: /<td class="verdict not_proved">/).count == red)
    #expect(page.contains("no drill of the period brought records back and passed"))
    let facts = report.facts.count { $0.verdict == .notProved }
    #expect(page.matches(of: /<span class="badge not_proved">/).count == facts)
  }
}
