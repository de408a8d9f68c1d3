/// The text of a configuration file, changed line by line, so that comments and the order of things stay.
struct ConfigurationText: Equatable {
  private var lines: [String]

  /// Whatever it is; whether it is a configuration its reader says.
  init(_ text: String) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
  }

  /// The whole text, ended by a line feed.
  var text: String { lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n" }

  /// Adds a name with its value, or with members of its own, at the end of a section, which is made where there is none.
  mutating func add(_ name: String, _ value: Value, to section: String) {
    guard let block = block(of: section) else {
      if lines.last?.isEmpty == false { lines.append("") }
      lines += ["\(section):"] + value.lines(of: name, indent: "  ")
      return
    }
    let indent = block.map { lines[$0] }.first(where: Self.isMember)?.prefix { $0 == " " } ?? "  "
    // Blank lines and comments at its end belong to what follows.
    let last = block.last { Self.isMember(lines[$0]) } ?? block.lowerBound - 1
    lines.insert(contentsOf: value.lines(of: name, indent: String(indent)), at: last + 1)
  }

  /// Takes a name out of a section, with what belongs to it, and the section with its last name.
  /// - Returns: whether it was there.
  mutating func remove(_ name: String, from section: String) -> Bool {
    guard let block = block(of: section) else { return false }
    let members = block.filter { Self.isMember(lines[$0]) }
    guard let indent = members.first.map({ Self.indent(lines[$0]) }),
      let start = members.first(where: {
        Self.indent(lines[$0]) == indent && Self.name(lines[$0]) == name
      })
    else { return false }
    var end = start + 1
    while end < block.upperBound, Self.isMember(lines[end]), Self.indent(lines[end]) > indent { end += 1 }
    lines.removeSubrange(start..<end)
    let isLast = members.allSatisfy { (start..<end).contains($0) }
    if isLast { lines.remove(at: block.lowerBound - 1) }
    return true
  }

  /// What stands behind a name.
  enum Value: Equatable {
    case text(String)
    case members([(String, String)])

    static func == (left: Value, right: Value) -> Bool {
      left.lines(of: "", indent: "") == right.lines(of: "", indent: "")
    }

    fileprivate func lines(of name: String, indent: String) -> [String] {
      switch self {
      case .text(let text): ["\(indent)\(name): \(Self.quoted(text))"]
      case .members(let members):
        ["\(indent)\(name):"] + members.map { "\(indent)  \($0.0): \(Self.quoted($0.1))" }
      }
    }

    /// A scalar that YAML reads as this text and nothing else; in quotes where it need be.
    private static func quoted(_ text: String) -> String {
      let plain = /[A-Za-z\/][A-Za-z0-9\/._\-@+]*(:\/\/[A-Za-z0-9\/._\-@+:]+)?/
      let words: Set = ["yes", "no", "on", "off", "true", "false", "null", "y", "n"]
      if text.wholeMatch(of: plain) != nil, !words.contains(text.lowercased()) { return text }
      return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
  }

  /// The lines behind a section's own, up to the next one; nil where it isn't there as a line of its own.
  private func block(of section: String) -> Range<Int>? {
    guard let start = lines.firstIndex(where: { Self.name($0) == section && Self.indent($0) == 0 }) else {
      return nil
    }
    let end = lines[(start + 1)...].firstIndex { Self.isMember($0) && Self.indent($0) == 0 } ?? lines.count
    return (start + 1)..<end
  }

  private static func isMember(_ line: String) -> Bool {
    guard let first = line.first(where: { $0 != " " && $0 != "\t" }) else { return false }
    return first != "#"
  }

  private static func indent(_ line: String) -> Int { line.prefix { $0 == " " }.count }

  /// The name at a line's beginning; nil where there is none, or the line holds a whole mapping.
  private static func name(_ line: String) -> String? {
    let text = line.drop { $0 == " " }
    guard let colon = text.firstIndex(of: ":") else { return nil }
    return String(text[..<colon])
  }
}
