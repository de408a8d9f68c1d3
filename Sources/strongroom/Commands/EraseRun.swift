internal import Rules
import ArgumentParser
import Sealing
import Vault

/// Takes up what earlier erasures left.
struct EraseRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Erase what earlier erasures had to leave, once no hold and no law keeps it.",
    discussion: """
      Also drops keys that were erased and brought back. With two custodians or more it is asked for, and another one \
      carries it out. What still stays is said, and stays on the list.
      """)

  @Option(name: .long, help: "Why, for the journal (sealed).")
  var reason = "what was left of earlier erasures"

  @Flag(name: .long, help: "Say what would be erased, and change nothing.")
  var dryRun = false

  @Flag(name: .long, help: "Don't ask.")
  var yes = false

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use(toWrite: !dryRun) { opened in
      try await keys.unlock(opened)
      let left = try await opened.unfinishedErasures()
      if !talk.json { Self.tell(left) }
      var (entries, requests): ([UInt64], [UInt64]) = ([], [])
      if !dryRun {
        if !left.due.isEmpty {
          try Asking.confirm("erase this", yes: yes, otherwise: "not erased")
        }
        for group in left.due {
          let act = Act.erase(group.subjects, classes: group.classes, reason: reason)
          switch try await opened.carryOut(act, reason: reason) {
          case .done(let outcome): entries += outcome.erasure?.entries ?? []
          case .asked(let request):
            requests.append(request.number)
            if !talk.json { _ = Asking.told(request, act, talk) }
          }
        }
        if requests.isEmpty { _ = try await opened.endFinishedFindings() }
      }
      if talk.json {
        Output.json([
          "due": .integer(UInt64(left.due.reduce(0) { $0 + $1.subjects.count })),
          "entries": .array(entries.map { .integer($0) }), "requests": .array(requests.map { .integer($0) }),
          "withheld": .array(left.kept.map(\.told)),
        ])
      } else if !entries.isEmpty {
        Output.line("erased, by entry \(entries.map { "\($0)" }.joined(separator: ", "))")
      }
      if let request = requests.first { throw CommandExit.waits(request) }
    }
  }

  private static func tell(_ left: UnfinishedErasures) {
    for group in left.due {
      Output.line(
        "due: \(Output.count(group.subjects.count, "customer")) in \(Output.count(group.classes.count, "class"))"
      )
    }
    for kept in left.kept { Output.line("  stays: \(kept.line)") }
    if left.due.isEmpty { Output.line("nothing is due") }
  }
}

extension ErasurePlan.Kept {
  /// For people.
  var line: String {
    let why = until.map { "kept by law until the end of \($0)" } ?? "held"
    return "\(Output.printable(className)) of \(Output.count(customers, "customer")), \(why)"
  }

  /// As programs read it.
  var told: JSONValue {
    .object([
      "class": .string(className), "customers": .integer(UInt64(customers)), "until": .integer(until ?? 0),
      "why": .string(until == nil ? "hold" : "law"),
    ])
  }
}
