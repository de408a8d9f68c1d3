import Backup
import Foundation
import Sealing
import Vault

/// What goes wrong by itself, and the looks at everything.
extension Year {
  /// A disk changes or loses an object. It must be found and named, and be mended as the runbook says.
  func damage() async throws {
    let name = chance(50) && copies["near"] != nil ? "near" : home
    let objects = try objects(of: name)
    guard let object = objects.randomElement(using: &dice) else { return }
    let file = world.path(name + "/" + object)
    let before = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    let isLost = chance(40)
    if isLost {
      try FileManager.default.removeItem(atPath: file)
    } else {
      var bytes = before
      bytes[Int.random(in: 0..<bytes.count, using: &dice)] ^= UInt8.random(in: 1...255, using: &dice)
      try Data(bytes).write(to: URL(fileURLWithPath: file))
    }
    let found = try await world.findings(name, level: .hash, as: nil)
    guard found.findings.contains(where: { $0.object.contains(object) }) else {
      throw ProofFailure(
        "\(name)/\(object) was \(isLost ? "removed" : "changed"), and verify found only \(found.findings)")
    }
    // A box has one copy here: it comes back from where else it is. Ledger and keyring mend themselves.
    if object.hasPrefix("boxes/") {
      try? FileManager.default.removeItem(atPath: file)
      try Data(before).write(to: URL(fileURLWithPath: file))
    }
    if name == home {
      // A writer mends what it reads; what it doesn't need is put back as the runbook says.
      try await world.seal("source", as: world.people.custodian, at: home)
    }
    let after = try await world.findings(name, level: .hash, as: nil)
    if name == home, object.hasPrefix("ledger/"), let finding = after.findings.first {
      throw ProofFailure("\(object) wasn't mended by the next writer: \(finding)")
    }
    if !after.findings.isEmpty { try Data(before).write(to: URL(fileURLWithPath: file)) }
    let mended = try await world.findings(name, level: .hash, as: nil)
    guard mended.findings.isEmpty else { throw ProofFailure("\(name) isn't whole again: \(mended.findings)") }
  }

  /// What the present ledger names: strays and superseded files may be damaged without harm.
  private func objects(of name: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: world.path(name)).filter { path in
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: world.path(name + "/" + path), isDirectory: &isFolder)
      else {
        return false
      }
      return !isFolder.boolValue && (path.contains("ledger/") || path.hasPrefix("boxes/"))
        && !path.hasPrefix("aside")
    }.sorted()
  }

  /// Everybody reads what they may, at the vault and at the destinations; nobody else reads anything.
  func lookAround() async throws {
    for member in expected.members { try await look(member, at: home, expected) }
    for name in destinations {
      guard let copy = copies[name] else { continue }
      let found = try await world.findings(name, level: .open, as: world.people.custodian)
      guard found.findings.isEmpty else { throw ProofFailure("\(name): \(found.findings)") }
      for member in copy.members { try await look(member, at: name, copy) }
    }
    let found = try await world.findings(home, level: .open, as: world.people.custodian)
    guard found.findings.isEmpty else { throw ProofFailure("\(home): \(found.findings)") }
  }

  private func look(_ member: Expectation.Member, at name: String, _ expected: Expectation) async throws {
    let who = "\(member.role.rawValue) \(member.identity.publicIdentity.id.hex.prefix(8))"
    guard member.isActive else {
      do { _ = try await world.open(name, as: member.identity, on: "elsewhere") } catch let error
        as VaultError
      {
        guard error.code == .notGranted else { throw ProofFailure("\(who), revoked, at \(name): \(error)") }
        return
      }
      throw ProofFailure("\(who) was revoked and still opens \(name)")
    }
    guard member.classes != [] else { return }
    let records = try await world.records(name, as: member.identity, on: "elsewhere")
    try same(records, expected.readable(by: member), "\(name), read by \(who),")
  }
}
