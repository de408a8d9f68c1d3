internal import Rules
import ArgumentParser
import Drill
import Sealing
import Vault

struct ListDrills: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the drills that were entered.",
    discussion: "What their plans were called is sealed: an identity that opens the journal is told.")

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: OwnKeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use { opened in
      let plans = try await plans(of: opened)
      for drill in opened.state.drills {
        let outcome = drill.content
        guard talk.json else {
          let figures = [
            outcome.rto.map { "RTO \(Output.duration($0))" },
            outcome.rpo.map { "RPO \(Output.duration($0))" },
          ].compactMap(\.self).joined(separator: "  ")
          Output.line(
            "drill \(drill.number)  \(Output.moment(drill.time))  \(outcome.verdict.rawValue.padded(6))  \(outcome.level.rawValue.padded(10))  \((plans[drill.number] ?? "").padded(20))  \(figures)"
          )
          continue
        }
        var object: JSONObject = [
          "entry": .integer(drill.number), "level": .string(outcome.level.rawValue),
          "outcome": .string(outcome.verdict.rawValue), "time": .integer(drill.time),
        ]
        if let plan = plans[drill.number] { object["plan"] = .string(plan) }
        if let rpo = outcome.rpo { object["rpo"] = .integer(rpo) }
        if let rto = outcome.rto { object["rto"] = .integer(rto) }
        Output.item(object)
      }
    }
  }

  /// What the journal calls the drills' plans, where somebody who opens it looks.
  private func plans(of opened: OpenPlace) async throws -> [UInt64: String] {
    guard let key = try keys.given() else { return [:] }
    do { try await opened.unlock(with: key) } catch let error as VaultError {
      guard !keys.isSaid, error.code == .notGranted || error.code == .wrongKey else { throw error }
      return [:]
    }
    var plans: [UInt64: String] = [:]
    for entry in try await opened.entries() where entry.event == "drilled" {
      plans[entry.number] = entry.sealed.first { $0.name == "plan" }.map { Output.printable($0.text) }
    }
    return plans
  }
}
