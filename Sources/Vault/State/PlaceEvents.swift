public import Sealing

/// Members of `copying`.
public struct Copying: Hashable, Sendable {
  /// The present generation, whose keys the place is about to get.
  public let generation: UInt64
  /// The place.
  public let place: Identifier

  /// A place to be copied to.
  public init(generation: UInt64, place: Identifier) {
    self.generation = generation
    self.place = place
  }
}

/// Members of `snapshot`.
public struct Snapshot: Hashable, Sendable {
  /// The present generation, which the place has.
  public let generation: UInt64
  /// Boxes live at `size` that the place doesn't have.
  public let missing: [Digest]
  /// The place.
  public let place: Identifier
  /// The ledger size that it holds the boxes of.
  public let size: UInt64
  /// When it was begun.
  public let started: UInt64

  /// A snapshot.
  public init(generation: UInt64, missing: [Digest], place: Identifier, size: UInt64, started: UInt64) {
    self.generation = generation
    self.missing = missing
    self.place = place
    self.size = size
    self.started = started
  }
}

/// How thoroughly something was verified; each level includes the ones before.
public enum VerifyLevel: String, Hashable, Sendable, CaseIterable, Comparable {
  case list, hash, open, restore, drill

  private var depth: Int {
    switch self {
    case .list: 0
    case .hash: 1
    case .open: 2
    case .restore: 3
    case .drill: 4
    }
  }

  /// Less thorough first.
  public static func < (left: VerifyLevel, right: VerifyLevel) -> Bool { left.depth < right.depth }
}

/// Members of `verified`.
public struct Verification: Hashable, Sendable {
  /// Ordinals of the boxes looked at: ascending, not touching.
  public let boxes: [ClosedRange<UInt64>]
  /// Objects found damaged.
  public let damaged: [Digest]
  /// Generations looked at.
  public let generations: [UInt64]
  /// How thoroughly.
  public let level: VerifyLevel
  /// Objects that should be there and aren't.
  public let missing: [Digest]
  /// The place.
  public let place: Identifier
  /// The ledger size that it was compared with.
  public let size: UInt64
  /// How many objects nothing names.
  public let strays: UInt64

  /// What was verified and found.
  public init(
    boxes: [ClosedRange<UInt64>], damaged: [Digest], generations: [UInt64], level: VerifyLevel,
    missing: [Digest], place: Identifier, size: UInt64, strays: UInt64
  ) {
    self.boxes = boxes
    self.damaged = damaged
    self.generations = generations
    self.level = level
    self.missing = missing
    self.place = place
    self.size = size
    self.strays = strays
  }
}

/// Members of `drilled`.
public struct DrillOutcome: Hashable, Sendable {
  /// The place that it recovered from.
  public let destination: Identifier
  /// Whether it met its objectives.
  public let passed: Bool
  /// SHA-256 of the plan.
  public let plan: Digest
  /// SHA-256 of the report.
  public let report: Digest
  /// Measured, in seconds: from the snapshot's start to the incident.
  public let rpo: UInt64
  /// Measured, in seconds: from the incident to verified usable.
  public let rto: UInt64
  /// The entry of the snapshot that came back.
  public let snapshot: UInt64

  /// A drill's outcome.
  public init(
    destination: Identifier, passed: Bool, plan: Digest, report: Digest, rpo: UInt64, rto: UInt64,
    snapshot: UInt64
  ) {
    self.destination = destination
    self.passed = passed
    self.plan = plan
    self.report = report
    self.rpo = rpo
    self.rto = rto
    self.snapshot = snapshot
  }
}

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
