internal import Rules
import ArgumentParser
import Backup
import Drill
import Round
import Sealing
import Storage
import Vault

struct RoundCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "round",
    abstract: "Do unattended what is due: snapshots, verification, drills; and say what is late.",
    subcommands: [RoundNow.self, RoundSchedule.self], defaultSubcommand: RoundNow.self)
}

struct RoundNow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Do now what is due.",
    discussion: """
      What is due follows from the policy, the configuration file and the ledger: a snapshot to each destination, the boxes \
      that nobody read for the longest time, the drills that are wanted. Then people are told what changed. Ends with 0 if all \
      is well, with 2 if something failed or is late, with 20 if a drill missed its objectives. An operator's identity is \
      enough; what takes a custodian is named. One round works on a machine at a time.
      """)

  @Flag(name: .long, help: "Only say what would be done.")
  var dryRun = false

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: OwnKeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    let configuration = try Configuration.read(vault.config)
    let settings = await configuration.roundSettings.looking()
    do {
      try await vault.use(toWrite: !dryRun) { opened in
        if dryRun { return try await look(opened, settings) }
        let key = try await keys.unlock(opened)
        try await round(opened, settings, key)
      }
    } catch {
      if !dryRun { await RoundFailure(error, of: configuration, by: vault).tell() }
      throw error
    }
  }

  private func look(_ opened: OpenPlace, _ settings: RoundSettings) async throws {
    var drills: [String: KeySource] = [:]
    let key = try keys.given()
    if let key {
      try await opened.unlock(with: key)
      drills = drillKeys(opened, settings, key)
    }
    let run = RoundRun(
      of: opened, key: key ?? .passphrase(Secret(copying: [UInt8]())), settings: settings,
      drills: RoundRun.DrillTools(keys: drills) { rehearsal($0) })
    let plan = run.plan()
    let standing = Standing(of: opened, settings)
    if talk.json {
      Output.json([
        "matters": .array(standing.matters.map { RoundText.json($0) }),
        "steps": .array(plan.map(RoundText.json)), "vault": .string(opened.state.vault.hex),
      ])
    } else {
      Output.line("a round would do:")
      for work in plan { Output.line("  \(Output.printable(RoundText.words(work)))") }
      Output.line()
      for line in RoundText.page(standing, []) { Output.line(line) }
    }
    guard standing.gravity != .wrong else { throw CommandExit.incomplete(RoundText.verdict(standing)) }
  }

  private func round(_ opened: OpenPlace, _ settings: RoundSettings, _ key: KeySource) async throws {
    let configuration = Configuration.current
    let run = RoundRun(
      of: opened, key: key, settings: settings,
      drills: RoundRun.DrillTools(keys: drillKeys(opened, settings, key)) { rehearsal($0) })
    let progress = Progress("round", talk)
    let keeping = RoundKeeping(
      of: opened, settings, notices: configuration.noticeSettings, metrics: configuration.round.metrics,
      words: RoundKeeping.Words(
        matter: { Output.printable($0.words(after: $1)) }, page: RoundText.page))
    let report = try await keeping.keep(run) { place, report in
      progress.update(
        stage: place.isEmpty ? report.stage : "\(place): \(report.stage)", done: report.bytes,
        total: report.total, items: report.items)
    }
    progress.finish()
    for step in report.steps { tell(step) }
    if talk.json { Output.json(json(report, opened)) } else { show(report) }
    if report.missedObjectives { throw CommandExit.objectivesMissed }
    guard report.isWell else {
      throw CommandExit.incomplete(RoundText.verdict(report.standing))
    }
  }

  private func tell(_ step: RoundStep) {
    for notice in step.notices { Output.warn(Warning(notice), "\(notice)") }
    switch step.result {
    case .snapshot(let outcome): for finding in outcome.findings { finding.tell() }
    case .verified(let outcome, _): for finding in outcome.findings { finding.tell() }
    case .drilled(let outcome): for finding in outcome.report.findings { finding.tell() }
    case .failed, .blocked, .later: break
    }
  }

  private func show(_ report: RoundReport) {
    for line in RoundText.page(report.standing, report.steps) { Output.line(line) }
    if !report.newFindings.isEmpty {
      Output.line("entered as findings: \(report.newFindings.map(String.init).joined(separator: ", "))")
    }
    if !report.endedFindings.isEmpty {
      Output.line("findings that are over: \(report.endedFindings.map(String.init).joined(separator: ", "))")
    }
  }

  private func json(_ report: RoundReport, _ opened: OpenPlace) -> JSONObject {
    [
      "began": .integer(report.began), "ended": .integer(report.ended),
      "ended_findings": .array(report.endedFindings.map { .integer($0) }),
      "matters": .array(report.standing.matters.map { RoundText.json($0, after: report.steps) }),
      "new_findings": .array(report.newFindings.map { .integer($0) }),
      "steps": .array(report.steps.map(RoundText.json)), "told": .integer(report.wasTold ? 1 : 0),
      "vault": .string(opened.state.vault.hex), "well": .integer(report.isWell ? 1 : 0),
    ]
  }

  /// The identity with which each drill opens the records: systemd's credential for drills, which stands for the
  /// configuration's files that only root reads; its own; or the round's.
  private func drillKeys(
    _ opened: OpenPlace, _ settings: RoundSettings, _ key: KeySource
  ) -> [String: KeySource] {
    // An operator's identity opens no record, and needn't for the rest.
    let opensAll = (try? opened.unlocked().opensEveryClass(of: opened.state.policy)) ?? false
    let credential = OwnKeyOptions.credential("strongroom.drill.identity")
    var found: [String: KeySource] = [:]
    for drill in settings.drills {
      if let file = credential ?? Configuration.current.drills[drill.name]?.identity {
        // One that can't be read keeps nothing else from being done.
        do { found[drill.name] = .identity(try KeyOptions.readIdentity(file)) } catch {
          Output.note(
            "note: drill \(drill.name): \(ErrorReport(error).words?.what ?? "its identity can't be read")")
        }
      } else if opensAll {
        found[drill.name] = key
      }
    }
    return found
  }

  private func rehearsal(_ destination: Location) -> Rehearsal.Settings {
    let chosen = environment("TMPDIR")
    return Rehearsal.Settings(
      destination: destination, scratch: chosen ?? "/var/tmp", mayUseMemory: chosen == nil,
      evidence: Configuration.current.round.evidence ?? "drills", tool: Build.tool)
  }
}
