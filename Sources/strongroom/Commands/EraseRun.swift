internal import Rules
import ArgumentParser
import Sealing
import Vault

/// Takes up what earlier erasures left.
struct EraseRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Erase what earlier erasures had to leave, once no hold and no law keeps it.",
    discussion: """
      Also drops keys that were erased and brought back. With two custodians or more it is asked for, and another one \
      carries it out. What still stays is said, and stays on the list.
      """)

  @Option(name: .long, help: "Why, for the journal (sealed).")
  var reason = "what was left of earlier erasures"

  @OptionGroup var erasing: ErasingOptions
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use(toWrite: !erasing.dryRun) { opened in
      try await keys.unlock(opened)
      try await TakingUp(reason: reason, erasing: erasing, talk: talk).run(in: opened) {
        try await opened.unfinishedErasures()
      }
    }
  }
}

extension ErasurePlan.Kept {
  /// For people.
  var line: String {
    "\(Output.printable(className)) of \(Output.count(customers, "customer")), \(why)"
  }

  /// As programs read it.
  var told: JSONValue {
    .object([
      "class": .string(className), "customers": .integer(UInt64(customers)), "until": .integer(until ?? 0),
      "why": .string(until == nil ? "hold" : "law"),
    ])
  }
}
