import Foundation
import Sealing
import Storage
import StorageFaults
import Synchronization
import Testing

@testable import Backup
@testable import Vault

/// A vault with records, a superseded keyring and strays, a destination, and people on machines of their own whose
/// clocks are minutes apart. All in a folder that is gone with the last reference.
final class World: Sendable {
  let root: String
  let vault: String
  let people: People
  let vaultID: Identifier
  /// The world's clock; machines are apart from it.
  private let time: Mutex<UInt64>
  /// What has been sealed, by its path in an export.
  private let records: Mutex<[String: [UInt8]]>
  private let gate: Mutex<(@Sendable (Int, any ObjectStore) -> any ObjectStore)?> = Mutex(nil)

  struct People: Sendable {
    let custodian: Identity
    let second: Identity
    let archivist: Identity
    let night: Identity
  }

  func at(_ name: String) -> String { root + "/" + name }
  var now: UInt64 { time.withLock { $0 } }
  func pass(days: UInt64) { time.withLock { $0 += days * 86_400 } }

  /// Minutes by which machines are apart: less than the policy's ten in all.
  static let apart: [Int64] = [0, 4, -4, 2, -2]

  private static func folder() throws -> String {
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
    let path = "\(base)/interleaving-\(try Identifier.random().hex)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// Founds one. Its clock is ahead of the files' by `days`, so no stray is young.
  private init(days: UInt64) async throws {
    root = try Self.folder()
    vault = root + "/vault"
    let start = max(UInt64(Date().timeIntervalSince1970), 1_790_812_800)
    time = Mutex(start)
    records = Mutex([:])
    people = People(
      custodian: try Identity.generate(), second: try Identity.generate(),
      archivist: try Identity.generate(), night: try Identity.generate())
    vaultID = try await CreateVault.create(
      vault, founder: .identity(people.custodian), classes: NewClasses([("basic", 10), ("contracts", 10)]),
      in: Surroundings(
        memory: root + "/machines/0", now: { start }, foldsFrom: 1, openStore: Surroundings.folders)
    ).vault
    try await furnish()
    pass(days: days)
  }

  private func furnish() async throws {
    let opened = try await open(0)
    for (identity, role) in [
      (people.second, Role.custodian), (people.archivist, .archivist), (people.night, .operator),
    ] {
      _ = try await opened.grant(
        IdentityFile.Public(identity: identity.publicIdentity, kind: "file"), role: role, classes: [],
        label: "\(role)")
    }
    try await seal(0, "old", ["basic/1001/old": "one", "basic/1002/old": "two", "contracts/1001/old": "con"])
    _ = try await open(0).rotate(sections: ["basic"])
    try await snapshot(0, to: "destination")
    let store = Place.twice(try FolderStore(path: vault, create: false), mends: true)
    let bytes = (1...2).map { [UInt8](repeating: $0, count: 99) }
    _ = try await store.put(bytes[0], at: Layout.box(Digest.sha256(of: bytes[0])))
    _ = try await store.put(bytes[1], at: Layout.keyringFile(Digest.sha256(of: bytes[1])))
  }

  private init(copying other: World) throws {
    root = try Self.folder()
    vault = root + "/vault"
    people = other.people
    vaultID = other.vaultID
    time = Mutex(other.now)
    records = Mutex(other.expected)
    for name in ["vault", "destination"] {
      try FileManager.default.copyItem(atPath: other.at(name), toPath: at(name))
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  private static let base = Task {
    let world = try await World(days: 10)
    // Nobody gives it up before the process ends.
    leftover.withLock { $0 = world.root }
    atexit { World.leftover.withLock { try? FileManager.default.removeItem(atPath: $0) } }
    return (world: world, customers: try await Truth.customers(world.open(0, toWrite: false)))
  }

  private static let leftover = Mutex("")

  /// What the customers have in every fresh world.
  static func customers() async throws -> [String: Truth.Customer] { try await base.value.customers }

  /// A fresh world as all begin; made once, and copied.
  static func fresh() async throws -> World { try World(copying: try await base.value.world) }

  /// Puts something between each writer and the stores that it opens.
  func setGate(_ gate: (@Sendable (Int, any ObjectStore) -> any ObjectStore)?) {
    self.gate.withLock { $0 = gate }
  }

  /// The world as one machine sees it.
  func machine(_ number: Int, named name: String? = nil) -> Surroundings {
    let apart = Self.apart[number % Self.apart.count] * 60
    return Surroundings(
      memory: at("machines/\(name ?? "\(number)")"),
      now: { [weak self] in UInt64(Int64(self?.now ?? 0) + apart) }, foldsFrom: 1
    ) { [weak self] location, create in
      let folder = try Surroundings.folders(location, create)
      return self?.gate.withLock { $0 }?(number, folder) ?? folder
    }
  }

  /// Opens a place on a machine and unlocks it.
  func open(
    _ machine: Int, as identity: Identity? = nil, _ place: String = "vault", toWrite: Bool = true,
    named name: String? = nil
  ) async throws -> OpenVault {
    let opened = try await OpenVault.open(
      at(place), in: self.machine(machine, named: name), expecting: vaultID, toWrite: toWrite)
    try await opened.unlock(with: .identity(identity ?? people.custodian))
    return opened
  }

  /// Opens a place on a machine without an identity.
  func look(_ machine: Int, _ place: String = "vault", named name: String? = nil) async throws -> OpenVault {
    try await OpenVault.open(at(place), in: self.machine(machine, named: name), expecting: vaultID)
  }

  /// What an export must hold.
  var expected: [String: [UInt8]] { records.withLock { $0 } }
}

/// What writers do.
extension World {
  /// Seals files by their paths `class/customer/path`; once it returns, they are expected for ever.
  func seal(_ machine: Int, _ name: String, _ files: [String: String]) async throws {
    let source = at("sources/\(name)")
    for (path, text) in files {
      let file = source + "/" + path
      try FileManager.default.createDirectory(
        atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    }
    let opened = try await open(machine, as: machine == 0 ? people.custodian : people.archivist)
    let summary = try await opened.seal(
      [source], layout: SourceLayout(nil, className: nil, subject: nil), source: "all", workers: 1)
    #expect(summary.leftOut.isEmpty && summary.damaged.isEmpty)
    records.withLock { for (path, text) in files { $0[path] = Array(text.utf8) } }
  }

  func rotate(_ machine: Int, _ sections: [String]) async throws {
    _ = try await open(machine).rotate(sections: sections)
  }

  /// Writes all pages anew, as when many lie behind a section's base.
  func merge(_ machine: Int) async throws {
    let opened = try await open(machine)
    let sections = try opened.unlocked().opened.sections.map(\.section.id).filter { $0 != .journal }
    _ = try await Regeneration(vault: opened, reason: .merged).run(as: people.custodian, about: "merged") {
      change in
      for section in sections { try change.merge(section) }
    }
  }

  /// Grants a new clerk.
  @discardableResult
  func grant(_ machine: Int) async throws -> Identity {
    let clerk = try Identity.generate()
    _ = try await open(machine, as: people.second).grant(
      IdentityFile.Public(identity: clerk.publicIdentity, kind: "file"), role: .clerk, classes: ["basic"],
      label: "clerk")
    return clerk
  }

  @discardableResult
  func snapshot(_ machine: Int, to destination: String) async throws -> SnapshotTaking.Outcome {
    let opened = try await open(machine, as: people.night)
    let outcome = try await SnapshotTaking(
      of: opened, to: at(destination), erasesBeyondLimit: true
    ).run { _ in }
    #expect(outcome.findings.isEmpty && outcome.missing.isEmpty, "\(outcome.findings)")
    return outcome
  }

  @discardableResult
  func gc(_ machine: Int) async throws -> Removing.Outcome {
    let outcome = try await Removing(
      from: try await open(machine, as: people.second), ignoresLimit: true
    ).run()
    #expect(outcome.findings.isEmpty, "\(outcome.findings)")
    return outcome
  }

  /// Looks at everything, while others write: what was there before is there.
  func verify(_ machine: Int) async throws {
    let known = expected
    let opened = try await open(machine, toWrite: false)
    let seen = try await Backup.Verification(of: opened, level: .open, scratch: root).run { _ in }
    // Who writes a commit writes its second copy last.
    let findings = seen.findings.filter { $0.kind != .missing || !$0.object.hasPrefix("second/ledger/") }
    #expect(findings.isEmpty, "while others write: \(seen.findings)")
    let folder = at("export-" + (try Identifier.random().hex))
    let summary = try await Export(from: opened).run(to: folder) { _ in }
    #expect(summary.findings.isEmpty, "while others write: \(summary.findings)")
    for (path, bytes) in known {
      #expect(FileManager.default.contents(atPath: "\(folder)/\(path)").map(Array.init) == bytes, "\(path)")
    }
    try FileManager.default.removeItem(atPath: folder)
  }
}
