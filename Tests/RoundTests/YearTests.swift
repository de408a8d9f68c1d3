import Foundation
import Rules
import StorageFaults
import TestKit
import Testing
import Vault

@testable import Round

/// A year of nights, in some of which something is broken: nothing is missed in silence, and nothing is done twice.
@Suite(.timeLimit(.minutes(10))) struct YearTests {
  private static let day: UInt64 = 86_400

  /// Nights in which the machine is off; the bank can't be written to; the cellar is full; the receiver is down.
  private static let off = 60..<81
  private static let noBank = 100..<110
  private static let full = 130..<133
  private static let deaf = 160..<170

  /// What the rounds of a year did.
  private struct Year {
    var snapshots: [String: [UInt64]] = [:]
    var drills: [UInt64] = []

    mutating func note(_ report: RoundReport) {
      for step in report.steps {
        switch (step.result, step.work) {
        case (.snapshot(let outcome), .snapshot(let name)):
          snapshots[name, default: []].append(outcome.started)
        case (.drilled, _): drills.append(report.began)
        default: break
        }
      }
    }
  }

  @Test func nothingIsMissedInSilenceAndNothingIsDoneTwice() async throws {
    let house = try await House()
    let start = house.scene.clock.now
    var year = Year()
    for night in 1...365 {
      // Now and then an hour early or late.
      house.scene.clock.set(start + UInt64(night) * Self.day + UInt64(night % 3) * 1800)
      if Self.off.contains(night) {
        try await Self.look(at: house, on: night)
      } else {
        year.note(try await Self.round(house, on: night))
      }
    }
    // One snapshot a night to each destination that could take one.
    let nights = 365 - Self.off.count
    #expect(year.snapshots["bank"]?.count == nights - Self.noBank.count)
    #expect(year.snapshots["cellar"]?.count == nights - Self.full.count)
    for times in year.snapshots.values {
      #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= Self.day / 2 })
    }
    // A drill every 29 or 30 days, the weeks without a machine apart.
    #expect((11...13).contains(year.drills.count), "\(year.drills.count) drills")
    #expect(zip(year.drills, year.drills.dropFirst()).allSatisfy { $1 - $0 <= 51 * Self.day })
    // Silence is broken every week, and what waited for the receiver came.
    #expect(house.told().count >= 365 / 7 - 6)
    // Every box was read within the policy's period at each place.
    let standing = try await house.standing()
    #expect(standing.gravity != .wrong, "\(standing.matters.map(\.key))")
    #expect(standing.status.duties.allSatisfy { !$0.isOverdue })
  }

  /// Nobody makes a round, and somebody looks.
  private static func look(at house: House, on night: Int) async throws {
    let late = night - off.lowerBound + 1 >= 2
    let standing = try await house.standing()
    let wrong = Set(standing.matters.filter { $0.level == .wrong }.map(\.key))
    #expect(wrong.contains("no-round") == late && wrong.contains("stale:bank") == late, "night \(night)")
  }

  private static func round(_ house: House, on night: Int) async throws -> RoundReport {
    house.breakPlace("bank", noBank.contains(night) ? .diskFull : nil)
    house.breakPlace("cellar", full.contains(night) ? .diskFull : nil)
    if deaf.contains(night) {
      Files.write("", to: house.scene.at("down"))
    } else {
      Files.remove(Array(house.scene.at("down")))
    }
    let before = house.told().count
    let size = try await house.open().state.size
    let report = try await house.round()
    if noBank.contains(night) || full.contains(night) {
      #expect(!report.isWell && !report.keys.isEmpty, "night \(night)")
      // Told in the first such night, not in each.
      if [noBank.lowerBound, full.lowerBound].contains(night) { #expect(house.told().count == before + 1) }
      if night == noBank.lowerBound + 2 {
        #expect(report.keys.contains("stale:bank"), "late after a quarter of the period: \(report.keys)")
      }
    } else {
      #expect(
        report.keys.allSatisfy { $0 == "untold:command" }, "night \(night): \(report.keys) \(report.failures)"
      )
    }
    if report.keys.contains("untold:command") { #expect(deaf.contains(night)) }
    let entered = try await house.open().state.size - size
    #expect(entered <= 6 + 3 + 3, "night \(night): \(entered) entries")
    return report
  }

  @Test func aClockThatJumpsStopsNothingForLong() async throws {
    let house = try await House()
    try await house.round()
    let start = house.scene.clock.now
    // Ahead by ten days for a night, and back.
    house.scene.clock.pass(days: 10)
    try await house.round()
    house.scene.clock.set(start + Self.day)
    let report = try? await house.round()
    house.scene.clock.set(start + 12 * Self.day)
    let after = try await house.round()
    #expect(
      after.done.contains(.snapshot(to: "bank")) && after.isWell,
      "\(after.keys); \(String(describing: report))")
  }
}
