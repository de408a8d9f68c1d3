import ArgumentParser
import Drill
import Foundation
import Sealing
import Storage
import Vault

struct DrillTabletop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tabletop", abstract: "Ask a plan's questions one by one, and keep the answers as evidence.",
    discussion: """
      Nothing is brought back. It passes where every question has an answer; an empty line says that nobody knew. \
      With --answers a file answers, a line for each question.
      """)

  @Argument(
    help: "A ready plan's name, or a YAML file, of level tabletop.",
    completion: .file(extensions: ["yml", "yaml"]))
  var plan = "first-hour"

  @Option(
    name: .long, help: "A file with the answers, one a line, in the order of the questions.",
    completion: .file())
  var answers: String?

  @Option(
    name: .long, help: "The folder for report, proof and pages; by default 'drills'.", completion: .directory
  )
  var evidence = "drills"

  @Option(name: .long, help: "A note for the report, as who took part.")
  var note: [String] = []

  @OptionGroup var pages: PageOptions
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    let plan = try Plan(yaml: DrillPlans.text(of: plan))
    let given = try answers.map(read)
    if let given, given.count != plan.questions.count {
      throw VaultError(
        .input, "the plan has \(plan.questions.count) questions, and the file \(given.count) lines",
        safe: "nothing was written")
    }
    guard given != nil || Terminal.isPresent else {
      throw VaultError(
        .input, "nobody can be asked", safe: "nothing was written",
        hint: "give the answers with --answers FILE")
    }
    try await vault.use(toWrite: true) { opened in
      try await keys.unlock(opened)
      let settings = Rehearsal.Settings(
        destination: .folder(""), scratch: "", evidence: evidence, tool: Build.tool, notes: note,
        languages: pages.languages)
      let outcome = try await Tabletop(vault: opened, plan: plan, settings: settings).run {
        number, question in
        if let given { return given[number - 1] }
        Output.note("\(number) of \(plan.questions.count): \(Output.printable(question))")
        guard let answer = Terminal.ask("> ") else { throw CancellationError() }
        return answer.trimmingCharacters(in: .whitespaces)
      }
      DrillText.show(outcome, json: talk.json)
      if !outcome.report.passed { throw CommandExit.objectivesMissed }
    }
  }

  private func read(_ path: String) throws -> [String] {
    guard let bytes = try DurableFile.read(path, limit: 1 << 20) else {
      throw VaultError(.input, "there is no file \(path)", safe: "nothing was written")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw VaultError(.input, "\(path) isn't UTF-8", safe: "nothing was written")
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
  }
}
