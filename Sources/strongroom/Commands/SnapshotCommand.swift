import ArgumentParser
import Backup
import Sealing
import Vault

struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Copy the vault to a destination, or list the snapshots there.",
    subcommands: [SnapshotTake.self, List.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the snapshots of a destination. Needs no key.")

    @Argument(help: "The destination.", completion: .directory)
    var destination: String

    @OptionGroup var past: PastOption
    @OptionGroup var vault: VaultOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try past.requireBuckets([try Configuration.read(vault.config).location(destination)])
      past.apply()
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
