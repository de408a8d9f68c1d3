internal import Rules
import ArgumentParser
import Sealing
import Vault

struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Show the keyring, start new epochs, and bring older ones to their end.",
    subcommands: [
      ListKeys.self, Rotate.self, ResealKeys.self, RetireKeys.self, DestroyKeys.self, CompromiseKeys.self,
      LeaveOut.self,
    ])

  struct ListKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the sections that you open, their epochs, and how much is sealed under each.")

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        try await keys.unlock(opened)
        let listing = try opened.keyListing()
        let (coverage, findings) = try await opened.epochCoverage()
        for finding in findings { finding.tell() }
        if !talk.json {
          Output.line(
            "keyring generation \(listing.generation), \(Output.count(listing.rows, "row")) in all sections")
        }
        for section in listing.sections {
          if talk.json { Self.item(section, coverage) } else { Self.show(section, coverage) }
        }
        if !findings.isEmpty { throw CommandExit.incomplete(findings: findings.count) }
      }
    }

    private static func item(_ section: SectionListing, _ coverage: [EpochName: EpochCoverage]) {
      Output.item([
        "epochs": .array(
          section.epochs.map {
            let covered = coverage[EpochName(section: section.name, epoch: $0.number)]
            return .object([
              "bundles": .integer(covered?.bundles ?? 0), "bytes": .integer(covered?.bytes ?? 0),
              "compromised": .integer($0.isCompromised ? 1 : 0), "epoch": .integer(UInt64($0.number)),
              "since": .integer($0.since), "state": .string($0.state),
            ])
          }),
        "keys": .integer(section.rows), "section": .string(section.name),
      ])
    }

    private static func show(_ section: SectionListing, _ coverage: [EpochName: EpochCoverage]) {
      Output.line("\(Output.printable(section.name)) (\(Output.count(section.rows, "row")))")
      for epoch in section.epochs {
        Output.line(
          "  epoch \(epoch.number)  \(epoch.state.padded(10)) since \(Output.moment(epoch.since))"
            + share(coverage[EpochName(section: section.name, epoch: epoch.number)])
            + (epoch.isCompromised ? "  compromised" : "") + (epoch.isDue ? "  rotation is due" : ""))
      }
    }

    private static func share(_ coverage: EpochCoverage?) -> String {
      coverage.map { "  \(Output.count($0.bundles, "bundle")) (\(Output.size($0.bytes)))" } ?? ""
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Start a new epoch: from now on the class is sealed with a new key.")

    @Option(name: .customLong("class"), help: "The class; 'directory' and 'journal' rotate too.")
    var classes: [String] = []

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
      if classes.isEmpty { throw ValidationError("which class? say --class NAME") }
    }

    func run() async throws {
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        let outcome = try await opened.perform(.rotate(sections: classes))
        if talk.json {
          Output.json([
            "epochs": .array(outcome.rotated.map { .string($0) }),
            "generation": .integer(outcome.generation),
          ])
        } else {
          Output.line("rotated: \(outcome.rotated.map(Output.printable).joined(separator: ", "))")
          Output.line("keyring generation \(outcome.generation), read back and compared: no key is missing")
          Output.note("note: what was sealed before stays under the older epoch until strongroom keys reseal")
        }
      }
    }
  }

  struct LeaveOut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "leave-out",
      abstract: "Go on without pages of keys that are lost in every copy.",
      discussion: """
        For custodians, where a page that somebody added is missing or damaged here and at every destination. Until it is \
        put back or left out, keys aren't changed. Left out, its keys are lost for good, and what is sealed under them \
        can't be read any more: seal it again from its source.
        """)

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        let lost = try await opened.mislaidPages()
        if !talk.json { Self.tell(lost, people: try await opened.people()) }
        var generation = opened.state.generation?.number ?? 0
        if !lost.pages.isEmpty {
          try Asking.confirm(
            "go on without \(Output.count(lost.keys, "key")), for good", yes: yes, otherwise: "not left out")
          generation = try await opened.leaveOut(lost)
        }
        if talk.json {
          Output.json([
            "generation": .integer(generation), "keys": .integer(lost.keys),
            "pages": .array(
              lost.pages.map {
                .object(["by": .string($0.by.hex), "keys": .integer($0.keys), "page": .string($0.name)])
              }),
          ])
        } else if !lost.pages.isEmpty {
          Output.line("left out: keyring generation \(generation) is without them")
        }
      }
    }

    private static func tell(_ lost: MislaidPages, people: [Identifier: String]) {
      for page in lost.pages {
        let who = people[page.by].map { " (\(Output.printable($0)))" } ?? ""
        Output.line("\(page.name): \(Output.count(page.keys, "key")), added by \(page.by.hex)\(who)")
      }
      if lost.pages.isEmpty { Output.line("no page of keys is lost") }
    }
  }
}
