internal import Rules
internal import Vault

/// What is to be told after a round: what changed since people were last told, and once a week how all stands.
public struct News: Sendable {
  /// A matter in words.
  public struct Line: Hashable, Sendable {
    /// The matter.
    public let matter: Matter
    /// In words: one line.
    public let words: String

    /// A matter in words.
    public init(_ matter: Matter, words: String) {
      self.matter = matter
      self.words = words
    }
  }

  /// What is new, or graver than it was told.
  public let new: [Line]
  /// What was told and is over, in the words in which it was told.
  public let over: [String]
  /// What was told before and still stands.
  public let standing: [Line]
  /// Whether nothing changed, and people are told so because they heard nothing for a while.
  public let isDigest: Bool
  let told: [String: RoundMemory.Told]
  /// Whether nobody was ever told anything.
  private let isFirst: Bool

  /// - Parameters:
  ///   - lines: all matters as they are now; notes aren't told by themselves.
  ///   - silence: after so many seconds without news people are told that nothing is new.
  ///   - unknown: keys of what nothing is known of now: what was told of them stands.
  init(
    _ lines: [Line], after memory: RoundMemory, at now: UInt64, silence: UInt64, unknown: Set<String> = []
  ) {
    isFirst = memory.digest == 0
    let grave = lines.filter { $0.matter.level != .note }
    let isNews = { (line: Line) -> Bool in
      guard let told = memory.told[line.matter.key] else { return true }
      return told.level != line.matter.level.rawValue && line.matter.level == .wrong
        || line.matter.amount > told.amount
    }
    new = grave.filter(isNews)
    standing = grave.filter { !isNews($0) }
    let keys = Set(grave.map(\.matter.key))
    let gone = memory.told.filter { !keys.contains($0.key) }
    let kept = gone.filter { unknown.contains($0.key) }
    over = gone.filter { kept[$0.key] == nil }.map(\.value.words).sorted()
    let rest = now >= memory.digest ? now - memory.digest : silence
    isDigest = new.isEmpty && over.isEmpty && rest >= silence
    told = Dictionary(
      grave.map {
        (
          $0.matter.key,
          RoundMemory.Told(level: $0.matter.level.rawValue, words: $0.words, amount: $0.matter.amount)
        )
      }
    ) { first, _ in first }.merging(kept) { first, _ in first }
  }

  private static let linesABlock = 20
  private static let longestLine = 400

  /// Whether there is anything to tell.
  public var isWorthTelling: Bool { isDigest || !new.isEmpty || !over.isEmpty }

  /// The message; nil where there is nothing to tell.
  /// - Parameters:
  ///   - vault: what it is called in the subject.
  ///   - page: how all stands, for the end of the message.
  func message(of vault: String, page: [String], at now: UInt64) -> Message? {
    guard isWorthTelling else { return nil }
    let all = new + standing
    let wrong = all.count { $0.matter.level == .wrong }
    let due = all.count - wrong
    let verdict = wrong > 0 ? "wrong" : due > 0 ? "due" : "well"
    let counts = [wrong > 0 ? "\(wrong) wrong" : nil, due > 0 ? "\(due) due" : nil].compactMap(\.self)
    let subject = "Strongroom \(vault): \(counts.isEmpty ? "all is well" : counts.joined(separator: ", "))"
    // Receivers limit what they take: what there is more of is counted.
    func block(_ title: String, _ lines: [String]) -> [String] {
      let shown = lines.prefix(Self.linesABlock).map { "  - \($0.prefix(Self.longestLine))" }
      let rest = lines.count - shown.count
      return lines.isEmpty
        ? [] : [title] + shown + (rest > 0 ? ["  - and \(rest) more: the page has them all"] : []) + [""]
    }
    func said(_ line: Line) -> String { "\(line.matter.level == .wrong ? "WRONG" : "due"): \(line.words)" }
    let text =
      ["Round of \(CivilTime.text(now))", ""]
      + (isDigest
        ? [
          isFirst
            ? "From now on you are told what changes." : "Nothing changed since you were last told.", "",
        ] : [])
      + block("New:", new.map(said)) + block("Over:", over) + block("Still so:", standing.map(said)) + page
    return Message(
      subject: subject, text: text.joined(separator: "\n") + "\n", verdict: verdict, time: now)
  }
}
