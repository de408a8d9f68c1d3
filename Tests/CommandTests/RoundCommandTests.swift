import Drill
import Foundation
import TestKit
import Testing

@testable import strongroom

/// `round` as a person or a timer runs it, over a configuration file.
@Suite(.timeLimit(.minutes(10))) struct RoundCommandTests {
  private static func desk(_ more: String = "") async throws -> Desk {
    let desk = try await Desk.withRecords()
    desk.write("#!/bin/sh\nexec cat >> '\(desk.at("told"))'\n", to: "tell")
    chmod(desk.at("tell"), 0o755)
    desk.write(
      """
      vault: vault
      identity: me
      destinations: {cellar: copy}
      drills: {monthly: {plan: site-lost, destination: cellar, every: 30d}}
      round: {metrics: figures.prom, evidence: proofs}
      notices: {command: tell}
      \(more)
      """, to: "round.yml")
    return desk
  }

  private static let with = [
    "STRONGROOM_CONFIG": "round.yml", "STRONGROOM_IDENTITY": "", "STRONGROOM_VAULT": "",
  ]

  @Test func itDoesWhatIsDueAndSaysSo() async throws {
    let desk = try await Self.desk()
    let before = desk.files("vault")
    let look = try await desk.run("round", "--dry-run", with: Self.with)
    #expect(look.code == 0 && look.result.contains("  drill monthly: now\n"), "\(look.result)\(look.said)")
    #expect(desk.files("vault") == before && !desk.has("told"))
    let ran = try await desk.run("round", with: Self.with)
    #expect(ran.code == 0, "\(ran.result)\(ran.said)")
    #expect(ran.result.hasPrefix("all is well\n"))
    for words in [
      "  verification of the vault: 2 boxes read", "  verification at cellar: 2 boxes read",
      "  drill monthly: passed, entered as", "next: the snapshot to cellar, not before",
    ] { #expect(ran.result.contains(words), "\(words): \(ran.result)") }
    #expect(try desk.text("figures.prom").contains("strongroom_round_success{"))
    #expect(desk.files("proofs").contains { $0.hasSuffix(".tlog-proof") })
    // Of what is well nobody is told in the first week; looking says the same as doing.
    let status = try await desk.run("status", with: Self.with)
    #expect(status.code == 0 && status.result.hasPrefix("all is well\n"))
    let again = try await desk.run("round", with: Self.with)
    #expect(again.code == 0 && !again.result.contains("done:"))
  }

  @Test func whatCannotBeDoneIsSaidAndPeopleAreTold() async throws {
    let desk = try await Self.desk("risks: nowhere.yml")
    try FileManager.default.moveItem(atPath: desk.at("copy"), toPath: desk.at("unplugged"))
    let later = try await desk.later(days: 2)
    let ran = try await desk.run("round", with: Self.with.merging(later) { $1 })
    #expect(ran.code == 2)
    #expect(
      ran.result.contains("there is nothing of a vault at destination cellar: is its disk mounted?"),
      "\(ran.result)")
    #expect(ran.result.contains("  verification of the vault: 2 boxes read"))
    #expect(ran.result.contains("the register of risks can't be read"))
    #expect(try desk.text("told").contains("wrong"))
  }

  @Test func aMissedObjectiveIsTheExitCode() async throws {
    let desk = try await Self.desk()
    desk.write(
      """
      name: strict
      title: As good as new at once
      story: Nothing may be lost.
      loses: [vault]
      snapshot: {before: 12h}
      objectives: {rto: 1h, rpo: 1s}
      """, to: "strict.yml")
    desk.write(
      try desk.text("round.yml").replacing("plan: site-lost", with: "plan: strict.yml"), to: "round.yml")
    // The round takes a new snapshot; the plan wants one of half a day before, which loses a day.
    let later = try await desk.later(days: 1)
    let missed = try await desk.run("round", with: Self.with.merging(later) { $1 })
    #expect(missed.code == 20, "\(missed.result)\(missed.said)")
    #expect(missed.result.contains("drill monthly: FAILED: "))
    #expect(missed.result.contains("entered as findings: "))
  }

  @Test func aVaultThatIsGoneIsCriedOut() async throws {
    let desk = try await Self.desk()
    try FileManager.default.moveItem(atPath: desk.at("vault"), toPath: desk.at("stolen"))
    let ran = try await desk.run("round", with: Self.with)
    #expect(ran.code == 10, "\(ran.said)")
    #expect(try desk.text("told").contains("a round could not be done"))
  }

  @Test(arguments: [
    ("notices: {mail: {to: [nobody]}}", "'to' is a list of mail addresses"),
    ("notices: {mail: {to: [\"a@b, c@d\"]}}", "'to' is a list of mail addresses"),
    ("notices: {webhook: {}}", "say 'url', or 'url-file'"),
    ("round: {every: daily}", "'every' is a span of time"),
    ("drills: {monthly: {destination: ./cellar}}", "'plan' is missing"),
    ("drills: {monthly: {plan: site-lost, destination: celler}}", "there is no destination 'celler' here"),
    ("drills: {Monthly: {plan: site-lost}}", "a drill's name may have"),
  ])
  func aWrongConfigurationIsExplained(_ text: String, _ words: String) throws {
    let fault = #expect(throws: (any Error).self) { try Configuration(yaml: text, at: "/c.yml") }
    #expect((fault as? YAMLFault)?.what.contains(words) == true, "\(String(describing: fault))")
  }

  @Test func aNoticeIsTriedOut() async throws {
    let desk = try await Self.desk()
    let tried = try await desk.run("notify", "test", with: Self.with)
    #expect(tried.code == 0 && tried.result == "command   handed over\n")
    desk.write(
      try desk.text("round.yml").replacing("command: tell", with: "command: nobody"), to: "round.yml")
    let failed = try await desk.run("notify", "test", with: Self.with)
    #expect(failed.code == 2 && failed.result.contains("command   FAILED: the command can't be run"))
    let none = try await desk.run("notify", "test", with: ["STRONGROOM_CONFIG": ""])
    #expect(none.code == 1 && none.said.contains("it has no 'notices'"))
  }

  @Test func riskIsRedWhereNoDrillPassed() async throws {
    let desk = try await Self.desk()
    desk.write(
      """
      fire: {risk: It burns down, likelihood: 2, impact: 5, measure: A copy elsewhere, plan: site-lost, every: 90d}
      """, to: "risks.yml")
    let open = try await desk.run("risk", "risks.yml")
    #expect(open.code == 2 && open.result.contains("UNTESTED     10  It burns down"), "\(open.result)")
    #expect(try await desk.run("drill", "run", "site-lost", "--destination", "copy").code == 0)
    let tested = try await desk.run("risk", "risks.yml")
    #expect(tested.code == 0 && tested.result.contains("\ntested"), "\(tested.result)")
    let late = try await desk.run("risk", "risks.yml", with: try await desk.later(days: 91))
    #expect(late.code == 2)
    // What one drill showed a later one that fails takes back.
    try desk.spoilBoxes(of: "copy")
    #expect(try await desk.run("drill", "run", "site-lost", "--destination", "copy").code == 20)
    #expect(try await desk.run("risk", "risks.yml").code == 2)
    desk.write(
      "fire: {risk: It burns down, likelihood: 9, impact: 5, measure: m, plan: site-lost}", to: "risks.yml")
    let wrong = try await desk.run("risk", "risks.yml")
    #expect(wrong.code == 1 && wrong.said.contains("'likelihood' is a number from 1 to 5"))
  }

  @Test func verificationWithinReadsWhatIsOld() async throws {
    let desk = try await Desk.withRecords()
    // What nobody ever read is read, however lately it came.
    let first = try await desk.run("verify", "--within", "30d", "--for", "1s", "--enter")
    #expect(first.code == 0 && first.result.contains("vault: 2 boxes"), "\(first.result)")
    let none = try await desk.run("verify", "--within", "30d", "--enter")
    #expect(none.code == 0 && none.result.contains("0 boxes (0 B), verified at level hash"), "\(none.result)")
    let later = try await desk.later(days: 31)
    let read = try await desk.run("verify", "--within", "30d", "--enter", with: later)
    #expect(read.result.contains("vault: 2 boxes"), "\(read.result)\(read.said)")
    #expect(read.result.contains("every other box was read within 30 days"))
    let again = try await desk.run("verify", "--within", "30d", "--enter", with: later)
    #expect(again.result.contains("0 boxes (0 B)"))
    #expect(try await desk.run("verify", "--for", "1m").code == 64)
    #expect(try await desk.run("verify", "--within", "30", "--json").code == 64)
    #expect(try await desk.run("verify", "--level", "open", "--within", "30d").code == 64)
  }
}
