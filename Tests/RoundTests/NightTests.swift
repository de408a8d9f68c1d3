import Backup
import Drill
import Foundation
import Rules
import Sealing
import Storage
import StorageFaults
import TestKit
import Testing
import Vault

@testable import Round

/// Rounds over a real vault, with real destinations, some of which fail.
@Suite(.timeLimit(.minutes(10))) struct NightTests {
  private static let copies: [Work] = [.snapshot(to: "bank"), .snapshot(to: "cellar")]

  @Test func whatIsDueIsDoneOnceAndThenNothing() async throws {
    let house = try await House()
    let first = try await house.round()
    #expect(
      Set(first.done) == [
        .verification(at: nil), .verification(at: "bank"), .verification(at: "cellar"), .drill("monthly"),
      ])
    #expect(first.isWell && first.keys.isEmpty, "\(first.keys) \(first.failures)")
    #expect(house.metric("round_success") == "1" && house.metric("drill_passed") == "1")
    let size = try await house.open().state.size
    let second = try await house.round()
    #expect(second.done.isEmpty && second.isWell)
    #expect(try await house.open().state.size == size)

    house.scene.clock.pass(days: 1)
    #expect(try await house.round().done == Self.copies)
    #expect(try await house.open().state.size == size + 6)
    // What was read is known from the ledger, so another machine knows it, too.
    let standing = try await house.standing()
    #expect(standing.status.coverage.allSatisfy { $0.verified == $0.boxes && $0.boxes == 2 })
  }

  @Test func aDestinationThatFailsHoldsNobodyUp() async throws {
    let house = try await House()
    try await house.round()
    house.scene.clock.pass(days: 1)
    house.breakPlace("cellar", .diskFull)
    let report = try await house.round()
    #expect(report.steps.filter(\.isGood).map(\.work).contains(.snapshot(to: "bank")))
    guard case .failed? = report.result(.snapshot(to: "cellar")) else {
      Issue.record("\(report.steps)")
      return
    }
    #expect(report.keys == ["failed:snapshot:cellar"] && !report.isWell)
    #expect(
      house.metric(
        "destination_reachable{vault=\"\(house.scene.vault.hex.prefix(8))\",destination=\"cellar\"}") == "0")
    #expect(house.told().last == "1 wrong")
    // Half a period later it is late as well, and said again; once it works again that is told, too.
    house.scene.clock.set(house.scene.clock.now + 7 * 3600)
    #expect(try await house.standing().matters.contains { $0.key == "stale:cellar" && $0.level == .wrong })
    house.breakPlace("cellar", nil)
    let after = try await house.round()
    #expect(after.isWell && after.done == [.snapshot(to: "cellar")])
    #expect(house.told().last == "all is well")
  }

  @Test func damageIsWrittenDownUntilItIsGone() async throws {
    let house = try await House()
    try await house.round()
    Files.copy(house.scene.place, to: house.scene.at("whole"))
    let vandal = Vandal(place: house.scene.place)
    for box in try vandal.names("boxes") { try vandal.flip(box) }
    house.scene.clock.pass(days: 68)
    let found = try await house.round()
    #expect(!found.isWell && found.newFindings.count == 1)
    let finding = try #require(found.newFindings.first)
    let opened = try await house.scene.open()
    let listed = try #require(try await opened.openFindings().first)
    #expect(listed.entry == finding && listed.terms?.text.contains("found 2 things out of order") == true)
    #expect(listed.due == house.scene.clock.now + 30 * 86_400)
    // It isn't entered twice, and stays while it is so.
    house.scene.clock.pass(days: 1)
    let still = try await house.round()
    #expect(still.newFindings.isEmpty && still.endedFindings.isEmpty && !still.isWell)
    house.scene.clock.pass(days: 31)
    #expect(
      try await house.standing().matters.contains { $0.key == "findings-overdue" && $0.level == .wrong })
    Files.remove(Array(house.scene.at("vault/boxes")))
    Files.copy(house.scene.at("whole/boxes"), to: house.scene.at("vault/boxes"))
    let mended = try await house.round()
    #expect(mended.endedFindings == [finding])
    #expect(try await house.open().state.findings.isEmpty)
  }

  @Test func whatIsDamagedAtADestinationTheNextNightMends() async throws {
    let house = try await House()
    try await house.round()
    let vandal = Vandal(place: house.scene.at("bank"))
    for box in try vandal.names("boxes") { try vandal.flip(box) }
    house.scene.clock.pass(days: 68)
    let found = try await house.round()
    #expect(found.keys.contains("failed:verify:bank") && found.newFindings.count == 1)
    house.scene.clock.pass(days: 1)
    let mended = try await house.round()
    #expect(mended.isWell && mended.endedFindings == found.newFindings, "\(mended.keys)")
  }

  @Test func whatPeopleFoundIsTheirsToEnd() async throws {
    let house = try await House()
    try await house.round()
    let opened = try await house.open()
    let verification = try #require(
      opened.state.places.values.flatMap { $0.verifications }.last { $0.content.level == .hash })
    let own = try await opened.enterFinding(
      OpenFinding.Terms(owner: "J. Doe", text: "the cellar is wet"), about: verification.number, due: nil)
    house.scene.clock.pass(days: 68)
    let report = try await house.round()
    #expect(report.done.contains(.verification(at: nil)) && report.endedFindings.isEmpty)
    #expect(try await house.open().state.findings.keys.contains(own))
    _ = try await house.open().endFinding(own, because: "it is dry")
    await #expect(throws: VaultError.self) { try await house.open().endFinding(own, because: "again") }
  }

  @Test func oneWorksAtATime() async throws {
    let house = try await House()
    let path = RoundMemory.path(of: house.scene.vault, on: house.scene.machine("operator"))
    let lock = try #require(try FileLock.take(beside: path))
    let error = await #expect(throws: RoundError.self) { try await house.round() }
    #expect(error?.code == .busy)
    // One that never ends is more than in the way.
    var memory = RoundMemory()
    memory.began = house.scene.clock.now - 2 * 86_400
    try memory.write(of: house.scene.vault, on: house.scene.machine("operator"))
    let stuck = await #expect(throws: RoundError.self) { try await house.round() }
    #expect(stuck?.code == .stuck)
    withExtendedLifetime(lock) {}
    #expect(try FileLock.take(beside: path) == nil)
  }

  @Test func aPlanThatChangedNeedsARun() async throws {
    let house = try await House()
    try await house.round()
    let changed = House.plan.replacing("rto: 1h", with: "rto: 2h")
    let settings = RoundSettings(
      destinations: house.settings.destinations,
      drills: [
        RoundSettings.PlannedDrill(
          name: "monthly", plan: try .init(yaml: changed), destination: .folder(house.scene.at("cellar")),
          every: 30 * 86_400)
      ])
    let standing = Standing(of: try await house.open(), settings)
    let matter = try #require(standing.matters.first { $0.key == "late:drill:monthly" })
    #expect(matter.about == .drill("monthly", since: house.scene.clock.now, hasPassedBefore: false))
    #expect(matter.level == .due)
  }

  @Test func aDrillThatFailedStaysRedUntilItPasses() async throws {
    let house = try await House()
    try await house.round()
    Files.copy(house.scene.at("cellar"), to: house.scene.at("whole"))
    let vandal = Vandal(place: house.scene.at("cellar"))
    for box in try vandal.names("boxes") { try vandal.flip(box) }
    // A drill at the bank passes after the one at the cellar failed.
    let drills = ["bank", "cellar"].reversed().enumerated().map { number, name in
      RoundSettings.PlannedDrill(
        name: "\(number)-\(name)", plan: house.settings.drills[0].plan,
        destination: .folder(house.scene.at(name)),
        every: 10 * 86_400)
    }
    let settings = RoundSettings(destinations: house.settings.destinations, drills: drills)
    house.scene.clock.pass(days: 10)
    let failed = try await house.round(settings)
    #expect(failed.missedObjectives && failed.keys.contains("drill-red:0-cellar"), "\(failed.keys)")
    house.scene.clock.set(house.scene.clock.now + 3600)
    let after = try await house.round(settings)
    #expect(!after.isWell && after.keys == ["drill-red:0-cellar"], "\(after.keys)")
    Files.remove(Array(house.scene.at("cellar/boxes")))
    Files.copy(house.scene.at("whole/boxes"), to: house.scene.at("cellar/boxes"))
    house.scene.clock.pass(days: 1)
    let mended = try await house.round(settings)
    #expect(mended.isWell && mended.endedFindings == failed.newFindings, "\(mended.keys) \(mended.failures)")
  }

  @Test func twoNamesForOneFolderAreOneDestination() async throws {
    let house = try await House()
    let bank = house.settings.destinations[0]
    let settings = RoundSettings(
      destinations: [
        bank, .init(name: "cellar", location: bank.location),
        .init(name: "home", location: .folder(house.scene.place)),
      ])
    house.scene.clock.pass(days: 1)
    let report = try await house.round(settings)
    #expect(report.keys.contains("same:cellar") && report.keys.contains("same:home"), "\(report.keys)")
    #expect(report.steps.count { if case .snapshot = $0.result { true } else { false } } == 1)
  }

  @Test func aTimeFarAheadKeepsNobodyFromReading() async throws {
    let house = try await House()
    try await house.round()
    // A clerk's machine with a wrong clock verifies all.
    let clerk = try await house.scene.hire(.clerk, ["basic"])
    let home = try await house.scene.open(as: clerk, on: "clerk", ahead: 4000 * 86_400)
    let outcome = try await Verifier(of: home, level: .hash).run { _ in }
    _ = try await Verifier.enter(outcome, at: home)
    house.scene.clock.pass(days: 1)
    let report = try await house.round()
    guard case .verified(let read, _)? = report.result(.verification(at: nil)) else {
      Issue.record("\(report.steps.map(\.work))")
      return
    }
    #expect(read.boxes == 2)
    house.scene.clock.pass(days: 1)
    #expect(try await !house.round().done.contains(.verification(at: nil)))
  }

  @Test func aDeadChannelIsToldByTheLivingOne() async throws {
    let house = try await House()
    let dead = Channel(name: "dead", kind: .command(house.scene.at("nowhere")))
    let notices = NoticeSettings(channels: house.notices.channels + [dead])
    let first = try await house.round(notices: notices)
    #expect(!first.isWell && first.keys == ["untold:dead"] && house.metric("round_success") == "0")
    try await house.round(notices: notices)
    #expect(house.told().last == "1 wrong")
    try await house.round()
    try await house.round()
    #expect(house.told().last == "all is well")
  }

  @Test func whatIsBrokenOffIsSaid() async throws {
    let house = try await House()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await house.round()
    }
    await #expect(throws: (any Error).self) { try await task.value }
    let memory = RoundMemory(of: house.scene.vault, on: house.scene.machine("operator"))
    #expect(memory.ended == 0)
  }

  @Test func whatTheFileSaysOfTheFutureIsNothing() async throws {
    let house = try await House()
    try await house.round()
    let machine = house.scene.machine("operator")
    var memory = RoundMemory(of: house.scene.vault, on: machine)
    memory.ended = .max
    memory.began = .max
    memory.plans = ["monthly": .init(digest: house.settings.drills[0].plan.digest.hex, since: .max)]
    try memory.write(of: house.scene.vault, on: machine)
    #expect(try await house.standing().matters.contains { $0.key == "no-round" })
    Files.write("{\"began\": true, \"told\": [", to: RoundMemory.path(of: house.scene.vault, on: machine))
    #expect(try await house.round().isWell)
  }

  @Test func anUnpluggedDestinationIsSeenThoughNothingIsDue() async throws {
    let house = try await House()
    try await house.round()
    try FileManager.default.moveItem(atPath: house.scene.at("bank"), toPath: house.scene.at("unplugged"))
    let report = try await house.round()
    #expect(report.done.isEmpty && report.keys == ["absent:bank"])
    #expect(
      house.metric("destination_reachable{vault=\"\(house.scene.vault.hex.prefix(8))\",destination=\"bank\"}")
        == "0")
  }

  @Test func workThatNeverEndsIsGivenUp() async throws {
    let never = AsyncStream<Void>.makeStream()
    let silent = await Patience.wait(.zero, grace: .zero) {
      // What hangs in a system call doesn't hear that it is cancelled.
      await Task.detached { for await _ in never.stream {} }.value
      return true
    }
    #expect(silent == nil)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await Patience.wait(.seconds(3600), grace: .zero) {
        await Task.detached { for await _ in never.stream {} }.value
        return true
      }
    }
    #expect(await task.value == nil)
    #expect(await Patience.wait(.seconds(3600)) { 7 } == 7)
    never.continuation.finish()
  }
}
