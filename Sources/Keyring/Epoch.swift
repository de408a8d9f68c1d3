public import Sealing

/// One epoch of a section: a key, and what it is still for (Format 2.3).
public struct Epoch: Sendable {
  /// What an epoch's key is still for.
  public enum State: UInt16, Sendable, Hashable {
    /// New things are sealed with it: the newest epoch, and no other.
    case sealing = 1
    /// It still opens what was sealed with it.
    case opening
    /// Nothing needs it any more.
    case retired
    /// Its key is erased.
    case destroyed
  }

  /// What else is known of an epoch.
  public struct Marks: OptionSet, Sendable, Hashable {
    /// The bits as they are stored.
    public let rawValue: UInt16
    /// Marks of these bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// Somebody may hold the key who must not.
    package static let compromised = Marks(rawValue: 1)
  }

  /// From 1 without gaps.
  public let number: UInt32
  /// What its key is still for.
  public let state: State
  /// What else is known of it.
  package let marks: Marks
  /// When it began, in seconds since 1970-01-01 UTC.
  public let since: UInt64
  /// 32 bytes, in the journal an X-Wing seed; nil once destroyed, and only then.
  public let key: Secret?

  /// An epoch; `Section` checks that it fits its place.
  public init(number: UInt32, state: State, marks: Marks = [], since: UInt64, key: Secret?) {
    self.number = number
    self.state = state
    self.marks = marks
    self.since = since
    self.key = key
  }

  /// A first epoch, or the one after `number`, with a random key.
  static func fresh(after number: UInt32, since: UInt64) throws(KeyringError) -> Epoch {
    Epoch(number: number + 1, state: .sealing, since: since, key: try KeySchedule.random("epoch key"))
  }

  /// The same epoch once a newer one has begun.
  func superseded(adding marks: Marks) -> Epoch {
    Epoch(number: number, state: .opening, marks: self.marks.union(marks), since: since, key: key)
  }

  /// The same epoch in a later state; without its key where that is destroyed.
  func advanced(to state: State) -> Epoch {
    Epoch(number: number, state: state, marks: marks, since: since, key: state == .destroyed ? nil : key)
  }

  /// Refuses what no epoch may be, whatever its place.
  func check() throws(KeyringError) {
    guard marks.isSubset(of: .compromised) else {
      throw KeyringError(.malformed, "epoch \(number): unknown marks")
    }
    guard let key else {
      guard state == .destroyed else { throw KeyringError(.malformed, "epoch \(number): no key") }
      return
    }
    guard state != .destroyed else {
      throw KeyringError(.malformed, "epoch \(number): destroyed, and has a key")
    }
    guard key.count == KeySchedule.keySize, !key.isZero else {
      throw KeyringError(.malformed, "epoch \(number): a key of the wrong size or of zeros")
    }
  }
}
