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

  @Option(name: .long, help: "Only records sealed since this day, YYYY-MM-DD.")
  var since: String?

  @Option(name: .long, help: "Only this record, by its id or the first digits of it.")
  var record: String?

  /// For people: what was looked for; nil where all was.
  var words: String? {
    let parts = [
      className.map { "class '\($0)'" }, subject.map { "customer '\($0)'" }, text.map { "text '\($0)'" },
      since.map { "sealed since \($0)" }, record.map { "record \($0)" },
    ].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  func selection(_ versions: Selection.Versions = .newest) throws -> Selection {
    var sinceTime: UInt64?
    if let since {
      guard let time = CivilTime.day(since) else { throw ValidationError("--since takes a day: YYYY-MM-DD") }
      sinceTime = time
    }
    // An empty one, as an unset variable of a script gives it, would select everything.
    for (option, value) in [("--text", text), ("--record", record)] where value?.isEmpty == true {
      throw ValidationError("\(option) is empty")
    }
    if let record, !record.utf8.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) {
      throw ValidationError("'\(record)' is not the id of a record, nor the first digits of one")
    }
    return Selection(
      className: className, subject: subject, text: text, sealedSince: sinceTime,
      record: record?.lowercased(),
      versions: versions)
  }
}

struct List: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "Show how many records of which class the vault or destination holds.")

  @Argument(help: "A destination or restored copy instead of the vault.")
  var place: String?

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use(place) { opened in
      try await keys.unlock(opened)
      let (classes, findings) = try await opened.holdings(selection.selection())
      if talk.json {
        for row in classes {
          Output.json([
            "bytes": .integer(row.bytes), "class": .string(Hex.encode(Array(row.name.utf8))),
            "records": .integer(row.records), "subjects": .integer(row.subjects),
            "versions": .integer(row.versions),
          ])
        }
      } else {
        Output.line(
          "class".padded(18) + "records".padded(12, right: true) + "versions".padded(12, right: true)
            + "customers".padded(12, right: true) + "size".padded(14, right: true))
        for row in classes {
          Output.line(
            Output.printable(row.name).padded(18) + Output.grouped(row.records).padded(12, right: true)
              + Output.grouped(row.versions).padded(12, right: true)
              + Output.grouped(row.subjects).padded(12, right: true)
              + Output.size(row.bytes).padded(14, right: true))
        }
      }
      if !talk.quiet, classes.allSatisfy({ $0.versions == 0 }), let words = selection.words {
        Output.note("note: nothing was found of \(Output.printable(words)), as far as this identity sees")
      }
      try report(findings)
    }
  }
}

struct Find: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "find", abstract: "Find records by customer, class, text or day.")

  @Argument(help: "A destination or restored copy instead of the vault.")
  var place: String?

  @Flag(name: .long, help: "Show every version of each record, the newest first.")
  var versions = false

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use(place) { opened in
      try await keys.unlock(opened)
      var count = 0
      let selection = try selection.selection(versions ? .all : .newest)
      let findings = try await opened.forEachCustomer(selection) { records in
        count += records.count
        for found in records { show(found) }
      }
      if count == 0, !talk.quiet, let words = self.selection.words {
        Output.note("note: nothing was found of \(Output.printable(words)), as far as this identity sees")
      } else if !talk.quiet, !talk.json {
        Output.note(Output.count(count, versions ? "version" : "record"))
      }
      try report(findings)
    }
  }

  private func show(_ found: FoundRecord) {
    guard !talk.json else {
      return Output.json([
        "class": .string(Hex.encode(Array(found.className.utf8))), "path": .string(Hex.encode(found.path)),
        "record": .string(found.id.hex), "sealed_at": .integer(found.sealedAt),
        "sha256": .string(found.digest.hex),
        "size": .integer(found.size), "source": .string(Hex.encode(Array(found.source.utf8))),
        "subject": .string(Hex.encode(found.subjectAsGiven)),
        "title": .string(Hex.encode(Array(found.title.utf8))), "version": .integer(UInt64(found.version)),
        "versions": .integer(UInt64(found.versions)),
      ])
    }
    let version =
      versions ? "v\(found.version) of \(found.versions), \(Output.moment(found.sealedAt))  ".padded(34) : ""
    Output.line(
      "\(found.id.hex)  \(version)\(Output.size(found.size).padded(10, right: true))  \(Output.printable(found.className))/"
        + "\(Output.printable(found.subjectAsGiven))/\(Output.printable(found.path))")
  }
}

/// What the catalog couldn't read is named, and the command ends with 2.
func report(_ findings: [Finding]) throws {
  for finding in findings { finding.tell() }
  if !findings.isEmpty { throw CommandExit.incomplete(findings: findings.count) }
}

extension String {
  /// Padded with blanks to a width.
  func padded(_ width: Int, right: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - count))
    return right ? blanks + self : self + blanks
  }
}
