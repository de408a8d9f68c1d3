import Sealing
import Storage
import StorageFaults
import Synchronization
import Testing

@testable import Vault

/// A clock that only tests turn.
final class Clock: Sendable {
  /// 2026-10-01 00:00:00 UTC.
  static let start: UInt64 = 1_790_812_800
  private let value: Mutex<UInt64>

  init(_ value: UInt64 = Clock.start) { self.value = Mutex(value) }

  var now: UInt64 { value.withLock { $0 } }
  func set(_ time: UInt64) { value.withLock { $0 = time } }
}

/// A vault in a folder of its own, its first custodian, a clock, and a machine for everybody who opens it.
final class Scene: Sendable {
  let scratch: Scratch
  let clock = Clock()
  let custodian: Identity
  let vault: Identifier
  let place: String

  /// Founds a vault.
  init(classes: NewClasses = .standard) async throws {
    scratch = Scratch()
    custodian = try Identity.generate()
    place = scratch.at("vault")
    let founded = try await CreateVault.create(
      place, founder: .identity(custodian), classes: classes,
      in: Surroundings(
        memory: scratch.at("machines/custodian"), now: { [clock] in clock.now }, foldsFrom: 1,
        openStore: Surroundings.folders))
    vault = founded.vault
  }

  /// A copy of another scene as it is, for a test that spoils it.
  init(copying other: Scene, inMemory: Bool = false) throws {
    scratch = Scratch(inMemory: inMemory)
    custodian = other.custodian
    vault = other.vault
    place = scratch.at("vault")
    clock.set(other.clock.now)
    Files.copy(other.place, to: place)
  }

  /// The world as one machine sees it; its name is that of its memory. It remembers folded ledgers, however short.
  func machine(_ name: String, store: FaultyStore? = nil) -> Surroundings {
    Surroundings(
      memory: scratch.at("machines/\(name)"), now: { [clock] in clock.now }, foldsFrom: 1,
      openStore: { location, create in
        if let store { return store }
        return try Surroundings.folders(location, create)
      })
  }

  /// The vault's folder as a store that fails where a plan says so.
  func faulty(plan: @escaping FaultyStore.Plan = { _, _ in nil }) throws -> FaultyStore {
    FaultyStore(try FolderStore(path: place, create: true), plan: plan)
  }

  /// Opens the vault and unlocks it, on a machine that knows its id from the vault card.
  func open(
    as identity: Identity? = nil, on machine: String = "custodian", toWrite: Bool = true,
    store: FaultyStore? = nil, unlocked: Bool = true
  ) async throws -> OpenVault {
    let opened = try await OpenVault.open(
      place, in: self.machine(machine, store: store), expecting: vault, toWrite: toWrite)
    if unlocked { try await opened.unlock(with: .identity(identity ?? custodian)) }
    return opened
  }

  /// A folder to seal from, named `name`, with files by their paths: text is their content.
  @discardableResult
  func source(_ files: [String: String]) -> String { source("source", files) }

  @discardableResult
  func source(_ name: String, _ files: [String: String]) -> String {
    let folder = scratch.at(name)
    for (path, text) in files { Files.write(text, to: "\(folder)/\(path)", mtime: 1_600_000_000_987_654_321) }
    return folder
  }

  /// Seals a folder with the default layout.
  @discardableResult
  func seal(_ folder: String, source: String? = nil, as identity: Identity? = nil) async throws
    -> Seal.Summary
  {
    let opened = try await open(as: identity)
    return try await opened.seal([folder], layout: .default, source: source)
  }

  /// Exports to a new folder and returns what is in it.
  @discardableResult
  func export(
    _ selection: Selection = Selection(), as identity: Identity? = nil, on machine: String = "custodian",
    to name: String = "export"
  ) async throws -> (files: [[UInt8]: Fact], summary: Export.Summary) {
    let opened = try await open(as: identity, on: machine, toWrite: false)
    Files.remove(Array(scratch.at(name)))
    let summary = try await Export(from: opened, selection: selection).run(to: scratch.at(name)) { _ in }
    return (Files.tree(scratch.at(name)), summary)
  }

  /// What is there, by `class/customer/path`.
  /// - Parameter losing: whether there are keys that are gone.
  func catalog(
    _ selection: Selection = Selection(), as identity: Identity? = nil, losing: Bool = false
  ) async throws -> [String: FoundRecord] {
    let opened = try await open(as: identity, toWrite: false)
    let catalog = try await opened.catalog(selection)
    try #require(catalog.findings.allSatisfy { losing && $0.kind == .lost }, "\(catalog.findings)")
    return catalog.byName
  }

  /// Grants a new identity a role.
  func hire(_ role: Role, _ classes: [String] = []) async throws -> Identity {
    let identity = try Identity.generate()
    let opened = try await open()
    _ = try await opened.grant(
      IdentityFile.Public(identity: identity.publicIdentity, kind: "file"), role: role, classes: classes,
      label: "a \(role.rawValue)")
    return identity
  }
}

extension SourceLayout {
  static var `default`: SourceLayout {
    get throws { try SourceLayout(nil, className: nil, subject: nil) }
  }
}

extension Catalog {
  /// The records by `class/customer/path`.
  var byName: [String: FoundRecord] {
    Dictionary(
      records.map { record in
        let subject = String(decoding: record.subjectAsGiven, as: UTF8.self)
        return ("\(record.className)/\(subject)/\(String(decoding: record.path, as: UTF8.self))", record)
      }, uniquingKeysWith: { first, _ in first })
  }
}

extension Seal.Summary {
  /// What was left out, path and reason.
  var leftOutByPath: [String: String] {
    Dictionary(
      leftOut.map { (String(decoding: $0.path, as: UTF8.self), $0.reason) },
      uniquingKeysWith: { $0 + " / " + $1 })
  }
}

/// The code of the vault's error that `body` throws; nil where it throws none.
func code(_ body: () async throws -> Void) async -> VaultError.Code? {
  do {
    try await body()
  } catch let error as VaultError {
    return error.code
  } catch {
    Issue.record("not a VaultError: \(error)")
  }
  return nil
}
