import ArgumentParser

/// Options that take one value and were given twice. The parser takes the last one and says nothing, so that half of what
/// was asked for would be left out without a word.
enum RepeatedOptions {
  /// Refuses arguments in which one stands.
  /// - Parameter arguments: without the program's name.
  static func refuse(in arguments: [String], of commands: CommandTree) throws {
    var seen: Set<Substring> = []
    var twice: Set<Substring> = []
    for word in arguments.prefix(while: { $0 != "--" }) where word.hasPrefix("--") {
      let name = word.dropFirst(2).prefix { $0 != "=" }
      if !seen.insert(name).inserted { twice.insert(name) }
    }
    guard !twice.isEmpty else { return }
    let command = commands.command(of: arguments).command
    let single = Set((command.arguments ?? []).filter(\.isSingleOption).flatMap(\.longNames))
    if let name = twice.sorted().first(where: { single.contains(String($0)) }) {
      throw ValidationError("--\(name) is given twice, and takes one value")
    }
  }
}
