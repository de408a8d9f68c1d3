import Rules
import ArgumentParser
import Sealing
import Vault

/// Which records a command is about.
struct SelectionOptions: ParsableArguments {
  @Option(name: .customLong("class"), help: "Only this class.")
  var className: String?

  @Option(name: .long, help: "Only this customer.")
  var subject: String?

  @Option(name: .long, help: "Only records whose path, title or customer contains this text.")
  var text: String?

  @Option(name: .long, help: "Only records of this day or later, by their own date: YYYY-MM-DD.")
  var since: String?

  @Option(name: .long, help: "Only records of this day or earlier, by their own date: YYYY-MM-DD.")
  var until: String?

  @Option(name: .long, help: "Only records sealed since this day, YYYY-MM-DD.")
  var sealedSince: String?

  @Option(name: .long, help: "Only this record, by its id or the first digits of it.")
  var record: String?

  /// Whether it may be about such a customer.
  func concerns(_ affected: Affected) -> Bool {
    guard className.map({ $0 == affected.className }) ?? true else { return false }
    guard let subject, let given = affected.subjectAsGiven else { return true }
    return Array(subject.utf8) == given
  }

  /// For people: what was looked for; nil where all was.
  var words: String? {
    let parts = [
      className.map { "class '\($0)'" }, subject.map { "customer '\($0)'" }, text.map { "text '\($0)'" },
      since.map { "since \($0)" }, until.map { "until \($0)" }, sealedSince.map { "sealed since \($0)" },
      record.map { "record \($0)" },
    ].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  func selection(_ versions: Selection.Versions = .newest) throws -> Selection {
    let (first, last) = (try CivilDay.said(since, "--since"), try CivilDay.said(until, "--until"))
    if let first, let last, last < first { throw ValidationError("--until is before --since") }
    // An empty one, as an unset variable of a script gives it, would select everything.
    for (option, value) in [("--text", text), ("--record", record)] where value?.isEmpty == true {
      throw ValidationError("\(option) is empty")
    }
    let digits = try record.map(Self.digits(ofRecord:))
    return Selection(
      className: className, subject: subject, text: text, since: first, until: last,
      sealedSince: try CivilDay.said(sealedSince, "--sealed-since").map { CivilTime.start(of: $0) ?? 0 },
      record: digits, versions: versions)
  }

  /// The digits of a record's id as it was typed, or of its beginning.
  static func digits(ofRecord record: String) throws -> String {
    let digits = TypedID.digits(record)
    guard !digits.isEmpty, digits.utf8.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) else {
      throw ValidationError("'\(record)' is not the id of a record, nor the first digits of one")
    }
    return digits
  }

  /// Says what the search could not answer, and ends with 2 where something could not be read.
  func report(_ rest: Catalog.Rest, found: Int, quiet: Bool, else tell: () -> Void = {}) throws {
    if found == 0, let words {
      if !quiet {
        Output.note("note: nothing was found: \(Output.printable(words)), as far as this identity sees")
      }
    } else if !quiet {
      tell()
    }
    self.tell(undated: rest.undated, quiet: quiet)
    for finding in rest.findings { finding.tell() }
    Output.add(rest.findings)
    if !rest.findings.isEmpty { throw CommandExit.incomplete(findings: rest.findings.count) }
  }

  /// Whose day nobody knows may well be of one that was asked for.
  func tell(undated: UInt64, quiet: Bool) {
    guard undated > 0 else { return }
    Output.warn(
      .undated,
      "\(Output.count(undated, "record")) of unknown date left out; --sealed-since asks for the day of sealing",
      quiet: quiet)
  }
}

struct List: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "Show how many records of which class the vault or destination holds.")

  @Argument(help: "A destination or restored copy instead of the vault.", completion: .directory)
  var place: String?

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use(place) { opened in
      try await keys.unlock(opened)
      let (classes, rest) = try await opened.holdings(selection.selection())
      if talk.json {
        for row in classes { Output.item(row.json) }
      } else {
        for line in Self.table(classes) { Output.line(line) }
      }
      try selection.report(
        rest, found: classes.count { $0.versions > 0 }, quiet: talk.quiet)
    }
  }

  private static func table(_ classes: [Catalog.ClassRow]) -> [String] {
    let header = ["class", "records", "versions", "customers", "size", "from", "to"]
    let rows = classes.map { row in
      [
        Output.printable(row.name), Output.grouped(row.records), Output.grouped(row.versions),
        Output.grouped(row.subjects), Output.size(row.bytes), row.days?.lowerBound.text ?? "-",
        row.days?.upperBound.text ?? "-",
      ]
    }
    return Output.table([header] + rows, right: [1, 2, 3, 4])
  }
}

extension CivilDay {
  /// A day as an option says it; nil where it isn't there.
  static func said(_ text: String?, _ option: String) throws -> CivilDay? {
    guard let text else { return nil }
    guard let day = CivilDay(text) else { throw ValidationError("\(option) takes a day: YYYY-MM-DD") }
    return day
  }
}

extension Catalog.ClassRow {
  /// As programs read it.
  fileprivate var json: JSONObject {
    var object: JSONObject = [
      "bytes": .integer(bytes), "class": .string(name), "records": .integer(records),
      "sources": .array(sources.sorted().map { .string($0) }), "subjects": .integer(subjects),
      "versions": .integer(versions),
    ]
    object["since"] = days.map { .string($0.lowerBound.text) }
    object["until"] = days.map { .string($0.upperBound.text) }
    return object
  }
}

struct Find: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "find", abstract: "Find records by customer, class, text or day.")

  @Argument(help: "A destination or restored copy instead of the vault.", completion: .directory)
  var place: String?

  @Flag(name: .long, help: "Show every version of each record, the newest first.")
  var versions = false

  @OptionGroup var reason: PurposeOption
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use(place) { opened in
      try await keys.unlock(opened)
      var count = 0
      var access = AccessNote(opened, quiet: talk.quiet)
      let selection = try selection.selection(versions ? .all : .newest)
      let rest: Catalog.Rest
      do {
        rest = try await opened.forEachCustomer(selection) { records in
          count += records.count
          access.take(records)
          for found in records { show(found) }
        }
      } catch {
        await access.enterBroken(.read, for: reason.purpose, in: opened)
        throw error
      }
      try await access.enter(.read, for: reason.purpose, in: opened)
      try self.selection.report(rest, found: count, quiet: talk.quiet) {
        if !talk.json { Output.note(Output.count(count, versions ? "version" : "record")) }
      }
    }
  }

  private func show(_ found: FoundRecord) {
    if talk.json { return Output.item(found.json) }
    let version =
      versions ? "v\(found.version) of \(found.versions), \(Output.moment(found.sealedAt))".padded(34) : nil
    let path = [Array(found.className.utf8), found.customer, found.path].map { Output.printable($0) }
    let title = found.title.isEmpty ? nil : "'\(Output.printable(found.title))'"
    Output.line(
      [
        found.id.hex, version, found.date?.text ?? "-".padded(10),
        Output.size(found.size).padded(10, right: true),
        path.joined(separator: "/"), title, "(\(Output.printable(found.source)))",
      ].compactMap(\.self).joined(separator: "  "))
  }
}

extension FoundRecord {
  /// As programs read it. What a member can't tell as text has one of its name with `_hex` beside it.
  fileprivate var json: JSONObject {
    var object: JSONObject = [
      "class": .string(className), "id": .string(subject.hex), "record": .string(id.hex),
      "sealed_at": .integer(sealedAt),
      "sha256": .string(digest.hex), "size": .integer(size), "source": .string(source),
      "title": .string(title), "version": .integer(UInt64(version)), "versions": .integer(UInt64(versions)),
    ]
    object["date"] = date.map { .string($0.text) }
    object.set("path", path)
    object.set(attribution == .confirmed ? "subject" : "labelled", subjectAsGiven)
    return object
  }
}

extension String {
  /// Padded with blanks to a width.
  func padded(_ width: Int, right: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - count))
    return right ? blanks + self : self + blanks
  }
}
