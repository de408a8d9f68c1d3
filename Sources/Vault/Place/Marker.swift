public import Sealing

/// The file `STRONGROOM` in a place: a hint what lies there, never trusted for what the ledger says.
public struct Marker: Hashable, Sendable {
  /// The vault whose ledger, keyring and boxes lie here.
  public let vault: Identifier
  /// This place.
  public let place: Identifier

  /// A marker is this small; anything longer isn't one.
  package static let limit = 4096

  /// A marker of a new place.
  public init(vault: Identifier, place: Identifier) {
    self.vault = vault
    self.place = place
  }

  /// Reads a marker.
  /// - Throws: `Malformed` where it isn't one, or is of another version.
  public init(bytes: [UInt8]) throws(Malformed) {
    guard bytes.count <= Self.limit, bytes.last == 0x0a else {
      throw Malformed(what: "not a marker of a place", where: "STRONGROOM")
    }
    let object = try CanonicalJSON.decode(Array(bytes.dropLast()), limit: Self.limit)
    try object.only(["format", "place", "vault", "version"])
    guard try object.string("format") == "strongroom place" else {
      throw Malformed(what: "not a marker of a place", where: "STRONGROOM")
    }
    let version = try object.integer("version")
    guard version == 1 else {
      throw Malformed(what: "format version \(version), this program reads version 1", where: "STRONGROOM")
    }
    vault = try object.identifier("vault")
    place = try object.identifier("place")
  }

  /// The marker's bytes, one line.
  public var bytes: [UInt8] {
    let object: JSONObject = [
      "format": .string("strongroom place"), "place": .string(place.hex), "vault": .string(vault.hex),
      "version": .integer(1),
    ]
    return object.encoded() + [0x0a]
  }
}
