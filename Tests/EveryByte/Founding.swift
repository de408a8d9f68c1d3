import Rules
import Backup
import Glibc
import Sealing
import Storage
import Synchronization
import TestKit
import Vault

/// Makes a world: founds a vault and lets everything happen to it that leaves an object of its own kind.
package final class Founding: Sendable {
  private let folder: String
  private let clock = Clock()
  private let custodian: Identity
  private let moments = Mutex(0)

  private var vault: String { folder + "/now/vault" }
  private var destination: String { folder + "/now/destination" }
  private var source: String { folder + "/source" }

  private init(in folder: String, by identity: Identity?) throws {
    self.folder = folder
    custodian = try identity ?? Identity.generate()
    PlainFiles.remove(folder)
    PlainFiles.makeFolder(folder)
  }

  /// Makes a world in a folder, and reads it.
  /// - Parameter identity: its custodian; by default somebody new.
  package static func make(
    _ kind: World.Kind, in folder: String, by identity: Identity? = nil
  ) async throws -> World {
    let founding = try Founding(in: folder, by: identity)
    let id = try await founding.found()
    switch kind {
    case .small: try await founding.furnish()
    case .parts: try await founding.furnishParts()
    }
    try founding.keepIdentity(id)
    try await founding.keepPlain(id)
    return try await World(in: folder)
  }

  private var machine: Machine {
    Machine(
      memory: folder + "/memory", now: { [clock] in clock.now }, foldsFrom: 1,
      openStore: Machine.folders)
  }

  private func found() async throws -> Identifier {
    PlainFiles.makeFolder(folder + "/now")
    return try await CreateVault.create(
      .folder(vault), founder: .identity(custodian), classes: NewClasses([("basic", 10), ("papers", 10)]),
      in: machine
    ).vault
  }

  private func open(as identity: Identity? = nil) async throws -> OpenPlace {
    let opened = try await OpenPlace.open(.folder(vault), in: machine, toWrite: true)
    try await opened.unlock(with: .identity(identity ?? custodian))
    return opened
  }

  private func hire(_ role: Role, _ classes: [String], scrypt: IdentityFile.Scrypt? = nil) async throws
    -> Identity
  {
    let identity = try Identity.generate()
    let kind = scrypt == nil ? "file" : "passphrase"
    _ = try await open().grant(
      try IdentityFile.Public(of: identity, kind: kind, scrypt: scrypt), role: role,
      classes: classes, label: role.rawValue)
    return identity
  }

  private func seal(as identity: Identity? = nil) async throws {
    let opened = try await open(as: identity)
    let layout = try SourceLayout(nil, className: nil, subject: nil)
    _ = try await opened.seal([source], layout: layout, workers: 1)
  }

  private func snapshot(as identity: Identity) async throws {
    _ = try await SnapshotTaker(of: try await open(as: identity), to: .folder(destination), begins: true).run
    { _ in }
  }

  private func write(_ path: String, _ content: [UInt8], seconds: Int = 1_600_000_000) throws {
    let file = source + "/" + path
    try PlainFiles.write(content, to: file)
    chmod(file, 0o640)
    let moment = timespec(tv_sec: seconds, tv_nsec: 0)
    utimensat(AT_FDCWD, file, [moment, moment], 0)
  }

  private func furnish() async throws {
    try write("basic/1001/name.txt", Array("Ada".utf8))
    try write("basic/1002/name.txt", Array("Grace".utf8))
    try write("papers/1001/2019/contract.pdf", (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    try write("papers/1003/empty", [])
    try await seal()
    try await keepMoment()
    let parameters = try ScryptParameters(n: 1 << 15, r: 8, p: 1)
    let salt = [UInt8](repeating: 0x5a, count: Passphrase.saltSize)
    let archivist = try await hire(.archivist, [])
    _ = try await hire(.clerk, ["basic"], scrypt: IdentityFile.Scrypt(parameters: parameters, salt: salt))
    let worker = try await hire(.operator, [])
    try await snapshot(as: worker)
    try await keepMoment()
    clock.pass(days: 1)
    try write("basic/1001/name.txt", Array("Ada Lovelace".utf8), seconds: 1_600_000_100)
    try write("basic/1003/name.txt", Array("Mary".utf8))
    try await seal(as: archivist)
    try await keepMoment()
    _ = try await open().revoke(archivist.publicIdentity.id, reason: "left")
    try await keepMoment()
    try write("papers/1004/new", Array("a customer of the newest keys".utf8))
    try await seal()
    clock.pass(days: 1)
    try await snapshot(as: worker)
  }

  private func furnishParts() async throws {
    try write("papers/1001/small", Array("beside it".utf8))
    try write("papers/1001/large", [UInt8](repeating: 0, count: 64 << 20 + 4096))
    try await seal()
    try await keepMoment()
    let worker = try await hire(.operator, [])
    try await snapshot(as: worker)
  }

  /// Keeps how both places are now.
  private func keepMoment() async throws {
    let number = moments.withLock { number in
      defer { number += 1 }
      return number
    }
    for place in World.PlaceName.allCases {
      for (path, bytes) in try PlainFiles.tree("\(folder)/now/\(place.rawValue)") {
        try PlainFiles.write(bytes, to: "\(folder)/then/\(number)/\(place.rawValue)/\(path)")
      }
    }
    let opened = try await OpenPlace.open(.folder(vault), in: machine)
    try await opened.unlock(with: .identity(custodian))
    _ = try await Exporter(from: opened).run(to: "\(folder)/then/\(number)/plain") { _ in }
  }

  private func keepIdentity(_ id: Identifier) throws {
    try PlainFiles.write(
      try IdentityFile.secretText(of: custodian).withSpan { span in
        var bytes: [UInt8] = []
        for index in span.indices { bytes.append(span[index]) }
        return bytes
      }, to: folder + "/identity")
    try PlainFiles.write(Array(id.hex.utf8), to: folder + "/vault-id")
  }

  /// Keeps what an export brings back, after it was compared with the source.
  private func keepPlain(_ id: Identifier) async throws {
    let opened = try await OpenPlace.open(.folder(vault), in: machine)
    try await opened.unlock(with: .identity(custodian))
    let summary = try await Exporter(from: opened).run(to: folder + "/plain") { _ in }
    guard summary.findings.isEmpty,
      try PlainFiles.facts(folder + "/plain") == PlainFiles.facts(source)
    else { throw WorldError("the untouched vault doesn't give back its source: \(summary.findings)") }
  }
}
