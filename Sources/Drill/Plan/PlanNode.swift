internal import Foundation
internal import Vault
internal import Yams

/// A part of a plan's YAML. What is wrong with it is noted with its place, and reading goes on.
struct PlanNode {
  private let node: Node
  /// What it is called where something is wrong.
  let name: String
  private let log: PlanMistakes

  /// Reads a document; nil where it is none, which is noted.
  init?(reading text: String, limit: Int, _ log: PlanMistakes) {
    guard text.utf8.count <= limit else {
      log.add("a plan is at most \(limit / 1024) KiB long", line: 0, column: 0)
      return nil
    }
    // An alias can make a small document unfold into an endless one; a plan has no use for them.
    if let line = YAMLAliases.first(in: text) {
      log.add("YAML anchors and aliases aren't allowed", line: line, column: 1)
      return nil
    }
    do {
      guard let node = try Yams.compose(yaml: text), node.mapping != nil else {
        log.add("a plan is a list of names and values", line: 0, column: 0)
        return nil
      }
      self.init(node, "the plan", log)
    } catch {
      let (line, column, what) = Self.place(of: error)
      log.add("it isn't YAML: \(what)", line: line, column: column)
      return nil
    }
  }

  private init(_ node: Node, _ name: String, _ log: PlanMistakes) {
    self.node = node
    self.name = name
    self.log = log
  }

  private static func place(of error: any Error) -> (Int, Int, String) {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      return (mark.line, mark.column, PlainText.harmless(problem))
    default:
      let words = "\(error)".prefix { !$0.isNewline }.prefix(200)
      guard let found = words.prefixMatch(of: /([0-9]+):([0-9]+): error: (.*)/) else {
        return (0, 0, PlainText.harmless(String(words)))
      }
      return (Int(found.1) ?? 0, Int(found.2) ?? 0, PlainText.harmless(String(found.3)))
    }
  }

  /// Notes what is wrong here.
  func wrong(_ what: String) {
    log.add(what, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0)
  }

  private func shown(_ text: String) -> String { "'\(PlainText.harmless(String(text.prefix(60))))'" }

  /// Notes all names that aren't of these, or stand twice.
  func allows(_ names: [String], of called: String? = nil) {
    let name = called ?? name
    guard let mapping = node.mapping else { return wrong("\(name) is to be a list of names and values") }
    var seen: Set<String> = []
    for (key, _) in mapping {
      let place = PlanNode(key, name, log)
      guard let word = key.string, names.contains(word) else {
        let near = key.string.flatMap { word in names.first { Self.isNear($0, word) } }
        let hint = near.map { "; '\($0)' was meant?" } ?? "; known: \(names.sorted().joined(separator: ", "))"
        place.wrong("\(name) has no \(shown(key.string ?? "?"))\(hint)")
        continue
      }
      if !seen.insert(word).inserted { place.wrong("'\(word)' stands twice") }
    }
  }

  /// Whether one word is the other with a letter or two mistyped.
  private static func isNear(_ one: String, _ other: String) -> Bool {
    // Comparing takes as long as what is different.
    guard abs(one.utf8.count - other.utf8.count) <= 8 else { return false }
    let difference = Array(one.unicodeScalars).difference(from: Array(other.unicodeScalars))
    return difference.count <= 2
  }

  /// What stands under a name; nil for nothing.
  subscript(_ name: String) -> PlanNode? {
    guard let found = node.mapping?[name] else { return nil }
    let inner = PlanNode(found, name, log)
    guard found.tag != Tag(.null) else {
      inner.wrong("'\(name)' has no value; leave it out, or quote it if that is what it is")
      return nil
    }
    return inner
  }

  /// The same; that there is nothing is noted.
  func required(_ name: String) -> PlanNode? {
    if node.mapping?[name] == nil { wrong("\(self.name) needs '\(name)'") }
    return self[name]
  }

  /// Whether it is one word or text.
  var scalar: String? { node.scalar?.string }

  func text(limit: Int) -> String? {
    guard let text = scalar else {
      wrong("'\(name)' is to be a text")
      return nil
    }
    guard text.utf8.count <= limit else {
      wrong("'\(name)' is longer than \(limit) bytes")
      return nil
    }
    return text
  }

  /// A short name of a-z, 0-9 and -.
  func word(limit: Int) -> String? {
    guard let text = text(limit: limit) else { return nil }
    let isPlain = text.utf8.allSatisfy {
      $0 == 0x2d || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0)
    }
    guard isPlain, !text.isEmpty else {
      wrong("'\(name)' may have a-z, 0-9 and - only, not \(shown(text))")
      return nil
    }
    return text
  }

  func integer(_ range: ClosedRange<UInt64>) -> UInt64? {
    guard let text = scalar, let number = UInt64(text), range.contains(number) else {
      wrong("'\(name)' is to be a whole number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  /// A span of time: a number and `s`, `m`, `h` or `d`.
  func duration() -> UInt64? {
    guard let seconds = scalar.flatMap(SpanText.seconds) else {
      wrong(
        "'\(name)' is to be a span of time as 90s, 30m, 4h or 2d\(scalar.map { ", not \(shown($0))" } ?? "")")
      return nil
    }
    return seconds
  }

  /// An amount of bytes: a number and `KiB`, `MiB`, `GiB` or `TiB`.
  func bytes() -> UInt64? {
    let units: [(String, UInt64)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)]
    if let text = scalar, let (word, unit) = units.first(where: { text.hasSuffix($0.0) }),
      let number = UInt64(text.dropLast(word.count).filter { $0 != " " }), number > 0, number < 1 << 22
    {
      return number * unit
    }
    wrong("'\(name)' is to be an amount as 512 MiB or 20 GiB\(scalar.map { ", not \(shown($0))" } ?? "")")
    return nil
  }

  /// A share in thousandths: `12.5%`.
  func thousandths() -> UInt64? {
    if let text = scalar, let found = text.wholeMatch(of: /([0-9]{1,3})(?:\.([0-9]))?%/),
      let whole = UInt64(found.1)
    {
      let share = whole * 10 + (found.2.flatMap { UInt64($0) } ?? 0)
      if share <= 1000 { return share }
    }
    wrong("'\(name)' is to be a share as 99% or 99.9%")
    return nil
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>() -> Choice? {
    guard let text = scalar, let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      wrong("'\(name)' can't be \(shown(scalar ?? "a list")); known: \(known)")
      return nil
    }
    return choice
  }

  func choices<Choice: RawRepresentable<String> & CaseIterable>() -> [Choice] {
    items(limit: 20).compactMap { $0.choice() }
  }

  func items(limit: Int) -> [PlanNode] {
    guard let sequence = node.sequence else {
      wrong("'\(name)' is to be a list")
      return []
    }
    guard sequence.count <= limit else {
      wrong("'\(name)' has \(sequence.count) items, and may have \(limit)")
      return []
    }
    return sequence.map { PlanNode($0, name, log) }
  }

  func texts(limit: Int, each: Int) -> [String] { items(limit: limit).compactMap { $0.text(limit: each) } }
}
