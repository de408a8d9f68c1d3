import ArgumentParser
import Drill
import Foundation
internal import Rules
import Sealing
import Storage
import Vault

struct DrillNew: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Write a plan of your own, from a ready one.",
    discussion: """
      Asks for what is missing, and writes a YAML file that drill check and drill run take. Docs/Drills.md tells what \
      else a plan may say.
      """)

  @Argument(help: "The file to write.", completion: .file(extensions: ["yml"]))
  var file: String

  @Option(name: .long, help: "The ready plan to begin with; drill plans lists them.")
  var from: String?

  @Option(name: .long, help: "A short name: a-z, 0-9 and -.")
  var name: String?

  @Option(name: .long, help: "What a manager reads above the report.")
  var title: String?

  @Option(name: .long, help: "Where the recovery comes from.", completion: .directory)
  var destination: String?

  @Option(name: .long, help: "The recovery time objective, as 4h.")
  var rto: String?

  @Option(name: .long, help: "The recovery point objective, as 24h.")
  var rpo: String?

  @OptionGroup var talk: OutputOptions

  func run() async throws {
    let base = try asked(
      from, "which ready plan to begin with (\(PlanCatalog.names.joined(separator: ", ")))?", "site-lost")
    guard let text = PlanCatalog.text(base) else { throw DrillPlans.unknown(base) }
    let ready = try Plan(yaml: text)
    var answers: [(key: String, value: String)] = [
      ("name", try asked(name, "a short name, a-z, 0-9 and -?", "my-\(base)")),
      ("title", try asked(title, "what does a manager read above the report?", ready.title)),
    ]
    if ready.level != .tabletop {
      let where_ = try asked(
        destination, "which destination? a folder, or a name of the configuration; empty: said at each run",
        "")
      if !where_.isEmpty { answers.append(("destination", where_)) }
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines.removeAll { $0.hasPrefix("#") }
    for (key, value) in answers { Self.set(key, value, in: &lines) }
    if ready.objectives.rto != nil || rto != nil {
      let span = try asked(rto, "within which time must the records be back, as 4h?", "4h")
      Self.setObjective("rto", span, in: &lines)
    }
    if ready.objectives.rpo != nil || rpo != nil {
      let span = try asked(rpo, "how old may the newest record be that comes back, as 24h?", "24h")
      Self.setObjective("rpo", span, in: &lines)
    }
    // The translation is the ready plan's own.
    if answers[1].value != ready.title { Self.removeTranslation(from: &lines) }
    let written =
      "# From the ready plan \(base). Docs/Drills.md tells what a plan may say.\n"
      + lines.joined(separator: "\n")
    let plan = try Plan(yaml: written)
    try DurableFile.writeNew(Array(written.utf8).span, to: file, mode: 0o644)
    guard !talk.json else { return Output.json(["file": .string(file), "name": .string(plan.name)]) }
    Output.line(
      "wrote \(Output.printable(file)); strongroom drill check tells what it will do, drill run does it")
  }

  /// What was said, or is answered now; the default where nobody can be asked.
  private func asked(_ said: String?, _ question: String, _ otherwise: String) throws -> String {
    if let said { return said }
    guard !talk.json, Terminal.isPresent else { return otherwise }
    let shown = otherwise.isEmpty ? "" : " [\(otherwise)]"
    guard let answer = Terminal.ask("\(question)\(shown) ") else { throw CancellationError() }
    let trimmed = answer.trimmingCharacters(in: .whitespaces)
    return trimmed.isEmpty ? otherwise : trimmed
  }

  private static func set(_ key: String, _ value: String, in lines: inout [String]) {
    let line = "\(key): \(quoted(value))"
    if let place = lines.firstIndex(where: { $0.hasPrefix("\(key):") }) {
      lines[place] = line
    } else {
      let place = lines.firstIndex { $0.hasPrefix("objectives:") } ?? lines.endIndex
      lines.insert(line, at: place)
    }
  }

  private static func setObjective(_ key: String, _ span: String, in lines: inout [String]) {
    guard let place = lines.firstIndex(where: { $0.hasPrefix("objectives:") }) else { return }
    let line = lines[place]
    if let found = line.matches(of: /(rto|rpo): [^,}]*/).first(where: { $0.1 == key }) {
      lines[place] = line.replacingCharacters(in: found.range, with: "\(key): \(quoted(span))")
    } else {
      lines[place] = line.replacing("{", with: "{\(key): \(quoted(span))\(line.contains("{}") ? "" : ", ")")
    }
  }

  private static func removeTranslation(from lines: inout [String]) {
    guard let start = lines.firstIndex(of: "zh:") else { return }
    let end = lines[(start + 1)...].firstIndex { !$0.hasPrefix(" ") } ?? lines.endIndex
    lines.removeSubrange(start..<end)
  }

  /// As YAML takes any text: in single quotes where it isn't plain, escaped where it holds what can't be shown.
  private static func quoted(_ text: String) -> String {
    if text.wholeMatch(of: /[0-9]+[smhd]/) != nil { return text }
    guard Output.printable(text) != text || text.contains(/[&*]/) else {
      return "'\(text.replacing("'", with: "''"))'"
    }
    let escaped = text.unicodeScalars.map { scalar -> String in
      let digits = String(scalar.value, radix: 16)
      return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
    return "\"\(escaped.joined())\""
  }
}
