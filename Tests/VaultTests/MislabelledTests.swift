@testable import Rules
import Keyring
import Sealing
import TestKit
import Testing

@testable import Vault

/// Whoever may seal writes into a label what they like. Nobody's records go by another customer's name.
struct MislabelledTests {
  /// A vault with a customer, another one in whose name somebody forges, and the key to seal as that one.
  private func scene() async throws -> (scene: Scene, forger: Identifier, key: Secret) {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1001/honest": "honest", "basic/2002/own": "own"]))
    let opened = try await scene.open()
    let forger = try #require(try await opened.unlocked().subject(.number, Array("2002")))
    let basic = try #require(try opened.unlocked().section(named: "basic"))
    return (scene, forger, try #require(try await opened.unlocked().key(of: forger, in: basic.id)))
  }

  private func forge(_ names: [String], _ forger: Identifier, _ key: Secret, _ scene: Scene) async throws {
    let records = try names.map {
      (id: try Identifier.random(), subject: Array($0), path: "honest", content: "forged \($0)")
    }
    let bundles = try records.map {
      Forger.Bundle(id: try .random(), subject: forger, key: key, records: [$0])
    }
    for bundle in bundles { try await Forger.enter([bundle], to: try await scene.open()) }
  }

  @Test(arguments: ["1001", "9999", "common", " 1001", "", "%id-0"])
  func recordsOfNoOtherCustomerTakeItsPlace(name: String) async throws {
    let (scene, forger, key) = try await scene()
    try await forge([name], forger, key, scene)
    let (files, summary) = try await scene.export()
    #expect(files[Array("basic/1001/honest")]?.digest == Digest.sha256(of: Array("honest")))
    let apart = Array("basic/%id-\(forger.hex)/honest".utf8)
    #expect(files[apart]?.digest == Digest.sha256(of: Array("forged \(name)".utf8)) && files.count == 3)
    #expect(summary.findings.map(\.kind) == [.mislabelled] && summary.expected == 3 && summary.isCounted)

    let opened = try await scene.open(toWrite: false)
    let check = try await opened.checkBoxes(Array(opened.state.liveBoxes())) { _, _ in }
    #expect(check.findings.map(\.kind) == [.mislabelled] && check.records == 3 && check.sound.count == 2)
    var told: [(records: Int, name: [UInt8]?)] = []
    _ = try await opened.forEachAffected(by: check.findings) {
      told.append(($0.records.count, $0.subjectAsGiven))
    }
    #expect(told.count == 1 && told[0].records == 1 && told[0].name == Array("2002"))

    for subject in ["1001", "2002"] {
      let found = try await opened.catalog(Selection(subject: subject))
      #expect(found.records.count == (subject == "1001" ? 1 : 2))
      #expect(found.findings.count == (subject == "1001" ? 0 : 1))
    }
    let named = try await opened.catalog(Selection(text: "1001")).records
    #expect(named.map(\.customer) == [Array("1001")])
    #expect(try await scene.seal(scene.source("more", ["basic/2002/more": "x"])).refused.count == 1)
  }

  /// Sealing again mends no wrong name, and who claims what is so is looked at once.
  @Test func aClaimOnAWrongNameSealsNothingAgain() async throws {
    let (scene, forger, key) = try await scene()
    try await forge(["1001"], forger, key, scene)
    let opened = try await scene.open()
    let clerk = try await scene.hire(.clerk, ["basic"])
    try await opened.ledger.catchUp()
    let all = opened.state.boxes.map(\.box.hash)
    try await ClaimTests.claim(all, at: opened, by: clerk)
    let again = try await scene.seal(scene.scratch.at("source"))
    #expect(again.new == 0 && again.changed == 0)
    #expect(again.damaged.allSatisfy { $0.kind != .damaged }, "\(again.damaged)")
    #expect(try await scene.open().state.boxes.count == all.count)
  }

  @Test func nobodyTakesAnEarlierName() async throws {
    let scene = try await Scene()
    try await scene.seal(scene.source("delivery", ["basic/1/a.txt": "true", "basic/1/f/b": "b"]))
    try await scene.seal(scene.source("!", ["basic/1/a.txt": "other", "basic/1/f": "file"]))
    try await scene.seal(scene.source("#", ["basic/1/a.txt/x": "x"]))
    try await scene.seal(scene.source("delivery", ["basic/1/a.txt": "true, newer"]))
    let files = try await scene.export().files
    #expect(files[Array("basic/1/a.txt")]?.digest == Digest.sha256(of: Array("true, newer")))
    let names = Set(files.keys.map { String(decoding: $0, as: UTF8.self) })
    #expect(
      names == ["basic/1/a.txt", "basic/1/a.txt~!", "basic/1/a.txt~#/x", "basic/1/f/b", "basic/1/f~!"])
  }

  @Test func noTwoCustomersHaveOneFolder() async throws {
    let scene = try await Scene()
    let long = String(repeating: "k", count: 240)
    let names = ["a%2Fb", "a/b", "%", "%25", long + "%~", long, "x%00"]
    for (number, name) in names.enumerated() {
      let layout = name.contains("/") ? nil : try SourceLayout(nil, className: "basic", subject: name)
      guard let layout else { continue }
      let folder = scene.source("s\(number)", ["a": name])
      #expect(try await scene.open().seal([folder], layout: layout).new == 1)
    }
    let folders = Set(names.map { ExportNames.whole(Array($0.utf8)) })
    #expect(folders.count == names.count && folders.allSatisfy { $0.count <= 255 })
    #expect(try await scene.export().files.count == names.count - 1)
  }

  @Test func whoeverOpensNoDirectoryIsGivenIDs() async throws {
    let (scene, forger, _) = try await scene()
    let opened = try await scene.open()
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    let identity = try Identity.generate()
    let granted = Event.granted(Grantee(identity: identity.publicIdentity, kind: .file, roles: [.clerk]))
    _ = try await KeyringUpdate(vault: opened, reason: .granted).run(
      as: scene.custodian, alongside: [OpenLedger.Draft(granted)], about: "granted"
    ) { change in try change.grant(Recipient(identity.publicIdentity), .only([basic])) }
    let reader = try await scene.open(as: identity, on: "clerk", toWrite: false)
    let found = try await reader.catalog()
    #expect(found.findings.isEmpty && found.records.count == 2)
    #expect(found.records.contains { $0.customer == Array("%id-\(forger.hex)".utf8) })
    #expect(found.records.allSatisfy { $0.attribution == .unknown } && reader.remarks.contains(.noDirectory))
    let check = try await reader.checkBoxes(Array(reader.state.liveBoxes())) { _, _ in }
    #expect(check.findings.isEmpty && check.records == 2)
    let files = try await scene.export(as: identity, on: "clerk").files
    #expect(files.keys.contains(Array("basic/%id-\(forger.hex)/own".utf8)) && files.count == 2)
  }

  @Test func whatADamagedDirectoryDoesNotConfirmIsGivenUnderIDs() async throws {
    let (scene, forger, _) = try await scene()
    let keys = try #require(try await scene.open().keys)
    let page = try #require(keys.additions.first { $0.section == .directory }).reference.digest
    for half in ["", "second/"] { Files.unlink("\(scene.place)/\(half)\(Layout.keyringFile(page).text)") }
    let (files, summary) = try await scene.export()
    #expect(files.count == 2 && files.keys.contains(Array("basic/%id-\(forger.hex)/own".utf8)))
    #expect(summary.findings.map(\.kind) == [.missing])
  }
}
