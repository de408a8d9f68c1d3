internal import Rules
import ArgumentParser
import Sealing
import Vault

/// Writes orders anew.
struct EraseOrder: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "order", abstract: "Write the orders of erasures anew, by which they are done again.")

  @Argument(help: "The numbers of their entries.")
  var numbers: [UInt64]

  @Option(name: .long, help: "The folder for them; by default 'erasures'.", completion: .directory)
  var out = OrderFiles.folder

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func validate() throws { try Configuration.refuseEmpty(out) }

  func run() async throws {
    try await vault.use { opened in
      try await keys.unlock(opened)
      for number in numbers where opened.state.erasures[number] == nil {
        throw VaultError(.input, "entry \(number) erases nothing", safe: "nothing was written")
      }
      for (number, file) in zip(numbers, try await OrderFiles.write(numbers, to: out, in: opened)) {
        if talk.json {
          Output.item(["erasure": .integer(number), "file": .string(file)])
        } else {
          Output.line("order of erasure \(number): \(Output.printable(file))")
        }
      }
    }
  }
}
