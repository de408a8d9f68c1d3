import ArgumentParser
import Backup
import Rules
import Sealing
import Storage
import Vault

struct SnapshotTake: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "take",
    abstract: "Take a snapshot: afterwards the destination holds what the vault holds now.",
    discussion: """
      The first snapshot to a place takes --new: without it an unmounted disk's empty folder would quietly get a full \
      copy. Later only what is new is copied. An operator's identity is enough: it opens no records. A box that can't be read \
      is named, the snapshot states it as missing, and the command ends with 2. A copy that broke off is completed \
      by running the command again. Several destinations are copied to side by side; what fails at one keeps no other from \
      being completed.
      """)

  @Argument(
    help:
      "Destinations: folders, addresses of buckets (s3://BUCKET/PREFIX) or names of the configuration that are some; with --new, one that is to become one.",
    completion: .directory)
  var destinations: [String] = []

  @Option(name: .long, help: "A destination; may be said several times.", completion: .directory)
  var to: [String] = []

  @Flag(name: .long, help: "To all destinations of the configuration.")
  var all = false

  @Option(name: .long, help: "What the journal calls the destination; by default its path.")
  var name: String?

  @Flag(name: .long, help: "Begin a new destination, in a folder or bucket that is empty or not there yet.")
  var new = false

  @Flag(
    name: .long, help: "Erase what nothing needs any more even where that is more than the policy's limit.")
  var eraseBeyondLimit = false

  @Flag(name: .long, help: "Only say what would be copied.")
  var dryRun = false

  @OptionGroup var pace: PaceOption
  @OptionGroup var shared: GroupOption
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  private var said: [String] { destinations + to }

  func validate() throws {
    for place in said { try Configuration.refuseEmpty(place) }
    guard all != !said.isEmpty else {
      throw ValidationError(
        all
          ? "--all is for all destinations; name none beside it"
          : "to which destination? name one, or say --all")
    }
    guard shared.group == nil || new else { throw ValidationError("--group is for a --new destination") }
    guard said.count == 1 || !new && name == nil else {
      throw ValidationError("--new and --name are for one destination")
    }
    guard !dryRun || name == nil && !eraseBeyondLimit else {
      throw ValidationError("--dry-run writes nothing, so that there is nothing to name or erase")
    }
  }

  func run() async throws {
    let configuration = try Configuration.read(vault.config)
    let places = all ? configuration.destinations.keys.sorted() : said
    guard !places.isEmpty else {
      throw VaultError(
        .input, "the configuration names no destination", safe: "nothing was written",
        hint: "strongroom destination add NAME PLACE names one")
    }
    let resolved = places.map { configuration.location($0).resolved }
    guard Set(resolved).count == resolved.count else {
      throw ValidationError("the same destination is named twice")
    }
    try pace.apply()
    if dryRun { return try await vault.use { opened in try await look(places, opened) } }
    try await vault.use(toWrite: true, making: said.count == 1 ? (said[0], shared) : nil) { opened in
      let key = try await keys.unlock(opened)
      for place in places {
        await opened.machine.warnIfOpenToAll(Configuration.current.location(place))
      }
      if places.count == 1 { return try await take(places[0], of: opened) }
      try await take(places, of: opened, with: key)
    }
  }

  private func look(_ places: [String], _ opened: OpenPlace) async throws {
    var wrong = 0
    for place in places {
      let preview: SnapshotPreview
      do {
        preview = try await SnapshotPreview.look(
          at: Configuration.current.location(place), from: opened, begins: new)
      } catch  where places.count > 1 && !(error is CancellationError) {
        wrong += 1
        warn(place, error)
        continue
      }
      if talk.json {
        Output.item([
          "boxes": .integer(preview.boxes), "bytes": .integer(preview.bytes), "destination": .string(place),
          "kept": .integer(preview.kept), "new": .integer(preview.isNew ? 1 : 0),
        ])
      } else {
        Output.line(
          "\(Output.printable(place)): \(Output.count(preview.boxes, "box")) would be copied "
            + "(\(Output.size(preview.bytes))), \(Output.grouped(preview.kept)) there before"
            + (preview.isNew ? "; a new destination would begin" : ""))
      }
    }
    guard wrong == 0 else { throw Self.incomplete(wrong, of: places.count) }
  }

  private static func incomplete(_ wrong: Int, of count: Int) -> CommandExit {
    .incomplete("\(wrong) of \(count) destinations not as they should be")
  }

  private func warn(_ place: String, _ error: any Error) {
    let words = ErrorReport(error).words
    let what = "\(Output.printable(place)): \(words?.what ?? "\(error)")"
    Output.warn(.notCopied, what + (words?.hint.map { " (\($0))" } ?? ""))
  }

  /// One destination: its failure is the command's.
  private func take(_ place: String, of opened: OpenPlace) async throws {
    let progress = Progress("copying", talk)
    let outcome = try await SnapshotTaker(
      of: opened, to: Configuration.current.location(place), begins: new, name: name,
      erasesBeyondLimit: eraseBeyondLimit
    ).run(report: progress.show)
    progress.finish()
    let text = SnapshotText(outcome, to: place)
    text.tell(talk)
    if talk.json { Output.item(text.json) } else { text.show() }
    guard text.isWhole else { throw CommandExit.incomplete(findings: text.shortfalls) }
  }

  /// Several, side by side, each with the vault opened for itself.
  private func take(_ places: [String], of opened: OpenPlace, with key: KeySource) async throws {
    let progress = Progress("copying", talk)
    let (home, id, machine) = (opened.place.location, opened.state.vault, opened.machine)
    let size = opened.state.size
    let locations = places.map { ($0, Configuration.current.location($0)) }
    let outcomes = await withTaskGroup(of: (String, Result<Taken, any Error>).self) { group in
      for (place, location) in locations {
        group.addTask {
          do {
            let vault = try await OpenPlace.open(home, in: machine, expecting: id, toWrite: true)
            try await vault.unlock(with: key)
            let known = vault.remarks.count
            let outcome = try await SnapshotTaker(
              of: vault, to: location, begins: false, erasesBeyondLimit: eraseBeyondLimit
            ).run { report in
              progress.update(
                stage: "\(place): \(report.stage)", done: report.bytes, total: report.total,
                items: report.items)
            }
            let remarks = vault.remarks.dropFirst(known).filter { !$0.isOfCommit(from: size) }
            let shortfalls = vault.shortfalls.count
            return (place, .success(Taken(outcome: outcome, remarks: remarks, shortfalls: shortfalls)))
          } catch {
            return (place, .failure(error))
          }
        }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    progress.finish()
    try Task.checkCancellation()
    var wrong = 0
    for place in places { if try !tell(place, outcomes[place]) { wrong += 1 } }
    guard wrong == 0 else { throw Self.incomplete(wrong, of: places.count) }
  }

  private struct Taken: Sendable {
    let outcome: SnapshotTaker.Outcome
    let remarks: [Notice]
    /// What is out of order at the vault itself.
    let shortfalls: Int
  }

  /// - Returns: whether all is as it should be.
  private func tell(_ place: String, _ result: Result<Taken, any Error>?) throws -> Bool {
    switch result {
    case .success(let taken):
      let text = SnapshotText(taken.outcome, to: place)
      text.tell(talk)
      for remark in taken.remarks { Output.warn(Warning(remark), "\(Output.printable(place)): \(remark)") }
      if talk.json { Output.item(text.json) } else { text.show() }
      return text.isWhole && taken.shortfalls == 0
    case .failure(let error):
      warn(place, error)
      return false
    case nil: return false
    }
  }
}

/// What is said of a snapshot.
struct SnapshotText {
  private let outcome: SnapshotTaker.Outcome
  private let destination: String

  init(_ outcome: SnapshotTaker.Outcome, to destination: String) {
    self.outcome = outcome
    self.destination = destination
  }

  /// How much is out of order.
  var shortfalls: Int { max(outcome.findings.count, outcome.missing.count) }
  var isWhole: Bool { shortfalls == 0 }

  /// On standard error.
  func tell(_ talk: OutputOptions) {
    for finding in outcome.findings { finding.tell() }
    if !talk.quiet, !outcome.strays.isEmpty {
      Output.note(
        "note: nothing names \(Output.count(outcome.strays.count, "object")) at the destination; verify lists them"
      )
    }
  }

  func show() {
    Output.line(
      "snapshot \(outcome.number) at \(Output.printable(destination)): "
        + "\(Output.count(outcome.copied, "box")) copied (\(Output.size(outcome.copiedBytes))), "
        + "\(Output.grouped(outcome.kept)) there before")
    Output.line("it holds the vault as of entry \(outcome.size), keyring generation \(outcome.generation)")
    if outcome.erased > 0 {
      Output.line(
        "\(Output.count(outcome.erased, "object")) erased that nothing needs since the hold-back is over")
    }
    if !outcome.missing.isEmpty {
      Output.line("\(Output.count(outcome.missing.count, "box")) missing, named above")
    }
  }

  var json: JSONObject {
    [
      "copied": .integer(outcome.copied), "copied_bytes": .integer(outcome.copiedBytes),
      "destination": .string(destination), "erased": .integer(outcome.erased),
      "findings": .array(outcome.findings.map(\.told)), "generation": .integer(outcome.generation),
      "kept": .integer(outcome.kept), "missing": .array(outcome.missing.map { .string($0.hex) }),
      "number": .integer(outcome.number), "place": .string(outcome.place.hex), "size": .integer(outcome.size),
      "started": .integer(outcome.started), "strays": .integer(UInt64(outcome.strays.count)),
    ]
  }
}
