import Drill
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
    do { return try RoundPlaces(Configuration(yaml: text, at: path), yaml: text, at: path) } catch {
      throw VaultError(.input, error.what)
    }
  }

  /// - Parameters:
  ///   - configuration: what the text says for all commands.
  ///   - path: where it lies: relative paths in it go on from its folder.
  init(_ configuration: Configuration, yaml text: String, at path: String) throws(YAMLFault) {
    guard let vault = configuration.vault else { throw YAMLFault("\(path): 'vault' is missing") }
    self.configuration = Self.absolute(path)
    identity = configuration.identity.map(Self.absolute)
    for place in [vault] + configuration.destinations.values {
      folders += Self.ways(to: place.description)
    }
    let reader = try YAMLReader(text, of: path, limit: Configuration.limit)
    hasNotices = reader.names.contains("notices")
    func full(_ written: String) -> String {
      if written.hasPrefix("~/"), let home = environment("HOME") { return home + written.dropFirst() }
      return written.hasPrefix("/") ? written : Self.above(path) + "/" + written
    }
    if let round = try reader.optionalMapping("round") {
      if let file = try round.optionalText("metrics", limit: 4096) {
        folders += Self.ways(to: Self.above(full(file)))
      }
      if let folder = try round.optionalText("evidence", limit: 4096) {
        folders += Self.ways(to: full(folder))
      }
    }
    guard let drills = try reader.optionalMapping("drills") else { return }
    for name in drills.names {
      guard let drill = try drills.optionalMapping(name) else { continue }
      if let file = try drill.optionalText("identity", limit: 4096) {
        drillIdentities.append(Self.absolute(full(file)))
      }
      // A ready plan, or a destination by its name, is no path.
      for member in ["plan", "destination"] {
        guard let said = try drill.optionalText(member, limit: 4096), said.contains("/") else { continue }
        readings += Self.ways(to: full(said))
      }
    }
    drillIdentities = Set(drillIdentities).sorted()
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
