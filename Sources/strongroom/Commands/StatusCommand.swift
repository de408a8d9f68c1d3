import ArgumentParser
import Drill
import Sealing
import Vault

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Say how the vault stands, and what is due. Needs no key.",
    discussion: """
      Whether an epoch is due for rotation is told to who opens its section: without an identity only of a vault \
      that is younger than the policy's period. What the policy wants done again and again (snapshots, \
      verification of each place, drills) is told once it is due; where a quarter of the period went by since, the \
      command ends with 2.
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
      let status = VaultStatus(of: opened)
      let point = RecoveryPoint(of: opened, plan: plan)
      if talk.json {
        Output.json(Self.json(status, point))
        return try Self.refuseLateness(status)
      }
      for line in status.lines { Output.line("\(line.name):".padded(22) + Output.printable(line.text)) }
      let age = point.age.map { "\(Output.duration($0)) old" } ?? "there is none"
      let allowed = point.objective.map { "; plan '\(point.plan)' allows \(Output.duration($0)) (RPO)" } ?? ""
      Output.line("newest snapshot:".padded(22) + age + allowed)
      for remark in status.remarks { Output.note("note: \(Output.printable(remark.words))") }
      if point.isMissed {
        Output.note(
          "note: an incident now would lose more than plan '\(point.plan)' allows; strongroom snapshot take DESTINATION"
        )
      }
      try Self.refuseLateness(status)
    }
  }

  /// Whoever looks by a timer looks at the exit code alone.
  private static func refuseLateness(_ status: VaultStatus) throws {
    let late = status.duties.count(where: \.isOverdue)
    let unsound = status.coverage.reduce(0) { $0 + $1.unsound }
    let parts = [
      late > 0 ? "\(Output.count(late, "duty")) overdue" : nil,
      unsound > 0 ? "\(Output.count(unsound, "box")) known to be damaged or missing" : nil,
    ].compactMap(\.self)
    guard !parts.isEmpty else { return }
    throw CommandExit.incomplete(parts.joined(separator: " and "))
  }

  private static func json(_ status: VaultStatus, _ point: RecoveryPoint) -> JSONObject {
    var object = status.json
    object["rpo_missed"] = .integer(point.isMissed ? 1 : 0)
    if let objective = point.objective { object["rpo_objective"] = .integer(objective) }
    if let age = point.age { object["snapshot_age"] = .integer(age) }
    return object
  }
}
