import Foundation

/// A chapter of a document, as people follow it: its commands are run as they are written there, and none is left out.
final class Chapter {
  private let title: String
  /// In their order; what is to be done twice stands there twice.
  private let commands: [String]
  private var runs: [String: Int] = [:]

  init(_ title: String, of document: String) throws {
    self.title = title
    let chapters = try Document(document).text.components(separatedBy: "\n## ").filter {
      $0.hasPrefix(title + "\n")
    }
    guard chapters.count == 1 else { throw Trouble("\(document) has \(chapters.count) chapters '\(title)'") }
    commands = chapters[0].components(separatedBy: "\n```").enumerated().flatMap { part in
      part.offset % 2 == 1 ? Self.lines(of: part.element) : Self.quoted(in: part.element)
    }
  }

  /// The commands of a block, without what is said about them.
  private static func lines(of block: String) -> [String] {
    block.split(separator: "\n").map { String($0.replacing(/\s+#.*/, with: "")) }.filter { !$0.isEmpty }
  }

  /// The commands that prose quotes.
  private static func quoted(in prose: String) -> [String] {
    prose.matches(of: /`((?:[A-Z_]+=\S* )*strongroom [^`]+|export [^`]+)`/).map { String($0.output.1) }
  }

  /// The command that is this one or, alone, begins so, with the words that stand for something filled in.
  func command(_ start: String, _ words: [String: String] = [:]) throws -> String {
    let found = commands.contains(start) ? [start] : Set(commands.filter { $0.hasPrefix(start) })
    guard found.count == 1, let command = found.first else {
      throw Trouble("\(title): \(found.count) commands begin with '\(start)'")
    }
    runs[command, default: 0] += 1
    var lacking: [String] = []
    var used: Set<String> = []
    let placeholder = /'\.\.\.'|\b[A-Z]+(?:-[A-Z]+)*\b(?:\.\.\.)?/.wordBoundaryKind(.simple)
    let filled = command.replacing(placeholder) { match in
      let word = String(match.output)
      guard let value = words[word] else {
        lacking.append(word)
        return word
      }
      used.insert(word)
      return value
    }
    guard lacking.isEmpty else { throw Trouble("\(title): what is \(lacking) of '\(command)'?") }
    let idle = Set(words.keys).subtracting(used)
    guard idle.isEmpty else { throw Trouble("\(title): '\(command)' has no \(idle)") }
    return filled
  }

  /// What wasn't run as often as it stands there.
  var left: [String] {
    Set(commands).filter { command in commands.count { $0 == command } > runs[command, default: 0] }.sorted()
  }
}
