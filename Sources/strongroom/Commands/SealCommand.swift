internal import Rules
import ArgumentParser
import Foundation
import Sealing
import Vault

struct SealCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal", abstract: "Seal records from folders or files into the vault.",
    discussion: """
      What is sealed already and hasn't changed is not stored again; what changed becomes a new version of its \
      record: class, customer, source and path say which that is. What can't be sealed (symlinks, unreadable files, \
      paths that don't fit the layout) is named, and the command ends with 2.

      A layout tells from a file's path whose record it is: {class} and {subject} (the customer's number), {title} and \
      {date} (YYYY-MM-DD or YYYYMMDD) if it can, * for anything, and {path} at its end for all that follows. A folder's \
      name may tell several, with text between: '{class}/{title}_{subject}/{path}'. Where a name can be read in several \
      ways, class and customer take as few characters as they can: of Meier_DE_17 that is customer 17. Without {path} it ends with what \
      files are called: '{class}/{subject}/{date}_{title}.pdf'. Look with --dry-run first.

      Patterns of what to exclude are *, ? and [...]. Without a / they fit names at any depth ('*.tmp'), with one paths \
      below the source ('/drafts'), and with a / at the end folders alone.
      """)

  @Argument(help: "Folders or files to seal.", completion: .file())
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

  @Option(
    name: .long, parsing: .singleValue, help: "Leave out what fits this pattern; may be given several times.")
  var exclude: [String] = []

  @Option(name: .long, help: "Leave out what fits a pattern of this file, one a line.", completion: .file())
  var excludeFrom: String?

  @Flag(
    name: .long,
    help:
      "Read every file, even where its size and times say that it is as it was sealed; a title or date that the layout tells otherwise makes a new version."
  )
  var reread = false

  @Flag(name: .long, help: "Show what would be sealed as what, and write nothing.")
  var dryRun = false

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  /// A layout or pattern that can't be read is a mistake in how the command is used.
  private func chosenSources() throws -> SealSources {
    let patterns = try excludeFrom.map { file in
      Exclusions.patterns(inLines: try Self.text(of: file))
    }
    do throws(VaultError) {
      return SealSources(
        sources, layout: try SourceLayout(layout, className: className, subject: subject), name: source,
        excluding: try Exclusions(exclude + (patterns ?? [])))
    } catch { throw ValidationError(error.what) }
  }

  private static func text(of file: String) throws -> String {
    do { return try String(contentsOfFile: file, encoding: .utf8) } catch {
      throw ValidationError("--exclude-from \(file): there is no such file, or it can't be read as a text")
    }
  }

  func run() async throws {
    let sources = try chosenSources()
    try await vault.use(toWrite: !dryRun) { opened in
      try await keys.unlock(opened)
      guard !dryRun else { return try await preview(sources, in: opened) }
      let progress = Progress("sealing", of: "record", talk)
      let summary = try await opened.seal(sources, rereads: reread) { report in
        progress.update(stage: report.stage, done: report.bytes, total: report.total, items: report.records)
      }
      progress.finish()
      for left in summary.leftOut { left.tell() }
      if talk.json {
        Output.json([
          "boxes": .integer(summary.boxes), "bytes": .integer(summary.bytes),
          "changed": .integer(summary.changed), "empty_folders": .integer(summary.emptyFolders),
          "excluded": .integer(summary.excluded), "findings": .array(summary.damaged.map(\.told)),
          "left_out": .array(summary.leftOut.map(\.told)), "new": .integer(summary.new),
          "refused": .array(summary.refused.map(\.told)), "size": .integer(opened.state.size),
          "stored": .integer(summary.stored),
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
        for refused in summary.refused { Output.line(refused.line) }
      }
      tellBeside(
        emptyFolders: summary.emptyFolders, excluded: summary.excluded, idle: summary.idlePatterns)
      try end(damaged: summary.damaged, leftOut: summary.leftOut)
    }
  }

  private func preview(_ sources: SealSources, in opened: OpenPlace) async throws {
    let progress = Progress("looking", of: "record", talk)
    let preview = try await opened.previewSeal(sources, rereads: reread) { report in
      progress.update(stage: report.stage, done: report.bytes, total: report.total, items: report.records)
    }
    progress.finish()
    for left in preview.leftOut { left.tell() }
    if talk.json {
      Output.json(preview.json)
    } else {
      for line in preview.lines { Output.line(line) }
      for refused in preview.refused { Output.line(refused.line) }
    }
    tellBeside(emptyFolders: preview.emptyFolders, excluded: preview.excluded, idle: preview.idlePatterns)
    try end(damaged: preview.damaged, leftOut: preview.leftOut)
  }

  private func tellBeside(emptyFolders: UInt64, excluded: UInt64, idle: [String]) {
    let isSilent = talk.quiet || talk.json
    if emptyFolders > 0, !isSilent {
      Output.note("note: \(Output.count(emptyFolders, "empty folder")) not kept")
    }
    if excluded > 0, !isSilent {
      Output.note("note: \(Output.grouped(excluded)) excluded, as asked for")
    }
    for pattern in idle {
      Output.warn(
        .idlePattern, "nothing was found that '\(Output.printable(pattern))' excludes", quiet: talk.quiet)
    }
  }

  private func end(damaged: [Finding], leftOut: [LeftOut]) throws {
    for finding in damaged { finding.tell() }
    if damaged.contains(where: { $0.kind != .shared }) {
      Output.error(
        "what lies in the objects named above could not be compared; once they are whole again, strongroom verify --level hash --enter says so"
      )
    }
    if !damaged.isEmpty {
      if leftOut.isEmpty { throw CommandExit.incomplete(findings: damaged.count) }
    }
    if !leftOut.isEmpty {
      throw CommandExit.incomplete("\(Output.count(leftOut.count, "item")) left out")
    }
  }
}
