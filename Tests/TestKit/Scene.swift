import Rules
import Backup
import Sealing
import Storage
import Synchronization
import Vault

/// A vault in a folder of its own, its first custodian, a clock, and a machine for everybody who opens it.
package final class Scene: Sendable {
  /// Comes between a machine and a store that it opens, by the store's location.
  package typealias Gate =
    @Sendable (_ machine: String, _ location: String, _ store: any ObjectStore) -> any ObjectStore

  package let scratch: Scratch
  package let clock: Clock
  package let custodian: Identity
  /// Its id.
  package let vault: Identifier
  private let gate = Mutex<Gate?>(nil)

  /// Where the vault lies.
  package var place: String { at("vault") }

  package func at(_ name: String) -> String { scratch.at(name) }

  /// Founds a vault.
  package init(classes: NewClasses = .standard, clock: Clock = Clock(), inMemory: Bool = false) async throws {
    scratch = Scratch(inMemory: inMemory)
    self.clock = clock
    custodian = try Identity.generate()
    vault = try await CreateVault.create(
      .folder(scratch.at("vault")), founder: .identity(custodian), classes: classes,
      in: Machine(
        memory: scratch.at("machines/custodian"), now: { clock.now }, foldsFrom: 1,
        openStore: Machine.folders)
    ).vault
  }

  /// A copy of these folders of another scene as they are, for a test that spoils it. What machines remember isn't
  /// copied, unless it is asked for.
  package init(
    copying other: Scene, _ folders: [String] = ["vault"], keepingTimes: Bool = false, inMemory: Bool = false
  ) throws {
    scratch = Scratch(inMemory: inMemory)
    clock = Clock(other.clock.now)
    custodian = other.custodian
    vault = other.vault
    for name in folders { Files.copy(other.at(name), to: at(name), keepingTimes: keepingTimes) }
  }

  /// Puts something between each machine and the stores that it opens from now on.
  package func setGate(_ gate: Gate?) { self.gate.withLock { $0 = gate } }

  /// The world as one machine sees it; its name is that of its memory, and its clock may be ahead by some seconds. It
  /// remembers folded ledgers, however short.
  /// - Parameter store: what it finds in place of any folder.
  package func machine(
    _ name: String = "custodian", ahead: Int64 = 0, store: (any ObjectStore)? = nil,
    fileClock: @escaping @Sendable () -> Int64 = { SourceFolder.clock() }
  ) -> Machine {
    Machine(
      memory: at("machines/\(name)"), now: { [clock] in UInt64(Int64(clock.now) + ahead) },
      fileClock: fileClock, foldsFrom: 1
    ) { location, create in
      if let store { return store }
      let folder = try await Machine.folders(location, create)
      return self.gate.withLock { $0 }?(name, location.description, folder) ?? folder
    }
  }

  /// Opens a place, by default the vault, and unlocks it, on a machine that knows its id from the vault card.
  package func open(
    _ location: String? = nil, as identity: Identity? = nil, on machine: String = "custodian",
    ahead: Int64 = 0, toWrite: Bool = true, store: (any ObjectStore)? = nil, unlocked: Bool = true,
    accepting fork: Fork? = nil, fileClock: @escaping @Sendable () -> Int64 = { SourceFolder.clock() }
  ) async throws -> OpenPlace {
    let opened = try await OpenPlace.open(
      .folder(location ?? place),
      in: self.machine(machine, ahead: ahead, store: store, fileClock: fileClock), expecting: vault,
      toWrite: toWrite, accepting: fork)
    if unlocked { try await opened.unlock(with: .identity(identity ?? custodian)) }
    return opened
  }

  /// Grants a new identity a role.
  package func hire(_ role: Role, _ classes: [String] = []) async throws -> Identity {
    let identity = try Identity.generate()
    _ = try await open().grant(
      try IdentityFile.Public(of: identity), role: role, classes: classes,
      label: "a \(role.rawValue)")
    return identity
  }

  /// A folder to seal from with files by their paths: text is their content.
  @discardableResult
  package func source(_ files: [String: String]) -> String { source("source", files) }

  /// The same, named `name`.
  @discardableResult
  package func source(_ name: String, _ files: [String: String]) -> String {
    for (path, text) in files {
      Files.write(text, to: at("\(name)/\(path)"), mtime: 1_600_000_000_987_654_321)
    }
    return at(name)
  }

  /// Seals a folder with the default layout.
  @discardableResult
  package func seal(_ folder: String, source: String? = nil, as identity: Identity? = nil) async throws
    -> Sealer.Summary
  {
    try await open(as: identity).seal([folder], layout: .default, source: source)
  }

  /// Copies the vault to a destination.
  @discardableResult
  package func snapshot(to destination: String, as identity: Identity? = nil) async throws
    -> SnapshotTaker.Outcome
  {
    try await SnapshotTaker(of: open(as: identity), to: .folder(destination), begins: true).run { _ in }
  }

  /// Exports to a new folder and returns what is in it.
  @discardableResult
  package func export(
    _ selection: Selection = Selection(), of location: String? = nil, as identity: Identity? = nil,
    on machine: String = "custodian", to name: String = "export"
  ) async throws -> (files: [[UInt8]: Fact], summary: Exporter.Summary) {
    let opened = try await open(location, as: identity, on: machine, toWrite: false)
    Files.remove(Array(at(name)))
    let summary = try await Exporter(from: opened, selection: selection).run(to: at(name)) { _ in }
    return (Files.tree(at(name)), summary)
  }
}

extension SourceLayout {
  /// The usual one.
  package static var `default`: SourceLayout {
    get throws { try SourceLayout(nil, className: nil, subject: nil) }
  }
}
