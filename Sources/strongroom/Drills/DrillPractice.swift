import ArgumentParser
import Backup
import Drill
import Foundation
import Sealing
import Storage
import Vault

struct DrillPractice: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "practice",
    abstract: "Make a throwaway vault that is broken, for a newcomer to bring back; then see whether it is.",
    discussion: """
      FOLDER gets a vault, a copy of it, an identity and a vault card. Something happened to the vault: which, it doesn't \
      tell. Bring it back with the real commands, along Docs/Runbook.md; --done then says whether all is back, what was \
      broken, how long it took and which commands it took.
      """)

  @Argument(
    help: "A folder that isn't there yet; with --done the folder of the practice.", completion: .directory)
  var folder: String

  @Option(
    name: .long, help: "What happens: \(Practice.Scenario.allCases.map(\.rawValue).joined(separator: ", ")).")
  var scenario: String?

  @Option(name: .long, help: "By what records and damage are chosen, to have the same practice again.")
  var seed: UInt64?

  @Flag(name: .long, help: "The vault is back: look at it, and print the record.")
  var done = false

  @Option(
    name: .long, help: "With --done: where the vault is now; by default FOLDER/vault.", completion: .directory
  )
  var place: String?

  @OptionGroup var talk: OutputOptions

  func validate() throws {
    guard scenario.map({ Practice.Scenario(rawValue: $0) != nil }) ?? true else {
      throw ValidationError(
        "--scenario takes one of \(Practice.Scenario.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    if done, scenario != nil || seed != nil {
      throw ValidationError("--done takes neither --scenario nor --seed")
    }
    if !done, place != nil { throw ValidationError("--place goes with --done") }
  }

  func run() async throws {
    let path = folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder
    if done { return try await finish(path) }
    let chosen = seed ?? UInt64.random(in: 1...UInt64(Int32.max))
    let practice = try await Practice.begin(
      in: path, scenario: scenario.flatMap(Practice.Scenario.init(rawValue:)), seed: chosen,
      now: { UInt64(Date().timeIntervalSince1970) }, card: \.card)
    let quoted = "'\(path.replacing("'", with: "'\\''"))'"
    let environment = """
      export STRONGROOM_VAULT=\(quoted)/vault STRONGROOM_STATE=\(quoted)/state STRONGROOM_CACHE=\(quoted)/cache
      export STRONGROOM_IDENTITY=\(quoted)/me.identity STRONGROOM_PRACTICE=\(quoted) STRONGROOM_VAULT_ID=

      """
    try DurableFile.writeNew(Array(environment.utf8), to: path + "/env", mode: 0o644)
    guard !talk.json else {
      return Output.json([
        "folder": .string(path), "records": .integer(practice.records), "seed": .integer(practice.seed),
        "vault": .string(practice.vault),
      ])
    }
    Output.line("something happened to the vault in \(Output.printable(path)); the clock runs")
    Output.line("  begin:     . '\(Output.printable(path))/env'")
    Output.line(
      "  you have:  the copy in \(Output.printable(path))/copy, me.identity, vault.card.txt, Docs/Runbook.md")
    Output.line(
      "  wanted:    a vault, at whatever place, with all \(practice.records) records and nothing out of order"
    )
    Output.line("  then:      strongroom drill practice '\(Output.printable(path))' --done")
  }

  private func finish(_ path: String) async throws {
    let practice = try Practice(in: path)
    guard let vault = TypedID.identifier(practice.vault) else {
      throw DrillError(.needs, "the practice's note can't be read")
    }
    let machine = Machine(memory: path + "/state", now: { UInt64(Date().timeIntervalSince1970) })
    let location = Location.folder(place ?? path + "/vault")
    let opened: OpenPlace
    do { opened = try await OpenPlace.open(location, in: machine, expecting: vault, afresh: true) } catch let
      error as VaultError
    {
      throw CommandExit(
        kind: .objectivesMissed, what: "not yet", said: "not yet: \(location) can't be opened: \(error.what)")
    }
    guard let secret = try DurableFile.read(path + "/me.identity", limit: IdentityFile.limit) else {
      throw DrillError(.needs, "the practice's identity is gone: \(path)/me.identity")
    }
    try await opened.unlock(with: .identity(IdentityFile.identity(from: secret)))
    let progress = Progress("looking", talk)
    let result = try await practice.finish(
      in: path, place: opened, now: UInt64(Date().timeIntervalSince1970), report: progress.show)
    progress.finish()
    for finding in result.findings { finding.tell() }
    if talk.json {
      var object: JSONObject = [
        "commands": .array(result.steps.map { .string($0) }), "findings": .array(result.findings.map(\.told)),
        "passed": .integer(result.passed ? 1 : 0), "records": .integer(result.restored),
        "seconds": .integer(result.seconds), "seed": .integer(practice.seed),
        "wanted": .integer(practice.records),
      ]
      if result.passed { object["scenario"] = .string(practice.scenario.rawValue) }
      Output.json(object)
    } else {
      show(practice, result, isHome: opened.isHome)
    }
    if !result.passed { throw CommandExit.objectivesMissed }
  }

  private func show(_ practice: Practice, _ result: Practice.Done, isHome: Bool) {
    Output.line("practice: \(result.passed ? "passed" : "NOT YET")")
    if !isHome { Output.line("  this is a copy, and not the vault yet: strongroom recover makes it that") }
    if result.passed { Output.line("  what had happened:  \(practice.scenario.rawValue)") }
    Output.line("  records back:       \(result.restored) of \(practice.records)")
    Output.line("  time:               \(Output.duration(result.seconds))")
    Output.line("  seed:               \(practice.seed)")
    for step in result.steps { Output.line("  \(Output.printable(step))") }
  }
}
