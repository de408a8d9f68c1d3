import ArgumentParser
import Sealing
import Vault

/// Gives a destination up.
struct DestinationForget: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forget",
    abstract: "Give up a destination that is gone: nothing is expected of it any more.",
    discussion: """
      For custodians. What it held it may hold still: certificates of erasures go on naming it, as given up and not as \
      confirmed. A snapshot to it takes --new then.
      """)

  @Argument(help: "The place's id, as 'status' and certificates have it, or the first digits of it.")
  var id: String

  @Option(name: .long, help: "Why, for the journal (sealed).")
  var reason = ""

  @Flag(name: .long, help: "Don't ask.")
  var yes = false

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use(toWrite: true) { opened in
      try await keys.unlock(opened)
      let place = try opened.place(matching: TypedID.digits(id))
      try Asking.confirm("give up place \(place.hex)", yes: yes, otherwise: "not given up")
      let entry = try await opened.forget(place, reason: reason)
      if talk.json {
        Output.json(["entry": .integer(entry), "place": .string(place.hex)])
      } else {
        Output.line("place \(place.hex.prefix(8)) is given up, by entry \(entry)")
      }
    }
  }
}
