import ArgumentParser

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Tell an auditor how the archive stands, or what it holds and costs.",
    subcommands: [ReportCompliance.self, ReportInventory.self])
}
