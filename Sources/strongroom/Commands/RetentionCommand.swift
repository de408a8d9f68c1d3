import ArgumentParser
import Sealing
import Vault

struct RetentionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retention", abstract: "Say what was kept for long enough, and dispose of it.",
    discussion: """
      How many years records of a class are kept is in the policy; what is sealed bears the year to whose end it is kept. \
      Where the policy keeps a class longer by now, that holds for what is sealed already, too.
      """,
    subcommands: [Due.self, Apply.self])

  struct Due: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List what may go, by class and year.")

    @Option(name: .customLong("class"), help: "Only this class; may be said several times.")
    var classes: [String] = []

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        try await keys.unlock(opened)
        let due = try await opened.retentionDue(classes: try opened.classIDs(named: classes))
        for finding in due.findings { finding.tell() }
        if !due.isWhole {
          Output.note(
            "note: of the classes that this identity opens; what holds hold is known to whoever opens the journal"
          )
        }
        if talk.json { Output.json(RetentionCommand.json(due)) } else { show(due) }
        if !due.findings.isEmpty { throw CommandExit.incomplete(findings: due.findings.count) }
      }
    }

    private func show(_ due: RetentionDue) {
      RetentionCommand.tellYear(due)
      for line in RetentionCommand.lines(due) { Output.line(line) }
      if due.records.isEmpty { Output.line("nothing was kept for long enough yet") }
    }
  }

  struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Dispose of what was kept for long enough.",
      discussion: """
        What a hold holds stays, and so does what is newer than something that stays. Readers don't find the rest any more \
        from then on. Where there are two custodians, another one looks at it and confirms it (strongroom move confirm); \
        until it is erased by strongroom gc, after the hold-back, it can be taken back (strongroom move undo). Needs a \
        custodian.
        """)

    @Option(name: .customLong("class"), help: "Only this class; may be said several times.")
    var classes: [String] = []

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var options: MovingOptions

    func run() async throws {
      try await options.move("disposing") { opened in
        let ids = try opened.classIDs(named: classes)
        let due = try await opened.retentionDue(classes: ids)
        if !options.talk.json {
          RetentionCommand.tellYear(due)
          for line in RetentionCommand.lines(due) { Output.note(line) }
        }
        let records = due.records.reduce(0) { $0 + $1.records }
        if records > 0, !options.dryRun {
          try Asking.confirm(
            "dispose of \(Output.count(records, "record version"))", yes: yes,
            otherwise: "nothing was disposed of")
        }
        return .dispose(ids, agreed: options.dryRun ? nil : due.records)
      }
    }
  }

  fileprivate static func lines(_ due: RetentionDue) -> [String] {
    due.records.map { one in
      let held = one.held > 0 ? "; \(Output.count(one.held, "bundle")) held" : ""
      return
        "\(Output.printable(one.className))  kept to \(one.year)  \(Output.count(one.records, "record version")), \(Output.size(one.bytes)), in \(Output.count(one.boxes, "box"))\(held)"
    }
  }

  /// Why a year that has begun here isn't believed yet.
  fileprivate static func tellYear(_ due: RetentionDue) {
    guard let year = due.presentYear else {
      return Output.note(
        "note: which year it is another custodian has to say: none of the others has entered anything yet")
    }
    guard year < due.clockYear else { return }
    Output.note(
      "note: by the ledger it is \(year): what ends with that year is due once an entry of \(due.clockYear) is there, as strongroom clock settle makes one, of another custodian where there is one"
    )
  }

  fileprivate static func json(_ due: RetentionDue) -> JSONObject {
    [
      "findings": .array(due.findings.map(\.told)),
      "records": .array(
        due.records.map { one in
          .object([
            "boxes": .integer(one.boxes), "bundles": .integer(one.bundles), "bytes": .integer(one.bytes),
            "class": .string(one.className), "held": .integer(one.held), "records": .integer(one.records),
            "year": .integer(one.year),
          ])
        }),
      "year": .integer(due.presentYear ?? 0),
    ]
  }
}
