import Rules
import Backup
import Foundation
import Sealing
import Storage
import Vault

/// Who takes part in a proof.
public struct People: Sendable {
  let custodian: Identity
  let `operator`: Identity
  let archivist: Identity
  let clerk: Identity
  let second: Identity

  /// New ones.
  public init() throws {
    custodian = try Identity.generate()
    self.operator = try Identity.generate()
    archivist = try Identity.generate()
    clerk = try Identity.generate()
    second = try Identity.generate()
  }

  static func file(of identity: Identity) throws -> IdentityFile.Public {
    try IdentityFile.Public(of: identity)
  }
}

/// Folders with a vault, its destinations and what machines remember of them, at a path of their own or as a copy of
/// what lay at another.
///
/// Locations are named as where they were first (`named`), so that what a machine remembers of a location holds for a
/// copy too.
struct World: Sendable {
  /// Where it lies.
  let root: String
  /// Where everybody in it believes that it lies.
  let named: String
  let people: People
  let vault: Identifier
  let now: @Sendable () -> UInt64
  /// Wraps the store at a location, for a proof that lets it fail.
  var wrap: @Sendable (String, any ObjectStore) -> any ObjectStore = { $1 }

  /// The path of something in it, as everybody in it calls it.
  func at(_ name: String) -> String { named + "/" + name }

  /// The path where that really lies.
  func path(_ name: String) -> String { root + "/" + name }

  /// The same world after its folder was copied.
  func copied(to root: String) -> World {
    var world = World(root: root, named: named, people: people, vault: vault, now: now)
    world.wrap = wrap
    return world
  }

  /// As a machine sees it; its name is that of the folder in which it remembers.
  func machine(_ machine: String = "memory") -> Machine {
    let (root, named, wrap) = (root, named, wrap)
    return Machine(memory: path(machine), now: now, foldsFrom: 1) { location, create in
      let path = location.description
      guard path.hasPrefix(named + "/") else { return try await Machine.folders(location, create) }
      let name = String(path.dropFirst(named.count + 1))
      return wrap(name, try await Machine.folders(.folder(root + "/" + name), create))
    }
  }

  /// Opens a place; unlocked, where an identity is given.
  func open(
    _ name: String = "vault", as identity: Identity?, toWrite: Bool = false, on machine: String = "memory",
    accepting fork: Fork? = nil
  ) async throws -> OpenPlace {
    let opened = try await OpenPlace.open(
      .folder(at(name)), in: self.machine(machine), expecting: vault, toWrite: toWrite, accepting: fork)
    if let identity { try await opened.unlock(with: .identity(identity)) }
    return opened
  }

  /// The same world so many days after today.
  func later(_ days: UInt64) -> World {
    var world = World(
      root: root, named: named, people: people, vault: vault,
      now: { UInt64(Date().timeIntervalSince1970) + days * 86_400 })
    world.wrap = wrap
    return world
  }

  /// The same world, with the vault that lies there now: a founding that broke off before its first commit is begun anew.
  func withVaultThatIsThere() throws -> World {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path("vault/STRONGROOM"))))
    var world = World(
      root: root, named: named, people: people, vault: try Marker(bytes: bytes).vault, now: now)
    world.wrap = wrap
    return world
  }

  /// Whether a place is there at all: its marker is written last.
  func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name + "/STRONGROOM")) }

  /// Everything that an identity reads at a place, by path.
  func records(_ name: String = "vault", as identity: Identity, on machine: String = "memory") async throws
    -> Records
  {
    let opened = try await open(name, as: identity, on: machine)
    let folder = path("export-\(UInt64.random(in: .min ... .max))")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let summary = try await Exporter(from: opened).run(to: folder) { _ in }
    guard summary.findings.isEmpty else {
      throw ProofFailure("export of \(name): \(summary.findings.map(\.description))")
    }
    return try Records(reading: folder)
  }

  /// What is out of order at a place.
  func findings(
    _ name: String, level: VerifyLevel, as identity: Identity?, on machine: String = "memory"
  ) async throws -> (findings: [Finding], strays: [String], records: UInt64) {
    let opened = try await open(name, as: identity, on: machine)
    let outcome = try await Verifier(of: opened, level: level, scratch: root).run { _ in }
    return (outcome.findings, outcome.strays, outcome.records)
  }

  /// How a place stands, but for its records.
  func stand(_ name: String, on machine: String) async throws -> Stand {
    let opened = try await open(name, as: nil, on: machine)
    let strays = try await findings(name, level: .list, as: nil, on: machine).strays
    return Stand(
      isVault: opened.isHome, generation: opened.state.generation?.number ?? 0,
      active: Set(opened.state.identities.values.filter(\.isActive).map(\.identity.id)), strays: Set(strays))
  }

  /// Seals a folder of the world.
  @discardableResult
  func seal(_ source: String, as identity: Identity, at name: String = "vault", on machine: String = "memory")
    async throws -> Sealer.Summary
  {
    let opened = try await open(name, as: identity, toWrite: true, on: machine)
    return try await opened.seal(
      [path(source)], layout: SourceLayout(nil, className: nil, subject: nil), source: "source")
  }

  /// Takes a snapshot.
  @discardableResult
  func snapshot(
    to name: String, as identity: Identity, of place: String = "vault", on machine: String = "memory"
  ) async throws -> SnapshotTaker.Outcome {
    let opened = try await open(place, as: identity, toWrite: true, on: machine)
    return try await SnapshotTaker(of: opened, to: .folder(at(name)), begins: true).run { _ in }
  }
}

/// How a place stands, but for its records.
struct Stand: Hashable, Sendable {
  let isVault: Bool
  let generation: UInt64
  let active: Set<Identifier>
  /// Files that nothing names.
  let strays: Set<String>

  /// In what this differs from how it must stand; nil where it doesn't.
  func difference(from wanted: Stand, byName: Bool) -> String? {
    if isVault != wanted.isVault { return isVault ? "it is the vault" : "it isn't the vault" }
    if generation != wanted.generation {
      return "generation \(generation) of the keyring instead of \(wanted.generation)"
    }
    if active != wanted.active {
      return "other identities are active: \(active.symmetricDifference(wanted.active).map(\.hex).sorted())"
    }
    guard byName || strays.count != wanted.strays.count else { return nil }
    let others = strays.symmetricDifference(wanted.strays).sorted()
    return others.isEmpty ? nil : "other files that nothing names: \(others.joined(separator: ", "))"
  }
}

/// Files by their paths, whole.
struct Records: Hashable, Sendable {
  var byPath: [String: [UInt8]]

  init(_ byPath: [String: [UInt8]] = [:]) { self.byPath = byPath }

  init(reading folder: String) throws {
    byPath = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: folder + "/" + path, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      byPath[path] = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + path)))
    }
  }

  /// Writes them as files below a folder.
  func write(to folder: String) throws {
    for (path, content) in byPath.sorted(by: { $0.key < $1.key }) {
      let file = folder + "/" + path
      try FileManager.default.createDirectory(
        atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data(content).write(to: URL(fileURLWithPath: file))
    }
  }

  /// What is wrong with this, where it must hold all of `before` and nothing that isn't in `before` or `after`. What `after`
  /// lacks was erased, all of it or nothing.
  func fault(between before: Records, and after: Records) -> String? {
    for path in before.byPath.keys.sorted() where byPath[path] == nil && after.byPath[path] != nil {
      return "\(path) is lost"
    }
    let erased = before.byPath.keys.filter { after.byPath[$0] == nil }
    let left = erased.count { byPath[$0] != nil }
    if left != 0, left != erased.count {
      return "of \(erased.count) records that are erased \(left) are left"
    }
    for (path, content) in byPath.sorted(by: { $0.key < $1.key }) {
      guard content == before.byPath[path] || content == after.byPath[path] else {
        return "\(path) has bytes that nobody sealed"
      }
    }
    return nil
  }
}
