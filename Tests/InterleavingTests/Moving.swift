import Backup
import Sealing
import TestKit
import Testing

@testable import Rules
@testable import Vault

/// What writers do with boxes: put others in their place, take that back, or dispose of what was kept for long enough.
extension Act {
  /// The first custodian seals anew what is under older epochs. Where others change the keyring again and again it gives up.
  static let reseal = Act(name: "reseal", refusals: [.busy]) { world, machine in
    try await world.move(machine, .reseal([]))
  }
  /// The second custodian compares what the first one moved.
  static let compare = Act(name: "compare") { world, machine in try await world.compareMoves(machine) }
  /// Takes back what was resealed.
  static let unmove = Act(name: "unmove", ground: .moved, refusals: [.refused, .input, .missing, .damaged]) {
    world, machine in
    try await world.unmove(machine)
  }
  static let retire = Act(name: "retire", ground: .moved, refusals: [.busy]) { world, machine in
    _ = try await world.open(machine).retireEpochs(of: [])
  }
  /// Disposes of all that was sealed ten years ago.
  static let dispose = Act(name: "dispose", ground: .old, refusals: [.busy]) { world, machine in
    try await world.move(machine, .dispose([]))
  }
  /// Holds everything.
  static let holdAll = Act(name: "hold-all", ground: .old) { world, machine in
    _ = try await world.open(machine).placeHold(
      Hold.Terms(classes: [], subjects: [], name: "case", reason: ""))
  }
  /// The second custodian confirms what was disposed of.
  static let confirm = Act(name: "confirm", ground: .old, refusals: [.input, .refused, .busy]) {
    world, machine in
    try await world.confirm(machine)
  }

  static let moving = [reseal, compare, unmove, retire, dispose, holdAll, confirm]
}

extension World {
  /// What is under an older epoch is resealed and compared, and its hold-back is over.
  func furnishMoved() async throws {
    try await move(0, .reseal([]))
    try await compareMoves(0)
    pass(days: 4)
  }

  /// All years are over, and both custodians have said so.
  func furnishOld() async throws {
    pass(days: 12 * 366)
    try await open(0).perform(.settleClock)
    try await open(0, as: people.second).perform(.settleClock)
  }

  func move(_ machine: Int, _ purpose: MovePurpose) async throws {
    let outcome = try await Mover(in: try await open(machine), for: purpose).run { _, _ in }
    #expect(outcome.findings.isEmpty, "\(outcome.findings)")
  }

  func compareMoves(_ machine: Int) async throws {
    guard try await look(machine).state.activeCustodians.contains(people.second.publicIdentity.id) else {
      return
    }
    let opened = try await open(machine, as: people.second)
    await opened.compareMovesWhereDue()
    let accused = opened.remarks.filter { if case .moveDiffers = $0 { true } else { false } }
    #expect(accused.isEmpty, "\(accused)")
  }

  func unmove(_ machine: Int) async throws {
    let opened = try await open(machine)
    let entry = try #require(opened.state.moves.keys.min())
    let act = Vault.Act.end(entry, reason: "")
    try await opened.check(act)
    try await together(machine, act, people.second)
  }

  func confirm(_ machine: Int) async throws {
    let opened = try await open(machine, as: people.second)
    let waiting = opened.state.standingMoves.first {
      $0.reason == .disposed && $0.isToBeLookedAt(in: opened.state)
    }
    guard let waiting else { return }
    try await opened.confirm(try await opened.look(atMove: waiting.entry))
  }
}

/// What must hold of disposals in whatever order they met others.
extension Truth {
  /// Whether it was sealed before all years were over, and so may be disposed of.
  static func mayGo(_ path: String, in world: World) -> Bool {
    world.ground == .old && path.hasSuffix("/old")
  }

  /// Nothing goes that a hold held before; what is gone went by an entry, and comes back with it.
  func checkDisposals(_ fresh: OpenPlace) async throws {
    guard world.ground == .old else { return }
    let gone = fresh.state.standingMoves.filter { $0.reason == .disposed }
    let hold = fresh.state.holds.keys.min() ?? .max
    #expect(gone.allSatisfy { $0.entry < hold }, "\(story): it was disposed of under a hold")
    #expect(
      gone.allSatisfy { ($0.compared ?? $0.entry) < hold }, "\(story): it was confirmed under a hold")
    let left = try await exported(fresh).filter { Self.mayGo($0.key, in: world) }
    let sealed = world.expected.filter { Self.mayGo($0.key, in: world) }
    if gone.isEmpty { #expect(left == sealed, "\(story): something is gone by no entry") }
    #expect(left.allSatisfy { sealed[$0.key] == $0.value }, "\(story): something isn't what was sealed")
  }
}
