internal import Rules
import ArgumentParser
import Backup
import Drill
import Sealing
import Storage
import Vault

struct DrillRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a drill: recover for real, under damage that only the drill sees; verify, judge, enter.",
    discussion: """
      PLAN is the name of a ready plan or a YAML file. Ends with 0 if all objectives were met, with 20 if not, with 21 if \
      the drill could not be carried out; all three are entered. Vault and destination stay as they are: damage is done \
      to what the drill sees of them. The scratch folder holds plaintext while the drill runs, and is removed even when \
      it fails. Where none is said, the records lie in memory (/dev/shm) if they fit.
      """)

  @Argument(help: "A ready plan's name, or a YAML file.", completion: .file(extensions: ["yml", "yaml"]))
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
    name: .long, help: "The folder for report, proof and pages; by default 'drills'.", completion: .directory
  )
  var evidence = "drills"

  @Option(name: .long, help: "A note for the report, as who took part.")
  var note: [String] = []

  @Flag(name: .long, help: "Only say what the drill would read, write, take and need.")
  var dryRun = false

  @OptionGroup var pages: PageOptions
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func validate() throws {
    guard note.count <= 20, note.allSatisfy({ $0.utf8.count <= 1000 }) else {
      throw ValidationError("--note takes at most 1000 bytes, twenty times")
    }
  }

  func run() async throws {
    let plan = try Plan(yaml: DrillPlans.text(of: plan))
    if dryRun { return try await look(plan) }
    if plan.loses.contains(.identity), keys.shares.isEmpty {
      throw DrillError(
        .needs, "plan '\(plan.name)' loses every identity, and recovers from shares alone",
        hint: "say --shares FILE...")
    }
    try await vault.use(toWrite: true) { opened in
      guard let key = try keys.given() ?? Terminal.secret("passphrase: ").map({ .passphrase($0) }) else {
        throw VaultError(
          .notGranted, "no identity was given and nobody can be asked", safe: "nothing was written",
          hint: .bringIdentity)
      }
      try await opened.unlock(with: key)
      let rehearsal = Rehearsal(vault: opened, key: key, plan: plan, settings: try settings(for: plan))
      let progress = Progress("drill", talk)
      let outcome = try await rehearsal.run(cancellable: Interruption.watch, report: progress.show)
      progress.finish()
      DrillText.show(outcome, json: talk.json)
      switch outcome.report.verdict {
      case .passed: break
      case .failed: throw CommandExit.objectivesMissed
      case .unfit where outcome.report.unfit == .interrupted:
        throw CommandExit(
          kind: .interrupted, what: "interrupted",
          said: "interrupted; entered as drill \(outcome.entry), not carried out")
      case .unfit: throw CommandExit.unfit("\(outcome.report.unfit.map { "\($0)" } ?? "")")
      }
    }
  }

  /// Needs no key: what a destination holds is told by names and sizes.
  private func look(_ plan: Plan) async throws {
    try await vault.use { opened in
      let nobody = KeySource.passphrase(Secret(copying: [UInt8]()))
      let rehearsal = Rehearsal(vault: opened, key: nobody, plan: plan, settings: try settings(for: plan))
      DrillText.show(try await rehearsal.preflight { _ in }, of: plan, json: talk.json)
    }
  }

  private func settings(for plan: Plan) throws -> Rehearsal.Settings {
    let configuration = Configuration.current
    guard let location = (destination ?? plan.destination).map(configuration.location) else {
      throw DrillError(.needs, "the plan names no destination", hint: .nameDestination)
    }
    let chosen = scratch ?? environment("TMPDIR")
    return Rehearsal.Settings(
      destination: location, scratch: chosen ?? "/var/tmp", mayUseMemory: chosen == nil, evidence: evidence,
      tool: Build.tool, notes: note, languages: pages.languages)
  }
}
