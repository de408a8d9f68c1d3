// strongroom talks: one file per command. It prints, asks and shows progress, and turns typed errors into
// text and exit codes. It has no rules of its own; those live in Vault, Backup and Drill.
import ArgumentParser
import Storage
import Vault

@main
struct Strongroom: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strongroom",
    abstract: "An encrypted vault for archived customer records, with snapshots and recovery drills.",
    discussion: """
      Exit codes: 0 done; 1 failed; 2 finished, but something was left out or found damaged; 10 no vault \
      there; 11 another writer is in the way; 12 wrong key or not granted; 13 refused by policy, rollback, \
      clock or unknown vault id; 14 waits for another custodian; 20 drill missed its objectives; 21 drill could not be \
      carried out; 64 usage; 128 and the \
      signal's number, so 130 for Ctrl-C, where it was interrupted.
      """,
    version: "strongroom \(Build.version) (format 1, commit \(Build.commit))",
    subcommands: [
      Init.self, IdentityCommand.self, GrantCommand.self, SharesCommand.self, SealCommand.self, List.self,
      Find.self,
      ExportCommand.self,
      KeysCommand.self, StatusCommand.self, LedgerCommand.self, ProofCommand.self, SnapshotCommand.self,
      DestinationCommand.self,
      VerifyCommand.self,
      RestoreCommand.self, RecoverCommand.self, DrillCommand.self, RoundCommand.self,
      NotifyCommand.self, FindingCommand.self, RiskCommand.self, GcCommand.self, CompactCommand.self,
      RetentionCommand.self,
      MoveCommand.self, ClockCommand.self,
      RequestCommand.self, PolicyCommand.self, HoldCommand.self, EraseCommand.self, ReportCommand.self,
    ])

  /// Runs a command on threads of its own, since nearly all of them block on files, and ends with the exit
  /// code of design section 10.
  static func main() async {
    StandardStreams.open()
    StandardStreams.clearUmask()
    BlockingPool.shareMemory()
    Interruption.install()
    do {
      let command = Task(executorPreference: BlockingPool.shared) {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let place = StandardStreams.unreadableArgument {
          throw ValidationError(
            "argument \(place) isn't UTF-8, and would be taken for another one; name a folder above it, or rename it"
          )
        }
        try CommandTree.refuseUnknown(in: arguments)
        try RepeatedOptions.refuse(in: arguments)
        var command = try parseAsRoot()
        PracticeLog.note(arguments)
        if var asynchronous = command as? any AsyncParsableCommand {
          try await asynchronous.run()
        } else {
          try command.run()
        }
      }
      Interruption.watch(command)
      try await command.value
      Buckets.tellTraffic()
      try Output.finish()
    } catch {
      Buckets.tellTraffic()
      ErrorReport(error).leave()
    }
  }
}
