internal import Rules
import ArgumentParser
import Sealing
import Vault

struct RequestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request", abstract: "See what waits for another custodian, and approve or decline it.",
    discussion: """
      Where there are two custodians or more, what concerns one of them or an auditor, the policy, and what the policy \
      names takes two: the first one's command enters a request and ends with 14, the second one approves it here. A \
      request is good for a week.
      """,
    subcommands: [ListRequests.self, Show.self, Approve.self, Decline.self])

  struct ListRequests: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the requests that wait.")

    @Flag(name: .long, help: "Those too that were carried out, declined or have expired.")
    var all = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        if let key = try keys.given() { try await opened.unlock(with: key) }
        let requests = try await opened.requests(all: all)
        for request in requests {
          if talk.json { Output.item(RequestCommand.json(request)) } else { RequestCommand.tell(request) }
        }
        if requests.isEmpty, !talk.json { Output.line(all ? "there was no request" : "nothing waits") }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a request: what, by whom, why, until when.")

    @Argument(help: "The request's number.")
    var number: UInt64

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        if let key = try keys.given() { try await opened.unlock(with: key) }
        let request = try await opened.request(number)
        guard !talk.json else { return Output.item(RequestCommand.json(request)) }
        RequestCommand.tell(request)
        if let act = request.act {
          for line in try await RequestCommand.details(act, opened) {
            Output.line("  " + Output.printable(line))
          }
        }
      }
    }
  }

  struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Carry out what another custodian asks for.",
      discussion: """
        It does what the request says and nothing else. A recovery is approved at the copy, by the same recover command \
        that asked for it.
        """)

    @Argument(help: "The request's number; several are carried out in turn.")
    var numbers: [UInt64]

    @Option(
      name: .long, help: "For an erasure: a customer's number, from the paper before you; several times.")
    var subject: [String] = []

    @Option(
      name: .long, help: "For an erasure: a file with a customer's number on each line.", completion: .file())
    var subjectsFile: String?

    @Option(
      name: .long, help: "For an erasure: the folder for its order; by default 'erasures'.",
      completion: .directory)
    var out = OrderFiles.folder

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws { try Configuration.refuseEmpty(out) }

    func run() async throws {
      let customers = try subject + EraseCommand.Customers.numbers(in: subjectsFile)
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        for number in numbers {
          let request = try await opened.request(number)
          let act = try await opened.actToApprove(request)
          if case .erase(let subjects, _, _) = act {
            // The directory can't be read backwards, so an id alone would be approved blindly.
            let given = try await opened.customers(numbered: customers)
            guard Set(given) == Set(subjects) else {
              throw VaultError(
                .refused,
                customers.isEmpty
                  ? "request \(number) erases customers: say whom, from the paper before you"
                  : "request \(number) erases other customers than those that were given",
                safe: "nothing was written", hint: "--subject NUMBER, once for each, or --subjects-file FILE")
            }
          }
          if !talk.json {
            for line in try await RequestCommand.details(act, opened) { Output.note(Output.printable(line)) }
          }
          try Asking.confirm(
            "request \(number) by \(RequestCommand.maker(request)): \(act)", yes: yes,
            otherwise: "not approved")
          let outcome = try await opened.approve(request, act)
          if !talk.json {
            Output.line("request \(number) is carried out: \(Output.printable("\(act)"))")
            if !outcome.rotated.isEmpty {
              Output.line("new epochs: \(outcome.rotated.map(Output.printable).joined(separator: ", "))")
            }
          }
          let orders = try await OrderFiles.write(outcome.erasure?.entries ?? [], to: out, in: opened)
          if talk.json {
            Output.item([
              "generation": .integer(outcome.generation), "orders": .array(orders.map { .string($0) }),
              "request": .integer(number),
            ])
          } else {
            for order in orders {
              Output.line("order: \(Output.printable(order)) (keep a copy away from here)")
            }
          }
        }
      }
    }
  }

  struct Decline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "End a request: another custodian's, or your own.")

    @Argument(help: "The request's number.")
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
        let request = try await opened.request(number)
        let what = request.act.map { "\($0)" } ?? "something that can't be read"
        try Asking.confirm(
          "end request \(number) by \(RequestCommand.maker(request)): \(what)", yes: yes,
          otherwise: "not declined")
        try await opened.decline(request, reason: reason)
        if talk.json {
          Output.json(["request": .integer(number)])
        } else {
          Output.line("request \(number) is ended; nothing of it is done")
        }
      }
    }
  }

  /// What an act's own words leave out, and whoever approves it must see.
  static func details(_ act: Act, _ opened: OpenPlace) async throws -> [String] {
    switch act {
    case .policy(let change):
      return try PolicyText.differences(from: opened.state.policy, to: change, names: opened.classNames)
    case .erase(_, let classes, _):
      return classes.map { "class: \(opened.classNames[$0] ?? $0.hex)" }
    case .end(let entry, _):
      guard let hold = try await opened.holds(all: true).first(where: { $0.entry == entry }) else {
        return ["entry \(entry) is \(opened.state.moves[entry] == nil ? "an erasure" : "a move of boxes")"]
      }
      guard let terms = hold.terms else { return ["entry \(entry) is a hold that can't be read"] }
      return ["entry \(entry) is the hold \"\(terms.name)\" on \(HoldCommand.scope(terms))"]
        + (terms.reason.isEmpty ? [] : ["its reason: \(terms.reason)"])
    case .change(let id, _, _, _), .revoke(let id, _):
      return try await opened.people()[id].map { ["\(id.hex) is called \"\($0)\""] } ?? []
    case .grant, .rotate, .settleClock, .recover: return []
    }
  }

  static func maker(_ request: RequestListing) -> String {
    let id = request.request.asked.by.hex
    return request.label.map { "\($0) (\(id.prefix(8)))" } ?? id
  }

  static func tell(_ request: RequestListing) {
    let asked = request.request.asked
    let state =
      request.request.end.map { "\($0.how.words), entry \($0.entry)" }
      ?? "waits until \(Output.moment(asked.content.expires))"
    Output.line(
      "\(request.number)  \(Output.moment(asked.time))  \(Output.printable(maker(request)))  \(state)")
    let what = request.act.map { "\($0)" } ?? "\(asked.content.act.rawValue): \(request.problem?.what ?? "")"
    Output.line("  \(Output.printable(what))")
    if !request.reason.isEmpty, !what.hasSuffix(request.reason) {
      Output.line("  because: \(Output.printable(request.reason))")
    }
  }

  static func json(_ request: RequestListing) -> JSONObject {
    let asked = request.request.asked
    return [
      "act": .string(asked.content.act.rawValue), "by": .string(asked.by.hex),
      "entry": .integer(request.request.end?.entry ?? 0), "label": .string(request.label ?? ""),
      "reason": .string(request.reason), "request": .integer(request.number),
      "state": .string(request.request.end?.how.rawValue ?? "open"), "time": .integer(asked.time),
      "until": .integer(asked.content.expires), "what": .string(request.act.map { "\($0)" } ?? ""),
    ]
  }
}
