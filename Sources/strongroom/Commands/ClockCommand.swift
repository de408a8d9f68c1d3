internal import Rules
import ArgumentParser
import Sealing
import Vault

struct ClockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clock",
    abstract: "Say whose clock is right, after a wrong one was written into the ledger.",
    subcommands: [Settle.self])

  struct Settle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "State this machine's time as the right one.",
      discussion: """
        For a custodian. An entry that a custodian wrote with a clock far ahead stops every other writer until then, since \
        the ledger's time must not go back by accident; one by somebody else keeps superseded keys from being erased. This goes back on purpose: look at the time that is shown \
        before you say yes.
        """)

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        let (now, newest) = (opened.machine.now(), opened.state.time.newest)
        let question =
          "the newest entry is of \(Output.moment(newest)), this machine's clock says \(Output.moment(now)); "
        try Asking.confirm(question + "\(Act.settleClock)", yes: yes, otherwise: "not settled")
        try await opened.perform(.settleClock)
        if talk.json {
          Output.json(["before": .integer(newest), "now": .integer(opened.state.time.newest)])
        } else {
          Output.line("the ledger's time is \(Output.moment(opened.state.time.newest)) from now on")
        }
      }
    }
  }
}
