/// How far a ledger holds more than bookkeeping: what a copy lacks that ends before it can't be had from elsewhere.
///
/// Bookkeeping is what only says how copies stood: `snapshot`, `verified` and `drilled`, and `copying` to a place that
/// the ledger knew.
public struct Substance: Hashable, Sendable {
  /// Entries up to the last one that added boxes, with it.
  public internal(set) var boxes: UInt64 = 0
  /// Entries up to the last one that changed keys, rights, the policy, what was erased, or time, with it.
  public internal(set) var keys: UInt64 = 0
  /// Entries up to the last one that made a place known, with it.
  public internal(set) var places: UInt64 = 0

  /// Nothing yet.
  init() {}

  /// As it was remembered.
  package init(boxes: UInt64, keys: UInt64, places: UInt64) {
    self.boxes = boxes
    self.keys = keys
    self.places = places
  }

  /// Entries up to the last one that is more than bookkeeping, with it.
  public var size: UInt64 { max(boxes, keys, places) }

  /// Takes in that an entry counted.
  /// - Parameter isNewPlace: whether it names a place that the ledger didn't know.
  mutating func note(_ event: EventName, number: UInt64, isNewPlace: Bool) {
    switch event {
    case .sealed: boxes = number + 1
    case .snapshot, .verified, .drilled: break
    case .copying: if isNewPlace { places = number + 1 }
    case .founded, .granted, .revoked, .requested, .policy, .keyring, .keys, .recovered, .removed, .clock:
      keys = number + 1
    }
  }
}
