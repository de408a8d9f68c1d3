import Foundation

/// What a target may import: the edges of the house, and the libraries each of them was taken for.
enum Edges {
  /// Comes with the toolchain; any target may use it.
  static let system: Set = [
    "Foundation", "FoundationEssentials", "FoundationXML", "Glibc", "Synchronization", "Dispatch",
  ]

  static let allowed: [String: Set<String>] = [
    "Sealing": ["COpenSSL", "CZxcvbn", "Crypto"],
    "Keyring": ["Sealing"],
    "Boxes": ["Sealing", "CZstd", "SwiftProtobuf"],
    "Ledger": ["Sealing"],
    "Storage": ["CLinux"],
    "S3": ["Storage", "AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL", "Crypto"],
    "Rules": ["Sealing", "Keyring", "Boxes", "Ledger"],
    "Vault": ["Rules", "Sealing", "Keyring", "Boxes", "Ledger", "Storage", "GRDB"],
    "Backup": ["Vault", "Rules", "Sealing", "Keyring", "Ledger", "Storage"],
    "Drill": ["Backup", "Vault", "Rules", "Ledger", "Sealing", "Storage", "Yams", "Mustache"],
    "Round": ["Drill", "Backup", "Vault", "Rules", "Sealing", "Storage"],
    "Compliance": ["Drill", "Vault", "Rules", "Keyring", "Sealing", "Storage", "Mustache"],
    "strongroom": [
      "CBuild", "Compliance", "Round", "Drill", "Backup", "Vault", "Rules", "Sealing", "Storage", "S3",
      "ArgumentParser",
      "Mustache",
    ],
  ]

  /// The imports of a file of this module that its row doesn't have.
  static func forbidden(in code: SwiftCode, module: String) -> [String] {
    imports(in: code).filter { !system.contains($0) && allowed[module]?.contains($0) != true }
  }

  static func imports(in code: SwiftCode) -> [String] {
    let line =
      /^\s*(?:@\w+\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|typealias|let|var)\s+)?(\w+)/
      .anchorsMatchLineEndings()
    return code.text.matches(of: line).map { String($0.output.1) }
  }
}

/// The folders inside Vault: a file names types of its own folder and of folders before it.
enum VaultFolders {
  static let order = [
    "Findings", "Remembered", "Place", "Keys", "Open", "Bundles", "Read", "KeyChanges", "Erase", "Move",
    "Acts",
    "Seal",
    "Remove",
  ]

  /// For each file the types of later folders that it names: "path names Type of Folder"; and whatever declares types
  /// in no folder of these, where it would be known to all: "path has no folder".
  static func breaches(in files: [SourceFile]) -> [String] {
    var declared: [Int: Set<String>] = [:]
    for file in files {
      let names = Types.declared(in: file.code, outermost: true)
      if let place = place(of: file) { declared[place, default: []].formUnion(names) }
    }
    return files.flatMap { file -> [String] in
      guard let own = place(of: file) else {
        return Types.declared(in: file.code).isEmpty ? [] : ["\(file.path) has no folder"]
      }
      let known = declared.filter { $0.key <= own }.values.reduce(into: Set()) { $0.formUnion($1) }
      let words = Set(file.code.words.filter { $0.before != "." }.map { String($0.word) })
      return declared.filter { $0.key > own }.sorted { $0.key < $1.key }.flatMap { later, names in
        names.subtracting(known).intersection(words).sorted().map {
          "\(file.path) names \($0) of \(order[later])"
        }
      }
    }
  }

  private static func place(of file: SourceFile) -> Int? {
    file.folders.count > 2 ? order.firstIndex(of: file.folders[2]) : nil
  }
}

enum Types {
  private static let kinds: Set<Substring> = ["struct", "class", "enum", "actor", "protocol", "typealias"]

  /// The names of the types that the code declares; `outermost`: only those that the whole module can name.
  static func declared(in code: SwiftCode, outermost: Bool = false) -> Set<String> {
    var names: Set<String> = []
    for line in code.linesWithDepth where !outermost || line.depth == 0 {
      let words = line.text.split { !$0.isWordPart }
      guard let kind = words.firstIndex(where: kinds.contains), kind + 1 < words.count else { continue }
      let hidden = words[..<kind].contains { $0 == "private" || $0 == "fileprivate" }
      if !(outermost && hidden), words[kind + 1] != "func", words[kind + 1] != "var" {
        names.insert(String(words[kind + 1]))
      }
    }
    return names
  }
}

extension SwiftCode {
  /// Every line with the depth of braces in which it begins.
  var linesWithDepth: [(text: Substring, depth: Int)] {
    var depth = 0
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      defer { depth += line.count { $0 == "{" } - line.count { $0 == "}" } }
      return (line, depth)
    }
  }
}

enum Functions {
  static let longest = 70
  private static let starts: Set<Substring> = ["func", "init", "deinit", "subscript"]
  private static let declarations: Set<Substring> = [
    "func", "init", "deinit", "subscript", "var", "let", "struct", "class", "enum", "actor", "protocol",
    "extension",
    "associatedtype", "typealias", "case", "public", "static", "private", "mutating",
  ]

  /// The functions that are longer than `longest` lines, as "line: count lines".
  static func tooLong(in code: SwiftCode, longest: Int = longest) -> [String] {
    lengths(in: code).filter { $0.count > longest }.map { "\($0.line): \($0.count) lines" }
  }

  static func lengths(in code: SwiftCode) -> [(line: Int, count: Int)] {
    let text = Array(code.text)
    var found: [(Int, Int)] = []
    var line = 1
    var at = 0
    while at < text.count {
      if let end = word(at: at, in: text) {
        let name = Substring(String(text[at..<end]))
        let called = at > 0 && text[at - 1] == "."
        if !called, starts.contains(name), let count = body(after: end, in: text) {
          found.append((line, count))
        }
        at = end
      } else {
        if text[at] == "\n" { line += 1 }
        at += 1
      }
    }
    return found
  }

  /// The end of the word that begins here; nil in the middle of one, and elsewhere.
  private static func word(at start: Int, in text: [Character]) -> Int? {
    var end = start
    while end < text.count, text[end].isWordPart { end += 1 }
    return end > start ? end : nil
  }

  /// How many lines lie between a declaration's first word and the brace that closes its body; nil where it has no
  /// body, as in a protocol.
  private static func body(after start: Int, in text: [Character]) -> Int? {
    var (parentheses, braces, lines, at) = (0, 0, 1, start)
    while at < text.count {
      if parentheses == 0, braces == 0, let end = word(at: at, in: text) {
        if declarations.contains(Substring(String(text[at..<end]))) { return nil }
        at = end
        continue
      }
      switch text[at] {
      case "(", "[": parentheses += 1
      case ")", "]": parentheses -= 1
      case "{" where parentheses == 0: braces += 1
      case "}" where parentheses == 0:
        braces -= 1
        if braces <= 0 { return braces == 0 ? lines : nil }
      case "\n": lines += 1
      default: break
      }
      at += 1
    }
    return nil
  }
}

enum Words {
  /// What isn't done in Sources, as "line: word".
  static func banned(in source: String) -> [String] {
    let inCode = [#/\btry!/#, #/\bfatalError\(/#, #/\bas!/#]
    let anywhere = [#/\bTODO\b/#, #/\bFIXME\b/#, #/\bXXX\b/#]
    return find(inCode, in: SwiftCode(source).text) + find(anywhere, in: source)
  }

  /// Unsafe Swift, as "line: word".
  static func unsafe(in source: String) -> [String] {
    find([#/\bunsafe\b/#, #/\bUnsafe\w+/#, #/\bwithUnsafe\w+/#], in: SwiftCode(source).text)
  }

  /// Paths that only one machine has.
  static func machinePaths(in text: String) -> [String] {
    find([#/\/(?:root|work)\//#, #/\/home\/\w/#], in: text)
  }

  private static func find(_ patterns: [Regex<Substring>], in text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { number, line in
      patterns.flatMap { line.matches(of: $0).map { "\(number + 1): \($0.output)" } }
    }
  }
}

/// Options and commands, which only the command line names: what lies below it is used by other programs too.
enum CommandLineWords {
  /// Those that a file's string literals name, as "line: word"; the line is that on which the literal begins.
  static func named(in code: SwiftCode) -> [String] {
    code.literals.flatMap { literal in
      // A line may be broken anywhere.
      let text = literal.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      return words.flatMap { text.matches(of: $0).map { "\(literal.line): \($0.output.1)" } }
    }
  }

  /// Names of formats begin with the program's name too, as "strongroom identity" and "strongroom drill report".
  private static var words: [Regex<(Substring, Substring)>] {
    [
      #/(?:^|[^\w\-])(--[a-z][a-z\-]*)/#,
      #/\b(strongroom (?:init|seal|ls|find|export|status|verify|restore|gc|grant|keys|ledger|snapshot))\b/#,
      #/\b(strongroom (?:identity (?:new|show)|drill (?:plans|plan|run|list)))\b/#,
    ]
  }
}

enum UnsafeFiles {
  /// The thin wrappers right at the C libraries, and the few files that ask the system for the environment, the
  /// clock, a real path, the terminal or the build. Nothing else may be unsafe.
  private static var patterns: [Regex<Substring>] {
    [
      #/Sources/Sealing/(?:OpenSSL|AESGCM|Secret|KeyDerivation|Digest|SealedStream|Randomness|Zxcvbn)\w*\.swift/#,
      #/Sources/Boxes/Zstd\w*\.swift/#,
      #/Sources/Storage/.*\.swift/#,
      #/Sources/S3/BodyDigests\.swift/#,
      #/Sources/Vault/Remembered/Machine\.swift/#,
      #/Sources/strongroom/(?:Build|Interruption|Options|Output|Terminal)\.swift/#,
      #/.*\.pb\.swift/#,
    ]
  }

  static func allows(_ path: String) -> Bool {
    patterns.contains { path.wholeMatch(of: $0) != nil }
  }
}
