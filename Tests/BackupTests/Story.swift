@testable import Rules
import Foundation
import Sealing
import Storage
import StorageFaults
import Synchronization
import TestKit
import Testing

@testable import Backup
@testable import Vault

/// A vault with a custodian and an operator, a source to seal from and folders for destinations: all real, in a folder
/// of its own that is gone with the last reference.
final class Story: Sendable {
  let scene: Scene
  let worker: Identity
  let saboteur = Saboteur()

  var root: String { scene.scratch.path }
  var custodian: Identity { scene.custodian }
  var vaultID: Identifier { scene.vault }
  var source: String { at("source") }
  var vault: String { scene.place }
  var destination: String { at("destination") }
  func at(_ name: String) -> String { scene.at(name) }

  /// A founded vault in which an operator is granted.
  init() async throws {
    scene = try await Scene(clock: Clock(UInt64(Date().timeIntervalSince1970)))
    worker = try await scene.hire(.operator)
    strikeAt("destination")
  }

  private init(_ scene: Scene, worker: Identity) {
    self.scene = scene
    self.worker = worker
    strikeAt("destination")
  }

  /// The same story from here on, in a folder of its own.
  func fork() throws -> Story {
    let copy = Story(
      try Scene(copying: scene, Files.names(root), keepingTimes: true), worker: worker)
    // The copy is a world of its own: what was remembered of locations is of the other one.
    _ = try KnownPlaces.change(copy.at("machines/custodian/known-places")) { known in
      for location in known.locations.keys where location.description.hasPrefix(root) {
        known.forget(location)
      }
    }
    return copy
  }

  var now: UInt64 { scene.clock.now }

  func pass(days: UInt64) { scene.clock.pass(days: days) }

  func turnBack(days: UInt64) { scene.clock.turnBack(days: days) }

  /// Where faults strike from now on, instead of at the destination.
  func strikeAt(_ name: String) {
    let (struck, saboteur) = (at(name), saboteur)
    scene.setGate { _, location, store in location == struck ? saboteur.wrap(store) : store }
  }

  /// The world outside; faults strike at one place alone.
  func machine(memory: String = "custodian") -> Machine { scene.machine(memory) }

  /// A place, opened and unlocked.
  func open(
    _ location: String? = nil, as identity: Identity? = nil, toWrite: Bool = true,
    memory: String = "custodian", unlocked: Bool = true, accepting fork: Fork? = nil
  ) async throws -> OpenPlace {
    try await scene.open(
      location, as: identity, on: memory, toWrite: toWrite, unlocked: unlocked, accepting: fork)
  }

  /// A place to look at, without an identity.
  func look(_ location: String? = nil, memory: String = "custodian") async throws -> OpenPlace {
    try await open(location, toWrite: false, memory: memory, unlocked: false)
  }

  /// Writes a source file.
  func write(_ path: String, _ content: [UInt8], modified: Int64 = 1_600_000_000_000_000_000) throws {
    Files.write(content, to: Array("\(source)/\(path)".utf8), mode: 0o640, mtime: modified)
  }

  private static let base = Task {
    let story = try await Story()
    try await story.furnish()
    return story
  }

  /// A vault with five records of three customers in three boxes; made once, and copied for each test.
  static func furnished() async throws -> Story { try await base.value.fork() }

  private func furnish() async throws {
    try write("basic/1001/name.txt", Array("Ada".utf8))
    try write("basic/1002/name.txt", Array("Grace".utf8), modified: 1_500_000_000_250_000_000)
    try write("contracts/1001/2019/contract.pdf", pattern(60_000, seed: 7))
    try write("contracts/1003/empty", [])
    try write("transactions/1002/all.csv", pattern(200_000, seed: 3))
    try await seal()
  }

  @discardableResult
  func seal(at location: String? = nil) async throws -> Sealer.Summary {
    let opened = try await open(location)
    let layout = try SourceLayout(nil, className: nil, subject: nil)
    return try await opened.seal([source], layout: layout) { _ in }
  }

  @discardableResult
  func snapshot(
    of location: String? = nil, to destination: String? = nil, as identity: Identity? = nil,
    beyondLimit: Bool = false
  ) async throws -> SnapshotTaker.Outcome {
    let opened = try await open(location, as: identity ?? worker)
    return try await SnapshotTaker(
      of: opened, to: .folder(destination ?? self.destination), begins: true, erasesBeyondLimit: beyondLimit
    ).run { _ in }
  }

  func verify(
    _ location: String, level: VerifyLevel = .hash, memory: String = "custodian"
  ) async throws -> Verifier.Outcome {
    let opened = try await open(location, toWrite: false, memory: memory, unlocked: level >= .open)
    return try await Verifier(of: opened, level: level, scratch: root).run { _ in }
  }

  func restore(
    to location: String, snapshot: UInt64? = nil, memory: String = "custodian"
  ) async throws -> Restorer.Outcome {
    let opened = try await look(destination, memory: memory)
    return try await Restorer(from: opened, to: .folder(location), snapshot: snapshot).run { _ in }
  }

  /// Makes a copy the vault.
  @discardableResult
  func recover(
    _ location: String, as identity: Identity? = nil, accepting fork: Fork? = nil
  ) async throws -> Takeover? {
    try await open(location, as: identity, accepting: fork).recover()
  }

  /// What an export of a place holds, by path.
  func exported(_ location: String, memory: String = "custodian") async throws -> [[UInt8]: Fact] {
    let (files, summary) = try await scene.export(of: location, on: memory)
    #expect(summary.findings.isEmpty)
    return files
  }
}
