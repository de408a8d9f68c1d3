import Rules
import Backup
import Drill
import Foundation
import Sealing
import Storage
import StorageFaults
import Vault

/// What people do on a day.
extension Year {
  private static let classes = ["basic", "transactions", "contracts", "communications"]

  private func member(_ role: Role) throws -> Identity {
    guard let member = expected.active(role).first else { throw ProofFailure("nobody is \(role.rawValue)") }
    return member.identity
  }

  /// Runs something at a place; one time in eight it breaks off first, and is then done again.
  private func perhapsInterrupted(at name: String, _ body: () async throws -> Void) async throws {
    if chance(12) {
      let number = Int.random(in: 1...12, using: &dice)
      let faults: [Fault] = [.crash, .crashAfter, .failAfter, .diskFull]
      trouble.plan(at: name, FaultyStore.nthWrite(number, faults[Int.random(in: 0..<4, using: &dice)]))
      do {
        try await body()
        note("trouble that was met")
      } catch {
        note("runs that broke off")
      }
      trouble.rest()
    }
    try await body()
  }

  /// New and changed records of a few customers, sealed by the archivist.
  func batch() async throws {
    let before = expected.records
    for _ in 0..<Int.random(in: 0...4, using: &dice) {
      let customer = Int.random(in: 1...60, using: &dice)
      let name = Self.classes[Int.random(in: 0..<4, using: &dice)]
      let path = "\(name)/\(1000 + customer)/\(chance(30) ? "master" : "day-\(day)")"
      let size = chance(5) ? 200_000 : Int.random(in: 0...3_000, using: &dice)
      let step = UInt8.random(in: 1...251, using: &dice)
      expected.records.byPath[path] = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* Int(step)) }
    }
    try write(changedSince: before)
    let archivist = try member(.archivist)
    try await perhapsInterrupted(at: home) {
      try await world.seal("source", as: archivist, at: home)
    }
  }

  private func write(changedSince before: Records) throws {
    try Records(expected.records.byPath.filter { before.byPath[$0.key] != $0.value })
      .write(to: world.path("source"))
  }

  func rotate() async throws {
    let sections = chance(50) ? Self.classes + ["directory", "journal"] : [Self.classes[Int(day % 4)]]
    try await perhapsInterrupted(at: home) {
      let opened = try await world.open(home, as: world.people.custodian, toWrite: true)
      _ = try await opened.rotate(sections: sections)
    }
  }

  /// A clerk for some classes, or another archivist after the first.
  func hire() async throws {
    let identity = try Identity.generate()
    let isClerk = chance(75)
    let classes = isClerk ? [Self.classes[Int(day % 4)], Self.classes[Int((day + 1) % 4)]] : []
    let role: Role = isClerk ? .clerk : .archivist
    try await perhapsInterrupted(at: home) {
      let opened = try await world.open(home, as: world.people.custodian, toWrite: true)
      let id = identity.publicIdentity.id
      guard try await !opened.grants().contains(where: { $0.id == id && $0.isActive }) else { return }
      _ = try await opened.grant(People.file(of: identity), role: role, classes: classes, label: "")
    }
    expected.members.append(.init(identity: identity, role: role, classes: isClerk ? Set(classes) : nil))
  }

  /// Somebody leaves; one archivist and the operator stay.
  func dismiss() async throws {
    let candidates = expected.members.indices.filter { index in
      let member = expected.members[index]
      guard member.isActive else { return false }
      return member.role == .clerk || member.role == .archivist && expected.active(.archivist).count > 1
    }
    guard let chosen = candidates.randomElement(using: &dice) else { return }
    let id = expected.members[chosen].identity.publicIdentity.id
    try await perhapsInterrupted(at: home) {
      let opened = try await world.open(home, as: world.people.custodian, toWrite: true)
      guard try await opened.grants().contains(where: { $0.id == id && $0.isActive }) else { return }
      _ = try await opened.revoke(id, reason: "left")
    }
    expected.members[chosen].isActive = false
  }

  func snapshot(_ name: String) async throws {
    let worker = try member(.operator)
    try await perhapsInterrupted(at: chance(50) ? name : home) {
      try await world.snapshot(to: name, as: worker, of: home)
    }
    copies[name] = expected
    let found = try await world.findings(name, level: .hash, as: nil)
    guard found.findings.isEmpty else { throw ProofFailure("\(name): \(found.findings)") }
  }

  func collect() async throws {
    try await perhapsInterrupted(at: home) {
      let opened = try await world.open(home, as: world.people.custodian, toWrite: true)
      _ = try await Remover(from: opened, ignoresLimit: true).run()
    }
  }

  /// A drill from the near destination brings back all that was there at its snapshot.
  func drill() async throws {
    let opened = try await world.open(home, as: world.people.custodian, toWrite: true)
    let plan = """
      name: soak
      title: The site is lost
      story: A simulated year
      loses:
        - vault
      objectives:
        rto: 4h
        rpo: 10000h
      """
    let outcome = try await Rehearsal(
      vault: opened, key: .identity(world.people.custodian), plan: Plan(yaml: plan),
      settings: Rehearsal.Settings(
        destination: .folder(world.at("near")), scratch: world.path("."), evidence: world.path("evidence"))
    ).run { _ in }
    guard outcome.report.passed, let copy = copies["near"],
      outcome.report.measured.restored == outcome.report.measured.expected,
      outcome.report.measured.restored ?? 0 >= UInt64(copy.records.byPath.count)
    else { throw ProofFailure("the drill is red: \(outcome.report.findings)") }
  }

  /// The vault is gone: restored from the near destination to a new folder, which becomes the vault, and what was
  /// delivered since is sealed again. Who was granted or revoked since that snapshot has to be so again.
  func lose() async throws {
    guard let copy = copies["near"] else { return }
    let lost = home
    let now = expected
    home = "vault-\(day)"
    try FileManager.default.removeItem(atPath: world.path(lost))
    let destination = try await world.open("near", as: nil)
    let restored = try await Restorer(from: destination, to: .folder(world.at(home))).run { _ in }
    guard restored.missing.isEmpty, restored.findings.isEmpty else {
      throw ProofFailure("the restore misses \(restored.missing) \(restored.findings)")
    }
    try same(
      try await world.records(home, as: world.people.custodian), copy.records, "the restored vault")
    expected = copy
    try await perhapsInterrupted(at: home) { try await world.recover(home) }
    try await world.seal("source", as: world.people.custodian, at: home)
    expected.records = now.records
    // The far destination has a tail that was given up: a new one takes its place.
    for name in ["near", "far"] where copies[name] != nil {
      try FileManager.default.removeItem(atPath: world.path(name))
      copies[name] = nil
    }
  }
}
