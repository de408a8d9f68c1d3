public import Sealing

/// What entries say about time (design: Time). No clock is read here: callers bring theirs, in seconds since 1970.
///
/// The *settled time* is the newest time that an entry that counts states. `clock`, `recovered` and its request settle
/// who is wrong: from such an entry on, its time counts, even where it is earlier.
public struct VaultTime: Hashable, Sendable {
  /// Why a client must not write now, or should warn a reader.
  public enum Doubt: Hashable, Sendable, CustomStringConvertible {
    /// The own clock is so many seconds behind the newest entry, more than the policy allows.
    case behind(seconds: UInt64)

    /// For a person.
    public var description: String {
      switch self {
      case .behind(let seconds):
        "this machine's clock is \(seconds) s behind the newest entry; set the clock, unless the entry's was wrong"
      }
    }
  }

  /// The settled time.
  public private(set) var newest: UInt64
  /// The newest time that each identity stated, as far as it was settled since.
  private(set) var stated: [Identifier: UInt64]

  init(founded time: UInt64, by founder: Identifier) {
    newest = time
    stated = [founder: time]
  }

  /// As it was remembered.
  init(newest: UInt64, stated: [Identifier: UInt64]) {
    self.newest = newest
    self.stated = stated
  }

  /// The newest time that an identity stated, as far as it was settled since.
  package func stated(by identity: Identifier) -> UInt64? { stated[identity] }

  /// Takes in the time of an entry that counts.
  mutating func note(_ time: UInt64, by identity: Identifier, settles: Bool) {
    if settles {
      newest = time
      stated = stated.mapValues { min($0, time) }
      stated[identity] = time
    } else {
      newest = max(newest, time)
      stated[identity] = max(stated[identity] ?? 0, time)
    }
  }

  /// Whether a reader should be warned, whose clock says `clock`.
  package func doubt(clock: UInt64, policy: Policy) -> Doubt? {
    let (limit, overflows) = clock.addingReportingOverflow(policy.clockLead * 60)
    guard !overflows, newest > limit else { return nil }
    return .behind(seconds: newest - clock)
  }

  /// How many seconds a clock is ahead of the newest entry.
  package func lead(of clock: UInt64) -> UInt64 { clock > newest ? clock - newest : 0 }

  /// Why a client mustn't write this event now; nil if it may. What settles the time may always be written.
  package func refusesWriting(_ event: Event, clock: UInt64, policy: Policy) -> Doubt? {
    event.content.settlesTime ? nil : doubt(clock: clock, policy: policy)
  }

  /// The time by which is judged what time *allows*, as the end of a retention: the earlier of the own clock and the
  /// newest time stated by another custodian. Nil if there are other custodians and none has stated one. Without
  /// other custodians the own clock counts.
  package func allowing(clock: UInt64, otherCustodians: some Sequence<Identifier>) -> UInt64? {
    let others = Array(otherCustodians)
    if others.isEmpty { return clock }
    return others.compactMap { stated[$0] }.max().map { min(clock, $0) }
  }

  /// The time by which is judged what time makes *due*: the later of the two.
  public func due(clock: UInt64, otherCustodians: some Sequence<Identifier>) -> UInt64 {
    otherCustodians.compactMap { stated[$0] }.reduce(clock, max)
  }
}
