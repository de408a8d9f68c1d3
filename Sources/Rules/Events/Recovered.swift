public import Sealing

/// Members of `recovered`.
public struct Recovery: Hashable, Sendable {
  /// The place that is home from now on.
  public let home: Identifier
  /// The ledger's root before this commit.
  public let root: Digest
  /// The ledger's size before this commit.
  public let size: UInt64
  /// The entry of the snapshot that came back.
  public let snapshot: UInt64

  /// A recovery.
  public init(home: Identifier, root: Digest, size: UInt64, snapshot: UInt64) {
    self.home = home
    self.root = root
    self.size = size
    self.snapshot = snapshot
  }
}

extension Recovery: EventContent {
  static let name = EventName.recovered
  static let memberNames: [String] = ["home", "root", "size", "snapshot"]
  static let roles: Set<Role> = [.custodian]

  init(_ object: JSONObject) throws(Malformed) {
    home = try object.identifier("home")
    root = try object.digest("root")
    size = try object.integer("size")
    snapshot = try object.integer("snapshot")
  }

  var members: JSONObject {
    JSONObject([
      "home": .string(home.hex), "root": root.value, "size": .integer(size), "snapshot": .integer(snapshot),
    ])
  }

  /// Rule 8: who recovers says which ledger they saw.
  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    guard rule == .place else { return nil }
    return size == place.start.size && root == place.start.root
      ? nil : "it names the ledger at size \(size), which isn't the one before its commit"
  }

  func isGrave(in state: LedgerState) -> Bool { state.policy.fourEyes.contains(.recovered) }
  var settlesTime: Bool { true }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    state.recoveries.append(entry.holding(self))
    state.closeAllRequests(by: entry)
    state.home = home
    if state.places[home] == nil { state.places[home] = KnownPlace(home) }
    state.places[home]?.forgotten = nil
    state.places[home]?.wasHome = true
  }

  var summary: String {
    "home is now \(home.hex.prefix(8)), from entry \(size)"
  }
}

extension Recovery: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    home = try rows.identifier()
    root = try rows.digest()
    size = try rows.number()
    snapshot = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.identifier(home)
    rows.digest(root)
    rows.number(size)
    rows.number(snapshot)
  }
}
