internal import Drill

/// The words of a report's page in one language: one table for all that stands on it.
public struct ComplianceWords: Sendable {
  /// As HTML names the language.
  public let tag: String
  /// How numbers, sizes and spans are written.
  let numbers: ReportWords
  let kind: String
  let period: @Sendable (_ first: String, _ last: String) -> String
  let asOf: @Sendable (_ time: String, _ size: String) -> String
  let stillOpen: String
  let sentence: @Sendable (_ proved: Int, _ notProved: Int, _ nothing: Int) -> String
  let verdicts: [Verdict: String]
  let summary: String
  let factsTitle: String
  let controlColumns: (control: String, facts: String, verdict: String)
  let controls: [Control: (law: String, about: String)]
  let facts: [Fact.Kind: (title: String, says: String)]
  let figures: [Figure.Name: String]
  let words: [String: String]
  let lacks: [Lack.Code: @Sendable (String) -> String]
  let yes: String
  let no: String
  let sealed: String
  let nothing: String
  let entries: String
  let more: @Sendable (String) -> String
  let withoutProof: @Sendable (String) -> String
  let particulars: String
  let vault: String
  let root: String
  let tool: String
  let journal: (name: String, open: String, closed: String)
  let vouched: (name: String, nobody: String)
  let vouchedBy: @Sendable (_ entry: String, _ by: String) -> String
  let signOff: String
  let signColumns: (role: String, name: String, date: String, signature: String)
  let roles: [String]
  let footer: String

  /// Every language.
  public static let all = [english, chinese]

  /// What a control is called: the law and what it is about.
  public func name(of control: Control) -> String {
    controls[control].map { "\($0.law): \($0.about)" } ?? control.rawValue
  }

  /// What a fact is called.
  public func title(of fact: Fact.Kind) -> String { facts[fact]?.title ?? fact.rawValue }

  /// What keeps something from being proved.
  public func telling(_ lack: Lack) -> String {
    lacks[lack.code]?(numbers.grouped(lack.count)) ?? lack.code.rawValue
  }

  /// A verdict.
  public func word(for verdict: Verdict) -> String { verdicts[verdict] ?? verdict.rawValue }

  func name(of figure: Figure) -> String { figures[figure.name] ?? figure.name.rawValue }

  func word(_ word: String) -> String { words[word] ?? word }
}
