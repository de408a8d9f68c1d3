@testable import Rules
import Boxes
import Glibc
import Keyring
import Sealing
import Storage
import TestKit
import Testing

@testable import Vault

/// What somebody who may seal, and means harm, can put into a vault.
struct HostileTests {
  /// A vault with a customer in two classes, and what is known of them.
  private func scene() async throws -> (scene: Scene, opened: OpenPlace, subject: Identifier, key: Secret) {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1001/honest": "honest", "contracts/1001/too": "too"]))
    let opened = try await scene.open()
    let subject = try #require(try await opened.unlocked().subject(.number, Array("1001")))
    let basic = try #require(try opened.unlocked().section(named: "basic"))
    let key = try #require(try await opened.unlocked().key(of: subject, in: basic.id))
    return (scene, opened, subject, key)
  }

  private func honest(_ scene: Scene) async throws -> Catalog {
    let catalog = try await scene.open(toWrite: false).catalog()
    let found = catalog.byName
    #expect(found["basic/1001/honest"]?.digest == Digest.sha256(of: Array("honest")))
    #expect(found["basic/1001/honest"]?.versions == 1 && found["contracts/1001/too"]?.versions == 1)
    return catalog
  }

  @Test func bundlesThatClaimToBeOlderAreIgnored() async throws {
    let (scene, opened, subject, key) = try await scene()
    let id = try Identifier.random()
    let record = (id: id, subject: Array("1001"), path: "honest", content: "forged")
    var taken = Forger.Bundle(id: try .random(), subject: subject, key: key, records: [record])
    let present = try await opened.catalog().byName
    taken.id = try #require(present["basic/1001/honest"]?.places[0].bundle.row.bundle)
    let older = Forger.Bundle(id: try .random(), firstEntry: 2, subject: subject, key: key, records: [record])
    try await Forger.enter([older], to: opened)
    let catalog = try await honest(scene)
    #expect(catalog.findings.map(\.kind) == [.ignored] && catalog.records.count == 2)
    // The same id in a later entry is another bundle: whoever seals may seal a newer version, and takes none away.
    try await Forger.enter([taken], to: opened)
    let both = try await scene.open(toWrite: false).catalog()
    #expect(both.findings.map(\.kind) == [.ignored] && both.byName["basic/1001/honest"]?.versions == 2)
  }

  @Test func aBoxThatNoKeyOpensIsSaidToWhoeverHoldsAllKeys() async throws {
    let (scene, opened, subject, key) = try await scene()
    let clerk = try await scene.hire(.clerk, ["contracts"])
    let again = try await scene.open()
    let record = (id: try Identifier.random(), subject: Array("1001"), path: "x", content: "x")
    try await Forger.enter(
      [Forger.Bundle(id: try .random(), subject: subject, key: key, records: [record])], to: again,
      epochKey: try Secret.random(count: 32))
    #expect(try await honest(scene).findings.map(\.kind) == [.lost])
    #expect(try await scene.catalog(as: clerk).count == 1)
    _ = opened
  }

  @Test func labelsLeadExportNowhereElse() async throws {
    let (scene, opened, subject, key) = try await scene()
    let names = [
      "../../../evil", "..", ".", "", "a/../../b", "nul\0byte", String(repeating: "x", count: 300),
    ]
    let records = try names.enumerated().map { number, name in
      (id: try Identifier.random(), subject: Array(name), path: "\(number)", content: name)
    }
    try await Forger.enter(
      [Forger.Bundle(id: try .random(), subject: subject, key: key, records: records)], to: opened)
    for name in names where !name.isEmpty { try await Forger.lead(name, to: subject, in: opened) }
    let before = Set(Files.names(scene.scratch.path) + ["deep"])
    let (files, summary) = try await scene.export(to: "deep/export")
    #expect(
      Set(Files.names(scene.scratch.path)) == before && Files.names(scene.scratch.at("deep")) == ["export"])
    #expect(summary.findings.map(\.kind) == [.mislabelled] && files.count == names.count + 2)
    #expect(files.keys.contains(Array("basic/%id-\(subject.hex)/3".utf8)))
    #expect(files.keys.allSatisfy { $0.split(separator: 0x2f).allSatisfy { $0.count <= 255 } })
    #expect(files[Array("basic/..%2F..%2F..%2Fevil/0")]?.digest == Digest.sha256(of: Array("../../../evil")))
    #expect(files[Array("basic/%2E%2E/1")]?.mode == 0o777)
  }

  @Test func oneCommitMayNameARecordTwiceAndIsReadAllTheSame() async throws {
    let (scene, opened, subject, key) = try await scene()
    let twice = try (0..<2).map { number in
      (id: try Identifier.random(), subject: Array("1001"), path: "twice", content: "\(number)")
    }
    let other = Forger.Bundle(id: try .random(), subject: subject, key: key, records: [twice[0]])
    try await Forger.enter(
      [Forger.Bundle(id: try .random(), subject: subject, key: key, records: twice), other], to: opened)
    let catalog = try await honest(scene)
    #expect(catalog.findings.isEmpty && catalog.byName["basic/1001/twice"]?.versions == 3)
    let (files, summary) = try await scene.export()
    #expect(files.count == 3 && summary.findings.isEmpty)
  }

  @Test func aBundleUnderAnotherKeyIsLostAndNothingElse() async throws {
    let (scene, opened, subject, _) = try await scene()
    let record = (id: try Identifier.random(), subject: Array("1001"), path: "x", content: "x")
    try await Forger.enter(
      [
        Forger.Bundle(
          id: try .random(), subject: subject, key: try Secret.random(count: 32), records: [record])
      ],
      to: opened)
    let catalog = try await honest(scene)
    #expect(catalog.records.count == 2 && catalog.findings.map(\.kind) == [.lost])
  }
}
