internal import Rules
import ArgumentParser
import Sealing
import Vault

struct HoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Keep records from being erased, for a court or an audit.",
    subcommands: [Place.self, Release.self, ListHolds.self])

  struct Place: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Place a hold: what it names nobody erases until it is released.",
      discussion: """
        For custodians and auditors. It names customers, classes, or --everything. Whose records are \
        held is sealed to the journal. An auditor, who opens no class, names one as 'policy show' does, by id-ID.
        """)

    @Option(name: .long, help: "What it is called, as the file number of a case (sealed).")
    var name: String

    @Option(name: .long, help: "A customer's number; may be given several times.")
    var subject: [String] = []

    @Option(name: .customLong("class"), help: "A class; may be given several times.")
    var classes: [String] = []

    @Flag(name: .long, help: "Hold everything.")
    var everything = false

    @Option(name: .long, help: "Why (sealed).")
    var reason = ""

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
      if name.isEmpty { throw ValidationError("a hold has a name") }
      guard everything == (subject.isEmpty && classes.isEmpty) else {
        throw ValidationError("what is held? say --subject, --class or --everything")
      }
    }

    func run() async throws {
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        let terms = Hold.Terms(
          classes: try opened.classIDs(named: classes),
          subjects: try await opened.customers(numbered: subject),
          name: name, reason: reason)
        let entry = try await opened.placeHold(terms)
        if talk.json {
          Output.json(["hold": .integer(entry)])
        } else {
          Output.line("hold \(entry) (\(Output.printable(name))): \(HoldCommand.scope(terms))")
          if opened.state.erasures.values.contains(where: { $0.ended == nil && $0.certificate == nil }) {
            Output.note("note: what was erased before may still be taken back: strongroom erase list")
          }
          if opened.moveListing().contains(where: {
            $0.takesAPerson && $0.ended == nil && $0.removed < $0.replaced
          }) {
            Output.note(
              "note: what was disposed of before may still be taken back: strongroom move list, strongroom move undo"
            )
          }
        }
      }
    }
  }

  struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "End a hold; with two custodians or more another one, or an auditor, approves it.")

    @Argument(help: "The hold's number.")
    var number: UInt64

    @Option(name: .long, help: "Why (sealed).")
    var reason = ""

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        guard opened.state.holds[number] != nil else {
          throw VaultError(.input, "entry \(number) is no hold", safe: "nothing was changed")
        }
        let act = Act.end(number, reason: reason)
        try await opened.check(act)
        try Asking.confirm("release hold \(number)", yes: yes, otherwise: "not released")
        _ = try await Asking.carryOut(act, reason: reason, in: opened, talk)
        if talk.json {
          Output.json(["hold": .integer(number)])
        } else {
          Output.line("hold \(number) is released")
        }
      }
    }
  }

  struct ListHolds: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the holds in force.")

    @Flag(name: .long, help: "Those too that were released.")
    var all = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        if let key = try keys.given() { try await opened.unlock(with: key) }
        let holds = try await opened.holds(all: all)
        for hold in holds {
          if talk.json { Output.item(HoldCommand.json(hold)) } else { HoldCommand.tell(hold) }
        }
        if holds.isEmpty, !talk.json { Output.line("nothing is held") }
      }
    }
  }

  static func scope(_ terms: Hold.Terms) -> String {
    let customers = terms.subjects.isEmpty ? "every customer" : Output.count(terms.subjects.count, "customer")
    let classes = terms.classes.isEmpty ? "all classes" : Output.count(terms.classes.count, "class")
    return "\(customers), \(classes)"
  }

  private static func tell(_ hold: Hold) {
    let what =
      hold.terms.map { "\(Output.printable($0.name)): \(scope($0))" }
      ?? (hold.isOpen ? "can't be read, and so holds everything" : "sealed to the journal")
    let end = hold.ended.map { ", released by entry \($0)" } ?? ""
    Output.line("\(hold.entry)  \(Output.moment(hold.time))  \(what)\(end)")
    if let reason = hold.terms?.reason, !reason.isEmpty {
      Output.line("  because: \(Output.printable(reason))")
    }
  }

  private static func json(_ hold: Hold) -> JSONObject {
    [
      "by": .string(hold.by.hex), "classes": .array((hold.terms?.classes ?? []).map { .string($0.hex) }),
      "entry": .integer(hold.entry), "name": .string(hold.terms?.name ?? ""),
      "reason": .string(hold.terms?.reason ?? ""), "released": .integer(hold.ended ?? 0),
      "subjects": .array((hold.terms?.subjects ?? []).map { .string($0.hex) }),
      "terms": .string(hold.terms != nil ? "known" : hold.isOpen ? "unreadable" : "sealed"),
      "time": .integer(hold.time),
    ]
  }
}

extension OpenPlace {
  /// The ids of classes by their names.
  func classIDs(named names: [String]) throws -> [Identifier] {
    try names.map { name in
      if let id = classNames.first(where: { $0.value == name })?.key { return id }
      // Who opens no class knows its id from the policy alone.
      guard let id = state.policy.classes.map(\.id).first(where: { "id-\($0.hex)" == name }) else {
        let there = classNames.values.sorted().joined(separator: ", ")
        throw VaultError(
          .input, "there is no class '\(name)'; there are: \(there)", safe: "nothing was changed")
      }
      return id
    }
  }

  /// The ids of customers by their numbers, each once.
  func customers(numbered numbers: [String]) async throws -> [Identifier] {
    var ids: [Identifier] = []
    for (place, number) in numbers.enumerated() {
      guard let id = try await customer(numbered: number) else {
        // A customer's number goes to no log.
        throw VaultError(
          .input, "customer \(place + 1) of those given isn't in the directory: never sealed, or erased",
          safe: "nothing was changed")
      }
      if !ids.contains(id) { ids.append(id) }
    }
    return ids
  }
}
