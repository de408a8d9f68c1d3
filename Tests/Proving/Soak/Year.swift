import Backup
import Drill
import Foundation
import Sealing
import Storage
import StorageFaults
import Synchronization
import Vault

/// A simulated year of a vault with two destinations, compared with a simple model after each step.
///
/// Every day brings a batch of records, and by chance: a snapshot, a rotation, somebody granted or revoked, a run that a
/// crash, a lost answer or a full disk broke off, a damaged or missing object, a drill, a collection of what nothing
/// needs, the loss of the whole vault. One destination is offline for months. The same seed gives the same year.
public final class Year {
  let world: World
  let seed: UInt64
  private let isShort: Bool
  var dice: Dice
  var expected = Expectation()
  /// What a destination must hold: the model as it was at its last snapshot.
  var copies: [String: Expectation] = [:]
  /// Which folder the vault is; a restored one has another name.
  var home = "vault"
  var day: UInt64 = 0
  private let clock: SoakClock
  let trouble = Trouble()
  /// How often each thing happened.
  public private(set) var counts: [String: Int] = [:]

  /// Founds a vault in a new folder, with a custodian, an archivist and an operator.
  /// - Parameter isShort: whether everything that a year brings comes within three weeks.
  public init(seed: UInt64, root: String, isShort: Bool = false) async throws {
    self.isShort = isShort
    self.seed = seed
    dice = Dice(seed: seed)
    try FileManager.default.createDirectory(atPath: root + "/source", withIntermediateDirectories: true)
    let clock = SoakClock()
    self.clock = clock
    let people = try People()
    let founded = try await CreateVault.create(
      .folder(root + "/vault"), founder: .identity(people.custodian), classes: .standard,
      in: Machine(
        memory: root + "/memory", now: { clock.now }, foldsFrom: 8, openStore: Machine.folders))
    var world = World(root: root, named: root, people: people, vault: founded.vault, now: { clock.now })
    let trouble = trouble
    world.wrap = { name, store in trouble.wrap(store, at: name) }
    self.world = world
    expected.members = [
      .init(identity: people.custodian, role: .custodian, classes: nil),
      .init(identity: people.archivist, role: .archivist, classes: nil),
      .init(identity: people.operator, role: .operator, classes: []),
    ]
    try await world.grant(people.archivist, .archivist)
    try await world.grant(people.operator, .operator)
  }

  /// Lives so many days.
  /// - Throws: `ProofFailure` with seed and day where the vault isn't as the model says.
  public func live(days: UInt64, report: (String) -> Void) async throws {
    for _ in 0..<days {
      day += 1
      clock.pass(day: day)
      do {
        try await liveADay()
      } catch {
        throw ProofFailure(
          "seed \(seed), day \(day): \(error)\n  repeat: prove soak --seed \(seed) --days \(day)")
      }
      if day.isMultiple(of: 30) {
        report(
          "day \(day): \(expected.records.byPath.count) records, \(counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))"
        )
      }
    }
  }

  func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &dice) < percent }
  func note(_ what: String) { counts[what, default: 0] += 1 }

  /// `far` can't be reached from the second month to the seventh.
  var destinations: [String] {
    (isShort ? 8..<15 : 45..<200).contains(day % 365) ? ["near"] : ["near", "far"]
  }

  /// By chance; in a short run also on a day of its own.
  private func comes(_ percent: Int, orOn special: UInt64) -> Bool {
    chance(percent) || isShort && day == special
  }

  private func liveADay() async throws {
    try await step("batch") { try await self.batch() }
    if comes(4, orOn: 5) { try await step("rotation") { try await self.rotate() } }
    if comes(5, orOn: 3) { try await step("grant") { try await self.hire() } }
    if comes(4, orOn: 9) { try await step("revocation") { try await self.dismiss() } }
    if comes(50, orOn: 16) { try await step("snapshot near") { try await self.snapshot("near") } }
    if destinations.contains("far"), comes(15, orOn: 6) {
      try await step("snapshot far") { try await self.snapshot("far") }
    }
    if comes(8, orOn: 11) { try await step("damage") { try await self.damage() } }
    if comes(6, orOn: 12) { try await step("gc") { try await self.collect() } }
    if copies["near"] != nil, comes(4, orOn: 17) { try await step("drill") { try await self.drill() } }
    if copies["near"] != nil, comes(1, orOn: 18) || day % 120 == 100 {
      try await step("loss of the vault") { try await self.lose() }
    }
    if day.isMultiple(of: 7) { try await step("weekly look") { try await self.lookAround() } }
  }

  /// Does a thing and compares. A thing that fails because a run broke off is done again without trouble.
  private func step(_ name: String, _ body: () async throws -> Void) async throws {
    do {
      try await body()
      note(name)
      try await compare()
    } catch {
      throw ProofFailure("\(name): \(error)")
    }
  }

  /// What the custodian reads is what the model has, to the byte.
  private func compare() async throws {
    let records = try await world.records(home, as: world.people.custodian)
    try same(records, expected.records, "the vault")
  }

  func same(_ found: Records, _ wanted: Records, _ where: String) throws {
    guard found != wanted else { return }
    let paths = Set(found.byPath.keys).union(wanted.byPath.keys).sorted()
    let odd = paths.filter { found.byPath[$0] != wanted.byPath[$0] }
    throw ProofFailure(
      "\(`where`) has \(found.byPath.count) records and must have \(wanted.byPath.count); "
        + "not as they must be: \(odd.prefix(5))")
  }
}

/// The time of day in the simulated year.
final class SoakClock: Sendable {
  private let value = Mutex<UInt64>(1_790_812_800)
  private static let start: UInt64 = 1_790_812_800

  /// Every look takes a second: so no two entries bear one time by chance alone.
  var now: UInt64 {
    value.withLock {
      $0 += 1
      return $0
    }
  }

  func pass(day: UInt64) { value.withLock { $0 = max($0, Self.start + day * 86_400) } }
}

/// Lets one store fail in one way, once.
final class Trouble: Sendable {
  private let next = Mutex<(name: String, plan: FaultyStore.Plan)?>(nil)

  func wrap(_ store: any ObjectStore, at name: String) -> any ObjectStore {
    let plan = next.withLock { next -> FaultyStore.Plan? in
      guard let found = next, found.name == name else { return nil }
      return found.plan
    }
    guard let plan else { return store }
    return FaultyStore(store, plan: plan)
  }

  func plan(at name: String, _ plan: @escaping FaultyStore.Plan) { next.withLock { $0 = (name, plan) } }
  func rest() { next.withLock { $0 = nil } }
}
