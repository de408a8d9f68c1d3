import Foundation
import NIOHTTP1
import Storage
import StoreContract
import TestKit
import Testing

@testable import S3

/// Vaults and destinations in buckets of a real server, by the program itself.
@Suite(.enabled(if: TestServer.ceph != nil, TestServer.why), .timeLimit(.minutes(10)))
struct VaultInBucketTests {
  private func house(_ bucket: String = "strongroom") async throws -> House {
    let server = try #require(TestServer.ceph)
    try await server.makeBucket(bucket)
    return House(server, vault: "s3://\(bucket)/house-\(UInt64.random(in: .min ... .max))")
  }

  private func archive(_ house: House, _ folder: String = "archive", customers: Range<Int> = 0..<3) {
    for customer in customers {
      house.write("letter \(folder) \(customer)", to: "\(folder)/basic/C\(customer)/letter-\(folder).txt")
      house.write(
        String(repeating: "contract \(customer)\n", count: 5000),
        to: "\(folder)/contracts/C\(customer)/2024/contract-\(folder).txt")
    }
  }

  @Test func aVaultLivesThere() async throws {
    let house = try await house()
    _ = try await house.found()
    archive(house)
    try await house.does("seal", "archive")
    #expect(try await house.does("seal", "archive").out.contains("0 new, 0 changed; 6 unchanged"))
    #expect(try await house.does("find", "--subject", "C1", "--json").out.contains("letter-archive.txt"))
    let copy = house.vault + "-copy"
    try await house.does("snapshot", "take", copy, "--new")
    try await house.does("snapshot", "take", "disk", "--new")
    try await house.does("keys", "rotate", "--class", "basic")
    try await house.does("erase", "C2", "--yes")
    try await house.does("snapshot", "take", copy, "disk")
    for place in [house.vault, copy, "disk"] {
      try await house.does("verify", place, "--level", "open")
    }
    try await house.does("export", "out")
    for name in ["basic/C0/letter-archive.txt", "contracts/C1/2024/contract-archive.txt"] {
      #expect(Files.read(house.at("out/\(name)")) == Files.read(house.at("archive/\(name)")), "\(name)")
    }
    #expect(!Files.exists(house.at("out/basic/C2")))
    // Another machine, that has nothing but the vault card, restores into another bucket's prefix.
    let id = try await house.does("verify", "--json").out.firstMatch(of: /"vault":"([0-9a-f]{32})"/)?.1
    let new = house.vault + "-new"
    try await house.does(
      "restore", copy, new, machine: "stranger", with: ["STRONGROOM_VAULT_ID": String(try #require(id))])
    try await house.does("verify", new, "--level", "open")
    // Deleting what a machine keeps for speed changes nothing.
    let before = try await house.does("ls", "--json").out
    Files.remove(Array(house.at("machine/cache")))
    #expect(try await house.does("ls", "--json").out == before)
  }

  /// Eight seal, one reads, one copies, one rotates, all at once: nothing lost, nothing twice, one customer one id.
  @Test func eightWriters() async throws {
    let house = try await house()
    let id = try await house.found()
    archive(house, "first")
    try await house.does("seal", "first")
    try await house.does("snapshot", "take", "disk", "--new")
    for writer in 0..<8 { archive(house, "branch\(writer)", customers: 0..<6) }
    let known = ["STRONGROOM_VAULT_ID": id]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          try await house.does("seal", "branch\(writer)", machine: "writer\(writer)", with: known)
        }
      }
      group.addTask { for _ in 0..<3 { try await house.does("ls", machine: "reader", with: known) } }
      group.addTask { try await house.does("snapshot", "take", "disk") }
      group.addTask {
        try await house.does("keys", "rotate", "--class", "contracts", machine: "rotator", with: known)
      }
      try await group.waitForAll()
    }
    let verified = try await house.does("verify", "--level", "open")
    #expect(verified.out.contains("102 records as sealed"), "\(verified.out)")
    let found = try await house.does("find", "--subject", "C1", "--json").out
    let ids = Set(found.matches(of: /"id":"([0-9a-f]{32})"/).map { String($0.1) })
    #expect(ids.count <= 1, "\(found)")
    #expect(found.split(separator: "\n").count == 18, "\(found)")
    try await house.does("snapshot", "take", "disk")
    try await house.does("verify", "disk", "--level", "open")
  }

  /// A server that takes every conditional put is told from one that heeds them.
  @Test func aVaultNeedsPutIfAbsent() async throws {
    let server = try #require(TestServer.ceph)
    try await server.makeBucket("versioned", versioned: true)
    let address = "s3://versioned/house-\(UInt64.random(in: .min ... .max))"
    let refused = House(server, vault: address)
    try await refused.does("identity", "new", "me")
    let ran = try await refused.run("init", address, "--card", refused.at("card.txt"))
    #expect(ran.code == 13 && ran.err.contains("lets one writer overwrite"), "\(ran.err)")
    let house = try await house()
    _ = try await house.found()
    archive(house)
    try await house.does("seal", "archive")
    try await house.does("snapshot", "take", address, "--new")
    try await house.does("verify", address, "--level", "open")
  }

  /// Ransomware with the backup's own keys: it overwrites, erases and marks everything, and tries to shorten locks. Not one
  /// locked byte goes; and the archive comes back, from the bucket as it was before where its ledger is still kept, or from
  /// another copy's ledger and the bucket's boxes.
  @Test func ransomware() async throws {
    let server = try #require(TestServer.ceph)
    try await server.makeBucket("locked", locked: true)
    let prefix = "house-\(UInt64.random(in: .min ... .max))"
    let address = "s3://locked/\(prefix)"
    let house = try await house()
    let id = try await house.found()
    archive(house)
    try await house.does("seal", "archive")
    house.write("vault: \(house.vault)\nbuckets:\n  locked: {lock: yes}\n", to: "config.yml")
    try await house.does("snapshot", "take", address, "--new", "--config", house.at("config.yml"))
    try await house.does("snapshot", "take", address, "--config", house.at("config.yml"))
    try await house.does("snapshot", "take", "disk", "--new")
    let place = try S3Store(
      BucketAddress(address), settings: server.settings(), spoolFolder: house.at("spool"))
    let boxes = try await place.list("boxes")
    #expect(boxes.count == 2)
    // Times of versions are whole seconds.
    let time = Int64(try #require(try await place.list("").map(\.modified).max())) + 1
    while try await now(place) <= time {}
    let moment = Date(timeIntervalSince1970: Double(time)).formatted(.iso8601)

    let kept = try await attack(place, erasesVersions: false)
    #expect(kept.isSuperset(of: boxes.map(\.name.text)))
    let gone = try await house.run("verify", address, machine: "stranger", with: ["STRONGROOM_VAULT_ID": id])
    #expect(gone.code != 0)
    try await house.does(
      "restore", address, "back", "--before", moment, machine: "stranger", with: ["STRONGROOM_VAULT_ID": id])
    try await house.does("verify", "back", "--level", "open", machine: "stranger")

    // And with the right to erase versions, which only locks withstand.
    _ = try await attack(place, erasesVersions: true)
    let left = try await versions(place).filter { !$0.isMarker && $0.modified < time }
    #expect(Set(left.map(\.text)) == Set(boxes.map(\.name.text)))
    #expect(left.map(\.size).sorted() == boxes.map(\.size).sorted())
    try await house.does("restore", "disk", "again")
    for box in try await FolderBoxes.all(house.at("again")) { Files.remove(Array(box)) }
    try await house.does("verify", "again", "--repair", "--from", address, "--before", moment)
    try await house.does("verify", "again", "--level", "open")
  }

  /// Who has the destination's keys puts junk of the same size over a box: it isn't what gets locked. And where it is on top
  /// of a locked box, locked itself, a repair goes on top of it.
  @Test func junkIsNeverLocked() async throws {
    let server = try #require(TestServer.ceph)
    try await server.makeBucket("locked", locked: true)
    let address = "s3://locked/junk-\(UInt64.random(in: .min ... .max))"
    let house = try await house()
    _ = try await house.found()
    archive(house)
    try await house.does("seal", "archive")
    try await house.does("snapshot", "take", address, "--new")
    let place = try S3Store(
      BucketAddress(address), settings: server.settings(), spoolFolder: house.at("spool"))
    let boxes = try await place.list("boxes")
    func spoil(_ box: ObjectInfo, lock: Bool) async throws {
      var call = Call(.put, .PUT, key: place.address.key(box.name.text), "attack", box.name.text)
      call.body = CallBody([UInt8](repeating: 7, count: Int(box.size)))
      _ = try await place.wire.send(call)
      if lock { try await place.lock(box.name, until: S3World.system.now() + 86_400) }
    }
    try await spoil(boxes[0], lock: false)
    house.write("vault: \(house.vault)\nbuckets:\n  locked: {lock: yes}\n", to: "config.yml")
    let ran = try await house.does("snapshot", "take", address, "--config", house.at("config.yml"))
    #expect(ran.err.contains("had the size that was sealed, and other bytes"), "\(ran.err)")
    try await house.does("verify", address)
    for box in boxes { #expect(try await place.retention(of: box.name)?.isCompliance == true) }

    for box in boxes { try await spoil(box, lock: true) }
    #expect(try await house.run("verify", address).code == 2)
    let repaired = try await house.does("verify", address, "--repair", "--from", house.vault)
    #expect(repaired.out.contains("written anew: 2 boxes"), "\(repaired.out)")
    try await house.does("verify", address, "--level", "open")
    #expect(try await place.names("aside").isEmpty)

    // The same where a verification said it before.
    for box in boxes { try await spoil(box, lock: true) }
    #expect(try await house.run("verify", address, "--enter").code == 2)
    try await house.does("snapshot", "take", address, "--config", house.at("config.yml"))
    try await house.does("verify", address)
  }

  /// A bucket without locks is found out before anything is sent.
  @Test func locksWhereThereAreNone() async throws {
    let house = try await house()
    _ = try await house.found()
    archive(house)
    try await house.does("seal", "archive")
    house.write("vault: \(house.vault)\nbuckets:\n  strongroom: {lock: yes}\n", to: "config.yml")
    let address = house.vault + "-copy"
    let ran = try await house.run("snapshot", "take", address, "--new", "--config", house.at("config.yml"))
    #expect(ran.code != 0 && ran.err.contains("no Object Lock"), "\(ran.err)")
    let server = try #require(TestServer.ceph)
    let place = try S3Store(
      BucketAddress(address), settings: server.settings(), spoolFolder: house.at("spool"))
    #expect(try await place.list("").isEmpty)
  }

  private enum FolderBoxes {
    static func all(_ place: String) async throws -> [String] {
      Files.tree(place + "/boxes").keys.map { place + "/boxes/" + String(decoding: $0, as: UTF8.self) }
    }
  }

  /// The server's clock, by what it says of an object that was just put.
  private func now(_ place: S3Store) async throws -> Int64 {
    let clock = name("clock/now")
    _ = try await place.erase(clock)
    _ = try await place.put([1], at: clock)
    let time = try await place.list("clock").map(\.modified).max() ?? 0
    _ = try await place.erase(clock)
    return time
  }

  private func versions(_ place: S3Store) async throws -> [S3Store.VersionRow] {
    var rows: [S3Store.VersionRow] = []
    try await place.forEachVersion { rows.append($0) }
    return rows
  }

  /// Does to every object what an attacker would. Returns the names of those of which a version could not be erased.
  private func attack(_ place: S3Store, erasesVersions: Bool) async throws -> Set<String> {
    var kept: Set<String> = []
    for row in try await versions(place) {
      let key = place.address.key(row.text)
      func ask(_ method: HTTPMethod, _ query: [Field], _ body: [UInt8] = []) async throws -> Int {
        var call = Call(.put, method, key: key, "attack", row.text)
        call.query = query
        call.body = CallBody(body)
        call.expected = [400, 403, 404, 405, 409]
        call.headers = [Field("x-amz-bypass-governance-retention", "true")]
        return try await place.wire.send(call).answer.status
      }
      let soon = S3Time.extended(Int64(Date().timeIntervalSince1970) + 60)
      // The second time there are the attacker's own versions, too.
      if row.text.hasPrefix("boxes/"), !erasesVersions {
        let shorter = try await ask(
          .PUT, [Field("retention"), Field("versionId", row.id)],
          Array(
            "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>\(soon)</RetainUntilDate></Retention>".utf8))
        #expect(shorter == 403, "a lock was shortened")
      }
      _ = try await ask(.PUT, [], Array("it is ours now".utf8))
      _ = try await ask(.DELETE, [])
      guard erasesVersions || row.text.hasPrefix("boxes/") else { continue }
      if try await ask(.DELETE, [Field("versionId", row.id)]) == 403 { kept.insert(row.text) }
    }
    return kept
  }
}
