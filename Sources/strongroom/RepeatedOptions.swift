import ArgumentParser
import Foundation

/// Options that take one value and were given twice. The parser takes the last one and says nothing, so that half of what
/// was asked for would be left out without a word.
enum RepeatedOptions {
  /// Refuses arguments in which one stands.
  /// - Parameter arguments: without the program's name.
  static func refuse(in arguments: [String]) throws {
    var seen: Set<Substring> = []
    var twice: Set<Substring> = []
    for word in arguments.prefix(while: { $0 != "--" }) where word.hasPrefix("--") {
      let name = word.dropFirst(2).prefix { $0 != "=" }
      if !seen.insert(name).inserted { twice.insert(name) }
    }
    guard !twice.isEmpty else { return }
    let single = try Self.single(of: arguments)
    if let name = twice.sorted().first(where: { single.contains(String($0)) }) {
      throw ValidationError("--\(name) is given twice, and takes one value")
    }
  }

  /// The names of the options with one value that the command of these arguments has, as the parser describes itself.
  private static func single(of arguments: [String]) throws -> Set<String> {
    let tool = try JSONDecoder().decode(Tool.self, from: Data(Strongroom._dumpHelp().utf8))
    var command = tool.command
    var names: Set<String> = []
    for word in arguments {
      guard let next = command.subcommands?.first(where: { $0.commandName == word }) else { continue }
      command = next
    }
    for argument in command.arguments ?? [] where argument.kind == "option" && !argument.isRepeating {
      names.formUnion(argument.names?.filter { $0.kind == "long" }.map(\.name) ?? [])
    }
    return names
  }

  private struct Tool: Decodable { let command: Command }

  private struct Command: Decodable {
    let commandName: String
    let subcommands: [Command]?
    let arguments: [Argument]?
  }

  private struct Argument: Decodable {
    let kind: String
    let isRepeating: Bool
    let names: [Name]?
  }

  private struct Name: Decodable {
    let kind: String
    let name: String
  }
}
