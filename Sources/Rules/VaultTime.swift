public import Sealing

/// What entries say about time (design: Time). No clock is read here: callers bring theirs, in seconds since 1970.
///
/// The *settled time* is the newest time that an entry that counts states. `clock`, `recovered` and its request settle
/// who is wrong: from such an entry on, its time counts, even where it is earlier. Only what custodians state stops
/// others from writing: a clerk's clock is nobody's business.
public struct VaultTime: Hashable, Sendable {
  /// A time, and which entry states it.
  public struct Statement: Hashable, Sendable {
    /// Seconds since 1970.
    public let time: UInt64
    /// The entry.
    public let entry: UInt64
    /// Whose it is.
    public let by: Identifier
  }

  /// Why a client must not write now, or should warn a reader.
  public enum Doubt: Hashable, Sendable {
    /// The own clock is so many seconds behind what a custodian stated, more than the policy allows: nothing is written.
    case behind(seconds: UInt64, Statement)
    /// The same, of what somebody else stated: hold-backs wait for it, writers don't.
    case claimed(seconds: UInt64, Statement)
  }

  /// The newest statement of all, and with it the settled time.
  public private(set) var newestStatement: Statement
  /// The newest statement of a custodian.
  public private(set) var custodians: Statement
  /// The newest time that each identity stated, as far as it was settled since.
  private(set) var stated: [Identifier: UInt64]

  /// The newest entry that put the settled time back; nil where none did.
  package private(set) var putBack: UInt64?

  /// The settled time.
  public var newest: UInt64 { newestStatement.time }

  init(founded time: UInt64, by founder: Identifier) {
    newestStatement = Statement(time: time, entry: 0, by: founder)
    custodians = newestStatement
    stated = [founder: time]
  }

  /// As it was remembered.
  init(newest: Statement, custodians: Statement, stated: [Identifier: UInt64], putBack: UInt64?) {
    self.putBack = putBack
    newestStatement = newest
    self.custodians = custodians
    self.stated = stated
  }

  /// The newest time that an identity stated, as far as it was settled since.
  package func stated(by identity: Identifier) -> UInt64? { stated[identity] }

  /// Takes in the time of an entry that counts.
  mutating func note(_ statement: Statement, byCustodian: Bool, settles: Bool) {
    let (time, identity) = (statement.time, statement.by)
    if settles {
      if time < newest { putBack = statement.entry }
      newestStatement = statement
      custodians = statement
      stated = stated.mapValues { min($0, time) }
      stated[identity] = time
    } else {
      if time > newest { newestStatement = statement }
      if byCustodian, time > custodians.time { custodians = statement }
      stated[identity] = max(stated[identity] ?? 0, time)
    }
  }

  /// Whether a reader should be warned, whose clock says `clock`.
  package func doubt(clock: UInt64, policy: Policy) -> Doubt? {
    let (limit, overflows) = clock.addingReportingOverflow(policy.clockLead * 60)
    guard !overflows else { return nil }
    if custodians.time > limit { return .behind(seconds: custodians.time - clock, custodians) }
    if newest > limit { return .claimed(seconds: newest - clock, newestStatement) }
    return nil
  }

  /// How many seconds a clock is ahead of the newest entry.
  package func lead(of clock: UInt64) -> UInt64 { clock > newest ? clock - newest : 0 }

  /// Why a client mustn't write this event now; nil if it may. What takes a right away, asks for something or settles
  /// the time may always be written.
  package func refusesWriting(_ event: Event, clock: UInt64, policy: Policy) -> Doubt? {
    let doubt = event.content.ignoresClocks ? nil : doubt(clock: clock, policy: policy)
    guard case .behind? = doubt else { return nil }
    return doubt
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

extension VaultTime.Doubt: CustomStringConvertible {
  /// For a person.
  public var description: String {
    switch self {
    case .behind(let seconds, let stated):
      "this machine's clock is \(seconds) s behind entry \(stated.entry) by custodian \(stated.by.hex); set the clock, unless the entry's was wrong"
    case .claimed(let seconds, let stated):
      "entry \(stated.entry) by \(stated.by.hex) is \(seconds) s ahead of this machine's clock; what waits for a hold-back waits for it, until a custodian settles the clock"
    }
  }
}

extension UInt64 {
  /// Whether a stated time, in seconds since 1970, may be when something was done: one that is more than a day ahead a wrong
  /// clock put there, or somebody who wants to be believed for years.
  package func isBelievable(asOf now: UInt64) -> Bool { self <= now || self - now <= 86_400 }
}
