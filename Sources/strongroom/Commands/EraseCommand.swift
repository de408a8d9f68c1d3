internal import Rules
import ArgumentParser
import Sealing
import Storage
import Vault

struct EraseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase",
    abstract: "Erase customers: from the vault, and from every copy with its next snapshot.",
    discussion: """
      Their keys are dropped, and without them what is sealed can't be read any more, by anybody. What a hold keeps stays, \
      and what the policy keeps by law. The keys are gone from a place once its hold-back is over and, with two custodians \
      or more, another one has compared the keyring; until then it can be taken back. A customer who is called as a \
      command below is named with --subject.
      """,
    subcommands: [
      Customers.self, EraseRun.self, Undo.self, EraseRedo.self, EraseOrder.self, EraseCertificate.self,
      EraseCheck.self, ListErasures.self,
    ], defaultSubcommand: Customers.self)

  struct Customers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Erase these customers; what 'erase' does where no other word follows.")

    @Argument(help: "Customers' numbers.")
    var customers: [String] = []

    @Option(name: .long, help: "A customer's number; may be given several times.")
    var subject: [String] = []

    @Option(name: .long, help: "A file with a customer's number on each line.", completion: .file())
    var subjectsFile: String?

    @Option(name: .customLong("class"), help: "Only this class; may be given several times.")
    var classes: [String] = []

    @Option(name: .long, help: "Why, for the journal (sealed).")
    var reason = ""

    @OptionGroup var erasing: ErasingOptions
    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      let (dryRun, yes) = (erasing.dryRun, erasing.yes)
      let numbers = try customers + subject + Self.numbers(in: subjectsFile)
      guard !numbers.isEmpty else { throw ValidationError("whom? say a customer's number") }
      guard !numbers.contains("common") || !classes.isEmpty && (yes || dryRun) else {
        throw ValidationError("'common' belongs to no customer; to erase it name the classes, and say --yes")
      }
      try await vault.use(toWrite: !dryRun) { opened in
        try await keys.unlock(opened)
        let subjects = try await opened.customers(numbered: numbers)
        let classIDs = try opened.classIDs(named: classes)
        if classIDs.isEmpty, !dryRun { try await Self.refuseKept(subjects, reason: reason, opened) }
        let plan = try await opened.erasurePlan(of: subjects, classes: classIDs)
        if !talk.json { Self.tell(plan) }
        if dryRun {
          if talk.json { Output.json(Self.json(plan, entries: [], generation: 0)) }
          return
        }
        let act = Act.erase(subjects, classes: classIDs, reason: reason)
        try Asking.confirm("\(act)", yes: yes, otherwise: "not erased")
        let outcome = try await Asking.carryOut(act, reason: reason, in: opened, talk)
        guard let erasure = outcome.erasure else { return }
        if !talk.json { Self.tell(erasure) }
        let orders = try await OrderFiles.write(erasure.entries, to: erasing.out, in: opened)
        if talk.json {
          Output.json(
            Self.json(
              erasure.plan, entries: erasure.entries, generation: erasure.generation, orders: orders))
        } else {
          for order in orders {
            Output.line("order: \(Output.printable(order)) (keep a copy away from here)")
          }
        }
      }
    }

    /// Where everything stays for now, that is entered, so that it isn't forgotten.
    private static func refuseKept(_ subjects: [Identifier], reason: String, _ opened: OpenPlace) async throws
    {
      guard let noted = try await opened.noteWithheld(subjects, reason: reason) else { return }
      throw VaultError(
        .refused, "nothing may be erased now: \(noted.words)", safe: "entered as finding \(noted.entry)",
        hint: .eraseLater)
    }

    /// The numbers that a file lists; blank lines are none.
    static func numbers(in file: String?) throws -> [String] {
      guard let file else { return [] }
      guard let bytes = try DurableFile.read(file, limit: 1 << 20) else {
        throw VaultError(.input, "there is no file \(file)")
      }
      // Some editors put a mark before the first line.
      let mark: [UInt8] = [0xef, 0xbb, 0xbf]
      guard
        let text = String(
          validating: bytes.starts(with: mark) ? bytes.dropFirst(3) : bytes[...], as: UTF8.self)
      else {
        throw VaultError(.input, "\(file) isn't UTF-8", safe: "nothing was changed")
      }
      return text.split(whereSeparator: \.isNewline).map(String.init).filter {
        $0.contains { !$0.isWhitespace }
      }
    }

    private static func tell(_ plan: ErasurePlan) {
      Output.line(
        "\(Output.count(plan.customers, "customer")): \(plan.keyCount) \(plan.keyCount == 1 ? "key" : "keys")"
      )
      for kept in plan.kept { Output.line("  stays: \(kept.line)") }
    }

    /// So many ids are worth a line each.
    private static let fewCustomers = 10

    static func tell(_ erasure: ErasureOutcome) {
      // By these their story is found later, when no number leads to them any more.
      let ids = erasure.plan.subjects
      if ids.count <= fewCustomers { for id in ids { Output.line("customer id-\(id.hex)") } }
      let numbers = erasure.entries.map { "\($0)" }.joined(separator: ", ")
      Output.line("erased, by entry \(numbers): keyring generation \(erasure.generation) is without the keys")
      Output.note(
        "note: destinations get it with their next snapshot; each keeps the older keys until its hold-back is over, and until "
          + "then it can be taken back: strongroom erase undo \(erasure.entries.first ?? 0)"
          + (erasure.entries.count > 1 ? ", which takes all of them back" : ""))
    }

    private static func json(
      _ plan: ErasurePlan, entries: [UInt64], generation: UInt64, orders: [String] = []
    ) -> JSONObject {
      [
        "customers": .integer(UInt64(plan.customers)), "entries": .array(entries.map { .integer($0) }),
        "generation": .integer(generation), "keys": .integer(UInt64(plan.keyCount)),
        "orders": .array(orders.map { .string($0) }), "withheld": .array(plan.kept.map(\.told)),
      ]
    }
  }

  struct Undo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take an erasure back, as long as its hold-back runs.",
      discussion: "With two custodians or more another one approves it.")

    @Argument(help: "The number of its entry.")
    var number: UInt64

    @Option(name: .long, help: "Why, for the journal (sealed).")
    var reason = ""

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        let all = try opened.erasures(enteredWith: number)
        let acts = all.map { Act.end($0, reason: reason) }
        for act in acts { try await opened.check(act) }
        let numbers = all.map { "\($0)" }.joined(separator: ", ")
        try Asking.confirm("take back the erasure of entry \(numbers)", yes: yes, otherwise: "not taken back")
        var generation: UInt64 = 0
        var waiting: CommandExit?
        for act in acts {
          switch try await opened.carryOut(act, reason: reason) {
          case .done(let outcome): generation = outcome.generation
          case .asked(let request):
            let told = Asking.told(request, act, talk)
            waiting = waiting ?? told
          }
        }
        if let waiting { throw waiting }
        if talk.json {
          Output.json(["entry": .integer(number), "generation": .integer(generation)])
        } else {
          Output.line("the erasure of entry \(numbers) is taken back: its keys are in the keyring again")
          for id in try await opened.customersWithoutNumber(ofErasures: all) {
            Output.note(
              "note: a customer's number leads to another id since; what came back is given under, and erased by, id-\(id.hex)"
            )
          }
        }
      }
    }
  }

  struct ListErasures: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List what was erased, and when.")

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        if let key = try keys.given() { try await opened.unlock(with: key) }
        let erasures = try await opened.erasures()
        for erasure in erasures {
          if talk.json { Output.item(Self.json(erasure)) } else { Self.tell(erasure) }
        }
        if erasures.isEmpty, !talk.json { Output.line("nothing was erased") }
      }
    }

    private static func tell(_ listing: ErasureListing) {
      let erased = listing.erasure.erased
      let state: String =
        if let ended = listing.erasure.ended {
          "taken back by entry \(ended)"
        } else if listing.isGone {
          "the keys are gone from here"
        } else if listing.isCompared {
          "in its hold-back"
        } else {
          "in its hold-back, and waits for another custodian to compare it"
        }
      Output.line(
        "\(erased.number)  \(Output.moment(erased.time))  \(Output.count(erased.content.rows, "row")), generation \(erased.content.generation): \(state)"
      )
      if let reason = listing.reason, !reason.isEmpty {
        Output.line("  because: \(Output.printable(reason))")
      }
    }

    private static func json(_ listing: ErasureListing) -> JSONObject {
      let erased = listing.erasure.erased
      return [
        "by": .string(erased.by.hex), "entry": .integer(erased.number),
        "generation": .integer(erased.content.generation), "reason": .string(listing.reason ?? ""),
        "rows": .integer(erased.content.rows),
        "state": .string(
          listing.erasure.ended != nil
            ? "taken_back" : listing.isGone ? "gone" : listing.isCompared ? "hold_back" : "not_compared"),
        "time": .integer(erased.time),
      ]
    }
  }
}
