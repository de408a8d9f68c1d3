import Rules
import Sealing
import TestKit
import Testing

@testable import Vault

/// What the policy wants done again and again, and when it is due.
struct DutyTests {
  private static let hour: UInt64 = 3600
  private static let day: UInt64 = 86_400
  private static let start: UInt64 = 1_000 * day

  private func facts(
    _ schedule: Policy.Schedule = Policy.Schedule(
      destinations: 2, drillDays: 90, snapshotHours: 24, verifyDays: 30),
    firstSealed: UInt64? = start, snapshots: [UInt64] = [], places: [DutyFacts.Held] = [],
    passed: UInt64? = nil, rehearsed: UInt64? = nil
  ) -> DutyFacts {
    DutyFacts(
      schedule: schedule, firstSealed: firstSealed, snapshots: snapshots, places: places, passed: passed,
      rehearsed: rehearsed)
  }

  @Test func sharesAreToBeTried() {
    let schedule = Policy.Schedule(
      destinations: 0, drillDays: 0, rehearseDays: 365, snapshotHours: 0, verifyDays: 0)
    let late = Self.start + 366 * Self.day
    #expect(facts(schedule).duties(at: late).isEmpty)
    #expect(facts(schedule, rehearsed: Self.start).duties(at: late).map(\.kind) == [.rehearsal])
    #expect(facts(schedule, rehearsed: Self.start + 2 * Self.day).duties(at: late).isEmpty)
  }

  @Test func nothingIsDueWhereNothingIsSealed() {
    #expect(facts(firstSealed: nil).duties(at: Self.start + 1000 * Self.day).isEmpty)
  }

  @Test func aNewVaultHasAPeriodForAllOfIt() {
    #expect(facts().duties(at: Self.start + 24 * Self.hour).isEmpty)
    let due = facts().duties(at: Self.start + 24 * Self.hour + 1)
    #expect(due.map(\.kind) == [.snapshot(fresh: 0, of: 2)])
    #expect(due.map(\.since) == [Self.start + 24 * Self.hour] && due.map(\.isOverdue) == [false])
  }

  @Test func asManyDestinationsAsThePolicyWantsMustBeFresh() {
    let late = Self.start + 100 * Self.hour
    func due(_ snapshots: UInt64...) -> [Duty] {
      facts(snapshots: snapshots, passed: late).duties(at: late)
    }
    #expect(due(late - 24 * Self.hour, late - 1, 0).isEmpty)
    let one = due(late - Self.hour, late - 25 * Self.hour)
    #expect(one.map(\.kind) == [.snapshot(fresh: 1, of: 2)])
    #expect(one.map(\.since) == [late - Self.hour] && one.map(\.isOverdue) == [false])
    // The one that isn't there at all is late since the first record was sealed.
    #expect(due(late).map(\.since) == [Self.start + 24 * Self.hour] && due(late).map(\.isOverdue) == [true])
    #expect(due(late, late - 31 * Self.hour).map(\.isOverdue) == [true])
    #expect(due(late, late - 30 * Self.hour).map(\.isOverdue) == [false])
  }

  @Test func eachPlaceIsReadWhole() throws {
    let (one, other) = (try Identifier.random(), try Identifier.random())
    let now = Self.start + 40 * Self.day
    let due = facts(
      snapshots: [now, now],
      places: [
        .init(place: one, looked: [now, now - 30 * Self.day]),
        .init(place: other, looked: [now - 31 * Self.day, now, now - 38 * Self.day]),
        .init(place: try .random(), looked: []),
      ]
    ).duties(at: now)
    #expect(due.map(\.kind) == [.verification(of: other, boxes: 2)])
    #expect(due.map(\.since) == [now - 8 * Self.day] && due.map(\.isOverdue) == [true])
  }

  @Test func aDrillThatFailedIsNone() {
    let now = Self.start + 91 * Self.day
    let due = facts(snapshots: [now, now]).duties(at: now)
    #expect(due.map(\.kind) == [.drill] && due.map(\.isOverdue) == [false])
    #expect(facts(snapshots: [now, now], passed: now - 90 * Self.day).duties(at: now).isEmpty)
    #expect(facts(snapshots: [now, now]).duties(at: now + 23 * Self.day).map(\.isOverdue) == [true, true])
  }

  @Test func whatAWrongClockPutIntoTheFutureIsNotDone() throws {
    let now = Self.start + 200 * Self.day
    let later = now + 100 * Self.day
    let place = try Identifier.random()
    let due = facts(
      snapshots: [later, later], places: [.init(place: place, looked: [later])], passed: later
    ).duties(at: now)
    #expect(due.map(\.kind) == [.snapshot(fresh: 0, of: 2), .verification(of: place, boxes: 1), .drill])
    #expect(due.allSatisfy { $0.isOverdue })
    // A clock of another machine may be a little ahead.
    #expect(facts(snapshots: [now + 600, now + 600], passed: now + 600).duties(at: now).isEmpty)
  }

  @Test func whatThePolicyDoesNotWantIsNeverDue() throws {
    let never = Policy.Schedule(destinations: 0, drillDays: 0, snapshotHours: 24, verifyDays: 0)
    let held = DutyFacts.Held(place: try .random(), looked: [0])
    #expect(facts(never, places: [held]).duties(at: .max).isEmpty)
    let unfresh = Policy.Schedule(destinations: 3, drillDays: 0, snapshotHours: 0, verifyDays: 0)
    #expect(facts(unfresh).duties(at: .max).isEmpty)
  }

  @Test func aLedgerSaysWhatIsDue() async throws {
    let scene = try await Scene()
    let place = try await scene.open()
    _ = try await place.seal([scene.source(["basic/1001/a": "a letter"])], layout: .default)
    func kinds(_ days: UInt64) async throws -> [Duty.Kind] {
      scene.clock.set(Clock.start + days * Self.day)
      return VaultStatus(of: try await scene.open(toWrite: false)).duties.map(\.kind)
    }
    #expect(try await kinds(0).isEmpty)
    #expect(try await kinds(2) == [.snapshot(fresh: 0, of: 1)])
    #expect(
      try await kinds(100) == [
        .snapshot(fresh: 0, of: 1), .verification(of: place.place.marker.place, boxes: 1), .drill,
      ])
  }
}
