internal import Rules
import ArgumentParser
import Sealing
import Vault

struct SealCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal", abstract: "Seal records from folders or files into the vault.",
    discussion: """
      What is sealed already and hasn't changed is not stored again; what changed becomes a new version of its \
      record: class, customer, source and path say which that is. What can't be sealed (symlinks, unreadable files, paths that don't fit the layout) is named, and \
      the command ends with 2.
      """)

  @Argument(help: "Folders or files to seal.")
  var sources: [String]

  @Option(name: .long, help: "How paths tell class and customer; default '{class}/{subject}/{path}'.")
  var layout: String?

  @Option(name: .customLong("class"), help: "The class of everything, where the path doesn't tell it.")
  var className: String?

  @Option(
    name: .long, help: "The customer of everything, where the path doesn't tell it; 'common' for nobody's.")
  var subject: String?

  @Option(
    name: .long,
    help: "The name of the source; by default the name of the folder, or of the one a file lies in.")
  var source: String?

  @Flag(name: .long, help: "Read every file, even where its size and times say that it is as it was sealed.")
  var reread = false

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  /// A layout that can't be read is a mistake in how the command is used.
  private func chosenLayout() throws -> SourceLayout {
    do throws(VaultError) {
      return try SourceLayout(layout, className: className, subject: subject)
    } catch { throw ValidationError(error.what) }
  }

  func run() async throws {
    let layout = try chosenLayout()
    try await vault.use(toWrite: true) { opened in
      try await keys.unlock(opened)
      let progress = Progress("sealing", of: "record", talk)
      let summary = try await opened.seal(
        sources, layout: layout, source: source, rereads: reread
      ) { report in
        progress.update(stage: report.stage, done: report.bytes, total: report.total, items: report.records)
      }
      progress.finish()
      for left in summary.leftOut {
        Output.note("left out: \(Output.printable(left.path)): \(left.advised)")
      }
      if talk.json {
        Output.json([
          "boxes": .integer(summary.boxes), "bytes": .integer(summary.bytes),
          "changed": .integer(summary.changed), "damaged": .integer(UInt64(summary.damaged.count)),
          "empty_folders": .integer(summary.emptyFolders),
          "left_out": .integer(UInt64(summary.leftOut.count)), "new": .integer(summary.new),
          "size": .integer(opened.state.size), "stored": .integer(summary.stored),
          "subjects": .integer(summary.newSubjects), "unchanged": .integer(summary.unchanged),
        ])
      } else {
        Output.line(
          "sealed \(Output.count(summary.new + summary.changed, "record")) (\(Output.size(summary.bytes))): "
            + "\(Output.grouped(summary.new)) new, \(Output.grouped(summary.changed)) changed; "
            + "\(Output.grouped(summary.unchanged)) unchanged")
        Output.line(
          "stored \(Output.size(summary.stored)) in \(Output.count(summary.boxes, "box")); "
            + "\(Output.count(summary.newSubjects, "new customer")); ledger size \(opened.state.size)")
        if summary.emptyFolders > 0 {
          Output.note("note: \(Output.count(summary.emptyFolders, "empty folder")) not kept")
        }
      }
      for finding in summary.damaged { finding.tell() }
      if !summary.damaged.isEmpty {
        Output.error(
          "what lies in the objects named above could not be compared; strongroom verify says more")
        if summary.leftOut.isEmpty { throw CommandExit.incomplete(findings: summary.damaged.count) }
      }
      if !summary.leftOut.isEmpty {
        throw CommandExit.incomplete("\(Output.count(summary.leftOut.count, "item")) left out, named above")
      }
    }
  }
}
