import Drill
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

  /// The one that the command at work goes by.
  @TaskLocal static var current = Configuration()

  static let limit = 64 * 1024
  private static let names: Set<String> = ["vault", "vault-id", "identity", "destinations"]

  init() {}

  /// Reads the file that is named, or the one at its usual place, where there need be none.
  static func read(_ path: String?) throws -> Configuration {
    guard let path = path ?? environment("STRONGROOM_CONFIG") ?? usualPath else { return Configuration() }
    guard let bytes = try DurableFile.read(path, limit: limit) else {
      guard path == usualPath else {
        throw VaultError(.input, "there is no configuration file at \(path)")
      }
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
    guard !text.allSatisfy(\.isWhitespace) else { return }
    let reader = try YAMLReader(text, of: path, limit: Self.limit)
    try reader.only(Self.names)
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    func full(_ written: String) -> String {
      if written.hasPrefix("~/"), let home = environment("HOME") { return home + written.dropFirst() }
      return written.hasPrefix("/") || folder.isEmpty ? written : "\(folder)/\(written)"
    }
    vault = try reader.optionalText("vault", limit: 4096).map { .folder(full($0)) }
    identity = try reader.optionalText("identity", limit: 4096).map(full)
    if let id = try reader.optionalText("vault-id", limit: 100) {
      guard let id = Identifier(hex: id.lowercased()) else {
        throw YAMLFault("\(path): 'vault-id' is no vault id: 32 hexadecimal digits are expected")
      }
      vaultID = id
    }
    guard let places = try reader.optionalMapping("destinations") else { return }
    try places.only(Set(places.names))
    for name in places.names {
      guard Self.isName(name) else {
        throw YAMLFault("\(path): a destination's name may have a-z, 0-9 and - only, not '\(name)'")
      }
      destinations[name] = .folder(full(try places.text(name, limit: 4096)))
    }
  }

  private static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0)
      }
  }

  private static var usualPath: String? {
    if let folder = environment("XDG_CONFIG_HOME") { return folder + "/strongroom/config.yml" }
    return environment("HOME").map { $0 + "/.config/strongroom/config.yml" }
  }

  /// The location that the user means: a destination's name, or else a folder's path.
  func location(_ said: String) -> Location { destinations[said] ?? .folder(said) }
}
