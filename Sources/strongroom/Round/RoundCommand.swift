import ArgumentParser

struct RoundCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "round", abstract: "Do by itself what is due, every day.", subcommands: [RoundSchedule.self])
}
