import ArgumentParser
import Sealing
import Vault

/// The story of a customer or a record.
struct TraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Tell the story of a customer or a record: what came in, was read, held, erased.",
    discussion: """
      For custodians, who open both the classes and the journal; others see a part of it, which is said. What was read is \
      there as far as the policy has it entered. An erased customer has no number any more: give id-ID.
      """)

  @Option(name: .long, help: "The customer's number, or id-ID.")
  var subject: String?

  @Option(name: .long, help: "The record's id, or the first digits of it.")
  var record: String?

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func validate() throws {
    guard (subject == nil) != (record == nil) else {
      throw ValidationError("say either --subject or --record")
    }
    _ = try record.map(SelectionOptions.digits(ofRecord:))
  }

  func run() async throws {
    try await vault.use { opened in
      try await keys.unlock(opened)
      let (customer, id) = try await target(in: opened)
      let trace = try await opened.trace(customer, record: id)
      let people = try await opened.people()
      for entry in trace.entries {
        if talk.json {
          Output.item([
            "by": .string(entry.by.hex), "entry": .integer(entry.number), "event": .string(entry.event),
            "time": .integer(entry.time), "what": .string(entry.words),
          ])
        } else {
          let name = people[entry.by] ?? String(entry.by.hex.prefix(8))
          Output.line(
            "\(String(entry.number).padded(8)) \(Output.moment(entry.time))  \(entry.event.padded(10)) \(Output.printable(name).padded(16)) \(Output.printable(entry.words))"
          )
        }
      }
      if trace.entries.isEmpty, !talk.json { Output.line("the ledger says nothing of them") }
      if !trace.opensJournal {
        Output.note(
          "note: holds, erasures and reads are sealed to the journal, which this identity doesn't open")
      }
      for finding in trace.findings { finding.tell() }
      Output.add(trace.findings)
      if !trace.findings.isEmpty { throw CommandExit.incomplete(findings: trace.findings.count) }
    }
  }

  private func target(in opened: OpenPlace) async throws -> (Identifier, record: Identifier?) {
    if let subject { return (try await opened.tracedCustomer(subject), nil) }
    var found: [(Identifier, record: Identifier)] = []
    _ = try await opened.forEachCustomer(
      Selection(record: try record.map(SelectionOptions.digits(ofRecord:)))
    ) { records in
      for one in records where !found.contains(where: { $0.record == one.id }) {
        found.append((one.subject, one.id))
      }
    }
    guard let first = found.first else {
      throw VaultError(.input, "there is no such record", hint: .findRecords)
    }
    guard found.count == 1 else {
      throw VaultError(.input, "\(found.count) records begin with these digits: give more of them")
    }
    return (first.0, first.record)
  }
}
