import Foundation
import TestKit
import Testing

/// Reports for auditors, as the program writes them.
@Suite(.timeLimit(.minutes(10))) struct ReportTests {
  private static let days = ["--from", "2026-01-01", "--to", "2099-12-31"]
  private static let nobody = ["STRONGROOM_IDENTITY": ""]

  /// What a report says of facts, by name.
  private static func verdicts(_ told: JSONKind, _ list: String, _ name: String) -> [String: String] {
    Dictionary(
      (told[list]?.items ?? []).compactMap { item in
        item[name]?.text.flatMap { name in item["verdict"]?.text.map { (name, $0) } }
      }, uniquingKeysWith: { one, _ in one })
  }

  @Test func anAuditorGetsAFolderWhoseProofsHold() async throws {
    let desk = try await Desk.withRecords()
    #expect(try await desk.run("verify", "--level", "hash", "--enter").code == 0)
    #expect(try await desk.run("verify", "copy", "--level", "hash", "--enter").code == 0)
    let red = try await desk.run(["report", "compliance", "--out", "before", "--json"] + Self.days)
      .object(.compliance)
    #expect(Self.verdicts(red, "controls", "control")["iso27001-a.8.13"] == "not_proved")
    #expect(try await desk.run("drill", "run", "site-lost", "--destination", "copy").code == 0)
    let told = try await desk.run(
      ["report", "compliance", "--out", "report", "--attest", "--json"] + Self.days
    ).object(.compliance)
    #expect(Self.verdicts(told, "controls", "control")["iso27001-a.8.13"] == "proved")
    let facts = Self.verdicts(told, "facts", "fact")
    #expect(facts["coverage"] == "proved" && facts["drills"] == "proved" && facts["erasures"] == "nothing")

    let vault = try #require(told["vault"]?.text)
    let proofs = desk.files("report/proofs")
    #expect(UInt64(proofs.count) == told["proofs"]?.integer && proofs.count > 5)
    let elsewhere = [
      "STRONGROOM_VAULT": "", "STRONGROOM_IDENTITY": "", "STRONGROOM_STATE": "elsewhere",
      "STRONGROOM_VAULT_ID": vault,
    ]
    for proof in proofs {
      let shown = try await desk.run(["proof", "check", "report/proofs/\(proof)", "--json"], with: elsewhere)
        .object(.checkedProof)
      #expect("\(shown["entry"]?.integer ?? 0).tlog-proof" == proof)
    }
    let vouched = try await desk.run(
      ["proof", "check", "report/report.tlog-proof", "--document", "report/report.json", "--json"],
      with: elsewhere
    ).object(.checkedProof)
    #expect(vouched["entry"] == told["attested"] && vouched["compared"]?.integer == 1)
    desk.write(try desk.text("report/report.json") + " ", to: "changed.json")
    #expect(
      try await desk.run(
        ["proof", "check", "report/report.tlog-proof", "--document", "changed.json"], with: elsewhere
      ).code == 1)
  }

  @Test func itNeedsNoKeyAndWorksAtACopy() async throws {
    let desk = try await Desk.withRecords()
    let vault = try await desk.run("ledger", "verify", "--json").object(.ledger)["vault"]?.text ?? ""
    #expect(try await desk.run("hold", "place", "--name", "case seven", "--everything").code == 0)
    let closed = try await desk.run(["report", "compliance"] + Self.days, with: Self.nobody)
    #expect(closed.code == 0 && closed.result.contains("not proved"), "\(closed.said)")
    let stem = "compliance-\(vault.prefix(8))-2026-01-01-2099-12-31"
    #expect(!(try desk.text("\(stem)/report-en.html")).contains("case seven"))
    #expect(try await desk.run(["report", "compliance", "--lang", "zh"] + Self.days).code == 0)
    #expect(try desk.text("\(stem)-2/report-zh.html").contains("case seven"))
    #expect(!desk.has("\(stem)-2/report-en.html"))
    let copy = try await desk.run(
      ["report", "compliance", "--vault", "copy", "--out", "ofcopy", "--json"] + Self.days, with: Self.nobody
    ).object(.compliance)
    #expect(copy["vault"]?.text == vault && (copy["size"]?.integer ?? 0) > 0)
    let refused = try await desk.run(
      ["report", "compliance", "--vault", "copy", "--out", "no", "--attest"] + Self.days)
    #expect(refused.code == 13 && !desk.has("no"), "\(refused.said)")
  }

  @Test func whatIsNoReportIsRefused() async throws {
    let desk = try await Desk.withRecords()
    for days in [
      ["--from", "2026-02-30", "--to", "2026-12-31"], ["--from", "2026-12-31", "--to", "2026-01-01"],
      ["--from", "1960-01-01", "--to", "1960-01-02"], ["--from", "2026-01-01"],
    ] {
      #expect(try await desk.run(["report", "compliance"] + days).code == 64, "\(days)")
    }
    desk.write("mine", to: "there/mine")
    let there = try await desk.run(["report", "compliance", "--out", "there"] + Self.days)
    #expect(there.code == 1 && desk.files("there") == ["mine"], "\(there.said)")
    #expect(try await desk.run("identity", "new", "helper").code == 0)
    #expect(try await desk.run("grant", "add", "helper.pub", "--role", "operator", "--yes").code == 0)
    let size = try await desk.run("status", "--json").object(.status)["size"]
    let operators = try await desk.run(
      ["report", "compliance", "--attest", "--out", "theirs"] + Self.days,
      with: ["STRONGROOM_IDENTITY": "helper"])
    #expect(operators.code == 13 && !desk.has("theirs"), "\(operators.said)")
    #expect(try await desk.run("status", "--json").object(.status)["size"] == size)
  }

  @Test func theInventoryHasClassesYearsAndPrices() async throws {
    let desk = try await Desk.withRecords()
    desk.write("per-gib-month: 1000\ncurrency: EUR\n", to: "prices.yml")
    let ran = try await desk.run("report", "inventory", "--prices", "prices.yml")
    #expect(
      ran.code == 0 && ran.result.contains("EUR a month") && ran.result.contains("contracts"), "\(ran.said)")
    let told = try await desk.run("report", "inventory", "--prices", "prices.yml", "--json").object(
      .inventory)
    let rows = told["rows"]?.items ?? []
    #expect(rows.compactMap { $0["class"]?.text } == ["basic", "contracts"])
    #expect(rows.allSatisfy { $0["price"]?.text != "0.000000" } && told["places"]?.integer == 2)
    let status = try await desk.run("status", "--json").object(.status)
    #expect(told["bytes"] == status["bytes"] && told["boxes"] == status["boxes"])
    let closed = try await desk.run(["report", "inventory", "--json"], with: Self.nobody).object(.inventory)
    #expect(closed["rows"]?.items?.allSatisfy { $0["class"]?.text == "" } == true)
    #expect(closed["bytes"] == told["bytes"] && closed["currency"] == nil)
    for (text, word) in [
      ("per-gib-month: many\ncurrency: EUR", "per-gib-month"), ("x: 1", "'x' is not known"),
    ] {
      desk.write(text, to: "wrong.yml")
      let wrong = try await desk.run("report", "inventory", "--prices", "wrong.yml")
      #expect(wrong.code == 1 && wrong.said.contains(word), "\(wrong.said)")
    }
    #expect(try await desk.run("report", "inventory", "--prices", "nowhere.yml").code == 1)
  }
}
