import Testing

/// What takes two custodians, as the two of them see it.
@Suite(.timeLimit(.minutes(10))) struct RequestTests {
  /// `me` founded the vault, `second` is a custodian too.
  private static func desk() async throws -> Desk {
    let desk = try await Desk.withRecords()
    for name in ["second", "third", "clerk"] {
      #expect(try await desk.run("identity", "new", name).code == 0)
    }
    let granted = try await desk.run("grant", "add", "second.pub", "--role", "custodian", "--yes")
    #expect(granted.code == 0, "\(granted.said)")
    return desk
  }

  private static let second = ["STRONGROOM_IDENTITY": "second"]

  private static func asked(_ ran: Ran) throws -> String {
    let words = try #require(ran.result.firstMatch(of: #/request ([0-9]+): /#)).output.1
    return String(words)
  }

  @Test func oneAsksAndAnotherApproves() async throws {
    let desk = try await Self.desk()
    let add = ["grant", "add", "third.pub", "--role", "custodian", "--label", "Dora", "--yes"]
    let ran = try await desk.run(add)
    #expect(ran.code == 14 && ran.result.contains("it waits for another custodian, until "), "\(ran.said)")
    let number = try Self.asked(ran)
    #expect(ran.said.contains("strongroom request approve \(number)"))
    let again = try await desk.run(add)
    #expect(again.code == 13 && again.said.contains("request \(number) waits"))
    let theirs = try await desk.run(add, with: Self.second)
    #expect(theirs.code == 13 && theirs.said.contains("strongroom request approve \(number)"))

    let listed = try await desk.run("request", "list", "--json", with: Self.second).objects(.request)
    #expect(listed.map { $0["state"] } == [.text("open")])
    #expect(
      listed.first?["what"]?.text?.contains("a custodian, who opens everything, called \"Dora\"") == true)
    let blind = try await desk.run("request", "show", number, with: ["STRONGROOM_IDENTITY": ""])
    #expect(blind.result.contains("sealed to the journal") && !blind.result.contains("Dora"))

    #expect(try await desk.run("request", "approve", number, "--yes").code == 13)
    let silent = try await desk.run("request", "approve", number, with: Self.second)
    #expect(silent.code == 13 && silent.said.contains("nobody said yes"))
    let done = try await desk.run("request", "approve", number, "--yes", with: Self.second)
    #expect(done.code == 0 && done.result.contains("request \(number) is carried out"), "\(done.said)")
    #expect(try await desk.run("keys", "list", with: ["STRONGROOM_IDENTITY": "third"]).code == 0)
    #expect(try await desk.run("grant", "list").result.contains("Dora"))
    let twice = try await desk.run("request", "approve", number, "--yes", with: Self.second)
    #expect(twice.code == 13 && twice.said.contains("it was carried out"))
    #expect(try await desk.run("request", "list").result == "nothing waits\n")
    #expect(try await desk.run("request", "list", "--all").result.contains("it was carried out"))
  }

  @Test func nobodyKeepsTheirKeyByDeclining() async throws {
    let desk = try await Self.desk()
    let add = try await desk.run("grant", "add", "third.pub", "--role", "custodian", "--yes")
    let number = try Self.asked(add)
    #expect(try await desk.run("request", "approve", number, "--yes", with: Self.second).code == 0)
    guard
      case .text(let third)? = try await desk.run("identity", "show", "third.pub", "--json").object(
        .identity)["identity"]
    else { throw Trouble("no id") }
    let revoke = try await desk.run("grant", "revoke", third, "--reason", "stolen", "--yes")
    #expect(revoke.code == 14)
    let asked = try Self.asked(revoke)
    let thief = ["STRONGROOM_IDENTITY": "third"]
    #expect(try await desk.run("request", "decline", asked, "--yes", with: thief).code == 13)
    // Anything else they may decline.
    let other = try await desk.run("grant", "add", "clerk.pub", "--role", "auditor", "--yes")
    #expect(other.code == 14)
    #expect(try await desk.run("request", "decline", try Self.asked(other), "--yes", with: thief).code == 0)
    #expect(try await desk.run("request", "approve", asked, "--yes", with: Self.second).code == 0)
    #expect(try await desk.run("keys", "list", with: thief).code == 12)
    #expect(try await desk.run("request", "approve", "0", "--yes").code == 1)
  }

  @Test func aPolicyIsStatedByTwo() async throws {
    let desk = try await Self.desk()
    let text = try await desk.run("policy", "show").result
    #expect(text.contains("  basic: {years: 10, keep: no}\n") && text.contains("eyes: [drop]"))
    desk.write(text.replacing("verify: 90", with: "verifies: 90"), to: "wrong.yml")
    let wrong = try await desk.run("policy", "edit", "wrong.yml", "--yes")
    #expect(wrong.code == 1 && wrong.said.contains("'verifies' is not known"))
    desk.write(text.replacing("  basic: {years: 10, keep: no}\n", with: ""), to: "less.yml")
    let less = try await desk.run("policy", "edit", "less.yml", "--yes")
    #expect(less.code == 1 && less.said.contains("'basic' is missing"))
    desk.write(text, to: "same.yml")
    #expect(try await desk.run("policy", "edit", "same.yml", "--yes").code == 13)

    let more = text.replacing("verify: 90", with: "verify: 30") + "  letters: {years: 6, keep: yes}\n"
    desk.write(more, to: "more.yml")
    let ran = try await desk.run("policy", "edit", "more.yml", "--yes")
    #expect(ran.code == 14 && ran.said.contains("verify: 90 becomes 30"), "\(ran.said)")
    #expect(ran.said.contains("new class letters: 6 years, kept by law"))
    let shown = try await desk.run("request", "show", try Self.asked(ran), with: Self.second)
    #expect(shown.result.contains("  verify: 90 becomes 30\n") && shown.result.contains("new class letters"))
    let stale = try await desk.run("policy", "edit", "--preset", "cn-aml", "--class", "basic", "--yes")
    #expect(stale.code == 14)
    let done = try await desk.run("request", "approve", try Self.asked(ran), "--yes", with: Self.second)
    #expect(done.code == 0, "\(done.said)")
    #expect(try await desk.run("policy", "show").result.contains("  letters: {years: 6, keep: yes}\n"))
    // It was made from the policy before.
    let late = try await desk.run("request", "approve", try Self.asked(stale), "--yes", with: Self.second)
    #expect(late.code == 13 && late.said.contains("overtaken"))
    // The new class is sealed into, and given to a clerk.
    #expect(
      try await desk.run("grant", "add", "clerk.pub", "--role", "clerk", "--class", "basic", "--yes").code
        == 0)
    desk.write("a letter", to: "new/letters/C1/letter.txt")
    #expect(try await desk.run("seal", "new").code == 0)
    let clerk = ["STRONGROOM_IDENTITY": "clerk"]
    #expect(try await !desk.run("ls", with: clerk).result.contains("letters"))
    guard
      case .text(let id)? = try await desk.run("identity", "show", "clerk.pub", "--json").object(.identity)[
        "identity"]
    else { throw Trouble("no id") }
    let change = ["grant", "change", id, "--role", "clerk", "--class", "letters", "--yes"]
    let changed = try await desk.run(change)
    #expect(changed.code == 0 && changed.result.contains("new epochs: basic"), "\(changed.said)")
    let holdings = try await desk.run("ls", with: clerk).result
    #expect(holdings.contains("letters") && !holdings.contains("basic"))
    #expect(try await desk.run(change).code == 13)
    #expect(try await desk.run("verify", "--level", "open").code == 0)
  }

  @Test func aRecoveryIsAskedForAtTheCopy() async throws {
    let desk = try await Self.desk()
    let text = try await desk.run("policy", "show").result
    desk.write(text.replacing("eyes: [drop]", with: "eyes: [drop, recovered]"), to: "both.yml")
    let policy = try await desk.run("policy", "edit", "both.yml", "--yes")
    #expect(
      try await desk.run("request", "approve", try Self.asked(policy), "--yes", with: Self.second).code == 0)
    #expect(try await desk.run("snapshot", "take", "copy").code == 0)
    #expect(try await desk.run("restore", "copy", "again").code == 0)
    #expect(try await desk.shell("mv vault lost").code == 0)
    let ran = try await desk.run("recover", "again", "--yes")
    #expect(ran.code == 14, "\(ran.said)")
    #expect(try await desk.run("recover", "again", "--yes").code == 13)
    let done = try await desk.run("recover", "again", "--yes", with: Self.second)
    #expect(done.code == 0 && done.result.contains("is the vault from now on"), "\(done.said)")
    #expect(try await desk.run("keys", "rotate", "--class", "basic", "--vault", "again").code == 0)
  }
}
