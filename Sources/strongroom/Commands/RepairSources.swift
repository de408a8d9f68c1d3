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
  static func open(_ said: [String], for place: String?, _ options: VaultOptions) async throws
    -> RepairSources
  {
    let configuration = try Configuration.read(options.config)
    return try await Configuration.$current.withValue(configuration) {
      let damaged = try place.map(configuration.location) ?? options.location(configuration)
      let machine = try Machine.here(workers: options.jobs)
      var places: [OpenPlace] = []
      var sources: [ObjectSource] = []
      for location in candidates(said, configuration, options) where location.resolved != damaged.resolved {
        do {
          let place = try await options.open(location, in: machine)
          places.append(place)
          sources.append(ObjectSource(place))
        } catch let error as VaultError where !said.isEmpty && error.code == .noVault {
          // What an attacker left of it may hold boxes still.
          sources.append(try await ObjectSource(at: location, in: machine))
          Output.note(
            "note: no place can be opened at \(Output.printable(location.description)): only objects are had there"
          )
        } catch  where said.isEmpty && !(error is CancellationError) {
          Output.warn(
            .placeUnread,
            "\(Output.printable(location.description)) can't help: \(Output.printable("\(error)"))")
        }
      }
      guard !sources.isEmpty else {
        throw VaultError(
          .input, "there is no other place to repair \(damaged) from", safe: "nothing was written",
          hint: "name a destination, or the vault: --from PLACE")
      }
      var commits: UInt64 = 0
      if let newest = places.max(by: { $0.state.size < $1.state.size }) {
        commits = try await LedgerRepairer(at: damaged, from: newest).run()
      }
      return RepairSources(sources: sources, ledgerRepair: Repaired(files: commits))
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

  /// - Parameter files: copies of commits and of files of the keyring.
  init(files: UInt64) { self.files = files }

  mutating func add(_ repair: Repairer.Outcome) {
    boxes += repair.boxCount
    bytes += repair.bytes
    files += repair.files
  }

  /// For people.
  var text: String {
    guard boxes + files > 0 else { return "nothing was written anew" }
    return "written anew: \(Output.count(boxes, "box")) (\(Output.size(bytes))), "
      + "\(Output.count(files, "copy")) of commits and keyring files; what was damaged is in aside/"
  }

  /// For programs.
  var told: JSONObject { ["boxes": .integer(boxes), "bytes": .integer(bytes), "files": .integer(files)] }
}
