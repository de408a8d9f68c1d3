import Rules
import Backup
import Sealing
import Storage
import Vault

/// The places from which another one is repaired.
struct RepairSources {
  private let sources: [ObjectSource]
  /// What was written anew before the place could be opened.
  let ledgerRepair: Repaired

  /// Opens them, and makes the ledger of the place that is to be repaired one that can be opened.
  /// - Parameters:
  ///   - said: as the user named them; by default the vault and all destinations of the configuration.
  ///   - place: the one that is to be repaired; by default the vault.
  ///   - unlocks: whether somebody unlocks the place before the rest is repaired, so that its keyring is put right first.
  static func open(
    _ said: [String], for place: String?, _ options: VaultOptions, unlocks: Bool
  ) async throws -> RepairSources {
    let configuration = try Configuration.read(options.config)
    return try await Configuration.$current.withValue(configuration) {
      let damaged = try place.map(configuration.location) ?? options.location(configuration)
      let machine = try Machine.here(workers: options.jobs)
      var places: [OpenPlace] = []
      var sources: [ObjectSource] = []
      for location in candidates(said, configuration, options) where location.resolved != damaged.resolved {
        let isOnlyOne = said.count == 1
        if let (source, place) = try await source(
          at: location, machine, options, isSaid: !said.isEmpty, isOnlyOne)
        {
          sources.append(source)
          if let place { places.append(place) }
        }
      }
      guard !sources.isEmpty else {
        throw VaultError(
          .input, "there is no other place to repair \(damaged) from", safe: "nothing was written",
          hint: "name a destination, or the vault: --from PLACE")
      }
      let commits = try await repairLedger(at: damaged, from: places)
      var repaired = Repaired(files: commits)
      if unlocks {
        let place = try await options.open(damaged, in: machine, isLook: true)
        repaired.add(try await mendKeyring(of: place, from: sources))
      }
      return RepairSources(sources: sources, ledgerRepair: repaired)
    }
  }

  private static func mendKeyring(
    of place: OpenPlace, from sources: [ObjectSource]
  ) async throws -> Repairer.Outcome {
    let look = try await Verifier(of: place, Verifier.Choice([])).run { _ in }
    return try await Repairer(of: place, from: sources).run(look.findings.filter { !$0.isOfBox }) { _ in }
  }

  /// A place that may help; nil where it can't, which is told: others may.
  /// - Parameter isOnlyOne: whether there is no other, so that why it can't is why nothing can be done.
  private static func source(
    at location: Location, _ machine: Machine, _ options: VaultOptions, isSaid: Bool, _ isOnlyOne: Bool
  ) async throws -> (ObjectSource, OpenPlace?)? {
    do {
      let place = try await options.open(location, in: machine)
      return (ObjectSource(place), place)
    } catch let error as VaultError where isSaid && [.noVault, .damaged].contains(error.code) {
      return try await objects(at: location, machine, isOnlyOne)
    } catch  where !isOnlyOne && !(error is CancellationError) {
      tell(location, error)
      return nil
    }
  }

  /// What an attacker, or a failing disk, left of a place may hold boxes still.
  private static func objects(
    at location: Location, _ machine: Machine, _ isOnlyOne: Bool
  ) async throws -> (ObjectSource, OpenPlace?)? {
    do {
      let source = try await ObjectSource(at: location, in: machine)
      Output.note(
        "note: no place can be opened at \(Output.printable(location.description)): only objects are had there"
      )
      return (source, nil)
    } catch  where !isOnlyOne && !(error is CancellationError) {
      tell(location, error)
      return nil
    }
  }

  private static func tell(_ location: Location, _ error: any Error) {
    Output.warn(
      .placeUnread, "\(Output.printable(location.description)) can't help: \(Output.printable("\(error)"))")
  }

  /// Puts the ledger right from the longest one, or where that can't be read from the next.
  private static func repairLedger(at damaged: Location, from places: [OpenPlace]) async throws -> UInt64 {
    let longestFirst = places.sorted { $0.state.size > $1.state.size }
    for (index, place) in longestFirst.enumerated() {
      let isLast = index + 1 == longestFirst.count
      if let commits = try await repairLedger(at: damaged, from: place, isLast: isLast) { return commits }
    }
    return 0
  }

  private static func repairLedger(
    at damaged: Location, from place: OpenPlace, isLast: Bool
  ) async throws -> UInt64? {
    do {
      return try await LedgerRepairer(at: damaged, from: place).run()
    } catch let error as VaultError where !isLast && error.code == .damaged {
      tell(place.place.location, error)
      return nil
    }
  }

  private static func candidates(
    _ said: [String], _ configuration: Configuration, _ options: VaultOptions
  ) -> [Location] {
    guard said.isEmpty else { return said.map(configuration.location) }
    let vault = (try? options.location(configuration)).map { [$0] } ?? []
    return vault + configuration.destinations.sorted { $0.key < $1.key }.map(\.value)
  }

  /// What repairs the place.
  func repairer(of place: OpenPlace) -> Repairer { Repairer(of: place, from: sources) }
}

/// What was written anew at a place.
struct Repaired {
  private var boxes: UInt64 = 0
  private var bytes: UInt64 = 0
  private var files: UInt64
  /// What other places could not give, and what could not be written.
  private var findings: [Finding] = []

  /// - Parameter files: copies of commits and of files of the keyring.
  init(files: UInt64) { self.files = files }

  mutating func add(_ repair: Repairer.Outcome) {
    boxes += repair.boxCount
    bytes += repair.bytes
    files += repair.files
    findings += repair.findings
  }

  /// What kept it from more, for people: how the place stands then is said besides.
  func tell() {
    for finding in findings { Output.note("note: the repair: \(Output.printable("\(finding)"))") }
  }

  /// For people.
  var text: String {
    guard boxes + files > 0 else { return "nothing was written anew" }
    return "written anew: \(Output.count(boxes, "box")) (\(Output.size(bytes))), "
      + "\(Output.count(files, "copy")) of commits and keyring files; what was damaged is in aside/"
  }

  /// For programs.
  var told: JSONObject {
    [
      "boxes": .integer(boxes), "bytes": .integer(bytes), "files": .integer(files),
      "findings": .array(findings.map(\.told)),
    ]
  }
}
