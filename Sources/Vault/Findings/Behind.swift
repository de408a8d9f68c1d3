/// What a copy lacks of the ledger that this machine saw.
public struct Behind: Hashable, Sendable {
  /// Entries.
  public let entries: UInt64
  /// What they entered; nil where this machine doesn't know that of all of them.
  public let lacks: Lacks?

  /// What entries enter that a copy lacks.
  public struct Lacks: Hashable, Sendable {
    /// Boxes of records.
    public let boxes: UInt64
    /// Whether there are changes of keys, rights, the policy, what was erased, or time.
    public let keys: Bool
    /// Whether there are destinations that it doesn't know, or what was found damaged or missing at places.
    public let places: Bool

    /// Whether it lacks nothing but how copies stood: snapshots, verifications and drills.
    public var isOnlyBookkeeping: Bool { boxes == 0 && !keys && !places }
  }

  /// Whether nothing of it would be missed.
  public var isOnlyBookkeeping: Bool { lacks?.isOnlyBookkeeping ?? false }

  /// For people: what is missing.
  public var words: String {
    guard let lacks else { return "what they entered this machine doesn't know" }
    let parts = [
      lacks.boxes == 0 ? nil : lacks.boxes == 1 ? "a box of records" : "\(lacks.boxes) boxes of records",
      lacks.keys ? "entries on keys, rights, the policy or erasures" : nil,
      lacks.places ? "that a destination began, or that a box was found damaged" : nil,
    ].compactMap(\.self)
    return parts.isEmpty
      ? "only bookkeeping is missing: snapshots, verifications or drills"
      : "missing: \(parts.joined(separator: "; "))"
  }
}
