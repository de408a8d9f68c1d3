import ArgumentParser
import Backup
import Sealing
import Vault

struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Copy the vault to a destination, or list the snapshots there.",
    subcommands: [Take.self, List.self, SnapshotForget.self])

  struct Take: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a snapshot: afterwards the destination holds what the vault holds now.",
      discussion: """
        The first snapshot to a place takes --new: without it an unmounted disk's empty folder would quietly get a full \
        copy. Later only what is new is copied. An operator's identity is enough: it opens no records. A box that can't be read \
        is named, the snapshot states it as missing, and the command ends with 2. A copy that broke off is completed \
        by running the command again.
        """)

    @Argument(
      help: "The destination: a folder that is one; with --new, one that is to become one.",
      completion: .directory)
    var destination: String

    @Option(name: .long, help: "What the journal calls the destination; by default its path.")
    var name: String?

    @Flag(name: .long, help: "Begin a new destination, in a folder that is empty or not there yet.")
    var new = false

    @Flag(
      name: .long, help: "Erase what nothing needs any more even where that is more than the policy's limit.")
    var eraseBeyondLimit = false

    @OptionGroup var shared: GroupOption
    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
      try Configuration.refuseEmpty(destination)
      guard shared.group == nil || new else { throw ValidationError("--group is for a --new destination") }
    }

    func run() async throws {
      try await vault.use(toWrite: true, making: (destination, shared)) { opened in
        try await keys.unlock(opened)
        let progress = Progress("copying", talk)
        let outcome = try await SnapshotTaker(
          of: opened, to: Configuration.current.location(destination), begins: new, name: name,
          erasesBeyondLimit: eraseBeyondLimit
        ).run(report: progress.show)
        progress.finish()
        for finding in outcome.findings { finding.tell() }
        if !talk.quiet, !outcome.strays.isEmpty {
          Output.note(
            "note: nothing names \(Output.count(outcome.strays.count, "object")) at the destination; verify lists them"
          )
        }
        if talk.json { Output.json(json(outcome)) } else { show(outcome) }
        guard outcome.findings.isEmpty, outcome.missing.isEmpty else {
          throw CommandExit.incomplete(findings: max(outcome.findings.count, outcome.missing.count))
        }
      }
    }

    private func show(_ outcome: SnapshotTaker.Outcome) {
      Output.line(
        "snapshot \(outcome.number) at \(Output.printable(destination)): "
          + "\(Output.count(outcome.copied, "box")) copied (\(Output.size(outcome.copiedBytes))), "
          + "\(Output.grouped(outcome.kept)) there before")
      Output.line("it holds the vault as of entry \(outcome.size), keyring generation \(outcome.generation)")
      if outcome.erased > 0 {
        Output.line(
          "\(Output.count(outcome.erased, "object")) erased that nothing needs since the hold-back is over")
      }
      if !outcome.missing.isEmpty {
        Output.line("\(Output.count(outcome.missing.count, "box")) missing, named above")
      }
    }

    private func json(_ outcome: SnapshotTaker.Outcome) -> JSONObject {
      [
        "copied": .integer(outcome.copied), "copied_bytes": .integer(outcome.copiedBytes),
        "erased": .integer(outcome.erased), "findings": .array(outcome.findings.map(\.told)),
        "generation": .integer(outcome.generation), "kept": .integer(outcome.kept),
        "missing": .array(outcome.missing.map { .string($0.hex) }), "number": .integer(outcome.number),
        "place": .string(outcome.place.hex), "size": .integer(outcome.size),
        "started": .integer(outcome.started),
        "strays": .integer(UInt64(outcome.strays.count)),
      ]
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the snapshots of a destination. Needs no key.")

    @Argument(help: "The destination.", completion: .directory)
    var destination: String

    @OptionGroup var vault: VaultOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use(destination) { opened in
        let listings = Snapshots.list(at: opened)
        if listings.isEmpty, !talk.json { Output.note("note: this place holds no snapshot of its own") }
        for listing in listings { if talk.json { Output.item(json(listing)) } else { show(listing) } }
      }
    }

    private func show(_ listing: SnapshotListing) {
      Output.line(
        "\(String(listing.number).padded(7, right: true))  \(Output.moment(listing.started))  "
          + "\(Output.count(listing.boxes, "box")) (\(Output.size(listing.bytes)))  ledger size \(listing.size)  "
          + "generation \(listing.generation)  by \(listing.by.hex.prefix(8))"
          + (listing.missing > 0 ? "  \(listing.missing) missing" : "")
          + (listing.isNewest ? "  newest" : ""))
    }

    private func json(_ listing: SnapshotListing) -> JSONObject {
      [
        "boxes": .integer(UInt64(listing.boxes)), "by": .string(listing.by.hex),
        "bytes": .integer(listing.bytes),
        "generation": .integer(listing.generation), "missing": .integer(UInt64(listing.missing)),
        "newest": .integer(listing.isNewest ? 1 : 0), "number": .integer(listing.number),
        "size": .integer(listing.size), "started": .integer(listing.started),
      ]
    }
  }
}
