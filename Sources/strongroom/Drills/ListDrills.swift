internal import Rules
import ArgumentParser
import Drill
import Sealing
import Vault

struct ListDrills: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the drills that were entered.")

  @OptionGroup var vault: VaultOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use { opened in
      for drill in opened.state.drills {
        let outcome = drill.content
        guard talk.json else {
          let figures = [
            outcome.rto.map { "RTO \(Output.duration($0))" },
            outcome.rpo.map { "RPO \(Output.duration($0))" },
          ].compactMap(\.self).joined(separator: "  ")
          Output.line(
            "drill \(drill.number)  \(Output.moment(drill.time))  \(outcome.verdict.rawValue.padded(6))  \(outcome.level.rawValue.padded(10))  \(figures)"
          )
          continue
        }
        var object: JSONObject = [
          "entry": .integer(drill.number), "level": .string(outcome.level.rawValue),
          "outcome": .string(outcome.verdict.rawValue), "time": .integer(drill.time),
        ]
        if let rpo = outcome.rpo { object["rpo"] = .integer(rpo) }
        if let rto = outcome.rto { object["rto"] = .integer(rto) }
        Output.item(object)
      }
    }
  }
}
