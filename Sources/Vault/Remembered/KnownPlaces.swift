package import Rules
public import Sealing
public import Storage

/// What this machine remembers of vaults and locations, as ssh remembers hosts: per vault the highest size
/// and root that were seen, per location which vault lies there and as what.
///
/// A file of the user's own, 0600; without it everything is first contact.
public struct KnownPlaces: Sendable {
  /// What is remembered of a vault.
  package struct Memory: Hashable, Sendable {
    /// Entries in the ledger when most of it was seen.
    package var size: UInt64
    /// The root at that size.
    package var root: Digest
    /// Size and root at which the user accepted that later entries are lost; nil once the ledger went on from there.
    package var accepted: Fork?
    /// Where the ledger that was seen was last recovered: what went on otherwise from there was given up.
    package var recovered: Fork?
    /// How far the vault itself was seen; nil where only copies were. What a copy holds beyond that is a copy's word.
    package var home: Fork?
    /// What it held; nil where that isn't known.
    package var tail: Tail?
  }

  /// How far a ledger held more than bookkeeping.
  package struct Tail: Hashable, Sendable {
    /// Boxes that it named.
    package var boxes: UInt64
    /// Entries that held what.
    package var substance: Substance
    /// The end of the commit with the last of them.
    package var point: Fork
  }

  /// As what a location is known.
  public enum Kind: String, Sendable, Hashable {
    /// The home place.
    case vault
    /// A destination of snapshots, or a restored copy.
    case copy
  }

  /// What is remembered of a location.
  package struct KnownLocation: Hashable, Sendable {
    /// The vault that lay there.
    package let vault: Identifier
    /// As what.
    package let kind: Kind
    /// Which place of it.
    package let place: Identifier
    /// Entries in its ledger when this machine last wrote there; 0 where it never did.
    package var written: UInt64 = 0
  }

  /// By vault.
  package private(set) var vaults: [Identifier: Memory] = [:]
  /// By resolved location.
  package private(set) var locations: [Location: KnownLocation] = [:]
  private let path: String

  static let limit = 4 << 20

  /// Reads what is remembered; a file that isn't there is an empty memory.
  public init(path: String) throws {
    self.path = path
    // Who may write there says what this machine trusts.
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    guard CacheFile.isOurs(folder) || !CacheFile.isThere(folder) else {
      throw VaultError(
        .refused, "the memory of known vaults lies in \(folder), which others own or may write to",
        safe: "nothing was read",
        hint: "chown it to yourself and chmod go-w, or set STRONGROOM_STATE to a folder of your own")
    }
    guard let bytes = try DurableFile.read(path, limit: Self.limit) else { return }
    do {
      try decode(bytes)
    } catch {
      throw VaultError(
        .damaged, "the memory of known vaults, \(path), can't be read: \(error.what)",
        hint: "move it away; every vault is then first contact and asks for its id")
    }
  }

  /// Changes what is remembered, as other commands left it meanwhile, and writes it down, durably; none of them comes
  /// in between.
  package static func change(_ path: String, _ change: (inout KnownPlaces) -> Void) throws -> KnownPlaces {
    try FileLock.hold(beside: path) {
      var known = try KnownPlaces(path: path)
      change(&known)
      try known.save()
      return known
    }
  }

  /// Remembers a ledger that was verified.
  mutating func recordLedger(_ vault: Identifier, as seen: Memory) {
    let known = vaults[vault]
    if known == nil || seen.size > known?.size ?? 0 {
      // What was accepted to be lost lives on.
      vaults[vault] = seen
      vaults[vault]?.home = seen.home ?? known?.home
    } else if let home = seen.home, home.size > known?.home?.size ?? 0 {
      vaults[vault]?.home = home
    }
  }

  /// Remembers which place of which vault lies at a location, and as what.
  /// - Parameter written: entries in its ledger where this machine just wrote there.
  public mutating func recordLocation(
    _ location: Location, vault: Identifier, kind: Kind, place: Identifier, written: UInt64? = nil
  ) {
    let before = locations[location.resolved].flatMap { $0.vault == vault && $0.place == place ? $0 : nil }
    locations[location.resolved] = KnownLocation(
      vault: vault, kind: kind, place: place, written: written ?? before?.written ?? 0)
  }

  /// Forgets a location; what is remembered of its vault stays.
  package mutating func forget(_ location: Location) { locations[location.resolved] = nil }

  /// Remembers that the user gave up what came after a point.
  public mutating func accept(_ fork: Fork, of vault: Identifier) { vaults[vault]?.accepted = fork }

  /// Begins to remember the vault anew from a `recovered` entry on.
  mutating func restart(_ vault: Identifier, as seen: Memory) { vaults[vault] = seen }

  private func save() throws { try DurableFile.replace(encoded.span, at: path, mode: 0o600) }

  private var encoded: [UInt8] {
    let places = locations.sorted { $0.key.description < $1.key.description }.map { location, known in
      JSONValue.object([
        "kind": .string(known.kind.rawValue), "location": .hex(Array(location.description.utf8)),
        "place": .string(known.place.hex),
        "vault": .string(known.vault.hex), "written": .integer(known.written),
      ])
    }
    let known = vaults.sorted { $0.key < $1.key }.map { vault, memory in
      var object: JSONObject = [
        "accepted": .string(memory.accepted?.text ?? ""),
        "home": .string(memory.home?.text ?? ""), "recovered": .string(memory.recovered?.text ?? ""),
        "root": .string(memory.root.hex),
        "size": .integer(memory.size), "vault": .string(vault.hex),
      ]
      object["tail"] = (memory.tail?.object).map { .object($0) }
      return JSONValue.object(object)
    }
    let object: JSONObject = ["places": .array(places), "vaults": .array(known), "version": .integer(1)]
    return object.encoded() + [0x0a]
  }

  private mutating func decode(_ bytes: [UInt8]) throws(Malformed) {
    let object = try CanonicalJSON.decode(Array(bytes.dropLast()), limit: Self.limit)
    try object.only(["places", "vaults", "version"])
    for value in try object.array("places") {
      let place = try value.object()
      guard let path = String(validating: try place.hex("location"), as: UTF8.self),
        let kind = Kind(rawValue: try place.string("kind"))
      else { throw Malformed(what: "an unknown kind of place", where: "places") }
      locations[Location(path)] = KnownLocation(
        vault: try place.identifier("vault"), kind: kind, place: try place.identifier("place"),
        written: try place.integer("written"))
    }
    for value in try object.array("vaults") {
      let vault = try value.object()
      vaults[try vault.identifier("vault")] = Memory(
        size: try vault.integer("size"), root: try vault.digest("root"),
        accepted: Fork(try vault.string("accepted")), recovered: Fork(try vault.string("recovered")),
        home: Fork(try vault.string("home")),
        tail: try vault["tail"].map { (value) throws(Malformed) in try Tail(value.object()) })
    }
  }
}

extension KnownPlaces.Tail {
  fileprivate var object: JSONObject {
    [
      "boxes": .integer(boxes), "boxes_end": .integer(substance.boxes), "keys_end": .integer(substance.keys),
      "places_end": .integer(substance.places), "point": .string(point.text),
    ]
  }

  fileprivate init(_ object: JSONObject) throws(Malformed) {
    guard let point = Fork(try object.string("point")) else {
      throw Malformed(what: "a point is no size and root", where: "places")
    }
    self.init(
      boxes: try object.integer("boxes"),
      substance: Substance(
        boxes: try object.integer("boxes_end"), keys: try object.integer("keys_end"),
        places: try object.integer("places_end")),
      point: point)
  }
}
