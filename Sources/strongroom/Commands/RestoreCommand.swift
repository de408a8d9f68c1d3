import ArgumentParser
import Backup
import Sealing
import Vault

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Bring a vault back from a destination, as a copy that can be read at once.",
    discussion: """
      Nothing is written to the copy until a custodian makes it the vault: strongroom recover. Where this machine saw \
      entries that the destination doesn't have, the command says how many. No identity is needed; with one, what \
      doesn't come back is told by customer and record.
      """)

  @Argument(help: "The destination to restore from.", completion: .directory)
  var destination: String

  @Argument(help: "The new place: a folder that is empty or not there yet.", completion: .directory)
  var newVault: String

  @Option(name: .long, help: "An older snapshot, by the number of its entry.")
  var snapshot: UInt64?

  @OptionGroup var past: PastOption
  @OptionGroup var pace: PaceOption
  @OptionGroup var shared: GroupOption
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func validate() throws { try Configuration.refuseEmpty(destination, newVault) }

  func run() async throws {
    try past.requireBuckets([try Configuration.read(vault.config).location(destination)])
    past.apply()
    try pace.apply()
    try await vault.use(destination, making: (newVault, shared)) { opened in
      let progress = Progress("restoring", talk)
      let outcome = try await Restorer(
        from: opened, to: Configuration.current.location(newVault), snapshot: snapshot
      ).run(report: progress.show)
      progress.finish()
      for finding in outcome.findings { finding.tell() }
      let affected = try await AffectedTelling(keys: keys, talk: talk).tell(outcome.findings, of: opened)
      if talk.json { Output.json(json(outcome, affected)) } else { show(outcome) }
      explain(outcome, holdsVault: await opened.machine.holdsVault(Configuration.current.location(newVault)))
      guard outcome.findings.isEmpty, outcome.missing.isEmpty else {
        throw CommandExit.incomplete(findings: max(outcome.findings.count, outcome.missing.count))
      }
    }
  }

  private func show(_ outcome: Restorer.Outcome) {
    Output.line(
      "restored snapshot \(outcome.snapshot) of \(Output.moment(outcome.started)) to \(Output.printable(newVault)): "
        + "\(Output.count(outcome.boxes, "box")) (\(Output.size(outcome.bytes))), each compared with its digest"
    )
    Output.line("ledger size \(outcome.size), root \(outcome.root.hex)")
    if outcome.leftOut > 0 {
      Output.line("\(Output.count(outcome.leftOut, "box")) sealed after that snapshot left out")
    }
    if !outcome.missing.isEmpty {
      Output.line(
        "\(Output.count(outcome.missing.count, "box")) that the ledger names did not come back, named above")
    }
  }

  private func explain(_ outcome: Restorer.Outcome, holdsVault: Bool) {
    guard !talk.quiet else { return }
    guard holdsVault else {
      return Output.note(
        "note: it can be read there, and become no vault: its server lets writers overwrite one another; restore it from there to a folder, or to another bucket"
      )
    }
    if outcome.unfinished { Output.note("note: the last copy to this destination broke off") }
    let recover = "strongroom recover \(Configuration.current.location(newVault).asArgument)"
    if let lacks = outcome.lacks {
      Output.note(
        "note: this machine saw \(Output.count(lacks.entries, "later entry")), which did not come back: \(lacks.words)"
      )
    }
    guard let lacks = outcome.lacks, !lacks.isOnlyBookkeeping else {
      return Output.note("note: it is a read-only copy until a custodian makes it the vault: \(recover)")
    }
    Output.note("note: records can be read there, but nothing written: look for a newer copy first")
    Output.note(
      "hint: if there is none, a custodian makes it the vault: \(recover) --accept-fork \(outcome.fork.text)")
  }

  /// What is missing, by kind: nothing, or nobody knows what.
  private static func lacks(_ behind: Behind?) -> JSONValue {
    guard let behind else { return .array([]) }
    guard let lacks = behind.lacks else { return .array([.string("unknown")]) }
    let kinds = [
      lacks.boxes > 0 ? "records" : nil, lacks.keys ? "keys" : nil, lacks.places ? "places" : nil,
      lacks.isOnlyBookkeeping ? "bookkeeping" : nil,
    ]
    return .array(kinds.compactMap(\.self).map { .string($0) })
  }

  private func json(_ outcome: Restorer.Outcome, _ affected: JSONObject?) -> JSONObject {
    var object: JSONObject = [
      "behind": .integer(outcome.behind), "boxes": .integer(outcome.boxes), "bytes": .integer(outcome.bytes),
      "findings": .array(outcome.findings.map(\.told)), "fork": .string(outcome.fork.text),
      "lacks": Self.lacks(outcome.lacks), "left_out": .integer(outcome.leftOut),
      "missing": .array(outcome.missing.map { .string($0.hex) }),
      "place": .string(outcome.place.hex), "root": .string(outcome.root.hex), "size": .integer(outcome.size),
      "snapshot": .integer(outcome.snapshot), "started": .integer(outcome.started),
      "unfinished": .integer(outcome.unfinished ? 1 : 0),
    ]
    object["affected"] = affected.map { .object($0) }
    return object
  }
}
