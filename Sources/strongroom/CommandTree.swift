import ArgumentParser
import Sealing

/// The program's commands by name: for what the parser doesn't look after. Read off their types, since every start of the
/// program asks.
enum CommandTree {
  /// The command that words ask for, and its name word by word, without the program's.
  static func command(of words: some Sequence<String>) -> (path: [String], type: any ParsableCommand.Type) {
    var type: any ParsableCommand.Type = Strongroom.self
    var path: [String] = []
    for word in words {
      guard let next = type.configuration.subcommands.first(where: { $0._commandName == word }) else { break }
      type = next
      path.append(word)
    }
    if let usual = type.configuration.defaultSubcommand {
      type = usual
      path.append(usual._commandName)
    }
    return (path, type)
  }

  /// Refuses a word where a command is expected and there is none of that name: the parser would call it an unexpected
  /// argument, or print the help of something else.
  /// - Parameter arguments: without the program's name.
  static func refuseUnknown(in arguments: [String]) throws {
    let words = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
    let (path, type) = command(of: words)
    let names = type.configuration.subcommands.map { $0._commandName }
    guard !names.isEmpty, let word = words.dropFirst(path.count).first, !word.hasPrefix("-"), word != "help"
    else { return }
    let full = (path + [word]).joined(separator: " ")
    let near = names.map { (name: $0, distance: EditDistance.between(Array($0.utf8), Array(word.utf8))) }
      .filter { $0.distance <= max(1, word.count / 3) }
      .min { $0.distance < $1.distance }
    let hint = near.map { "; did you mean '\((path + [$0.name]).joined(separator: " "))'?" } ?? ""
    throw ValidationError("there is no command '\(full)'\(hint)")
  }
}
