public import Rules
public import Sealing
public import Vault

/// What came out of a drill: the value behind the document whose digest the ledger holds.
public struct DrillReport: Sendable {
  /// What the program was that ran the drill.
  public struct Tool: Hashable, Sendable, Codable {
    /// Its version.
    public let version: String
    /// The commit that it was built from.
    public let commit: String
    /// SHA-256 of its binary, as hex; empty where that can't be read.
    public let binary: String

    /// A program.
    public init(version: String, commit: String, binary: String) {
      self.version = version
      self.commit = commit
      self.binary = binary
    }
  }

  /// A drill of the same plan, for a trend.
  public struct Past: Hashable, Sendable, Codable {
    /// Its entry.
    public let entry: UInt64
    /// When it was entered.
    public let time: UInt64
    /// What came of it.
    public let outcome: String
    /// Seconds; nil where there is none.
    public let rto: UInt64?
    /// Seconds; nil where there is none.
    public let rpo: UInt64?
  }

  /// What a sample says of the whole.
  public struct Estimate: Hashable, Sendable, Codable {
    /// Milliseconds that all of the archive would take, at the pace of what was read.
    public let milliseconds: UInt64
    /// The share of customers, in millionths, whose records may be unsound at most, with 95 % confidence (Clopper and Pearson, 1934).
    public let unsoundAtMost: UInt64
  }

  /// The plan.
  public let plan: Plan
  /// The vault.
  public let vault: Identifier
  /// Who ran the drill.
  public let by: Identifier
  /// With what.
  public let tool: Tool
  /// The destination's place; nil where it could not be reached.
  public let destination: Identifier?
  /// The snapshot that came back; nil where none did.
  public let snapshot: Entered<Snapshot>?
  /// When the incident began.
  public let incident: UInt64
  /// By what damage and samples were chosen.
  public let seed: UInt64
  /// What came of it.
  public let verdict: DrillVerdict
  /// Why it says nothing about a recovery; nil where it does.
  public let unfit: Unfit?
  /// What was measured.
  public let measured: Measured
  /// The verdict on each objective; none where it is unfit.
  public let checks: [Check]
  /// The stages, in order.
  public let steps: [Timeline.Step]
  /// What was damaged, and how it was found.
  public let faults: [FaultOutcome]
  /// What was found damaged or missing, at most the first hundred.
  public let findings: [Finding]
  /// What was out of order at the destination before anything was damaged, at most the first hundred.
  public let before: [Finding]
  /// Bytes of records that came back.
  public let bytes: UInt64
  /// Bytes of boxes of the snapshot, and how many boxes it has.
  public let archive: (bytes: UInt64, boxes: UInt64)
  /// Boxes that were sealed after the snapshot, and are lost with the vault.
  public let boxesSince: UInt64
  /// How often the recovery was begun.
  public let attempts: UInt64
  /// Whether the scratch folder is gone.
  public let isSandboxDestroyed: Bool
  /// Until when a pass is valid; nil where it is none.
  public let validUntil: UInt64?
  /// What a sample says of the whole; nil where there was none.
  public let estimate: Estimate?
  /// Earlier drills of the same plan, oldest first.
  public let past: [Past]
  /// What people noted.
  public let notes: [String]
  /// What a tabletop's questions were answered, in order.
  public let answers: [Answered]

  /// A question and its answer.
  public struct Answered: Hashable, Sendable, Codable {
    /// What was asked.
    public let question: String
    /// What was answered; empty where nobody knew.
    public let answer: String
  }

  /// Whether the drill passed.
  public var passed: Bool { verdict == .passed }
}
