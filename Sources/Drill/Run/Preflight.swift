internal import Rules

/// What a drill will read, write, take and need, before it does.
public struct Preflight: Hashable, Sendable {
  /// Bytes that are read from the destination.
  public let reads: UInt64
  /// Bytes of scratch space, beside the records in the clear, which lie in memory where they fit.
  public let writes: UInt64
  /// Bytes that are free there; nil where that isn't known yet.
  public internal(set) var free: UInt64?
  /// The snapshot's boxes, and the bytes of them.
  public internal(set) var boxes: UInt64 = 0
  /// Bytes of these.
  public internal(set) var bytes: UInt64 = 0
  /// Seconds that the newest drill of the same plan took until all was back; nil where there was none.
  public internal(set) var last: UInt64?
  /// Whether recovery shares are needed.
  public let needsShares: Bool
  /// What is out of order at the destination already.
  public internal(set) var findings = 0

  /// Whether there is room for it.
  public var fits: Bool { free.map { $0 > writes } ?? true }

  /// - Parameter archive: bytes of the boxes of the snapshot.
  init(plan: Plan, archive: UInt64) {
    needsShares = plan.loses.contains(.identity)
    switch plan.recovery {
    case .restore:
      reads = plan.snapshot == .lastGood ? 2 * archive : archive
      writes = archive
    case .mend:
      reads = 2 * archive
      writes = archive
    case .read, .none:
      reads = plan.recovery == .read && plan.scope == .all ? archive : 0
      writes = 0
    }
  }
}
