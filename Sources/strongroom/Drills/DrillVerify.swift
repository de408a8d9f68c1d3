internal import Rules
import ArgumentParser
import Drill
import Sealing
import Storage
import Vault

struct DrillVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a drill's report by its proof: nothing but the vault id is needed.",
    discussion: """
      The proof is the .tlog-proof beside the report. That the drill's entry counts stays with the ledger: whoever has a \
      copy of it sees by ledger show whether its maker was still somebody.
      """)

  @Argument(help: "The report, drill-….json.", completion: .file(extensions: ["json"]))
  var report: String

  @Option(name: .long, help: "The proof; by default the .tlog-proof beside the report.", completion: .file())
  var proof: String?

  @OptionGroup var vault: VaultIDOption
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    let vault = try vault.id()
    let bytes = try read(report, limit: DrillDocument.limit)
    let beside = report.hasSuffix(".json") ? String(report.dropLast(5)) : report
    let proven = try read(proof ?? beside + ".tlog-proof", limit: Evidence.sizeLimit)
    let checked = try CheckedReport(bytes, proof: proven, vault: vault)
    let document = checked.document
    guard !talk.json else {
      var object: JSONObject = [
        "by": .string(document.by), "entry": .integer(checked.entry), "outcome": .string(document.outcome),
        "plan": .string(document.plan.name), "time": .integer(checked.time),
      ]
      if let until = document.validUntil { object["valid_until"] = .integer(until) }
      return Output.json(object)
    }
    Output.line("a ledger of this vault names this very report")
    Output.line(
      "  drill:    \(Output.printable(document.plan.title)) (\(Output.printable(document.plan.name)))")
    Output.line("  outcome:  \(document.outcome)")
    Output.line("  entered:  as \(checked.entry), \(Output.moment(checked.time)), by \(document.by)")
    if let until = document.validUntil { Output.line("  valid:    until \(Output.moment(until))") }
    Output.line("  not shown: that the entry counts, which takes the ledger")
  }

  private func read(_ path: String, limit: Int) throws -> [UInt8] {
    guard let bytes = try DurableFile.read(path, limit: limit) else {
      throw VaultError(.input, "there is no file \(path)")
    }
    return bytes
  }
}
