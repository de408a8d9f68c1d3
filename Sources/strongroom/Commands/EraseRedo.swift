import ArgumentParser
import Sealing
import Storage
import Vault

/// Does erasures again that a ledger lost.
struct EraseRedo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "redo",
    abstract: "Do erasures again, by their orders, where a ledger lost its end.",
    discussion: """
      For after a recovery from an older copy, which has the keys still. An order is taken only with its proof that a \
      custodian of this vault entered it. Holds, what the law keeps and four eyes apply as ever.
      """)

  @Argument(help: "Orders, JSON.", completion: .file())
  var orders: [String]

  @Option(name: .long, help: "Why, for the journal (sealed).")
  var reason = "done again by its order"

  @OptionGroup var erasing: ErasingOptions
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    let given = try orders.map { file in
      guard let bytes = try DurableFile.read(file, limit: ErasureOrder.limit) else {
        throw VaultError(.input, "there is no file \(file)", safe: "nothing was changed")
      }
      return try ErasureOrder(bytes)
    }
    try await vault.use(toWrite: !erasing.dryRun) { opened in
      try await keys.unlock(opened)
      try await TakingUp(reason: reason, erasing: erasing, talk: talk).run(in: opened) {
        try await opened.unfinished(of: given)
      }
    }
  }
}
