import Foundation
import Storage
import Synchronization
import Testing

@testable import Backup
@testable import Vault

/// Readers, writers, snapshots and gc, all at once on one real folder, on real threads, each as a process of its own
/// would: with a store, memory and clock of its own. No order is kept; afterwards the same must hold as ever.
/// `STRONGROOM_STRESS` says for how many seconds.
@Suite(.serialized) struct StressTests {
  static let seconds = ProcessInfo.processInfo.environment["STRONGROOM_STRESS"].flatMap { Double($0) } ?? 4

  /// What each did, and how often they were told that others were faster.
  final class Tally: Sendable {
    private let counts = Mutex<[String: (done: Int, busy: Int)]>([:])
    func done(_ name: String) { counts.withLock { $0[name, default: (0, 0)].done += 1 } }
    func busy(_ name: String) { counts.withLock { $0[name, default: (0, 0)].busy += 1 } }
    func done(by name: String) -> Int { counts.withLock { $0[name]?.done ?? 0 } }
    var text: String {
      counts.withLock { counts in
        counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.done) (\($0.value.busy) busy)" }
          .joined(separator: ", ")
      }
    }
  }

  @Test func everybodyAtOnce() async throws {
    let world = try await World.fresh()
    let tally = Tally()
    let rounds = max(1, Int(Self.seconds / 10))
    for round in 0..<rounds {
      let end = ContinuousClock.now + .seconds(Self.seconds / Double(rounds))
      await withTaskGroup(of: Void.self) { group in
        for (number, act) in Self.acts.enumerated() {
          group.addTask(executorPreference: BlockingPool.shared) {
            await Self.work(act, world, machine: number + 1, round, until: end, tally)
          }
        }
      }
      // What was superseded in this round may fall in the next.
      world.pass(days: 5)
    }
    print("stress of \(Self.seconds) s: \(tally.text)")
    for act in Self.acts { #expect(tally.done(by: act.name) > 0, "\(act.name) never got through") }
    try await world.snapshot(5, to: "destination")
    try await world.snapshot(6, to: "elsewhere")
    let truth = Truth(world: world, story: "stress")
    try await truth.check(
      machines: 1..<(Self.acts.count + 1), destinations: ["destination", "elsewhere"])
    try await world.gc(4)
    try await truth.check(machines: 0..<1, destinations: ["destination", "elsewhere"])
  }

  private static let acts: [Act] = [
    Act(name: "sealing") { world, machine in try await sealing(world, machine) },
    Act(name: "sealing too") { world, machine in try await sealing(world, machine) },
    .rotate, .gc, .snapshot, .elsewhere, .verify, .verify, .grant,
  ]

  private static func sealing(_ world: World, _ machine: Int) async throws {
    let number = Int.random(in: 0..<1_000_000)
    try await world.seal(
      machine, "stress-\(machine)-\(number)",
      [
        "basic/1001/\(machine)-\(number)": "n\(number)", "basic/\(number % 10)/\(machine)-\(number)": "n",
        "contracts/\(number % 7)/\(machine)-\(number)": "c\(number)",
      ])
  }

  private static func work(
    _ act: Act, _ world: World, machine: Int, _ round: Int, until end: ContinuousClock.Instant, _ tally: Tally
  ) async {
    var tries = 0
    // Once the time is over the others fall silent one by one, so that everybody gets through at last.
    repeat {
      tries += 1
      do {
        try await act.run(world, machine)
        tally.done(act.name)
      } catch let error as VaultError where error.code == .busy {
        tally.busy(act.name)
      } catch {
        Issue.record("\(act.name) on machine \(machine) in round \(round): \(error)")
        return
      }
    } while ContinuousClock.now < end || tally.done(by: act.name) == 0 && tries < 10_000
  }
}
