import Rules
import Backup
import Foundation
import Sealing
import Vault

/// One writing command, as a crash proof runs it: on the command line once, to be recorded, and afterwards in this
/// process, to be run again on what a crash left.
struct Act: Sendable {
  /// What it is called in reports.
  let name: String
  /// The arguments of the real program; paths are relative to the world.
  let arguments: [String]
  /// The identity file that it is run with.
  let identity: String
  /// The place that it writes to, and the one that it copies to.
  let place: String
  let copy: String?
  /// How many days later it is.
  let days: UInt64
  /// With what it ends where all goes well.
  let ends: Int32
  /// What happens before.
  let prepare: @Sendable (World) throws -> Void
  /// Does the same again.
  let again: @Sendable (World) async throws -> Void
  /// Looks at files that it writes beside the vault, once it ended.
  let files: @Sendable (World) throws -> Void

  init(
    _ name: String, _ arguments: [String], as identity: String = "custodian", at place: String = "vault",
    copyingTo copy: String? = nil, days: UInt64 = 0,
    ends: Int32 = 0, after prepare: @escaping @Sendable (World) throws -> Void = { _ in },
    files: @escaping @Sendable (World) throws -> Void = { _ in },
    again: @escaping @Sendable (World) async throws -> Void
  ) {
    self.name = name
    self.arguments = arguments
    self.identity = identity
    self.place = place
    self.copy = copy
    self.days = days
    self.ends = ends
    self.prepare = prepare
    self.again = again
    self.files = files
  }
}

extension World {
  /// Grants a role, unless somebody did already.
  func grant(
    _ identity: Identity, _ role: Role, _ classes: [String] = [], at name: String = "vault"
  ) async throws {
    let opened = try await open(name, as: people.custodian, toWrite: true)
    let id = identity.publicIdentity.id
    guard try await !opened.grants().contains(where: { $0.id == id && $0.isActive }) else { return }
    _ = try await opened.grant(People.file(of: identity), role: role, classes: classes, label: "")
  }

  /// Files that a run which broke off may leave: a box, and both copies of a page.
  func dropStrays() throws {
    let content = [UInt8](repeating: 3, count: 100)
    let name = Digest.sha256(of: content).hex
    for stray in ["boxes/\(name.prefix(2))/\(name)", "keyring/\(name)", "second/keyring/\(name)"] {
      let file = path("vault/" + stray)
      try FileManager.default.createDirectory(
        atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data(content).write(to: URL(fileURLWithPath: file))
    }
  }

  /// Makes a copy the vault, whatever this machine saw beyond it; does nothing where it is.
  func recover(_ name: String) async throws {
    let opened = try await open(
      name, as: people.custodian, toWrite: true, accepting: try await fork(of: name))
    _ = try await opened.recover()
  }

  /// Where a vault goes on, or went on, from a copy of it.
  func fork(of name: String) async throws -> Fork {
    let opened = try await open(name, as: nil, on: "elsewhere")
    defer { try? FileManager.default.removeItem(atPath: path("elsewhere")) }
    return opened.state.recoveredAt ?? Fork(size: opened.state.size, root: opened.state.root)
  }
}
