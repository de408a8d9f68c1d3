import ArgumentParser
import Drill
import S3
import Sealing
import Storage
import Vault

/// What the user wrote down once, so that commands need fewer words (Docs/Configuration.md). Every command that takes a
/// location takes a name of it; without the file all works without.
struct Configuration: Equatable {
  /// Where the vault is.
  var vault: Location?
  /// The vault that is expected there.
  var vaultID: Identifier?
  /// The path of the identity file.
  var identity: String?
  /// Destinations by their names.
  var destinations: [String: Location] = [:]
  /// How buckets are reached, by their names; of others the environment says it.
  var buckets: [String: ConfiguredBucket] = [:]
  /// Drills that are run again and again, by their names.
  var drills: [String: ConfiguredDrill] = [:]
  /// How a round works.
  var round = ConfiguredRound()
  /// The path of the register of risks.
  var risks: String?
  /// Who is told of it.
  var notices = ConfiguredNotices()

  /// The one that the command at work goes by.
  @TaskLocal static var current = Configuration()

  static let limit = 64 * 1024
  private static let names: Set<String> = [
    "vault", "vault-id", "identity", "destinations", "drills", "round", "notices",
    "risks", "buckets",
  ]

  init() {}

  /// Reads the file that is named, or the one at its usual place, where there need be none.
  static func read(_ path: String?) throws -> Configuration {
    let named = path ?? environment("STRONGROOM_CONFIG")
    guard let path = named ?? usualPath else { return Configuration() }
    let bytes: [UInt8]?
    do { bytes = try DurableFile.read(path, limit: limit) } catch {
      // A service's home may be one that it can't look into.
      guard named == nil, [.denied, .notAFolder].contains(error.code) else { throw error }
      if error.code == .denied {
        Output.warn(.configuration, "\(path) can't be read, so nothing is taken from it")
      }
      return Configuration()
    }
    guard let bytes else {
      guard named == nil else { throw VaultError(.input, "there is no configuration file at \(path)") }
      return Configuration()
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw VaultError(.input, "\(path) is not UTF-8 text")
    }
    do { return try Configuration(yaml: text, at: path) } catch { throw VaultError(.input, error.what) }
  }

  /// Reads a configuration; what isn't known is refused.
  /// - Parameter path: where it lies: relative paths in it go on from its folder.
  init(yaml text: String, at path: String) throws(YAMLFault) {
    // Nothing but comments.
    guard text.split(separator: "\n").contains(where: { $0.first { !$0.isWhitespace } ?? "#" != "#" }) else {
      return
    }
    let reader = try YAMLReader(text, of: path, limit: Self.limit)
    try reader.only(Self.names)
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    func full(_ written: String) -> String {
      if written.hasPrefix("~/"), let home = environment("HOME") { return home + written.dropFirst() }
      return written.hasPrefix("/") ? written : folder + written
    }
    func written(_ name: String, in reader: YAMLReader) throws(YAMLFault) -> String? {
      guard let written = try reader.optionalText(name, limit: 4096) else { return nil }
      guard !written.isEmpty else { throw YAMLFault("\(path): '\(name)' is empty") }
      return full(written)
    }
    func place(_ name: String, in reader: YAMLReader) throws(YAMLFault) -> Location? {
      guard let said = try reader.optionalText(name, limit: 4096) else { return nil }
      do throws(StorageError) {
        if said.hasPrefix(BucketAddress.scheme) { return .bucket(try BucketAddress(said)) }
        try Location.folder(said).requireMeant()
      } catch {
        throw YAMLFault("\(path): '\(name)': \(error)")
      }
      return try written(name, in: reader).map { .folder($0) }
    }
    vault = try place("vault", in: reader)
    identity = try written("identity", in: reader)
    if let id = try reader.optionalText("vault-id", limit: 100) {
      guard let id = TypedID.identifier(id) else {
        throw YAMLFault("\(path): 'vault-id' is no vault id: 32 hexadecimal digits are expected")
      }
      vaultID = id
    }
    if let places = try reader.optionalMapping("destinations") {
      for name in try Self.names(in: places, of: "destination", at: path) {
        destinations[name] = try place(name, in: places)
      }
    }
    if let buckets = try reader.optionalMapping("buckets") {
      self.buckets = try Self.buckets(buckets, at: path, full: full)
    }
    if let drills = try reader.optionalMapping("drills") {
      for name in try Self.names(in: drills, of: "drill", at: path) {
        self.drills[name] = try ConfiguredDrill(drills.mapping(name), of: name, at: path, full: full)
      }
    }
    for (name, drill) in drills {
      guard let said = drill.destination, !said.contains("/"), destinations[said] == nil else { continue }
      throw YAMLFault(
        "\(path), \(name): there is no destination '\(said)' here; a folder is written with a slash, as ./\(said)"
      )
    }
    if let round = try reader.optionalMapping("round") {
      self.round = try ConfiguredRound(round, full: full)
    }
    risks = try written("risks", in: reader)
    if let notices = try reader.optionalMapping("notices") {
      self.notices = try ConfiguredNotices(notices, at: path, full: full)
    }
  }

  /// The names in a part of the file whose names are the user's own.
  private static func names(
    in reader: YAMLReader, of what: String, at path: String
  ) throws(YAMLFault) -> [String] {
    try reader.only(Set(reader.names))
    for name in reader.names where !isName(name) {
      throw YAMLFault("\(path): a \(what)'s name may have a-z, 0-9 and - only, not '\(name)'")
    }
    return reader.names
  }

  private static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0)
      }
  }

  /// Where the file lies that nobody names.
  static var usualPath: String? {
    // One that isn't absolute is to be ignored (XDG Base Directory Specification).
    if let folder = environment("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
      return folder + "/strongroom/config.yml"
    }
    return environment("HOME").map { $0 + "/.config/strongroom/config.yml" }
  }

  /// The location that the user means: a destination's name, or else a folder's path.
  func location(_ said: String) -> Location { destinations[said] ?? Location(said) }

  /// What a place is called; nil where it has no name.
  func name(of location: Location) -> String? {
    let resolved = location.resolved
    return destinations.sorted { $0.key < $1.key }.first { $0.value.resolved == resolved }?.key
  }

  /// Refuses an argument as the unset variable of a script gives it.
  static func refuseEmpty(_ paths: String?...) throws {
    guard !paths.contains("") else { throw ValidationError("an empty path was given") }
  }
}

extension Location {
  /// As it can be typed anywhere, whatever the working directory and the configuration: absolute, quoted where it must be.
  var asArgument: String {
    let text = resolved.description
    let isPlain = text.utf8.allSatisfy { $0.isPlainInShell }
    return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }
}

extension UInt8 {
  fileprivate var isPlainInShell: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "@"), 0x80...:
      true
    default: false
    }
  }
}
