internal import Keyring
public import Sealing

/// A section of the keyring as a listing shows it.
public struct SectionListing: Sendable {
  /// One epoch.
  public struct EpochListing: Sendable {
    /// Its number.
    public let number: UInt32
    /// `sealing`, `opening`, `retired` or `destroyed`.
    public let state: String
    /// When it began.
    public let since: UInt64
    /// Whether the policy's cryptoperiod is over.
    public let isDue: Bool
  }

  /// The section's name.
  public let name: String
  /// Its epochs, oldest first.
  public let epochs: [EpochListing]
  /// How many rows its pages have, additions included.
  public let rows: UInt64
}

extension OpenVault {
  /// The sections that the identity opens.
  public func keyListing() throws -> (generation: UInt64, rows: UInt64, sections: [SectionListing]) {
    let keys = try unlocked()
    let now = surroundings.now()
    let period = state.policy.cryptoperiod * 86_400
    let sections = keys.opened.sections.map(\.section).map { section in
      let added = keys.additions.filter { $0.section == section.id }.reduce(0) {
        $0 + UInt64($1.reference.count)
      }
      return SectionListing(
        name: section.name,
        epochs: section.epochs.map {
          SectionListing.EpochListing(
            number: $0.number, state: "\($0.state)", since: $0.since,
            isDue: $0.number == section.sealing.number && now > $0.since && now - $0.since > period)
        }, rows: section.rows + added)
    }
    return (keys.number, sections.reduce(0) { $0 + $1.rows }, sections)
  }
}

/// How a vault stands, from its ledger alone.
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

  /// Reads the status off the ledger.
  public init(of vault: OpenVault) {
    let state = vault.state
    let boxes = state.liveBoxes()
    let bytes = boxes.reduce(0) { $0 + $1.box.size }
    let custodians = state.activeCustodians.count
    let snapshots = state.places.values.compactMap(\.snapshots.last).sorted { $0.number < $1.number }
    let drill = state.drills.last
    var remarks: [String] = []
    if custodians == 1 {
      remarks.append(
        "there is one custodian: four eyes do not apply, and losing that identity loses everything")
    }
    if snapshots.isEmpty, !boxes.isEmpty {
      remarks.append("no snapshot was ever taken; strongroom snapshot take DESTINATION")
    }
    if let last = snapshots.last, let newest = boxes.last, newest.entry >= last.content.size {
      let since = boxes.filter { $0.entry >= last.content.size }.count
      remarks.append("\(since) boxes were sealed since the last snapshot")
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
    self.remarks = remarks
    lines = [
      Line(name: "vault", text: state.vault.hex),
      Line(
        name: "place",
        text: vault.isHome ? "\(vault.place.location) (home)" : "\(vault.place.location) (a copy)"),
      Line(name: "ledger", text: "\(state.size) entries, root \(state.root.hex.prefix(16))..."),
      Line(name: "keyring", text: "generation \(state.generation?.number ?? 0), \(Self.rows(state)) rows"),
      Line(name: "boxes", text: "\(boxes.count), \(Self.size(bytes))"),
      Line(
        name: "identities", text: "\(state.activeIdentities.count) active, \(custodians) of them custodians"),
      Line(
        name: "last snapshot",
        text: snapshots.last.map { "entry \($0.number), begun \(CivilTime.text($0.content.started))" }
          ?? "none"),
      Line(
        name: "last drill",
        text: drill.map {
          "entry \($0.number), \($0.content.passed ? "passed" : "failed"), RTO \($0.content.rto) s, RPO \($0.content.rpo) s"
        } ?? "none"),
    ]
    json = [
      "boxes": .integer(UInt64(boxes.count)), "bytes": .integer(bytes),
      "custodians": .integer(UInt64(custodians)),
      "generation": .integer(state.generation?.number ?? 0), "home": .integer(vault.isHome ? 1 : 0),
      "identities": .integer(UInt64(state.activeIdentities.count)),
      "last_drill": .string(drill.map { "\($0.number)" } ?? ""), "root": .string(state.root.hex),
      "last_snapshot": .string(snapshots.last.map { "\($0.number)" } ?? ""),
      "not_counted": .integer(UInt64(state.notCounted.count)), "rows": .integer(Self.rows(state)),
      "size": .integer(state.size), "vault": .string(state.vault.hex),
    ]
  }

  private static func size(_ bytes: UInt64) -> String {
    bytes < 10 << 20 ? "\(bytes) bytes" : "\(bytes >> 20) MiB"
  }

  private static func rows(_ state: State) -> UInt64 {
    (state.generation?.change.rows.after ?? 0) + state.pendingPages.reduce(0) { $0 + $1.page.count }
  }
}
