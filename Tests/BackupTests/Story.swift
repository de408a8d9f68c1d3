import Foundation
import Sealing
import Storage
import StorageFaults
import Synchronization
import Testing

@testable import Backup
@testable import Vault

/// A vault with a custodian and an operator, a source to seal from and folders for destinations: all real, in a folder
/// of its own that is gone with the last reference.
final class Story: Sendable {
  let root: String
  let custodian: Identity
  let worker: Identity
  let vaultID: Identifier
  let saboteur = Saboteur()
  private let time: Mutex<UInt64>
  private let struck = Mutex("destination")

  var source: String { root + "/source" }
  var vault: String { root + "/vault" }
  var destination: String { root + "/destination" }
  func at(_ name: String) -> String { root + "/" + name }

  /// A founded vault in which an operator is granted.
  init() async throws {
    root = FileManager.default.temporaryDirectory.path + "/backup-tests-" + (try Identifier.random().hex)
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    time = Mutex(UInt64(Date().timeIntervalSince1970))
    custodian = try Identity.generate()
    worker = try Identity.generate()
    let start = time.withLock { $0 }
    let created = try await CreateVault.create(
      root + "/vault", founder: .identity(custodian), classes: .standard,
      in: Surroundings(
        memory: root + "/memory", now: { start }, foldsFrom: 1, openStore: Surroundings.folders))
    vaultID = created.vault
    let opened = try await open()
    _ = try await opened.grant(
      IdentityFile.Public(identity: worker.publicIdentity, kind: "file"), role: .operator, classes: [],
      label: "night shift")
  }

  private init(copying other: Story, root: String) {
    self.root = root
    custodian = other.custodian
    worker = other.worker
    vaultID = other.vaultID
    time = Mutex(other.now)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// The same story from here on, in a folder of its own.
  func fork() throws -> Story {
    let copy = Story(
      copying: self,
      root: FileManager.default.temporaryDirectory.path + "/backup-tests-" + (try Identifier.random().hex))
    try FileManager.default.copyItem(atPath: root, toPath: copy.root)
    // The copy is a world of its own: what was remembered of locations is of the other one.
    var known = try KnownPlaces(path: copy.at("memory/known-places"))
    for location in known.locations.keys where location.hasPrefix(root) { known.forget(location) }
    try known.save()
    // Copying keeps no times.
    for (path, plain) in try Self.read(source) {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: plain.modified)],
        ofItemAtPath: copy.source + "/" + path)
    }
    return copy
  }

  var now: UInt64 { time.withLock { $0 } }

  func pass(days: UInt64) { time.withLock { $0 += days * 86_400 } }

  func turnBack(days: UInt64) { time.withLock { $0 -= days * 86_400 } }

  /// Where faults strike from now on, instead of at the destination.
  func strikeAt(_ name: String) { struck.withLock { $0 = name } }

  /// The world outside; faults strike at one place alone.
  func surroundings(memory: String = "memory") -> Surroundings {
    let (struck, saboteur) = (at(struck.withLock { $0 }), saboteur)
    return Surroundings(memory: at(memory), now: { [weak self] in self?.now ?? 0 }, foldsFrom: 1) {
      location, create in
      let folder = try Surroundings.folders(location, create)
      return location == struck ? saboteur.wrap(folder) : folder
    }
  }

  /// A place, opened and unlocked.
  func open(
    _ location: String? = nil, as identity: Identity? = nil, toWrite: Bool = true, memory: String = "memory",
    unlocked: Bool = true
  ) async throws -> OpenVault {
    let opened = try await OpenVault.open(
      location ?? vault, in: surroundings(memory: memory), expecting: vaultID, toWrite: toWrite)
    if unlocked { try await opened.unlock(with: .identity(identity ?? custodian)) }
    return opened
  }

  /// A place to look at, without an identity.
  func look(_ location: String? = nil, memory: String = "memory") async throws -> OpenVault {
    try await open(location, toWrite: false, memory: memory, unlocked: false)
  }

  /// Writes a source file.
  func write(_ path: String, _ content: [UInt8], modified: TimeInterval = 1_600_000_000) throws {
    let file = source + "/" + path
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(content).write(to: URL(fileURLWithPath: file))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: modified), .posixPermissions: 0o640], ofItemAtPath: file
    )
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
    try write("basic/1002/name.txt", Array("Grace".utf8), modified: 1_500_000_000.25)
    try write("contracts/1001/2019/contract.pdf", pattern(60_000, 7))
    try write("contracts/1003/empty", [])
    try write("transactions/1002/all.csv", pattern(200_000, 3))
    try await seal()
  }

  @discardableResult
  func seal(at location: String? = nil) async throws -> Seal.Summary {
    let opened = try await open(location)
    let layout = try SourceLayout(nil, className: nil, subject: nil)
    return try await opened.seal([source], layout: layout) { _ in }
  }

  @discardableResult
  func snapshot(
    of location: String? = nil, to destination: String? = nil, as identity: Identity? = nil,
    beyondLimit: Bool = false
  ) async throws -> SnapshotTaking.Outcome {
    let opened = try await open(location, as: identity ?? worker)
    return try await SnapshotTaking(
      of: opened, to: destination ?? self.destination, erasesBeyondLimit: beyondLimit
    ).run { _ in }
  }

  func verify(
    _ location: String, level: VerifyLevel = .hash, memory: String = "memory"
  ) async throws -> Backup.Verification.Outcome {
    let opened = try await open(location, toWrite: false, memory: memory, unlocked: level >= .open)
    return try await Backup.Verification(of: opened, level: level, scratch: root).run { _ in }
  }

  func restore(
    to location: String, snapshot: UInt64? = nil, accepting: KnownPlaces.Fork? = nil,
    memory: String = "memory"
  ) async throws -> Restoring.Outcome {
    let opened = try await look(destination, memory: memory)
    return try await Restoring(from: opened, to: location, snapshot: snapshot, accepting: accepting).run {
      _ in
    }
  }

  /// What an export of a place holds, by path: content and time of modification.
  func exported(_ location: String, memory: String = "memory") async throws -> [String: Plain] {
    let folder = at("export-" + (try Identifier.random().hex))
    let opened = try await open(location, toWrite: false, memory: memory)
    let summary = try await Export(from: opened).run(to: folder) { _ in }
    #expect(summary.findings.isEmpty)
    return try Self.read(folder)
  }

  /// What a folder holds, read without any of Strongroom's code.
  static func read(_ folder: String) throws -> [String: Plain] {
    var found: [String: Plain] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      let file = folder + "/" + path
      let attributes = try FileManager.default.attributesOfItem(atPath: file)
      guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
      found[path] = Plain(
        content: FileManager.default.contents(atPath: file) ?? Data(),
        modified: (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0)
    }
    return found
  }

  /// Every file below a folder, by path.
  static func files(_ folder: String) throws -> Set<String> {
    Set(
      try FileManager.default.subpathsOfDirectory(atPath: folder).filter { path in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: folder + "/" + path, isDirectory: &isFolder)
          && !isFolder.boolValue
      })
  }

  func pattern(_ count: Int, _ seed: UInt64) -> [UInt8] {
    var state = seed &* 0x9e37_79b9_7f4a_7c15
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }
}

/// A file in the clear.
struct Plain: Equatable {
  let content: Data
  let modified: TimeInterval
}

/// Strikes at a store, over all times that it is opened.
final class Saboteur: Sendable {
  typealias Plan = @Sendable (StorageFaults.Operation, Int) -> Fault?
  private let plan = Mutex<(plan: Plan, count: Int)>(({ _, _ in nil }, 0))
  private let hook = Mutex<(@Sendable (StorageFaults.Operation) async -> Void)?>(nil)

  func wrap(_ store: any ObjectStore) -> any ObjectStore {
    let faulty = FaultyStore(store) { operation, _ in
      self.plan.withLock { plan in
        plan.count += 1
        return plan.plan(operation, plan.count)
      }
    }
    faulty.setBefore { operation in
      let hook = self.hook.withLock { $0 }
      await hook?(operation)
    }
    return faulty
  }

  func strike(_ plan: @escaping Plan) { self.plan.withLock { $0 = (plan, 0) } }

  func rest() { strike { _, _ in nil } }

  /// Runs before every operation, until it is called off.
  func before(_ hook: (@Sendable (StorageFaults.Operation) async -> Void)?) {
    self.hook.withLock { $0 = hook }
  }

  /// How many operations there were since the last plan.
  var count: Int { plan.withLock { $0.count } }
}

/// Damages a place as a disk would.
struct Vandal {
  let place: String

  func flip(_ name: String, at offset: Int? = nil) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: place + "/" + name)))
    bytes[offset ?? bytes.count / 2] ^= 0x01
    try put(bytes, name)
  }

  func truncate(_ name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: place + "/" + name)))
    try put(Array(bytes.dropLast(10)), name)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: place + "/" + name) }

  func put(_ bytes: [UInt8], _ name: String) throws {
    let file = place + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }

  /// The names of the files in a folder, sorted.
  func names(_ folder: String) throws -> [String] {
    try Story.files(place + "/" + folder).sorted().map { folder + "/" + $0 }
  }
}
