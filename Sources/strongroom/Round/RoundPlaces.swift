import Drill
import S3
import Storage
import Vault

/// What the round of a configuration reads and writes, as far as a schedule must know of it.
struct RoundPlaces: Equatable {
  /// The configuration file.
  var configuration: String
  /// The identity file that it names.
  var identity: String?
  /// The identity files of its drills, each once.
  var drillIdentities: [String] = []
  /// Folders that are written to.
  var folders: [String] = []
  /// What drills read besides.
  var readings: [String] = []
  /// Whether there is anybody to be told.
  var hasNotices = false
  /// Whether a place lies in a bucket.
  var hasBuckets = false

  /// Reads the file that is named, or the one at its usual place. One there must be: it is what the round goes by.
  static func read(_ said: String?) throws -> RoundPlaces {
    let path = said ?? environment("STRONGROOM_CONFIG") ?? Configuration.usualPath
    guard let path, let bytes = try DurableFile.read(path, limit: Configuration.limit),
      let text = String(validating: bytes, as: UTF8.self)
    else {
      throw VaultError(
        .input, "there is no configuration file\(path.map { " at \($0)" } ?? "")",
        hint: "the round goes by one; Docs/Configuration.md says what stands in it")
    }
    do { return try RoundPlaces(Configuration(yaml: text, at: path), at: path) } catch {
      throw VaultError(.input, error.what)
    }
  }

  /// - Parameter path: where the configuration lies.
  init(_ configuration: Configuration, at path: String) throws(YAMLFault) {
    guard let vault = configuration.vault else { throw YAMLFault("\(path): 'vault' is missing") }
    self.configuration = Self.absolute(path)
    identity = configuration.identity.map(Self.absolute)
    let drills = configuration.drills.values
    let places = [vault] + configuration.destinations.values
    folders = places.compactMap(\.path).flatMap(Self.ways)
    hasBuckets = places.contains { $0.path == nil }
    if let file = configuration.round.metrics { folders += Self.ways(to: Self.above(file)) }
    if let folder = configuration.round.evidence { folders += Self.ways(to: folder) }
    hasNotices = !configuration.notices.channels.isEmpty || configuration.notices.ping != nil
    drillIdentities = Set(drills.compactMap(\.identity).map(Self.absolute)).sorted()
    // A ready plan, or a destination by its name, is no path.
    let read = drills.flatMap {
      [$0.plan, $0.destination].compactMap(\.self).filter { $0.contains("/") && Location($0).path != nil }
    }
    let authorities = configuration.buckets.values.compactMap(\.options.caFile)
    readings = (read + authorities + configuration.notices.files + [configuration.risks].compactMap(\.self))
      .flatMap(Self.ways)
  }

  /// A path as it was written, from the root; where that takes looking at links, without them.
  static func absolute(_ path: String) -> String {
    let isPlain = path.hasPrefix("/") && !path.split(separator: "/").contains { $0 == "." || $0 == ".." }
    return isPlain ? path : Location.folder(path).resolved.description
  }

  /// A path as it was written, which the program uses, and where it leads, which the system mounts.
  private static func ways(to path: String) -> [String] {
    [absolute(path), Location.folder(path).resolved.description]
  }

  private static func above(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
