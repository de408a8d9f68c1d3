import Compliance
import Rules
import Sealing
import TestKit
import Testing
import Vault

/// Each figure is that of the ledger, and is red where nothing proves it.
@Suite(.timeLimit(.minutes(10))) struct FactTests {
  @Test func boxesAreCoveredOnceEveryPlaceWasRead() async throws {
    let audit = try await Audit()
    let never = try await audit.fact(.coverage)
    #expect(never.verdict == .notProved && never.lack(.neverRead) == 4 && never.entries == [])
    let home = try await audit.verify()
    let half = try await audit.fact(.coverage)
    #expect(half.verdict == .notProved && half.lack(.neverRead) == 2 && half.entries == [home])
    let copy = try await audit.verify(audit.scene.at("copy"))
    let whole = try await audit.fact(.coverage)
    #expect(whole.verdict == .proved && whole.lacks == [] && whole.entries == [home, copy].sorted())
    #expect(whole.rows.map { Fact.number(.verified, in: $0.figures) } == [2, 2])
    audit.scene.clock.pass(days: 91)
    let late = try await audit.fact(.coverage)
    #expect(late.verdict == .notProved && late.lack(.readLongAgo) == 4)
  }

  @Test func aDamagedBoxIsRed() async throws {
    let audit = try await Audit()
    let vandal = Vandal(place: audit.scene.at("copy"))
    try vandal.flip(try #require(try vandal.names("boxes").first), at: 100)
    let entry = try await audit.verify(audit.scene.at("copy"))
    let fact = try await audit.fact(.coverage)
    #expect(fact.lack(.unsound) == 1 && fact.entries.contains(entry))
  }

  @Test func snapshotsAreFreshForAsLongAsThePolicySays() async throws {
    let audit = try await Audit()
    let fresh = try await audit.fact(.snapshots)
    #expect(fresh.verdict == .proved && fresh.number(.fresh) == 1 && !fresh.entries.isEmpty)
    audit.scene.clock.pass(days: 30)
    let old = try await audit.fact(.snapshots)
    #expect(old.verdict == .notProved && old.lack(.fewFresh) == 1 && old.number(.fresh) == 0)
  }

  @Test func onlyADrillThatBroughtRecordsBackProvesARecovery() async throws {
    let audit = try await Audit()
    #expect(try await audit.fact(.drills).lacks.map(\.code) == [.noDrill])
    try await audit.drill(.passed, level: .tabletop)
    #expect(try await audit.fact(.drills).verdict == .notProved)
    try await audit.drill(.passed)
    let passed = try await audit.fact(.drills)
    #expect(passed.verdict == .proved && passed.number(.made) == 2 && passed.number(.restores) == 1)
    #expect(passed.rows.count == 2 && passed.number(.bestRTO) == 30)
    try await audit.drill(.failed)
    #expect(try await audit.fact(.drills).lacks.map(\.code) == [.lastDrillFailed])
    try await audit.drill(.passed)
    #expect(try await audit.fact(.drills).verdict == .proved)
    audit.scene.clock.pass(days: 91)
    #expect(try await audit.fact(.drills).lacks.map(\.code) == [.drillLate])
    // Before and behind the days that are asked for there was none.
    for (first, last) in [("2026-09-01", "2026-09-30"), ("2026-10-02", "2026-12-31")] {
      let other = try #require(try await audit.report(first, last).fact(.drills))
      #expect(other.number(.made) == 0 && other.verdict == .notProved)
    }
    #expect(try await audit.report("2026-10-01", "2026-10-01").fact(.drills)?.number(.made) == 4)
  }

  @Test func anErasureIsPendingUntilEveryPlaceIsConfirmed() async throws {
    let audit = try await Audit()
    #expect(try await audit.fact(.erasures).verdict == .nothing)
    let opened = try await audit.scene.open()
    let id = try #require(try await opened.customer(numbered: "C1"))
    _ = try await opened.erase([id], classes: [], reason: "asked on paper")
    let fact = try await audit.fact(.erasures)
    #expect(fact.verdict == .notProved && fact.lack(.erasurePending) == 1 && fact.lack(.noCertificate) == 1)
    #expect(fact.rows.first?.figures.contains { $0.value == .text("asked on paper") } == true)
    // It stays pending, however long ago it was.
    let later = try #require(try await audit.report("2027-01-01", "2027-12-31").fact(.erasures))
    #expect(later.number(.made) == 0 && later.number(.pending) == 1 && later.verdict == .notProved)
    let blind = try await audit.fact(.erasures, unlocked: false)
    #expect(blind.rows.first?.figures.contains { $0.name == .reason && $0.value == .sealed } == true)
  }

  @Test func holdsAreThoseInForceAndThoseOfThePeriod() async throws {
    let audit = try await Audit()
    let opened = try await audit.scene.open()
    let hold = try await opened.placeHold(Hold.Terms(classes: [], subjects: [], name: "case 7", reason: ""))
    let fact = try await audit.fact(.holds)
    #expect(fact.verdict == .proved && fact.entries == [hold] && fact.number(.inForce) == 1)
    #expect(fact.rows.first?.figures.contains { $0.value == .text("case 7") } == true)
    _ = try await opened.perform(.end(hold, reason: ""))
    let released = try await audit.fact(.holds)
    #expect(released.number(.inForce) == 0 && released.number(.released) == 1 && released.entries.count == 2)
    let later = try #require(try await audit.report("2026-10-02", "2026-12-31").fact(.holds))
    #expect(later.verdict == .nothing && later.rows.isEmpty)
  }

  @Test func readsAreRedWhereNobodyEntersThem() async throws {
    let audit = try await Audit()
    #expect(try await audit.fact(.reads).lacks.map(\.code) == [.readsNotEntered])
    try await audit.state { policy in
      Policy(
        clockLead: policy.clockLead, entersAccess: true, classes: policy.classes,
        cryptoperiod: policy.cryptoperiod,
        fourEyes: Set(policy.fourEyes), holdback: policy.holdback, erasePercent: policy.erasePercent,
        schedule: policy.schedule)
    }
    let opened = try await audit.scene.open()
    let terms = AccessTerms(classes: [], subjects: [], how: .export, purpose: "an audit")
    let entry = try await opened.enterAccess(terms, records: 7)
    let fact = try await audit.fact(.reads)
    #expect(fact.verdict == .proved && fact.number(.records) == 7 && fact.number(.exports) == 1)
    #expect(fact.entries.contains(entry))
    let blind = try await audit.fact(.reads, unlocked: false)
    #expect(blind.number(.records) == 7 && blind.number(.exports) == nil)
  }

  @Test func accessNamesEverybodyAndWhatTheyOpen() async throws {
    let audit = try await Audit()
    let clerk = try await audit.scene.hire(.clerk, ["basic"])
    let fact = try await audit.fact(.access)
    #expect(fact.number(.active) == 2 && fact.number(.custodians) == 1 && fact.entries.contains(0))
    let row = try #require(
      fact.rows.first { $0.figures.contains { $0.value == .text(clerk.publicIdentity.id.hex) } })
    #expect(row.figures.contains { $0.name == .label && $0.value == .text("a clerk") })
    #expect(row.figures.contains { $0.name == .opens && $0.value == .texts(["directory", "basic"]) })
    let blind = try await audit.fact(.access, unlocked: false)
    #expect(
      blind.number(.active) == 2 && blind.rows.allSatisfy { $0.figures.contains { $0.value == .sealed } })
    #expect(try await audit.fact(.requests).lacks.map(\.code) == [.oneCustodian])
    _ = try await audit.scene.hire(.custodian)
    #expect(try await audit.fact(.requests).verdict == .proved)
  }

  @Test func epochsAreKnownToWhoOpensThemOrWhileTheVaultIsYoung() async throws {
    let audit = try await Audit()
    let auditor = try await audit.scene.hire(.auditor)
    for identity in [nil, auditor] { #expect(try await audit.fact(.epochs, as: identity).verdict == .proved) }
    #expect(try await audit.fact(.epochs, unlocked: false).verdict == .proved)
    audit.scene.clock.pass(days: 400)
    #expect(try await audit.fact(.epochs).lack(.epochsDue) == 6)
    #expect(try await audit.fact(.epochs, unlocked: false).lacks.map(\.code) == [.epochsSealed])
    #expect(try await audit.fact(.epochs, as: auditor).lack(.epochsSealed) == 1)
  }

  @Test func recordsBeyondTheirYearsAreRed() async throws {
    let audit = try await Audit()
    #expect(try await audit.fact(.retention).verdict == .proved)
    audit.scene.clock.pass(days: 11 * 366)
    let late = try await audit.fact(.retention)
    #expect(late.lack(.beyondYears) == 2 && late.number(.beyond) == 2)
  }
}
