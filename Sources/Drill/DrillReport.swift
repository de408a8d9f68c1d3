public import Sealing
public import Vault

/// What came out of a drill: the document whose digest the ledger holds.
public struct DrillReport: Hashable, Sendable {
  /// A stage of the recovery and how long it took.
  public struct Stage: Hashable, Sendable {
    /// What was done.
    public let name: String
    /// Milliseconds.
    public let milliseconds: UInt64

    /// A stage that took so many milliseconds.
    public init(name: String, milliseconds: UInt64) {
      self.name = name
      self.milliseconds = milliseconds
    }
  }

  /// The plan.
  public let plan: Plan
  /// SHA-256 of the plan's text.
  package let planDigest: Digest
  /// The vault.
  public let vault: Identifier
  /// The destination's place.
  public let destination: Identifier
  /// The number of the snapshot entry that came back.
  public let snapshot: UInt64
  /// When that snapshot was begun.
  package let snapshotStarted: UInt64
  /// When the incident began.
  public let incident: UInt64
  /// Who ran the drill.
  public let by: Identifier
  /// What was measured.
  public let measured: Objectives.Measured
  /// Bytes of records restored.
  public let bytes: UInt64
  /// Boxes that were sealed after the snapshot, and are lost with the vault.
  package let boxesSince: UInt64
  /// What was found damaged or missing, at most the first hundred.
  public let findings: [Finding]
  /// The stages, in order.
  public let stages: [Stage]

  /// The verdict on each objective.
  public var checks: [Objectives.Check] { plan.objectives.judge(measured) }
  /// Whether all objectives were met.
  public var passed: Bool { checks.allSatisfy(\.passed) }

  /// The document: one line of canonical JSON and a line feed. Texts stand as hex of UTF-8.
  package var document: [UInt8] {
    var object: JSONObject = [
      "bytes": .integer(bytes), "by": .string(by.hex),
      "checks": .array(
        checks.map {
          .object([
            "got": .string($0.got), "name": .string($0.name), "passed": .integer($0.passed ? 1 : 0),
            "wanted": .string($0.wanted),
          ])
        }),
      "destination": .string(destination.hex), "boxes_since": .integer(boxesSince),
      "findings": .array(findings.map { $0.json }),
      "format": .string("strongroom drill report"), "incident": .integer(incident),
      "passed": .integer(passed ? 1 : 0), "plan": .string(plan.name), "plan_digest": .string(planDigest.hex),
      "restored": .integer(measured.restored),
      "rpo": .object(["measured": .integer(measured.rpo), "objective": .integer(plan.objectives.rpo)]),
      "rto": .object(["measured": .integer(measured.rto), "objective": .integer(plan.objectives.rto)]),
      "snapshot": .integer(snapshot), "snapshot_started": .integer(snapshotStarted),
      "stages": .array(
        stages.map { .object(["milliseconds": .integer($0.milliseconds), "name": .string($0.name)]) }),
      "vault": .string(vault.hex), "version": .integer(1),
    ]
    // Absent where nobody knows.
    if let expected = measured.expected { object["expected"] = .integer(expected) }
    return object.encoded() + [0x0a]
  }
}
