import ArgumentParser
import Drill
import Round
import Sealing
import Vault

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Say how the vault stands, and what is due. Needs no key.",
    discussion: """
      Whether an epoch is due for rotation is told to who opens its section: without an identity only of a vault \
      that is younger than the policy's period. What the policy and the configuration want done again and again \
      (snapshots, verification of each place, drills) is told once it is due; where a quarter of the period went by since, \
      or something is known to be damaged, the command ends with 2.
      """)

  @Option(
    name: .long, help: "The plan whose RPO the newest snapshot must keep: a ready plan, or a YAML file.",
    completion: .file())
  var plan = "site-lost"

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    let plan = try Plan(yaml: DrillPlans.text(of: plan))
    try await vault.use { opened in
      try await keys.unlockIfAny(opened)
      let standing = Standing(of: opened, await Configuration.current.roundSettings.looking())
      let point = RecoveryPoint(of: opened, plan: plan)
      if talk.json {
        Output.json(Self.json(standing, point))
      } else {
        for line in RoundText.page(standing, []) { Output.line(line) }
        Output.line(Self.line(of: point))
      }
      guard standing.gravity != .wrong else {
        throw CommandExit.incomplete(RoundText.verdict(standing))
      }
    }
  }

  private static func line(of point: RecoveryPoint) -> String {
    let age = point.age.map { "\(Output.duration($0)) old" } ?? "there is none"
    let allowed = point.objective.map { "; plan '\(point.plan)' allows \(Output.duration($0)) (RPO)" } ?? ""
    let missed = point.isMissed ? ": an incident now would lose more" : ""
    return "newest snapshot:".padded(22) + age + allowed + missed
  }

  private static func json(_ standing: Standing, _ point: RecoveryPoint) -> JSONObject {
    var object = standing.status.json
    object["matters"] = .array(standing.matters.map { RoundText.json($0) })
    object["rpo_missed"] = .integer(point.isMissed ? 1 : 0)
    if let objective = point.objective { object["rpo_objective"] = .integer(objective) }
    if let age = point.age { object["snapshot_age"] = .integer(age) }
    return object
  }
}
