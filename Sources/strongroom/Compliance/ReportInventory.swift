internal import Rules
import ArgumentParser
import Compliance
import Drill
import Sealing
import Storage
import Vault

/// What the archive holds, until when, and what that costs.
struct ReportInventory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inventory",
    abstract: "List what the archive holds by class and year, until when it is kept, and what that costs.",
    discussion: """
      Boxes and bytes are those of one place. Of which class a box is nothing public says: without a key for the class it is \
      listed by years alone. --prices names a YAML table, as 'per-gib-month: 0.02' and 'currency: EUR'.
      """)

  @Option(
    name: .long, help: "A YAML table of what a GiB costs a month.",
    completion: .file(extensions: ["yml", "yaml"]))
  var prices: String?

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    let table = try prices.map(Self.table)
    try await vault.use { opened in
      try await keys.unlockIfAny(opened)
      let inventory = try await Inventory(of: opened)
      if talk.json { Output.json(Self.json(inventory, table, opened)) } else { Self.tell(inventory, table) }
    }
  }

  private static func table(_ path: String) throws -> PriceTable {
    let text = try TextFile.read(path, limit: PriceTable.limit)
    do { return try PriceTable(yaml: text, of: path) } catch { throw VaultError(.input, error.what) }
  }

  private static func tell(_ inventory: Inventory, _ table: PriceTable?) {
    var rows = [
      ["class", "sealed", "kept until", "boxes", "size"] + (table.map { ["\($0.currency) a month"] } ?? [])
    ]
    for row in inventory.rows {
      rows.append(
        [
          name(row), "\(row.year)", "\(row.until)\(row.until < inventory.year ? " (over)" : "")",
          Output.grouped(row.boxes), Output.size(row.bytes),
        ] + (table.map { [$0.price(of: row.bytes)] } ?? []))
    }
    rows.append(
      ["all", "", "", Output.grouped(inventory.boxes), Output.size(inventory.bytes)]
        + (table.map { [$0.price(of: inventory.bytes)] } ?? []))
    for line in Output.table(rows.map { $0.map(Output.printable) }, right: [3, 4, 5]) { Output.line(line) }
    Output.note(
      "note: of one place; \(Output.count(inventory.places, "place")) \(inventory.places == 1 ? "holds" : "hold") it"
    )
  }

  private static func name(_ row: Inventory.Row) -> String {
    row.className ?? (row.classID.map { "id-\($0.hex)" } ?? "sealed to this reader")
  }

  private static func json(_ inventory: Inventory, _ table: PriceTable?, _ opened: OpenPlace) -> JSONObject {
    var object: JSONObject = [
      "boxes": .integer(inventory.boxes), "bytes": .integer(inventory.bytes),
      "places": .integer(UInt64(inventory.places)),
      "rows": .array(
        inventory.rows.map { row in
          var members: JSONObject = [
            "boxes": .integer(row.boxes), "bytes": .integer(row.bytes), "class": .string(row.className ?? ""),
            "over": .integer(row.until < inventory.year ? 1 : 0), "until": .integer(row.until),
            "year": .integer(row.year),
          ]
          if let table { members["price"] = .string(table.price(of: row.bytes)) }
          return .object(members)
        }),
      "vault": .string(opened.state.vault.hex),
    ]
    if let table {
      object["currency"] = .string(table.currency)
      object["price"] = .string(table.price(of: inventory.bytes))
    }
    return object
  }
}
