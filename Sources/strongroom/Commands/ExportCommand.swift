import ArgumentParser
import Sealing
import Synchronization
import Vault

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write records as plain files: {class}/{subject}/{path}.",
    discussion: """
      Every record is checked against its SHA-256 before its file appears. Only what your identity opens is \
      written. FOLDER must be empty or not there yet, or hold what the same export left when it broke off: then it goes on.
      """)

  @Argument(help: "The folder to write to.", completion: .directory)
  var folder: String

  @Option(
    name: .customLong("version"),
    help: "This version of each record, 1 for the first one sealed; see find --versions.")
  var number: Int?

  @Flag(name: .long, help: "Every version; older ones as NAME~v1, NAME~v2 and so on beside the newest.")
  var allVersions = false

  @OptionGroup var reason: PurposeOption
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func validate() throws {
    try Configuration.refuseEmpty(folder)
    if let number, number < 1 { throw ValidationError("--version takes a number from 1 on") }
    if number != nil, allVersions { throw ValidationError("--version and --all-versions exclude each other") }
  }

  func run() async throws {
    let versions: Selection.Versions = allVersions ? .all : number.map { .number($0) } ?? .newest
    try await vault.use { opened in
      try await keys.unlock(opened)
      let progress = Progress("exporting", of: "record", talk)
      let wanted = try selection.selection(versions)
      let access = try await access(to: wanted, in: opened)
      let exporter = Exporter(from: opened, selection: wanted)
      let summary: Exporter.Summary
      let written = Mutex<UInt64>(0)
      do {
        summary = try await exporter.run(to: folder) { report in
          written.withLock { $0 = max($0, report.records) }
          progress.update(stage: report.stage, done: report.bytes, total: report.total, items: report.records)
        }
      } catch  where exporter.hasBegun {
        // What it wrote can be read by whoever may.
        progress.finish()
        Output.warn(
          .leftover,
          "the export broke off, and records may lie in \(Output.printable(folder)): the same command goes on there, or remove it"
        )
        // One more may have been under way.
        let records = written.withLock { $0 } + 1
        await access.enterBroken(.export, for: reason.purpose, records: records, in: opened)
        throw error
      }
      progress.finish()
      try await access.enter(.export, for: reason.purpose, records: summary.records, in: opened)
      if !summary.keepsPermissions {
        Output.warn(
          .noPermissions,
          "the file system of \(Output.printable(folder)) keeps no permissions: whoever may read it may read all of it",
          quiet: talk.quiet)
      }
      selection.tell(undated: summary.undated, quiet: talk.quiet)
      for finding in summary.findings { finding.tell() }
      let affected = try await AffectedTelling(
        keys: keys, talk: talk, selection: selection, isExact: true
      ).tell(summary.findings, of: opened)
      if talk.json {
        var object: JSONObject = [
          "bytes": .integer(summary.bytes), "findings": .array(summary.findings.map(\.told)),
          "records": .integer(summary.records), "undated": .integer(summary.undated),
        ]
        object["affected"] = affected.map { .object($0) }
        Output.json(object)
      } else {
        Output.line(
          "exported \(Output.count(summary.records, "record")) (\(Output.size(summary.bytes))) to \(Output.printable(folder)), each as it was sealed"
        )
      }
      if !summary.findings.isEmpty { throw CommandExit.incomplete(findings: summary.findings.count) }
    }
  }

  /// Whose records are about to be written, where that is to be entered.
  private func access(to wanted: Selection, in opened: OpenPlace) async throws -> AccessNote {
    var access = AccessNote(opened, quiet: talk.quiet)
    guard opened.entersAccess else { return access }
    if wanted.subject != nil || wanted.record != nil {
      try await opened.forEachCustomer(wanted) { access.take($0) }
    } else {
      access.takeEverybody(in: try selection.className.flatMap { try opened.classIDs(named: [$0]).first })
    }
    return access
  }
}
