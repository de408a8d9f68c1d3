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

  @Option(name: .long, help: "The folder for new orders; by default 'erasures'.", completion: .directory)
  var out = OrderFiles.folder

  @Flag(name: .long, help: "Say what would be erased, and change nothing.")
  var dryRun = false

  @Flag(name: .long, help: "Don't ask.")
  var yes = false

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func validate() throws { try Configuration.refuseEmpty(out) }

  func run() async throws {
    let given = try orders.map { file in
      guard let bytes = try DurableFile.read(file, limit: ErasureOrder.limit) else {
        throw VaultError(.input, "there is no file \(file)", safe: "nothing was changed")
      }
      return try ErasureOrder(bytes)
    }
    try await vault.use(toWrite: !dryRun) { opened in
      try await keys.unlock(opened)
      try await TakingUp(reason: reason, out: out, dryRun: dryRun, yes: yes, talk: talk).run(in: opened) {
        var left = UnfinishedErasures.nothing
        for order in given { left = left.joined(with: try await opened.unfinished(of: order)) }
        return left
      }
    }
  }
}
