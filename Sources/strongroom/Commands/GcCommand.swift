import ArgumentParser
import Sealing
import Vault

struct GcCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Erase from the vault what nothing needs any more.",
    discussion: """
      Files that no entry of the ledger names, as an interrupted run leaves them, and superseded generations of the \
      keyring whose hold-back is over and that another custodian's program, where there are two, compared with what \
      replaced them (it does so by itself when they write). They are first entered as removed, so that they never count again, then erased \
      in both copies. What is younger than a day is left alone, since somebody may be about to name it. Needs a \
      custodian. Where more would fall than the policy's limit, nothing is erased and the command ends with 13; what \
      the store holds back is named, and it ends with 2.
      """)

  @Argument(help: "The vault's folder; by default --vault or $STRONGROOM_VAULT.", completion: .directory)
  var place: String?

  @Flag(help: "Say what would fall, and change nothing.")
  var dryRun = false

  @Flag(name: .long, help: "Erase even where that is more than the policy's limit.")
  var eraseBeyondLimit = false

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use(place, toWrite: !dryRun) { opened in
      try await keys.unlock(opened)
      // What was replaced falls once another custodian compared it, who may be the one at work.
      if !dryRun {
        await opened.compareWhereDue()
        await MovingOptions.compare(opened, talk)
      }
      let removing = Remover(from: opened, ignoresLimit: eraseBeyondLimit)
      let outcome = try await dryRun ? removing.plan() : removing.run()
      for finding in outcome.findings { finding.tell() }
      if talk.json { Output.json(json(outcome)) } else { show(outcome) }
      if !outcome.findings.isEmpty { throw CommandExit.incomplete(findings: outcome.findings.count) }
    }
  }

  private func show(_ outcome: Remover.Outcome) {
    if dryRun {
      let size = Output.size(outcome.fallingBytes)
      Output.line("\(Output.count(outcome.falling, "object")) (\(size)) would be erased")
      if outcome.isBeyondLimit {
        Output.line("that is more than the policy's limit, so it takes --erase-beyond-limit")
      }
    } else {
      Output.line("\(Output.count(outcome.erased, "object")) erased (\(Output.size(outcome.erasedBytes)))")
    }
    if outcome.held > 0 {
      Output.line("held back for now: \(Output.count(outcome.held, "file")) of keyrings")
    }
    if !outcome.uncompared.isEmpty {
      let numbers = outcome.uncompared.map(String.init).joined(separator: ", ")
      Output.line(
        "of these some wait for another custodian, whose program compares generation \(numbers) with what it replaced as soon as they write"
      )
    }
    if outcome.waiting > 0 {
      Output.line("held back for now: \(Output.count(outcome.waiting, "box")) in whose place others stand")
    }
    if !outcome.unlooked.isEmpty {
      let numbers = outcome.unlooked.map(String.init).joined(separator: ", ")
      Output.line(
        "a hold or a policy came since somebody looked at what entry \(numbers) left out: strongroom move confirm looks again, strongroom move undo takes it back"
      )
    }
    if !outcome.wrong.isEmpty {
      let numbers = outcome.wrong.map(String.init).joined(separator: ", ")
      Output.line(
        "what entry \(numbers) left out is to stay by now, or can't be compared: strongroom move undo takes it back"
      )
    }
    if !outcome.unstated.isEmpty {
      let numbers = outcome.unstated.map(String.init).joined(separator: ", ")
      Output.line(
        "what entry \(numbers) left out falls once another custodian has entered something since its hold-back was over"
      )
    }
    if !outcome.uncomparedMoves.isEmpty {
      Output.line(
        "\(Output.count(outcome.uncomparedMoves.count, "move")) of boxes \(outcome.uncomparedMoves.count == 1 ? "waits" : "wait") for another custodian, whose strongroom gc compares what was moved with what was there (what is disposed of or given up, strongroom move confirm)"
      )
    }
    if outcome.young > 0 {
      Output.line(
        "too young to be erased: \(Output.count(outcome.young, "object")) that nothing names yet")
    }
    if outcome.spool > 0 {
      Output.line("\(Output.count(outcome.spool, "file")) of interrupted runs cleared from the spool")
    }
  }

  private func json(_ outcome: Remover.Outcome) -> JSONObject {
    [
      "wrong": .array(outcome.wrong.map { .integer($0) }),
      "unstated": .array(outcome.unstated.map { .integer($0) }),
      "unlooked": .array(outcome.unlooked.map { .integer($0) }),
      "beyond_limit": .integer(outcome.isBeyondLimit ? 1 : 0), "bytes": .integer(outcome.fallingBytes),
      "dry_run": .integer(dryRun ? 1 : 0), "entered": .integer(outcome.entered),
      "erased": .integer(outcome.erased),
      "erased_bytes": .integer(outcome.erasedBytes), "falling": .integer(outcome.falling),
      "findings": .array(outcome.findings.map(\.told)), "held": .integer(outcome.held),
      "spool": .integer(outcome.spool), "uncompared": .array(outcome.uncompared.map { .integer($0) }),
      "uncompared_moves": .array(outcome.uncomparedMoves.map { .integer($0) }),
      "waiting": .integer(outcome.waiting),
      "young": .integer(outcome.young),
    ]
  }
}
