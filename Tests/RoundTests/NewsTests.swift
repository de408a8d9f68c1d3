import Testing

@testable import Round

/// People are told what changed, and once in a while that nothing did.
struct NewsTests {
  private static let week: UInt64 = 7 * 86_400

  private func line(
    _ key: String, _ level: Matter.Level, _ words: String = "words", amount: UInt64 = 0
  ) -> News.Line {
    News.Line(Matter(.noRound(since: 0), level, for: .operator, key: key, amount: amount), words: words)
  }

  private func news(
    _ lines: [News.Line], told: [String: RoundMemory.Told] = [:], silentFor: UInt64 = 0
  ) -> News {
    var memory = RoundMemory()
    memory.told = told
    memory.digest = 10_000_000
    return News(lines, after: memory, at: 10_000_000 + silentFor, silence: Self.week)
  }

  @Test func whatIsNewIsToldOnceAndNotesAreNot() throws {
    let lines = [line("stale:cellar", .wrong), line("one-custodian", .note)]
    let first = news(lines)
    #expect(first.new == [lines[0]] && first.isWorthTelling)
    let second = news(lines, told: first.told)
    #expect(!second.isWorthTelling && second.standing == [lines[0]])
    #expect(second.message(of: "01234567", page: [], at: 0) == nil)
  }

  @Test func whatGetsGraverIsToldAgainAndWhatGetsBetterIsNot() {
    let due = news([line("drill", .due)])
    #expect(news([line("drill", .wrong)], told: due.told).new.count == 1)
    let wrong = news([line("drill", .wrong)])
    #expect(!news([line("drill", .due)], told: wrong.told).isWorthTelling)
  }

  @Test func moreOfTheSameIsNews() {
    let told = news([line("unsound", .wrong, amount: 1)]).told
    #expect(news([line("unsound", .wrong, amount: 3)], told: told).new.count == 1)
    #expect(!news([line("unsound", .wrong, amount: 1)], told: told).isWorthTelling)
  }

  @Test func manyMattersAreCounted() throws {
    let all = news((0..<80).map { line("risk:\($0)", .wrong, String(repeating: "x", count: 900)) })
    let message = try #require(all.message(of: "01234567", page: [], at: 0))
    #expect(message.subject.hasSuffix("80 wrong") && message.text.contains("  - and 60 more"))
    #expect(message.text.split(separator: "\n").allSatisfy { $0.count < 420 })
  }

  @Test func whatNobodyLookedAtIsNotOver() {
    let told = news([line("failed:drill:monthly", .wrong), line("stale:bank", .wrong)]).told
    var memory = RoundMemory()
    memory.told = told
    memory.digest = 10
    let after = News([], after: memory, at: 10, silence: Self.week, unknown: ["failed:drill:monthly"])
    #expect(after.over == ["words"] && Set(after.told.keys) == ["failed:drill:monthly"])
  }

  @Test func whatIsOverIsToldInTheWordsOfThen() throws {
    let told = news([line("drill", .wrong, "the drill is late")]).told
    let after = news([], told: told)
    #expect(after.over == ["the drill is late"])
    let message = try #require(after.message(of: "01234567", page: ["page"], at: 5))
    #expect(message.subject == "Strongroom 01234567: all is well" && message.verdict == "well")
    #expect(message.text.contains("Over:\n  - the drill is late\n") && message.text.hasSuffix("page\n"))
  }

  @Test func aWeekOfSilenceIsBroken() throws {
    #expect(!news([], silentFor: Self.week - 1).isWorthTelling)
    let digest = news([], silentFor: Self.week)
    #expect(digest.isDigest)
    let message = try #require(digest.message(of: "01234567", page: [], at: 5))
    #expect(message.text.contains("\n\nNothing changed since you were last told."))
    // A clock that was set back keeps nobody silent for long.
    var memory = RoundMemory()
    memory.digest = 99
    #expect(News([], after: memory, at: 5, silence: Self.week).isDigest)
  }

  @Test func aMessageIsBoundedInBytesAndSaysThatItIsCut() {
    func text(_ text: String) -> String { Message(subject: "", text: text, verdict: "well", time: 0).text }
    #expect(text("short") == "short")
    // Letters of several bytes, and one letter of very many.
    for long in [
      String(repeating: "\u{4e2d}", count: 9000), "a" + String(repeating: "\u{301}", count: 90_000),
    ] {
      let cut = text(long)
      #expect(
        cut.utf8.count <= 12_010 && cut.hasSuffix("\n(cut)\n")
          && long.unicodeScalars.starts(with: cut.unicodeScalars.dropLast(7)))
    }
  }

  @Test func aSubjectIsOneLineOfASCII() {
    let message = Message(subject: "a\nBcc: b@c\u{e9}\u{1b}[1m", text: "", verdict: "well", time: 0)
    #expect(message.subject == "a?Bcc: b@c???[1m")
  }
}
