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
  /// What happens before.
  let prepare: @Sendable (World) throws -> Void
  /// Does the same again.
  let again: @Sendable (World) async throws -> Void

  init(
    _ name: String, _ arguments: [String], as identity: String = "custodian", at place: String = "vault",
    copyingTo copy: String? = nil, days: UInt64 = 0,
    after prepare: @escaping @Sendable (World) throws -> Void = { _ in },
    again: @escaping @Sendable (World) async throws -> Void
  ) {
    self.name = name
    self.arguments = arguments
    self.identity = identity
    self.place = place
    self.copy = copy
    self.days = days
    self.prepare = prepare
    self.again = again
  }

  /// The story that is recorded, act by act: each is run on what the one before left.
  static let story: [Act] = [
    Act("init", ["init", "vault"]) { world in
      guard !world.isThere("vault") else { return }
      _ = try await CreateVault.create(
        .folder(world.at("vault")), founder: .identity(world.people.custodian), classes: .standard,
        in: world.machine())
    },
    Act("seal", ["seal", "--source", "source", "first"]) {
      try await $0.seal("first", as: $0.people.custodian)
    },
    Act("grant operator", ["grant", "add", "--yes", "operator.pub", "--role", "operator"]) {
      try await $0.grant($0.people.operator, .operator)
    },
    Act("grant clerk", ["grant", "add", "--yes", "clerk.pub", "--role", "clerk", "--class", "basic"]) {
      try await $0.grant($0.people.clerk, .clerk, ["basic"])
    },
    Act("snapshot", ["snapshot", "take", "destination", "--new"], as: "operator", copyingTo: "destination") {
      try await $0.snapshot(to: "destination", as: $0.people.operator)
    },
    Act("seal again", ["seal", "--source", "source", "second"]) {
      try await $0.seal("second", as: $0.people.custodian)
    },
    Act("rotate", ["keys", "rotate", "--class", "contracts", "--class", "directory"]) {
      let opened = try await $0.open(as: $0.people.custodian, toWrite: true)
      _ = try await opened.rotate(sections: ["contracts", "directory"])
    },
    Act("snapshot again", ["snapshot", "take", "destination"], as: "operator", copyingTo: "destination") {
      try await $0.snapshot(to: "destination", as: $0.people.operator)
    },
    Act("revoke", ["grant", "revoke", "CLERK", "--yes"]) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      let clerk = world.people.clerk.publicIdentity.id
      guard try await opened.grants().contains(where: { $0.id == clerk && $0.isActive }) else { return }
      _ = try await opened.revoke(clerk, reason: "")
    },
    Act("hold", ["hold", "place", "--name", "case", "--class", "communications"]) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      guard opened.state.holds.isEmpty else { return }
      let mail = opened.classNames.first { $0.value == "communications" }.map(\.key)
      _ = try await opened.placeHold(
        Hold.Terms(classes: [mail].compactMap(\.self), subjects: [], name: "case", reason: ""))
    },
    Act("erase", ["erase", "1003", "--yes"]) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      guard let id = try await opened.customer(numbered: "1003") else { return }
      _ = try await opened.erase([id], classes: [], reason: "")
    },
    Act("erase undo", ["erase", "undo", "ERASURE", "--yes"]) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      let open = opened.state.erasures.values.filter { $0.ended == nil }
      for one in open { try await opened.perform(.end(one.erased.number, reason: "")) }
    },
    Act("gc", ["gc", "vault", "--erase-beyond-limit"], days: 30, after: { try $0.dropStrays() }) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      _ = try await Remover(from: opened, ignoresLimit: true).run()
    },
    Act(
      "restore", ["restore", "destination", "restored"], at: "destination", copyingTo: "restored", days: 30
    ) {
      world in
      guard !world.isThere("restored") else { return }
      let opened = try await world.open("destination", as: nil)
      _ = try await Restorer(from: opened, to: .folder(world.at("restored"))).run { _ in }
    },
    Act(
      "recover", ["recover", "restored", "--yes", "--accept-fork", "FORK"], at: "restored", days: 30,
      after: { try FileManager.default.removeItem(atPath: $0.path("vault")) }
    ) {
      try await $0.recover("restored")
    },
    Act(
      "seal there", ["seal", "--vault", "restored", "--source", "source", "third"], at: "restored", days: 30
    ) {
      try await $0.seal("third", as: $0.people.custodian, at: "restored")
    },
  ]
}

extension World {
  /// Grants a role, unless somebody did already.
  func grant(_ identity: Identity, _ role: Role, _ classes: [String] = []) async throws {
    let opened = try await open(as: people.custodian, toWrite: true)
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
