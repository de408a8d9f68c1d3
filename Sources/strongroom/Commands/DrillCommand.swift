import ArgumentParser

struct DrillCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill", abstract: "Rehearse a recovery, for real, and prove what came of it.",
    subcommands: [
      DrillPlans.self, DrillNew.self, DrillCheck.self, DrillRun.self, DrillTabletop.self, DrillPractice.self,
      DrillVerify.self, ListDrills.self,
    ])
}
