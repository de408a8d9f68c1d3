internal import Rules
import ArgumentParser
import Sealing
import Storage
import Vault

struct PolicyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Show the vault's rules, or state others.",
    subcommands: [Show.self, Edit.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the policy in force, as a text that can be edited and stated.")

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        if let key = try keys.given() { try await opened.unlock(with: key) }
        let text = try PolicyText.text(opened.state.policy, names: opened.classNames)
        if talk.json {
          Output.json([
            "entry": .integer(opened.state.policyEntry), "policy": .object(opened.state.policy.members),
          ])
        } else {
          text.split(separator: "\n").forEach { Output.line(String($0)) }
        }
      }
    }
  }

  struct Edit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "State another policy, from a text that 'policy show' gave.",
      discussion: """
        With two custodians or more it takes another one, who approves it. A class that isn't in the policy yet is added, \
        with keys that custodians open; others get it by 'grant change'. A class is never taken away.
        """)

    @Argument(help: "The text.", completion: .file())
    var file: String?

    @Option(
      name: .long,
      help:
        "In place of a text: what a law wants kept. cn-aml: China's Anti-Money Laundering Law, ten years.",
      completion: .list(PolicyText.presets.keys.sorted()))
    var preset: String?

    @Option(name: .customLong("class"), help: "With --preset: for this class; all of them if none is given.")
    var classes: [String] = []

    @Option(name: .long, help: "Why, for whoever approves it.")
    var reason = ""

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
      guard (file == nil) != (preset == nil) else { throw ValidationError("say a file or --preset") }
      guard classes.isEmpty || preset != nil else { throw ValidationError("--class goes with --preset") }
    }

    func run() async throws {
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        let change = try change(opened)
        let act = Act.policy(change)
        try await opened.check(act)
        let differences = try PolicyText.differences(
          from: opened.state.policy, to: change, names: opened.classNames)
        if !talk.json { for line in differences { Output.note(Output.printable(line)) } }
        try Asking.confirm("state this policy", yes: yes, otherwise: "not stated")
        let outcome = try await Asking.carryOut(act, reason: reason, in: opened, talk)
        if talk.json {
          Output.json([
            "changes": .array(differences.map { .string($0) }), "entry": .integer(opened.state.policyEntry),
            "generation": .integer(outcome.generation),
          ])
        } else {
          Output.line(
            "the policy of entry \(opened.state.policyEntry) is in force: \(Output.count(differences.count, "change"))"
          )
        }
      }
    }

    private func change(_ opened: OpenPlace) throws -> PolicyChange {
      let (policy, entry) = (opened.state.policy, opened.state.policyEntry)
      if let preset {
        return try PolicyText.change(
          preset: preset, classes: classes, from: policy, entry: entry, names: opened.classNames)
      }
      let path = file ?? ""
      guard let bytes = try DurableFile.read(path, limit: 64 * 1024) else {
        throw VaultError(.input, "there is no file \(path)")
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw VaultError(.input, "\(path) isn't UTF-8", safe: "nothing was changed")
      }
      return try PolicyText.change(text, of: path, from: policy, entry: entry, names: opened.classNames)
    }
  }
}
