internal import Rules
public import Sealing

/// Something that the policy wants done again and again, and whose time has come.
public struct Duty: Hashable, Sendable {
  /// What is to be done.
  public enum Kind: Hashable, Sendable {
    /// Snapshots: so many destinations hold a fresh one, of so many that must.
    case snapshot(fresh: UInt64, of: UInt64)
    /// A verification of a place, where so many boxes weren't read within the period.
    case verification(of: Identifier, boxes: UInt64)
    /// A drill that passes.
    case drill
    /// A drill that passes with recovery shares.
    case rehearsal
  }

  /// What is to be done.
  public let kind: Kind
  /// Since when it isn't as the policy wants, in seconds since 1970: the last time it was done, and the period.
  public let since: UInt64
  /// The policy's period in seconds.
  public let period: UInt64
  /// Whether a quarter of the period is over since then: nobody sees to it.
  public let isOverdue: Bool

  /// A duty that falls due a period after it was last done; nil where it isn't due yet.
  init?(_ kind: Kind, last: UInt64, period: UInt64, now: UInt64) {
    let (due, overflows) = last.addingReportingOverflow(period)
    guard period > 0, !overflows, now > due else { return nil }
    self.kind = kind
    self.period = period
    since = due
    isOverdue = now - due > period / 4
  }
}

/// What has to be known of a vault to say what is due.
struct DutyFacts {
  /// A place, and when each box that it must hold was last read there, or came there.
  struct Held {
    let place: Identifier
    let looked: [UInt64]
  }

  let schedule: Policy.Schedule
  /// When the first box that is live was sealed; nil where nothing is sealed, and so nothing can be lost.
  let firstSealed: UInt64?
  /// When the newest snapshot of each destination was begun.
  let snapshots: [UInt64]
  let places: [Held]
  /// When a drill last passed.
  let passed: UInt64?
  /// When one last passed with recovery shares, or else when the first box was sealed; nil where there are none.
  var rehearsed: UInt64?

  /// What is due at a time, the most pressing kind first.
  func duties(at now: UInt64) -> [Duty] {
    guard let firstSealed else { return [] }
    // What a clock that was wrong put into the future says nothing of when it was done.
    func isBelievable(_ time: UInt64) -> Bool { time.isBelievable(asOf: now) }
    let snapshots = snapshots.filter(isBelievable)
    let passed = passed.flatMap { isBelievable($0) ? $0 : nil }
    var duties: [Duty] = []
    let hours = schedule.snapshotHours * 3600
    let wanted = Int(schedule.destinations)
    if wanted > 0 {
      let newest = snapshots.sorted(by: >)
      let fresh = newest.count { now <= $0 + hours }
      // The destination that would be the last one of those wanted says since when there are too few.
      let last = newest.count >= wanted ? newest[wanted - 1] : firstSealed
      if let duty = Duty(
        .snapshot(fresh: UInt64(fresh), of: schedule.destinations), last: last, period: hours, now: now)
      {
        duties.append(duty)
      }
    }
    let days = schedule.verifyDays * 86_400
    for held in places {
      let looked = held.looked.lazy.map { $0 > 0 && isBelievable($0) ? $0 : firstSealed }
      guard let oldest = looked.min() else { continue }
      let late = looked.count { now > $0 + days }
      if let duty = Duty(
        .verification(of: held.place, boxes: UInt64(late)), last: oldest, period: days, now: now)
      {
        duties.append(duty)
      }
    }
    if let duty = Duty(.drill, last: passed ?? firstSealed, period: schedule.drillDays * 86_400, now: now) {
      duties.append(duty)
    }
    if let rehearsed,
      let duty = Duty(
        .rehearsal, last: isBelievable(rehearsed) ? rehearsed : firstSealed,
        period: schedule.rehearseDays * 86_400,
        now: now)
    {
      duties.append(duty)
    }
    return duties
  }
}

extension DutyFacts {
  /// What an open place's ledger says.
  init(of place: OpenPlace, _ coverage: [PlaceCoverage]) {
    let state = place.state
    schedule = state.policy.schedule
    firstSealed = state.liveBoxes().lazy.map(\.time).min()
    snapshots = coverage.compactMap { $0.isHome ? nil : $0.snapshot?.content.started }
    places = coverage.map { Held(place: $0.place, looked: $0.looked) }
    passed = state.drills.last { $0.content.provesRecovery }?.time
    let shares = Set(state.identities.values.filter { $0.isActive && $0.kind == .shares }.map(\.identity.id))
    rehearsed =
      shares.isEmpty
      ? nil : state.drills.last { $0.content.provesRecovery && shares.contains($0.by) }?.time ?? firstSealed
  }
}
