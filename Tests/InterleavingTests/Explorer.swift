import Foundation
import Storage
import StorageFaults
import Synchronization
import Testing

@testable import Backup
@testable import Vault

/// Something that one writer does, on a machine of its own.
struct Act: Sendable {
  let name: String
  /// The destination that it writes to.
  var destination: String?
  /// What it needs to begin with.
  var ground = World.Ground.plain
  /// How it may be refused, since what another one did came first.
  var refusals: Set<VaultError.Code> = []
  let run: @Sendable (World, Int) async throws -> Void

  static let seal = Act(name: "seal") { world, machine in
    // A customer of all, one of its own, and a record that is there already.
    try await world.seal(
      machine, "seal-\(machine)",
      [
        "basic/1001/new-\(machine)": "n\(machine)", "basic/7/new-\(machine)": "n\(machine)",
        "contracts/8\(machine)/new": "c\(machine)",
      ])
  }
  static let rotate = Act(name: "rotate") { world, machine in
    try await world.rotate(machine, ["basic", "directory"])
  }
  static let grant = Act(name: "grant") { world, machine in try await world.grant(machine) }
  static let gc = Act(name: "gc") { world, machine in try await world.gc(machine) }
  static let snapshot = Act(name: "snapshot", destination: "destination") { world, machine in
    try await world.snapshot(machine, to: "destination")
  }
  static let elsewhere = Act(name: "elsewhere", destination: "elsewhere") { world, machine in
    try await world.snapshot(machine, to: "elsewhere")
  }

  static let merge = Act(name: "merge") { world, machine in try await world.merge(machine) }
  static let verify = Act(name: "verify") { world, machine in try await world.verify(machine) }

  static let all = [seal, rotate, grant, gc, snapshot, elsewhere, merge, verify] + erasing + moving

  static func named(_ name: Substring) -> Act? { all.first { $0.name == name } }
}

/// Runs writers in one order after the other.
struct Explorer {
  let acts: [Act]
  /// Whether reads are steps too.
  var readsCount = false

  private var names: String { acts.map(\.name).joined(separator: "+") + (readsCount ? "+reads" : "") }

  private var isStep: @Sendable (StorageFaults.Operation) -> Bool {
    let readsCount = readsCount
    return { operation in readsCount ? operation.kind != .spoolWrite : operation.kind.writes }
  }

  /// One run and its checks.
  func run(_ order: Order, checks: Bool = true) async throws -> [Baton.Choice] {
    try await run(first: order.first, told: "\(order)", checks: checks, chooser: order.chooser)
  }

  /// One run in which each step goes on with somebody by chance.
  func run(seed: UInt64) async throws {
    let chance = Chance(seed)
    let first = chance.number(below: acts.count)
    _ = try await run(first: first, told: "seed=\(seed)") { choice in
      guard chance.number(below: 4) == 0 else { return choice.holder }
      return choice.runnable[chance.number(below: choice.runnable.count)]
    }
  }

  /// All orders with at most so many switches, or of those with one more at most `limit` each.
  /// - Returns: how many were run.
  func explore(switches: Int, limit: Int = .max) async throws -> Int {
    var layer = acts.indices.map { Order(first: $0) }
    var count = 0
    for depth in 0...switches {
      var next: [(order: Order, isCommit: Bool)] = []
      for order in layer {
        // One after the other is the same whether reads count or not.
        let trace = try await run(order, checks: depth > 0 || !readsCount)
        count += 1
        guard depth < switches else { continue }
        for child in order.children(trace) {
          let at = trace[child.switches[depth].at].operation
          next.append((child, at.hasPrefix("put ledger/")))
        }
      }
      layer = Self.some(limit, of: next)
    }
    return count
  }

  /// Of many orders some, half of them such as switch before a commit, where most depends on it.
  private static func some(_ limit: Int, of orders: [(order: Order, isCommit: Bool)]) -> [Order] {
    guard orders.count > limit else { return orders.map(\.order) }
    var seeded = Seeded(UInt64(orders.count))
    let mixed = orders.shuffled(using: &seeded)
    let commits = mixed.filter(\.isCommit).prefix((limit + 1) / 2)
    return (commits + mixed.filter { !$0.isCommit }.prefix(limit - commits.count)).map(\.order)
  }

  private func run(
    first: Int, told: String, checks: Bool = true, chooser: @escaping Baton.Chooser
  ) async throws -> [Baton.Choice] {
    let world = try await World.fresh(acts.map(\.ground).first { $0 != .plain } ?? .plain)
    let truth = Truth(world: world, story: "STRONGROOM_ORDER='\(names):\(told)'")
    let baton = Baton(acts.count, first: first, isStep: isStep, chooser: chooser)
    world.setGate { machine, store in
      // Machine 0 only looks.
      guard machine > 0 else { return store }
      let gated = FaultyStore(store)
      gated.setBefore { await baton.pass(machine - 1, at: $0) }
      return gated
    }
    let failed = await withTaskGroup(of: (Int, (any Error)?).self) { group in
      for (writer, act) in acts.enumerated() {
        group.addTask {
          defer { baton.end(writer) }
          do { try await act.run(world, writer + 1) } catch { return (writer, error) }
          return (writer, nil)
        }
      }
      var failed: [(Int, any Error)] = []
      for await (writer, error) in group { if let error { failed.append((writer, error)) } }
      return failed
    }
    world.setGate(nil)
    for (writer, error) in failed {
      if let code = (error as? VaultError)?.code, acts[writer].refusals.contains(code) { continue }
      // Who lost too often is told so, and does it again.
      #expect((error as? VaultError)?.code == .busy, "\(truth.story): \(acts[writer].name): \(error)")
      try await acts[writer].run(world, writer + 1)
    }
    guard checks else { return baton.trace }
    try await truth.check(
      machines: 1..<(acts.count + 1), destinations: Set(acts.compactMap(\.destination)).sorted())
    try await tidy(world, truth)
    return baton.trace
  }

  /// What is left behind goes with a gc once all hold-backs are over, and nothing else does.
  private func tidy(_ world: World, _ truth: Truth) async throws {
    world.pass(days: 5)
    try await world.compare(acts.count + 1)
    try await world.compareMoves(acts.count + 1)
    try await world.gc(acts.count + 1)
    try await truth.checkGone(acts.count + 1)
    let fresh = try await world.look(0, named: "fresh")
    let seen = try await Verifier(of: fresh, level: .hash, scratch: world.root).run { _ in }
    #expect(
      seen.findings.isEmpty && (seen.strays.isEmpty || !fresh.state.holds.isEmpty),
      "\(truth.story), after gc: \(seen)")
  }
}
