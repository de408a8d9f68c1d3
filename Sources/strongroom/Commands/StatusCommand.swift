import ArgumentParser
import Sealing
import Vault

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Say how the vault stands, and what is due. Needs no key.")

  @OptionGroup var vault: VaultOptions
  @OptionGroup var talk: TalkOptions

  func run() async throws {
    try await vault.use { opened in
      let status = VaultStatus(of: opened)
      if talk.json {
        Output.json(status.json)
        return
      }
      for line in status.lines { Output.line("\(line.name):".padded(22) + Output.harmless(line.text)) }
      for remark in status.remarks { Output.note("note: \(remark)") }
    }
  }
}
