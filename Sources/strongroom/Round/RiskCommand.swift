import ArgumentParser
import Drill
import Round
import Sealing
import Storage
import Vault

struct RiskCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "risk",
    abstract: "Compare a register of risks with the drills: which measures were shown to work?",
    discussion: """
      FILE is YAML: for each risk its text, likelihood and impact (1 to 5), the measure, and the drill plan that tests it \
      (Docs/Round.md). A risk is tested while a drill of its plan, as that is now, passed within its period. Ends with 2 \
      where one isn't. Needs no key.
      """)

  @Argument(help: "The register.", completion: .file(extensions: ["yml", "yaml"]))
  var file: String

  @OptionGroup var vault: VaultOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    let register = try Self.read(file)
    try await vault.use { opened in
      let judged = register.judged(by: opened)
      if talk.json {
        for one in judged { Output.item(Self.json(one)) }
      } else {
        for line in Self.lines(judged) { Output.line(line) }
      }
      let open = judged.count { !$0.isTested }
      guard open == 0 else {
        throw CommandExit(
          kind: .incomplete, what: "\(Output.count(open, "risk")) not tested",
          said: "\(Output.count(open, "risk")) whose measure no drill shows to work")
      }
    }
  }

  /// Reads the register at a path; plans lie beside it.
  static func read(_ path: String) throws -> RiskRegister {
    let text = try TextFile.read(path, limit: RiskRegister.limit)
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    do {
      return try RiskRegister(yaml: text, at: path) { name in
        let isThere = PlanCatalog.text(name) != nil || name.hasPrefix("/")
        return try Plan(yaml: DrillPlans.text(of: isThere ? name : folder + name))
      }
    } catch let error as YAMLFault { throw VaultError(.input, error.what) }
  }

  private static func lines(_ judged: [RiskRegister.Judged]) -> [String] {
    let head = ["", "score", "risk", "measure", "plan", "last passed"]
    let rows = judged.map { one in
      [
        one.isTested ? "tested" : "UNTESTED", "\(one.risk.score)", Output.printable(one.risk.text),
        Output.printable(one.risk.measure), Output.printable(one.risk.planName),
        one.time.map { "\(Output.moment($0)), drill \(one.passed ?? 0)" } ?? "never, as the plan is now",
      ]
    }
    return Output.table([head] + rows, right: [1])
  }

  private static func json(_ one: RiskRegister.Judged) -> JSONObject {
    var object: JSONObject = [
      "every": .integer(one.risk.every), "impact": .integer(one.risk.impact),
      "likelihood": .integer(one.risk.likelihood), "measure": .string(one.risk.measure),
      "name": .string(one.risk.name), "owner": .string(one.risk.owner), "plan": .string(one.risk.planName),
      "risk": .string(one.risk.text), "score": .integer(one.risk.score),
      "tested": .integer(one.isTested ? 1 : 0),
    ]
    object["drill"] = one.passed.map { .integer($0) }
    object["passed"] = one.time.map { .integer($0) }
    return object
  }
}
