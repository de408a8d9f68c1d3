import ArgumentParser
import Foundation

/// The program's commands with their options, as the parser describes itself: for what it doesn't look after.
struct CommandTree: Decodable {
  /// An option, a flag or a plain argument.
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }
    let kind: String
    let isRepeating: Bool
    let names: [Name]?

    /// Whether it takes one value.
    var isSingleOption: Bool { kind == "option" && !isRepeating }
    /// Its names as they are typed behind two dashes.
    var longNames: [String] { names?.filter { $0.kind == "long" }.map(\.name) ?? [] }
  }

  let commandName: String
  let subcommands: [CommandTree]?
  let arguments: [Argument]?

  /// All of the program.
  static func whole() throws -> CommandTree {
    struct Tool: Decodable { let command: CommandTree }
    return try JSONDecoder().decode(Tool.self, from: Data(Strongroom._dumpHelp().utf8)).command
  }

  /// The command that words ask for, and its name word by word, without the program's.
  func command(of words: some Sequence<String>) -> (path: [String], command: CommandTree) {
    var command = self
    var path: [String] = []
    for word in words {
      guard let next = command.subcommands?.first(where: { $0.commandName == word }) else { break }
      command = next
      path.append(word)
    }
    return (path, command)
  }

  /// Refuses a word where a command is expected and there is none of that name: the parser would call it an unexpected
  /// argument, or print the help of something else.
  /// - Parameter arguments: without the program's name.
  func refuseUnknown(in arguments: [String]) throws {
    let words = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
    let (path, command) = command(of: words)
    let rest = words.dropFirst(path.count)
    guard let names = command.subcommands?.map(\.commandName), !names.isEmpty, let word = rest.first,
      !word.hasPrefix("-"), word != "help"
    else { return }
    let full = (path + [word]).joined(separator: " ")
    let near = names.map { (name: $0, distance: Self.distance($0, word)) }
      .filter { $0.distance <= max(1, word.count / 3) }
      .min { $0.distance < $1.distance }
    let hint = near.map { "; did you mean '\((path + [$0.name]).joined(separator: " "))'?" } ?? ""
    throw ValidationError("there is no command '\(full)'\(hint)")
  }

  /// How many letters must be put in, left out, changed or swapped with the next one to make one word of the other.
  static func distance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left.utf8), Array(right.utf8))
    var before: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
      var next = [row + 1]
      for column in right.indices {
        let change = left[row] == right[column] ? 0 : 1
        var best = min(last[column] + change, last[column + 1] + 1, next[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, before[column - 1] + 1)
        }
        next.append(best)
      }
      (before, last) = (last, next)
    }
    return last[right.count]
  }
}
