internal import Rules
import ArgumentParser
import Drill
import Sealing
import Storage
import Vault

struct DrillPlans: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plans", abstract: "List the ready plans, or print one as YAML.")

  @Argument(help: "The plan to print.")
  var name: String?

  @OptionGroup var talk: OutputOptions

  func run() async throws {
    guard let name else {
      for name in PlanCatalog.names { try show(name) }
      return
    }
    guard let text = PlanCatalog.text(name) else { throw Self.unknown(name) }
    guard talk.json else { return Output.line(text) }
    Output.json(["name": .string(name), "yaml": .string(text)])
  }

  private func show(_ name: String) throws {
    let title = try PlanCatalog.text(name).map { try Plan(yaml: $0).title } ?? ""
    guard talk.json else { return Output.line("\(name.padded(22))\(title)") }
    Output.item(["name": .string(name), "title": .string(title)])
  }

  /// The text of a ready plan, or of a plan in a file.
  static func text(of plan: String) throws -> String {
    if let text = PlanCatalog.text(plan) { return text }
    guard let bytes = try DurableFile.read(plan, limit: Plan.limit) else { throw unknown(plan) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DrillError(.plan, "\(plan) is not UTF-8 text")
    }
    return text
  }

  static func unknown(_ name: String) -> DrillError {
    DrillError(
      .noPlan, "there is no plan '\(name)'",
      hint: "strongroom drill plans lists the ready ones; a file's path works too")
  }
}

struct DrillCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Tell everything that is wrong with a plan, or what it will do.",
    discussion: "Needs no vault. Every mistake is told with its line and column.")

  @Argument(help: "A ready plan's name, or a YAML file.", completion: .file(extensions: ["yml", "yaml"]))
  var plan: String

  @OptionGroup var talk: OutputOptions

  func run() async throws {
    let text = try DrillPlans.text(of: plan)
    let mistakes = Plan.mistakes(in: text)
    if talk.json { Output.json(try object(text, mistakes)) }
    guard mistakes.isEmpty else {
      if !talk.json {
        for mistake in mistakes {
          Output.line("\(Output.printable(plan)): \(Output.printable("\(mistake)"))")
        }
      }
      throw CommandExit(kind: .input, what: "the plan has \(Output.count(mistakes.count, "mistake"))")
    }
    guard !talk.json else { return }
    for line in PlanText.lines(of: try Plan(yaml: text)) { Output.line(Output.printable(line)) }
  }

  private func object(_ text: String, _ mistakes: [PlanMistake]) throws -> JSONObject {
    var object: JSONObject = [
      "mistakes": .array(
        mistakes.map {
          .object([
            "column": .integer(UInt64($0.column)), "line": .integer(UInt64($0.line)),
            "what": .string($0.what),
          ])
        })
    ]
    guard mistakes.isEmpty else { return object }
    let plan = try Plan(yaml: text)
    object["name"] = .string(plan.name)
    object["title"] = .string(plan.title)
    object["level"] = .string(plan.level.rawValue)
    object["recovery"] = .string(plan.recovery.rawValue)
    return object
  }
}
