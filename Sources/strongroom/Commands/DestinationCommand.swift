import ArgumentParser
import Rules
import Sealing
import Storage
import Vault

struct DestinationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "destination", abstract: "Keep the list of destinations, and tell how they stand.",
    subcommands: [
      ListDestinations.self, ShowDestination.self, AddDestination.self, RemoveDestination.self,
      DestinationForget.self,
    ])
}

struct ListDestinations: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the destinations of the configuration, and those that the vault's ledger knows besides.",
    discussion: "What it tells is of the ledger: the destinations themselves aren't looked at. Needs no key.")

  @OptionGroup var vault: VaultOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    var isListed = false
    do {
      try await vault.use { opened in
        isListed = true
        list(DestinationRow.all(of: opened))
      }
    } catch  where !isListed {
      // What the file says is wanted most where the vault can't be read.
      let configuration = try Configuration.read(vault.config)
      for (name, location) in configuration.destinations.sorted(by: { $0.key < $1.key }) {
        let row = DestinationRow(name: name, location, nil)
        if talk.json { Output.item(row.json) } else { Output.line(row.title) }
      }
      throw error
    }
  }

  private func list(_ rows: [DestinationRow]) {
    if rows.isEmpty, !talk.json {
      Output.note("note: there is none yet: strongroom destination add NAME PLACE")
    }
    for row in rows { if talk.json { Output.item(row.json) } else { Output.line(row.line) } }
  }
}

struct ShowDestination: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Tell how a destination stands, and what its store can do.",
    discussion: "It is looked at, without a key; verify reads it.")

  @Argument(help: "The destination.", completion: .directory)
  var destination: String

  @OptionGroup var vault: VaultOptions
  @OptionGroup var talk: OutputOptions

  func validate() throws { try Configuration.refuseEmpty(destination) }

  func run() async throws {
    try await vault.use { opened in
      let location = Configuration.current.location(destination)
      await opened.machine.warnIfOpenToAll(location)
      let looked = try await LookAtDestination.look(location, in: opened.machine)
      let coverage = opened.coverage().first { $0.place == looked.place && !$0.isHome }
      let row = DestinationRow(name: Configuration.current.name(of: location), location, coverage)
      if talk.json {
        var object = row.json
        looked.add(to: &object)
        Output.json(object)
      } else {
        Output.line(row.line)
        for line in looked.lines { Output.line("  \(line)") }
      }
    }
  }
}

/// A destination as the configuration and the ledger know it.
struct DestinationRow {
  private let name: String?
  private let location: Location?
  private let coverage: PlaceCoverage?

  init(name: String?, _ location: Location?, _ coverage: PlaceCoverage?) {
    self.name = name
    self.location = location
    self.coverage = coverage
  }

  /// Those of the configuration by name, and then what the ledger knows besides.
  static func all(of vault: OpenPlace) -> [DestinationRow] {
    var rest = vault.coverage().filter { !$0.isHome }
    var rows: [DestinationRow] = []
    for (name, location) in Configuration.current.destinations.sorted(by: { $0.key < $1.key }) {
      let resolved = location.resolved
      let known = rest.firstIndex { $0.location?.resolved == resolved }
      rows.append(DestinationRow(name: name, location, known.map { rest.remove(at: $0) }))
    }
    return rows + rest.map { DestinationRow(name: nil, $0.location, $0) }
  }

  /// Its name and where it lies, for people.
  var title: String {
    (name ?? "-").padded(12) + "  " + (location.map { Output.printable($0.description) } ?? "?")
  }

  /// For people.
  var line: String {
    var text = title
    guard let coverage else { return text + "  no snapshot yet" }
    text += "  place \(coverage.place.hex.prefix(8))"
    guard let snapshot = coverage.snapshot else { return text + "  no snapshot completed" }
    text += "  snapshot \(snapshot.number) of \(Output.moment(snapshot.content.started))"
    text += "  \(Output.grouped(coverage.verified)) of \(Output.count(coverage.boxes, "box")) verified"
    return coverage.unsound > 0 ? text + ", \(Output.grouped(coverage.unsound)) damaged" : text
  }

  /// For programs.
  var json: JSONObject {
    var object: JSONObject = ["name": .string(name ?? ""), "location": .string(location?.description ?? "")]
    guard let coverage else { return object }
    object["place"] = .string(coverage.place.hex)
    object["boxes"] = .integer(coverage.boxes)
    object["verified"] = .integer(coverage.verified)
    object["unsound"] = .integer(coverage.unsound)
    guard let snapshot = coverage.snapshot else { return object }
    object["snapshot"] = .integer(snapshot.number)
    object["started"] = .integer(snapshot.content.started)
    return object
  }
}

/// What lies at a location, by its marker and its store.
struct LookAtDestination {
  /// Which place of which vault it is; nil where none is there.
  private let marker: Marker?
  /// Nil where that couldn't be found out, or needn't be.
  private let takesManyWriters: Bool?
  private let free: UInt64?
  /// What lies there where no place is.
  private let others: [String]

  var place: Identifier? { marker?.place }

  static func look(_ location: Location, in machine: Machine) async throws -> LookAtDestination {
    let place: Place?
    do { place = try await Place.look(at: location, in: machine) } catch let error as VaultError
      where error.code == .noVault
    { place = nil }
    // To find out takes the right to write there.
    let takes = location.path == nil ? try? await place?.takesManyWriters() : nil
    let others = place == nil ? try? await machine.entries(at: location) : nil
    return LookAtDestination(
      marker: place?.marker, takesManyWriters: takes,
      free: location.path.flatMap { try? FreeSpace.available($0) }, others: others ?? [])
  }

  /// For people.
  var lines: [String] {
    guard let marker else {
      guard !others.isEmpty else { return ["nothing is there"] }
      let names = others.prefix(5).map { Output.printable($0) }.joined(separator: ", ")
      return [
        "no place is there, its marker is missing; but this is: \(names)\(others.count > 5 ? ", ..." : "")"
      ]
    }
    var lines = ["vault \(marker.vault.hex), place \(marker.place.hex)"]
    if let free { lines.append("\(Output.size(free)) free") }
    if let takesManyWriters {
      lines.append(
        takesManyWriters
          ? "the server keeps writers from overwriting one another: a vault may lie there, too"
          : "the server lets writers overwrite one another: for one writer, and for no vault")
    }
    return lines
  }

  /// For programs.
  func add(to object: inout JSONObject) {
    object["many_writers"] = takesManyWriters.map { .integer($0 ? 1 : 0) }
    if let marker { object["vault"] = .string(marker.vault.hex) }
    if let free { object["free"] = .integer(free) }
  }
}
