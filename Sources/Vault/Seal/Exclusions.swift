internal import Storage

/// What of a source isn't to be sealed, by its name.
///
/// A pattern without `/` fits names at any depth, as `*.tmp` and `Thumbs.db`; one with a `/` before its end fits paths
/// below the source, as `/drafts` and `2019/*/notes.txt`; one that ends with `/` fits folders alone. Of a folder that is
/// excluded nothing is sealed.
public struct Exclusions: Sendable {
  private struct Rule: Sendable {
    let text: String
    let pattern: FilePattern
    let isPath: Bool
    let isOfFolders: Bool

    func fits(_ path: [UInt8], isFolder: Bool) -> Bool {
      let name = path[((path.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)...]
      return (isFolder || !isOfFolders) && pattern.matches(isPath ? path[...] : name)
    }
  }

  private var rules: [Rule] = []

  /// Each is matched against every name of the source.
  private static let limit = 1000

  /// Nothing is excluded.
  public init() {}

  /// - Throws: `VaultError` `.input` for what is no pattern.
  public init(_ patterns: [String]) throws(VaultError) {
    guard patterns.count <= Self.limit else {
      throw VaultError(.input, "\(patterns.count) patterns are more than \(Self.limit)")
    }
    for text in patterns { rules.append(try Self.rule(text)) }
  }

  /// The patterns of a text, one a line; blank lines and those that begin with `#` say nothing.
  public static func patterns(inLines text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).map { line in
      String(line.drop { $0 == " " || $0 == "\t" })
    }
    .filter { !$0.isEmpty && !$0.hasPrefix("#") }
  }

  private static func rule(_ text: String) throws(VaultError) -> Rule {
    let isOfFolders = text.hasSuffix("/")
    var rest = isOfFolders ? text.dropLast() : text[...]
    let isPath = rest.contains("/")
    if rest.hasPrefix("/") { rest = rest.dropFirst() }
    guard !rest.isEmpty, !text.hasPrefix("!"), !text.contains("**"), let pattern = FilePattern(rest) else {
      throw VaultError(
        .input, "'\(text)' can't be excluded: patterns are *, ? and [...], without ** and without a ! before")
    }
    return Rule(text: text, pattern: pattern, isPath: isPath, isOfFolders: isOfFolders)
  }

  var isEmpty: Bool { rules.isEmpty }

  /// Whether a path below the source is excluded.
  func excludes(_ path: [UInt8], isFolder: Bool) -> Bool {
    rules.contains { $0.fits(path, isFolder: isFolder) }
  }

  /// The numbers of the patterns that fit a path.
  func matches(_ path: [UInt8]) -> [Int] {
    // What only a folder's pattern fits is one.
    let asFile = rules.indices.filter { rules[$0].fits(path, isFolder: false) }
    return asFile.isEmpty ? rules.indices.filter { rules[$0].fits(path, isFolder: true) } : asFile
  }

  /// Counts of what was excluded.
  struct Tally {
    private(set) var items: UInt64 = 0
    private var used: Set<Int> = []

    mutating func add(_ rules: [Int]) {
      items += 1
      used.formUnion(rules)
    }

    func has(_ rule: Int) -> Bool { used.contains(rule) }
  }

  /// The patterns that excluded nothing: mistyped, it may be.
  func idle(in tally: Tally) -> [String] {
    rules.indices.filter { !tally.has($0) }.map { rules[$0].text }
  }
}
