/// What Docs/ThreatModel.md claims, and the tests that it names for that.
enum ThreatModel {
  /// A test as a document names it: `Suite.test`, or `file.test` for one in Python.
  struct Name: Hashable, CustomStringConvertible {
    let suite: String
    let test: String
    var description: String { "\(suite).\(test)" }
  }

  /// The tests that are named, each once, in order.
  static func testsNamed(in text: String) -> [Name] {
    var found: [Name] = []
    for (index, piece) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
    where !index.isMultiple(of: 2) {
      let parts = piece.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].hasSuffix("Tests") || parts[0].hasPrefix("test_"),
        parts.allSatisfy({ $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } && !$0.isEmpty })
      else { continue }
      let name = Name(suite: String(parts[0]), test: String(parts[1]))
      if !found.contains(name) { found.append(name) }
    }
    return found
  }

  /// Whether a file of that suite has that test.
  static func isThere(_ name: Name, in tests: [SourceFile]) -> Bool {
    tests.contains { file in
      switch file.name {
      case name.suite + ".swift": file.text.contains("func \(name.test)(")
      case name.suite + ".py": file.text.contains("def \(name.test)(")
      default: false
      }
    }
  }

  /// Rows of a table that name no test.
  static func claimsWithoutATest(in text: String) -> [String] {
    text.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| can't |") }
      .filter { testsNamed(in: String($0)).isEmpty }.map(String.init)
  }
}
