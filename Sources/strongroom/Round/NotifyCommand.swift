import ArgumentParser
import Round
import Sealing
import Vault

struct NotifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notify", abstract: "How people are told of rounds.", subcommands: [NotifyTest.self])
}

struct NotifyTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Send a message by each way that the configuration names.",
    discussion: "Says what arrived where; ends with 2 where something did not.")

  @Option(
    name: .long,
    help: "The configuration file; by default $STRONGROOM_CONFIG, or ~/.config/strongroom/config.yml.",
    completion: .file(extensions: ["yml", "yaml"]))
  var config: String?

  @OptionGroup var talk: OutputOptions

  func run() async throws {
    let settings = try Configuration.read(config).noticeSettings
    guard !settings.channels.isEmpty || settings.ping != nil else {
      throw VaultError(.input, "the configuration names no way to tell anybody: it has no 'notices'")
    }
    let now = try Machine.here(workers: 1).now()
    let tried = await RoundKeeping.tryNotices(settings, at: now)
    var failed = 0
    for (name, failure) in tried {
      if failure != nil { failed += 1 }
      if talk.json {
        Output.item([
          "arrived": .integer(failure == nil ? 1 : 0), "name": .string(name), "why": .string(failure ?? ""),
        ])
      } else {
        Output.line("\(name.padded(10))\(Output.printable(failure.map { "FAILED: \($0)" } ?? "handed over"))")
      }
    }
    guard failed == 0 else { throw CommandExit.incomplete("\(failed) of \(tried.count) failed") }
  }
}
