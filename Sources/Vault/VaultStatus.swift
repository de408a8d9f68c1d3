internal import Rules
internal import Keyring
public import Sealing

/// How a vault stands: from its ledger alone, and where it is unlocked from its keyring.
public struct VaultStatus: Sendable {
  /// One line of it.
  public struct Line: Sendable {
    /// What it is about.
    public let name: String
    /// How it stands.
    public let text: String
  }

  /// The lines, in order.
  public let lines: [Line]
  /// What the user should see to.
  public let remarks: [String]
  /// The same for programs.
  public let json: JSONObject

  /// Reads the status off.
  public init(of vault: OpenPlace) {
    let facts = Facts(vault)
    remarks = facts.remarks
    lines = facts.lines
    json = facts.json
  }
}

/// What a status is made of.
private struct Facts {
  let vault: OpenPlace
  let state: LedgerState
  let boxes: [KnownBox]
  let bytes: UInt64
  let custodians: Int
  let snapshots: [Entered<Snapshot>]
  let drill: Entered<DrillOutcome>?
  let due: DueEpochs?
  let coverage: [PlaceCoverage]

  init(_ vault: OpenPlace) {
    self.vault = vault
    state = vault.state
    boxes = state.liveBoxes()
    bytes = boxes.reduce(0) { $0 + $1.box.size }
    custodians = state.activeCustodians.count
    snapshots = state.places.values.compactMap(\.snapshots.last).sorted { $0.number < $1.number }
    drill = state.drills.last
    due = vault.dueEpochs()
    coverage = vault.coverage()
  }

  var remarks: [String] {
    var remarks: [String] = []
    if custodians == 1 {
      remarks.append(
        "there is one custodian: four eyes do not apply, and losing that identity loses everything")
    }
    if let due, !due.names.isEmpty {
      remarks.append(
        "older than the \(state.policy.cryptoperiod) days of the policy: the newest epoch of "
          + "\(due.names.joined(separator: ", ")); strongroom keys rotate --class NAME")
    }
    remarks += ofSnapshots
    for place in coverage where place.boxes > 0 && place.verified == 0 {
      remarks.append(
        "no box at \(place.name) was ever verified; strongroom verify PLACE --level hash --enter")
    }
    if !snapshots.isEmpty, drill == nil {
      remarks.append("no drill was ever run; strongroom drill run site-lost")
    }
    if let drill, !drill.content.passed {
      remarks.append("the last drill, entry \(drill.number), missed its objectives")
    }
    if !state.notCounted.isEmpty {
      remarks.append(
        "\(state.notCounted.count) ledger entries don't count; strongroom ledger verify names them")
    }
    return remarks
  }

  private var ofSnapshots: [String] {
    if snapshots.isEmpty, !boxes.isEmpty {
      return ["no snapshot was ever taken; strongroom snapshot take DESTINATION"]
    }
    guard let last = snapshots.last, let newest = boxes.last, newest.entry >= last.content.size else {
      return []
    }
    let since = boxes.filter { $0.entry >= last.content.size }.count
    return ["\(since == 1 ? "1 box was" : "\(since) boxes were") sealed since the last snapshot"]
  }

  var lines: [VaultStatus.Line] {
    let lines: [(name: String, text: String)] = [
      ("vault", state.vault.hex),
      ("place", vault.isHome ? "\(vault.place.location) (home)" : "\(vault.place.location) (a copy)"),
      ("ledger", "\(state.size) entries, root \(state.root.hex.prefix(16))..."),
      ("keyring", "generation \(state.generation?.number ?? 0), \(rows) rows"),
      ("epochs", dueText),
      ("boxes", "\(boxes.count), \(Self.size(bytes))"),
      ("identities", "\(state.activeIdentities.count) active, \(custodians) of them custodians"),
      (
        "last snapshot",
        snapshots.last.map { "entry \($0.number), begun \(CivilTime.text($0.content.started))" } ?? "none"
      ),
      (
        "last drill",
        drill.map {
          "entry \($0.number), \($0.content.passed ? "passed" : "failed"), RTO \($0.content.rto) s, RPO \($0.content.rpo) s"
        } ?? "none"
      ),
    ]
    return (lines + coverage.map { ("verified", Self.text(of: $0)) }).map {
      VaultStatus.Line(name: $0.name, text: $0.text)
    }
  }

  var json: JSONObject {
    [
      "boxes": .integer(UInt64(boxes.count)), "bytes": .integer(bytes),
      "custodians": .integer(UInt64(custodians)),
      "epochs_due": .array((due?.names ?? []).map { .string(Hex.encode(Array($0.utf8))) }),
      "epochs_known": .string(due.map { $0.isWhole ? "all" : "some" } ?? "none"),
      "generation": .integer(state.generation?.number ?? 0), "home": .integer(vault.isHome ? 1 : 0),
      "identities": .integer(UInt64(state.activeIdentities.count)),
      "last_drill": .string(drill.map { "\($0.number)" } ?? ""), "root": .string(state.root.hex),
      "last_snapshot": .string(snapshots.last.map { "\($0.number)" } ?? ""),
      "not_counted": .integer(UInt64(state.notCounted.count)), "places": .array(coverage.map(\.json)),
      "rows": .integer(rows), "size": .integer(state.size), "vault": .string(state.vault.hex),
    ]
  }

  private var rows: UInt64 {
    (state.generation?.change.rows.after ?? 0) + state.pendingPages.reduce(0) { $0 + $1.page.count }
  }

  private var dueText: String {
    guard let due else { return "whether one is due is not known without a key" }
    let among = due.isWhole ? "" : ", of those that this identity opens"
    return (due.names.isEmpty ? "none is due" : "due: \(due.names.joined(separator: ", "))") + among
  }

  private static func text(of place: PlaceCoverage) -> String {
    let oldest = place.oldest.map { ", the longest ago on \(CivilTime.text($0))" } ?? ""
    return "\(place.verified) of \(place.boxes) boxes at \(place.name)\(oldest)"
  }

  private static func size(_ bytes: UInt64) -> String {
    bytes < 10 << 20 ? "\(bytes) bytes" : "\(bytes >> 20) MiB"
  }
}
