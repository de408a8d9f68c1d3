internal import Rules
import ArgumentParser
import Backup
import Drill
import Sealing
import Storage
import Vault

struct DrillCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill", abstract: "Rehearse a recovery, for real, and prove what came of it.",
    subcommands: [Plans.self, Run.self, ListDrills.self])

  struct Plans: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the ready plans, or print one as YAML.")

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
      guard talk.json else { return Output.line("\(name.padded(16))\(title)") }
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

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Run a drill: restore from a destination to a scratch folder, verify every record, judge, enter.",
      discussion: """
        PLAN is the name of a ready plan or a YAML file. Ends with 0 if all objectives were met, with 20 if not. \
        The scratch folder holds plaintext while the drill runs, and is removed even when it fails. Where none is said, \
        the records lie in memory (/dev/shm) if they fit.
        """)

    @Argument(help: "A ready plan's name, or a YAML file.", completion: .file())
    var plan: String

    @Option(
      name: .long, help: "The destination to recover from, where the plan leaves it open.",
      completion: .directory)
    var destination: String?

    @Option(
      name: .long,
      help:
        "The folder in which the scratch folder is made; by default $TMPDIR or /var/tmp, records in memory if they fit.",
      completion: .directory)
    var scratch: String?

    @Option(
      name: .long, help: "The folder for report, proof and page; by default 'drills'.", completion: .directory
    )
    var evidence = "drills"

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      let text = try Plans.text(of: plan)
      try await vault.use(toWrite: true) { opened in
        guard let key = try keys.given() ?? Terminal.secret("passphrase: ").map({ .passphrase($0) }) else {
          throw VaultError(
            .notGranted, "no identity was given and nobody can be asked", safe: "nothing was written",
            hint: .bringIdentity)
        }
        try await opened.unlock(with: key)
        let chosen = scratch ?? environment("TMPDIR")
        let rehearsal = try Rehearsal(
          vault: opened, key: key, planText: text,
          destination: destination.map(Configuration.current.location), scratch: chosen ?? "/var/tmp",
          mayUseMemory: chosen == nil,
          evidence: evidence, locate: Configuration.current.location)
        let progress = Progress("drill", talk)
        let outcome = try await rehearsal.run { report in
          progress.update(stage: report.stage, done: report.bytes, total: report.total, items: report.items)
        }
        progress.finish()
        show(outcome)
        if !outcome.report.passed { throw CommandExit.objectivesMissed }
      }
    }

    private func show(_ outcome: Rehearsal.Outcome) {
      let report = outcome.report
      for finding in report.findings { finding.tell() }
      if talk.json {
        var object: JSONObject = [
          "entry": .integer(outcome.entry), "findings": .array(report.findings.map(\.told)),
          "passed": .integer(report.passed ? 1 : 0), "restored": .integer(report.measured.restored),
          "rpo": .integer(report.measured.rpo), "rto": .integer(report.measured.rto),
        ]
        if let expected = report.measured.expected { object["expected"] = .integer(expected) }
        return Output.json(object)
      }
      Output.line("\(Output.printable(report.plan.title)): \(report.passed ? "passed" : "FAILED")")
      for check in report.checks {
        Output.line(
          "  \(check.passed ? "met   " : "missed")  \(check.name.padded(22)) \(check.got) (wanted: \(check.wanted))"
        )
      }
      for stage in report.stages {
        Output.line(
          "          \(stage.name.padded(22)) \(Output.decimal(Double(stage.milliseconds) / 1000, places: 2)) s"
        )
      }
      Output.line("entered as drill \(outcome.entry)")
      Output.line("report:  \(Output.printable(outcome.page))")
      Output.line("proof:   \(Output.printable(outcome.proof))")
    }
  }

  struct ListDrills: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the drills that were entered.")

    @OptionGroup var vault: VaultOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        for drill in opened.state.drills {
          let outcome = drill.content
          if talk.json {
            Output.item([
              "entry": .integer(drill.number), "passed": .integer(outcome.passed ? 1 : 0),
              "rpo": .integer(outcome.rpo),
              "rto": .integer(outcome.rto), "time": .integer(drill.time),
            ])
          } else {
            Output.line(
              "drill \(drill.number)  \(Output.moment(drill.time))  \(outcome.passed ? "passed" : "failed")  "
                + "RTO \(Output.duration(outcome.rto))  RPO \(Output.duration(outcome.rpo))")
          }
        }
      }
    }
  }
}
