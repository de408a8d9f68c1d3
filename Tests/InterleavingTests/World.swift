import Foundation
import Sealing
import Storage
import StorageFaults
import Synchronization
import TestKit
import Testing

@testable import Backup
@testable import Vault

/// A vault with records, a superseded keyring and strays, a destination, and people on machines of their own whose
/// clocks are minutes apart. All in a folder that is gone with the last reference.
final class World: Sendable {
  private let scene: Scene
  let people: People
  let ground: Ground
  /// What has been sealed, by its path in an export.
  private let records: Mutex<[String: [UInt8]]>

  struct People: Sendable {
    let second: Identity
    /// Granted only where customers are erased.
    let third: Identity
    let archivist: Identity
    let night: Identity
  }

  var root: String { scene.scratch.path }
  var vault: String { scene.place }
  func at(_ name: String) -> String { scene.at(name) }
  func pass(days: UInt64) { scene.clock.pass(days: days) }

  /// Minutes by which machines are apart: less than the policy's ten in all.
  static let apart: [Int64] = [0, 4, -4, 2, -2]

  /// Founds one. Its clock is ahead of the files' by `days`, so no stray is young.
  private init(days: UInt64) async throws {
    ground = .plain
    let clock = Clock(max(UInt64(Date().timeIntervalSince1970), Clock.start))
    scene = try await Scene(
      classes: NewClasses([("basic", 10), ("contracts", 10)]), clock: clock, inMemory: true)
    records = Mutex([:])
    people = People(
      second: try await scene.hire(.custodian), third: try Identity.generate(),
      archivist: try await scene.hire(.archivist),
      night: try await scene.hire(.operator))
    try await furnish()
    pass(days: days)
  }

  private func furnish() async throws {
    try await seal(0, "old", ["basic/1001/old": "one", "basic/1002/old": "two", "contracts/1001/old": "con"])
    _ = try await open(0).rotate(sections: ["basic"])
    try await snapshot(0, to: "destination")
    let store = Place.twice(try FolderStore(path: vault, create: false), mends: true)
    let bytes = (1...2).map { [UInt8](repeating: $0, count: 99) }
    _ = try await store.put(bytes[0], at: Layout.box(Digest.sha256(of: bytes[0])))
    _ = try await store.put(bytes[1], at: Layout.keyringFile(Digest.sha256(of: bytes[1])))
  }

  private init(copying other: World, _ ground: Ground) throws {
    self.ground = ground
    scene = try Scene(copying: other.scene, ["vault", "destination"], inMemory: true)
    people = other.people
    records = Mutex(other.expected)
  }

  private static let base = Task {
    let world = try await World(days: 10)
    // Nobody gives it up before the process ends.
    leave(world)
    atexit {
      World.leftover.withLock { for root in $0 { try? FileManager.default.removeItem(atPath: root) } }
    }
    return (world: world, customers: try await Truth.customers(world.open(0, toWrite: false)))
  }

  private static let erasingBase = Task {
    let world = try World(copying: try await base.value.world, .erasing)
    leave(world)
    try await world.furnishErasing()
    return world
  }

  private static let movedBase = Task {
    let world = try World(copying: try await base.value.world, .moved)
    leave(world)
    try await world.furnishMoved()
    return world
  }

  private static let oldBase = Task {
    let world = try World(copying: try await base.value.world, .old)
    leave(world)
    try await world.furnishOld()
    return world
  }

  private static let leftover = Mutex<[String]>([])

  private static func leave(_ world: World) { leftover.withLock { $0.append(world.root) } }

  /// What the customers have in every fresh world.
  static func customers() async throws -> [String: Truth.Customer] { try await base.value.customers }

  /// A fresh world as all begin; made once, and copied.
  static func fresh(_ ground: Ground = .plain) async throws -> World {
    let base =
      switch ground {
      case .plain: try await base.value.world
      case .erasing: try await erasingBase.value
      case .moved: try await movedBase.value
      case .old: try await oldBase.value
      }
    return try World(copying: base, ground)
  }

  /// What is there to begin with.
  enum Ground {
    case plain
    /// With a third custodian, customers to erase, and requests that wait.
    case erasing
    /// Where boxes stand in the place of others, which may go.
    case moved
    /// Where all years are over.
    case old
  }

  /// Puts something between each writer and the stores that it opens.
  func setGate(_ gate: (@Sendable (Int, any ObjectStore) -> any ObjectStore)?) {
    guard let gate else { return scene.setGate(nil) }
    // Who has another name than a number looks with the first one's eyes.
    scene.setGate { machine, _, store in gate(Int(machine) ?? 0, store) }
  }

  /// Opens a place on a machine and unlocks it.
  func open(
    _ machine: Int, as identity: Identity? = nil, _ place: String = "vault", toWrite: Bool = true,
    named name: String? = nil, unlocked: Bool = true
  ) async throws -> OpenPlace {
    try await scene.open(
      at(place), as: identity, on: name ?? "\(machine)", ahead: Self.apart[machine % Self.apart.count] * 60,
      toWrite: toWrite, unlocked: unlocked)
  }

  /// Opens a place on a machine without an identity.
  func look(_ machine: Int, _ place: String = "vault", named name: String? = nil) async throws -> OpenPlace {
    try await open(machine, place, toWrite: false, named: name, unlocked: false)
  }

  /// What an export must hold.
  var expected: [String: [UInt8]] { records.withLock { $0 } }
}

/// What writers do.
extension World {
  /// Seals files by their paths `class/customer/path`; once it returns, they are expected for ever.
  func seal(_ machine: Int, _ name: String, _ files: [String: String]) async throws {
    let source = scene.source("sources/\(name)", files)
    let opened = try await open(machine, as: machine == 0 ? scene.custodian : people.archivist)
    let summary = try await opened.seal(
      [source], layout: .default, source: "all", workers: 1)
    // Who lost a class meanwhile is told which files stay behind.
    let left = Set(summary.leftOut.map { String(decoding: $0.path, as: UTF8.self) })
    #expect(ground == .erasing || left.isEmpty)
    #expect(summary.damaged.isEmpty, "\(summary.damaged)")
    records.withLock { for (path, text) in files where !left.contains(path) { $0[path] = Array(text.utf8) } }
  }

  func rotate(_ machine: Int, _ sections: [String]) async throws {
    _ = try await open(machine).rotate(sections: sections)
  }

  /// Writes all pages anew, as when many lie behind a section's base.
  func merge(_ machine: Int) async throws {
    let opened = try await open(machine)
    let sections = try opened.unlocked().opened.sections.map(\.section.id).filter { $0 != .journal }
    _ = try await KeyringUpdate(vault: opened, reason: .merged).run(as: scene.custodian, about: "merged") {
      change in
      for section in sections { try change.merge(section) }
    }
  }

  /// Grants a new clerk.
  @discardableResult
  func grant(_ machine: Int) async throws -> Identity {
    let clerk = try Identity.generate()
    _ = try await open(machine, as: people.second).grant(
      try IdentityFile.Public(of: clerk), role: .clerk, classes: ["basic"],
      label: "clerk")
    return clerk
  }

  @discardableResult
  func snapshot(_ machine: Int, to destination: String) async throws -> SnapshotTaker.Outcome {
    let opened = try await open(machine, as: people.night)
    let outcome = try await SnapshotTaker(
      of: opened, to: .folder(at(destination)), begins: true, erasesBeyondLimit: true
    ).run { _ in }
    #expect(outcome.findings.isEmpty && outcome.missing.isEmpty, "\(outcome.findings)")
    return outcome
  }

  /// Each custodian compares what the others made of the keyring.
  func compare(_ machine: Int) async throws {
    let active = try await look(machine).state.activeCustodians
    for identity in [scene.custodian, people.second, people.third]
    where active.contains(identity.publicIdentity.id) {
      let opened = try await open(machine, as: identity)
      await opened.compareWhereDue()
      #expect(opened.remarks.isEmpty || !opened.state.holds.isEmpty, "\(opened.remarks)")
    }
  }

  @discardableResult
  func gc(_ machine: Int) async throws -> Remover.Outcome {
    let outcome = try await Remover(
      from: try await open(machine, as: ground == .erasing ? people.third : people.second), ignoresLimit: true
    ).run()
    #expect(outcome.findings.isEmpty, "\(outcome.findings)")
    return outcome
  }

  /// Looks at everything, while others write: what was there before is there.
  func verify(_ machine: Int) async throws {
    let known = expected
    let opened = try await open(machine, toWrite: false)
    let seen = try await Verifier(of: opened, level: .open, scratch: root).run { _ in }
    // Who writes a commit writes its second copy last.
    let findings = seen.findings.filter { $0.kind != .missing || !$0.object.hasPrefix("second/ledger/") }
    #expect(findings.isEmpty, "while others write: \(seen.findings)")
    let folder = at("export-" + (try Identifier.random().hex))
    let summary = try await Exporter(from: opened).run(to: folder) { _ in }
    #expect(summary.findings.isEmpty, "while others write: \(summary.findings)")
    for (path, bytes) in known { #expect(Files.read("\(folder)/\(path)") == bytes, "\(path)") }
    Files.remove(Array(folder))
  }
}
