internal import Rules
import ArgumentParser
import Backup
import Sealing
import Storage
import Vault

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verify the vault, a destination or a restored copy.",
    discussion: """
      list: everything is there with its size. hash: every byte is what was sealed, both copies of ledger and \
      keyring. open: every bundle decrypts, every record matches its SHA-256. restore: records restored to a scratch \
      folder, which lies in memory (/dev/shm) if they fit and none is said, equal their labels. list and hash need no key. What is damaged or missing is named on standard \
      error; whose records that concerns is said with the result, where an identity is given. Then the command ends with 2.

      With --repair what is damaged or missing is written anew from other places of the vault, as far as they have it; damaged \
      objects are kept in aside/. What is said then is how the place stands afterwards. No key is needed for it.
      """)

  @Argument(help: "The place; by default the vault.", completion: .directory)
  var place: String?

  @Option(name: .long, help: "How thoroughly: list, hash, open or restore.")
  var level: Level = .hash

  @Option(
    name: .long, help: "For level restore: the folder to make the scratch folder in.", completion: .directory)
  var scratch: String?

  @Option(
    name: .long,
    help: "At level hash: read only boxes that nobody read for so long (30d, 12h), the longest unread first.",
    transform: TimeSpan.init)
  var within: TimeSpan?

  @Option(
    name: .customLong("for"), help: "With --within: begin no other box after so long (20m, 2h).",
    transform: TimeSpan.init)
  var limit: TimeSpan?

  @Flag(name: .long, help: "Write anew what is damaged or missing, from other places of the vault.")
  var repair = false

  @Option(
    name: .long,
    help:
      "With --repair: from this place, if it has it; may be said several times. By default from the vault and all destinations of the configuration.",
    completion: .directory)
  var from: [String] = []

  @Flag(name: .long, help: "Enter at the vault what was verified.")
  var enter = false

  @OptionGroup var past: PastOption
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  enum Level: String, ExpressibleByArgument, CaseIterable {
    case list, hash, open, restore
    var level: VerifyLevel { VerifyLevel(rawValue: rawValue) ?? .hash }
  }

  func validate() throws {
    guard within == nil || level == .hash else { throw ValidationError("--within is for level hash") }
    guard limit == nil || within != nil else {
      throw ValidationError("--for goes with --within: a verification of all isn't cut short")
    }
    guard from.isEmpty || repair else { throw ValidationError("--from goes with --repair") }
    guard !repair || level != .list else {
      throw ValidationError("--repair reads what it repairs: leave --level list out")
    }
    guard past.before == nil || !enter else {
      throw ValidationError("--enter says how a place is, and --before shows how it was")
    }
    guard within == nil || !repair else {
      throw ValidationError("--within reads a part of the place, and --repair is about all of it")
    }
  }

  func run() async throws {
    past.apply()
    if past.before != nil { try checkPast() }
    let sources =
      repair
      ? try await RepairSources.open(from, for: place, vault, unlocks: enter || level.level >= .open) : nil
    guard enter else {
      return try await vault.use(place, isLook: true, tellsDamage: true) { opened in
        try await verifyAndReport(opened, nil, by: opened, sources) { _ in nil }
      }
    }
    // Whether it can be entered is known before hours are spent on it.
    try await vault.use(toWrite: true) { home in
      try await home.requireHome()
      let key = try await keys.unlock(home)
      try await vault.use(place, isLook: true, besideVault: true, tellsDamage: true) { opened in
        try Verifier.checkMayEnter(opened, at: home)
        try await verifyAndReport(opened, key, by: home, sources) { try await Verifier.enter($0, at: home) }
      }
    }
  }

  private func checkPast() throws {
    let configuration = try Configuration.read(vault.config)
    let looked = try place.map(configuration.location) ?? vault.location(configuration)
    guard repair else { return try past.requireBuckets([looked]) }
    guard looked.path != nil else {
      throw ValidationError(
        "--before reads every bucket as it was, so a bucket can't be repaired with it: restore it to a new place"
      )
    }
    guard !from.isEmpty else { throw ValidationError("--before with --repair is for buckets: say --from") }
    try past.requireBuckets(from.map(configuration.location))
  }

  private func verifyAndReport(
    _ opened: OpenPlace, _ key: KeySource?, by history: OpenPlace, _ sources: RepairSources?,
    _ enter: (Verifier.Outcome) async throws -> UInt64?
  ) async throws {
    let key = try await unlock(opened, key)
    var outcome = try await verify(verifier(opened, by: history))
    var (place, repaired) = (opened, sources?.ledgerRepair)
    if let sources, !outcome.isWhole {
      let progress = Progress("repairing", talk)
      let repair = try await sources.repairer(of: opened).run(outcome.findings, report: progress.show)
      progress.finish()
      repaired?.add(repair)
      place = try await vault.open(opened.place.location, in: opened.machine, isLook: true)
      _ = try await unlock(place, key)
      if level == .hash {
        let concerned = Verifier.Choice(outcome.concernedBoxes(of: place))
        outcome = outcome.followed(by: try await verify(Verifier(of: place, concerned)))
      } else {
        outcome = try await verify(verifier(place, by: history))
      }
    }
    repaired?.tell()
    tell(outcome, place)
    try await report(outcome, place, key, entry: try await enter(outcome), repaired)
  }

  /// Unlocks a place where the level needs it.
  private func unlock(_ opened: OpenPlace, _ key: KeySource?) async throws -> KeySource? {
    guard level.level >= .open else { return key }
    guard let key else { return try await keys.unlock(opened) }
    try await opened.unlock(with: key)
    return key
  }

  private func verify(_ verifier: Verifier) async throws -> Verifier.Outcome {
    let progress = Progress("verifying", talk)
    defer { progress.finish() }
    return try await verifier.run(report: progress.show)
  }

  private func tell(_ outcome: Verifier.Outcome, _ opened: OpenPlace) {
    for finding in outcome.findings { finding.tell() }
    for stray in outcome.strays where !talk.quiet {
      let what =
        opened.wasErased(stray)
        ? "it was removed, and is here; gc erases it once no hold-back runs"
        : stray.hasPrefix("aside/") ? "it was damaged, and was put aside" : "nothing names it"
      Output.note("stray: \(stray): \(what)")
    }
  }

  /// - Parameter history: whose ledger says when what was read.
  private func verifier(_ opened: OpenPlace, by history: OpenPlace) -> Verifier {
    guard let within else {
      return Verifier(
        of: opened, level: level.level, scratch: scratch,
        orInMemoryOf: scratch == nil && environment("TMPDIR") == nil ? opened.machine : nil)
    }
    let now = opened.machine.now()
    let since = now - min(now, within.seconds)
    let boxes = history.longestUnread(at: opened.place.marker.place, since: since)
    return Verifier(of: opened, Verifier.Choice(boxes, for: limit.map { .seconds(Int64($0.seconds)) }))
  }

  private func report(
    _ outcome: Verifier.Outcome, _ opened: OpenPlace, _ key: KeySource?, entry: UInt64?,
    _ repaired: Repaired?
  ) async throws {
    let affected = try await AffectedTelling(
      keys: keys, talk: talk, key: key
    ).tell(outcome.findings, of: opened)
    if talk.json {
      Output.json(json(outcome, opened, entry, affected, repaired))
    } else {
      show(outcome, opened, entry, repaired)
    }
    if !outcome.isWhole { throw CommandExit.incomplete(findings: outcome.findings.count) }
  }

  private func show(
    _ outcome: Verifier.Outcome, _ opened: OpenPlace, _ entry: UInt64?, _ repaired: Repaired?
  ) {
    let place = Output.printable(opened.place.location.description)
    var line = "\(place): \(Output.count(outcome.boxes, "box")) (\(Output.size(outcome.bytes)))"
    if outcome.level >= .open { line += ", \(Output.count(outcome.records, "record")) as sealed" }
    Output.line(line + ", verified at level \(outcome.level.rawValue)")
    Output.line("vault \(opened.state.vault.hex), ledger size \(outcome.size)\(opened.trust.text)")
    if let within {
      Output.line(
        outcome.left > 0
          ? "\(Output.count(outcome.left, "box")) more not read for \(Output.duration(within.seconds)): the time was over"
          : "every other box was read within \(Output.duration(within.seconds))")
    }
    if outcome.closed > 0 {
      Output.line(
        "\(Output.count(outcome.closed, "box")) not opened: this identity does not open their classes")
    }
    if outcome.incompleteParts > 0 {
      let sets = Output.count(outcome.incompleteParts, "large record")
      Output.line(
        "\(sets) whose parts aren't all there: its sealing broke off, or what is missing is named above")
    }
    if outcome.erased > 0 { Output.line("\(Output.count(outcome.erased, "bundle")) erased") }
    if outcome.erasedOrLost > 0 {
      Output.line(
        "\(Output.count(outcome.erasedOrLost, "bundle")) erased or lost: this identity doesn't open the journal, which says"
      )
    }
    Output.line(
      outcome.isWhole
        ? within == nil
          ? "nothing is missing or damaged" : "nothing is missing, and nothing that was read is damaged"
        : "\(Output.count(outcome.findings.count, "finding")), named above")
    if let repaired { Output.line(repaired.text) }
    if let entry { Output.line("entered as \(entry)") }
  }

  private func json(
    _ outcome: Verifier.Outcome, _ opened: OpenPlace, _ entry: UInt64?, _ affected: JSONObject?,
    _ repaired: Repaired?
  ) -> JSONObject {
    var object: [String: JSONValue] = [
      "boxes": .integer(outcome.boxes), "bytes": .integer(outcome.bytes), "closed": .integer(outcome.closed),
      "erased": .integer(outcome.erased), "erased_or_lost": .integer(outcome.erasedOrLost),
      "findings": .array(outcome.findings.map(\.told)), "incomplete": .integer(outcome.incompleteParts),
      "left": .integer(outcome.left), "level": .string(outcome.level.rawValue),
      "place": .string(outcome.place.hex), "records": .integer(outcome.records),
      "size": .integer(outcome.size),
      "strays": .array(outcome.strays.map { .string($0) }), "vault": .string(opened.state.vault.hex),
      "whole": .integer(outcome.isWhole ? 1 : 0),
    ]
    object["affected"] = affected.map { .object($0) }
    object["repaired"] = repaired.map { .object($0.told) }
    if let entry { object["entry"] = .integer(entry) }
    return JSONObject(object)
  }
}
