internal import Rules
import ArgumentParser
import Sealing
import Vault

struct FindingCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finding", abstract: "What somebody has to see to: list, add, close.",
    subcommands: [ListFindings.self, AddFinding.self, CloseFinding.self])
}

struct ListFindings: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the findings that are open.",
    discussion: """
      What they say and who is to see to them is sealed to the journal: an identity that opens it is told. Ends with 2 where \
      one should have been seen to by now.
      """)

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use { opened in
      try await keys.unlockIfAny(opened)
      let now = opened.machine.now()
      let findings = try await opened.openFindings()
      for finding in findings {
        if talk.json { Output.item(Self.json(finding)) } else { Self.show(finding, now) }
      }
      if findings.isEmpty, !talk.json { Output.line("no finding is open") }
      if findings.contains(where: { !$0.isOpen }), !talk.json {
        Output.note("note: what is sealed to the journal a custodian's or an auditor's identity reads")
      }
      let late = findings.count { $0.due.map { $0 < now } ?? false }
      guard late == 0 else {
        throw CommandExit(
          kind: .incomplete, what: "\(Output.count(late, "finding")) overdue",
          said: "\(Output.count(late, "finding")) overdue")
      }
    }
  }

  private static func show(_ finding: OpenFinding, _ now: UInt64) {
    let due = finding.due.map { "\($0 < now ? "OVERDUE since" : "due") \(Output.moment($0))" } ?? "no date"
    let owner = finding.terms.map { $0.owner.isEmpty ? "" : ", for \(Output.printable($0.owner))" } ?? ""
    let about = finding.about == 0 ? "" : ", about entry \(finding.about)"
    Output.line("\(finding.entry)  \(Output.moment(finding.time))  \(due)\(owner)\(about)")
    let text =
      finding.terms.map { Output.printable($0.text) }
      ?? (finding.isOpen ? "can't be read" : "sealed to the journal")
    Output.line("  \(text)\(finding.isOfErasure ? " (of an erasure: it ends when that does)" : "")")
  }

  private static func json(_ finding: OpenFinding) -> JSONObject {
    var object: JSONObject = [
      "about": .integer(finding.about), "by": .string(finding.by.hex), "entry": .integer(finding.entry),
      "erasure": .integer(finding.isOfErasure ? 1 : 0), "time": .integer(finding.time),
    ]
    object["due"] = finding.due.map { .integer($0) }
    if let terms = finding.terms {
      object["owner"] = .string(terms.owner)
      object["text"] = .string(terms.text)
    }
    return object
  }
}

struct AddFinding: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Enter that somebody has to see to something.",
    discussion: "For custodians, operators, clerks and auditors. Text and owner are sealed to the journal.")

  @Argument(help: "What was found.")
  var text: String

  @Option(name: .long, help: "Who is to see to it.")
  var owner = ""

  @Option(
    name: .long, help: "Within how long (30d, 12h); by default what the configuration says, or 30 days.",
    transform: TimeSpan.init)
  var within: TimeSpan?

  @Option(name: .long, help: "The entry that it is about, as a drill's or a verification's.")
  var about: UInt64 = 0

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func validate() throws {
    guard (1...4000).contains(text.utf8.count), owner.utf8.count <= 500 else {
      throw ValidationError("a finding has 1 to 4000 bytes of text, its owner at most 500")
    }
  }

  func run() async throws {
    try await vault.use(toWrite: true) { opened in
      try await keys.unlock(opened)
      let due =
        opened.machine.now() + (within?.seconds ?? Configuration.current.round.findingDays * 86_400)
      let entry = try await opened.enterFinding(
        OpenFinding.Terms(owner: owner, text: text), about: about, due: due)
      guard talk.json else { return Output.line("finding \(entry) is open") }
      Output.json(["finding": .integer(entry)])
    }
  }
}

struct CloseFinding: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "close", abstract: "Enter that a finding was seen to.",
    discussion: "Whoever entered it may, a custodian, and an auditor where it isn't a custodian's.")

  @Argument(help: "The finding's number.")
  var number: UInt64

  @Option(name: .long, help: "How it was seen to (sealed).")
  var reason = ""

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use(toWrite: true) { opened in
      try await keys.unlock(opened)
      let entry = try await opened.endFinding(number, because: reason)
      guard talk.json else { return Output.line("finding \(number) is closed, by entry \(entry)") }
      Output.json(["entry": .integer(entry), "finding": .integer(number)])
    }
  }
}
