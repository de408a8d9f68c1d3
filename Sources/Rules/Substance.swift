/// How far a ledger holds more than bookkeeping: what a copy lacks that ends before it can't be had from elsewhere.
///
/// Bookkeeping is what only says that copies stood well: `drilled`; `snapshot` and `verified` that name nothing damaged
/// or missing; and `copying` to a place that was copied to before.
public struct Substance: Hashable, Sendable {
  /// Entries up to the last one that added boxes, with it.
  public internal(set) var boxes: UInt64 = 0
  /// Entries up to the last one that changed keys, rights, the policy, what was erased, or time, or that tells what
  /// was opened, found or attested, with it.
  public internal(set) var keys: UInt64 = 0
  /// Entries up to the last one that began or gave up a destination, or told of damage at a place, with it.
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

  /// Takes in that an entry counts.
  /// - Parameter state: what the ledger said before it.
  mutating func note(_ event: Event, number: UInt64, before state: LedgerState) {
    switch event {
    case .sealed, .moved: boxes = number + 1
    case .drilled: break
    case .copying(let copying):
      // A former home, or a place that somebody named, is none that was copied to.
      if state.places[copying.place]?.copyings.isEmpty ?? true { places = number + 1 }
    case .forgotten: places = number + 1
    case .snapshot(let snapshot): if !snapshot.missing.isEmpty { places = number + 1 }
    case .verified(let verification):
      if !(verification.damaged.isEmpty && verification.missing.isEmpty) { places = number + 1 }
    case .founded, .granted, .revoked, .requested, .policy, .keyring, .keys, .recovered, .removed, .clock,
      .ended, .erased, .held, .accessed, .found, .attested:
      keys = number + 1
    }
  }
}
