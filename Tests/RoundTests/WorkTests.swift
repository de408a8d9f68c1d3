import Sealing
import Testing

@testable import Rules

@testable import Round

/// What is due follows from values alone.
struct WorkTests {
  private static let hour: UInt64 = 3600
  private static let day: UInt64 = 86_400
  private static let now: UInt64 = 2_000_000_000

  private func facts() -> WorkFacts { WorkFacts(snapshotPeriod: Self.day, verifyPeriod: 30 * Self.day) }

  private func stand(_ facts: WorkFacts, at now: UInt64 = now) -> PlannedWork.Stand? {
    facts.work(at: now).first?.stand
  }

  @Test func aNightlyRoundIsNeverTooEarlyForASnapshotOfEachDay() {
    var facts = facts()
    func newest(_ ago: UInt64?) -> PlannedWork.Stand? {
      facts.destinations = [
        WorkFacts.Destination(name: "cellar", newest: ago.map { Self.now - $0 })
      ]
      return stand(facts)
    }
    #expect(newest(23 * Self.hour) == .due)
    #expect(newest(18 * Self.hour) == .due)
    #expect(newest(18 * Self.hour - 1) == .later(Self.now + 1))
    #expect(newest(nil) == .due)
  }

  @Test func aTimeFarAheadSaysNothing() {
    var facts = facts()
    facts.destinations = [
      WorkFacts.Destination(name: "cellar", newest: Self.now + 10 * Self.day)
    ]
    #expect(stand(facts) == .due)
  }

  @Test func whatAnIdentityMayNotIsSaidAndNotTried() {
    var facts = facts()
    facts.destinations = [WorkFacts.Destination(name: "cellar", newest: nil)]
    facts.mayCopy = false
    #expect(stand(facts) == .blocked(.mayNotCopy))
    facts.destinations = [WorkFacts.Destination(name: "cellar", newest: nil, obstacle: .forgotten)]
    #expect(stand(facts) == .blocked(.forgotten))
  }

  @Test func boxesAreReadBeforeTheirPeriodIsOverAndDamagedOnesAtOnce() {
    var facts = facts()
    func oldest(_ days: UInt64, urgent: Bool = false) -> PlannedWork.Stand? {
      facts.places = [
        WorkFacts.Held(name: nil, oldest: Self.now - days * Self.day, isUrgent: urgent)
      ]
      return stand(facts)
    }
    #expect(oldest(22) == .later(Self.now + Self.day / 2))
    #expect(oldest(23) == .due)
    #expect(oldest(0, urgent: true) == .due)
    facts.places = [WorkFacts.Held(name: nil, oldest: nil, isUrgent: true)]
    #expect(facts.work(at: Self.now).isEmpty)
  }

  @Test func aDrillComesADayEarlyAndAFailedOneWithTheNextNight() throws {
    var facts = facts()
    func drill(
      passed: UInt64?, tried: UInt64?, _ verdict: DrillVerdict = .failed, loses: Bool = false,
      key: Bool = true
    ) -> PlannedWork.Stand? {
      let outcome = DrillOutcome(
        destination: nil, level: .functional, verdict: verdict, plan: .sha256(of: []),
        report: .sha256(of: []),
        rpo: nil, rto: nil, snapshot: nil)
      facts.drills = [
        WorkFacts.Drill(
          name: "monthly", every: 30 * Self.day, losesIdentity: loses, hasKey: key,
          passed: passed.map { Self.now - $0 },
          last: tried.map { Entered(number: 7, by: .zero, time: Self.now - $0, content: outcome) })
      ]
      return stand(facts)
    }
    #expect(drill(passed: nil, tried: nil) == .due)
    #expect(drill(passed: 29 * Self.day, tried: 29 * Self.day, .passed) == .due)
    #expect(drill(passed: 28 * Self.day, tried: 28 * Self.day, .passed) == .later(Self.now + Self.day))
    #expect(drill(passed: 40 * Self.day, tried: 2 * Self.hour) == .later(Self.now + 18 * Self.hour))
    #expect(drill(passed: 40 * Self.day, tried: 21 * Self.hour) == .due)
    // What an earlier pass showed a later failure took back.
    #expect(drill(passed: 5 * Self.day, tried: 21 * Self.hour) == .due)
    // One that could not be carried out says nothing, and comes with the next round.
    #expect(drill(passed: 40 * Self.day, tried: 2 * Self.hour, .unfit) == .due)
    #expect(drill(passed: nil, tried: nil, loses: true) == .blocked(.needsPeople))
    #expect(drill(passed: nil, tried: nil, key: false) == .blocked(.noDrillKey))
  }
}
