@testable import Rules
import Boxes
import Ledger
import Sealing
import TestKit
import Testing

@testable import Vault

/// Who may do what, and who opens what.
struct RoleTests {
  @Test func whatAnArchivistAddsOthersOpen() async throws {
    let scene = try await Scene()
    let clerk = try await scene.hire(.clerk, ["contracts"])
    let archivist = try await scene.hire(.archivist)
    let source = scene.source(["contracts/1001/a": "1", "contracts/1002/b": "2", "basic/1003/c": "3"])
    let summary = try await scene.seal(source, as: archivist)
    #expect(summary.new == 3 && summary.newSubjects == 3)
    let ofCustodian = try await scene.catalog()
    let ofClerk = try await scene.catalog(as: clerk)
    #expect(Set(ofCustodian.keys) == ["contracts/1001/a", "contracts/1002/b", "basic/1003/c"])
    #expect(Set(ofClerk.keys) == ["contracts/1001/a", "contracts/1002/b"])
    #expect(ofClerk["contracts/1001/a"]?.subject == ofCustodian["contracts/1001/a"]?.subject)
    #expect(Set(try await scene.catalog(Selection(subject: "1002"), as: clerk).keys) == ["contracts/1002/b"])
    #expect(try await scene.export(as: archivist).files == Files.tree(source))
  }

  @Test func aClerkOpensTheirClassesOnly() async throws {
    let scene = try await Scene()
    let source = scene.source(["communications/1001/mail": "1", "contracts/1001/loan": "2"])
    try await scene.seal(source)
    let clerk = try await scene.hire(.clerk, ["communications"])
    #expect(Array(try await scene.catalog(as: clerk).keys) == ["communications/1001/mail"])
    #expect(Array(try await scene.catalog(Selection(className: "communications"), as: clerk).keys).count == 1)
    #expect(
      await code { _ = try await scene.catalog(Selection(className: "contracts"), as: clerk) } == .notGranted)
    #expect(
      await code { _ = try await scene.export(Selection(className: "contracts"), as: clerk) } == .notGranted)
    let exported = try await scene.export(as: clerk)
    #expect(
      Array(exported.files.keys) == [Array("communications/1001/mail")] && exported.summary.findings.isEmpty)
    let before = Files.tree(scene.place)
    #expect(await code { try await scene.seal(source, as: clerk) } == .notGranted)
    #expect(
      await code { _ = try await scene.open(as: clerk).rotate(sections: ["communications"]) } == .notGranted)
    #expect(Files.tree(scene.place) == before)
  }

  @Test func anArchivistSealsOnlyWhatIsTheirs() async throws {
    let scene = try await Scene()
    let archivist = try await scene.hire(.archivist, ["basic"])
    let source = scene.source(["basic/1001/a": "1", "contracts/1001/b": "2"])
    let summary = try await scene.seal(source, as: archivist)
    #expect(summary.new == 1)
    #expect(summary.leftOutByPath == ["contracts/1001/b": "its class is none that you may seal: basic"])
    #expect(try await scene.seal(source).new == 1)
    // One customer, whoever met them first.
    #expect(Set(try await scene.catalog().values.map(\.subject)).count == 1)
  }

  @Test func anOperatorOpensNothingAndStillSigns() async throws {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1001/a": "1"]))
    let operators = try await scene.hire(.operator)
    let opened = try await scene.open(as: operators)
    #expect(await code { _ = try opened.unlocked() } == .notGranted)
    #expect(await code { _ = try await opened.catalog() } == .notGranted)
    #expect(
      await code { _ = try await Exporter(from: opened).run(to: scene.scratch.at("no")) { _ in } }
        == .notGranted)
    let place = try Identifier.random()
    let copying = OpenLedger.Draft(
      .copying(Copying(generation: 2, place: place)), sealed: ["name": .string("61")])
    #expect(opened.state.generation?.number == 1)
    let first = OpenLedger.Draft(
      .copying(Copying(generation: 1, place: place)), sealed: ["name": .string("61")])
    try await opened.commit(as: operators) { _ in [first] }
    #expect(opened.state.places[place]?.copyings.count == 1)
    // What would not count isn't entered.
    #expect(await code { try await opened.commit(as: operators) { _ in [copying] } } == .refused)
    #expect(
      await code { try await opened.commit(as: operators) { _ in [OpenLedger.Draft(.clock)] } } == .refused)
  }

  @Test func labelsAreForCustodiansAndAuditors() async throws {
    let scene = try await Scene()
    let auditor = try await scene.hire(.auditor)
    let clerk = try await scene.hire(.clerk, ["basic"])
    func labels(_ identity: Identity) async throws -> [String?] {
      try await scene.open(as: identity, toWrite: false).grants().map(\.label)
    }
    #expect(try await labels(scene.custodian) == [nil, "a auditor", "a clerk"])
    #expect(try await labels(auditor) == [nil, "a auditor", "a clerk"])
    #expect(try await labels(clerk) == [nil, nil, nil])
    let shown = try await scene.open(as: auditor, toWrite: false).entries()
    #expect(shown.map(\.event) == ["founded", "keyring", "granted", "keyring", "granted", "keyring"])
    #expect(shown.flatMap(\.sealed).map(\.name) == ["label", "about", "label", "about"])
    #expect(await code { _ = try await scene.open(as: auditor).catalog().records.isEmpty } == nil)
  }

  @Test func whoWasRevokedWritesNothingAndOpensNothingNew() async throws {
    let scene = try await Scene()
    try await scene.seal(scene.source("before", ["basic/1001/before": "1"]))
    let archivist = try await scene.hire(.archivist, ["basic"])
    // They keep what they have opened, keys and all.
    let kept = try await scene.open(as: archivist, on: "theirs")
    let outcome = try await scene.open().revoke(archivist.publicIdentity.id, reason: "left")
    #expect(Set(outcome.rotated) == ["basic", "directory"])
    try await scene.seal(scene.source("after", ["basic/1001/after": "2", "basic/1002/after": "3"]))

    let size = try await scene.open(toWrite: false).state.size
    let theirs = scene.source("theirs", ["basic/1001/theirs": "4"])
    #expect(await code { _ = try await kept.seal([theirs], layout: .default) } == .notGranted)
    #expect(await code { _ = try await scene.open(as: archivist, on: "theirs") } == .notGranted)
    #expect(try await scene.open(toWrite: false).state.size == size)

    let boxes = try await scene.open(toWrite: false).state.liveBoxes()
    let again = try #require(boxes.count == 2 ? boxes : nil)
    let opening = try IndexOpener(kept)
    let old = try await opening.open(again[0])
    #expect(old?.bundles.count == 1)
    #expect(try await opening.open(again[1]) == nil)
    #expect(opening.findings.isEmpty)

    // Granted again, they open all of it.
    let public_ = try IdentityFile.Public(of: archivist)
    _ = try await scene.open().grant(public_, role: .archivist, classes: ["basic"], label: "back")
    #expect(try await scene.catalog(as: archivist).count == 3)
  }

  @Test func aCommitOfARevokedIdentityIsNoCommit() async throws {
    let scene = try await Scene()
    let archivist = try await scene.hire(.archivist, ["basic"])
    let before = try await scene.open(as: archivist, on: "theirs")
    let size = before.state.size
    _ = try await scene.open().revoke(archivist.publicIdentity.id, reason: "left")
    // Somebody who runs the store puts it there all the same, signed for the place after the revocation.
    let state = try await scene.open(toWrite: false).state
    let entry = try Event.clock.entry(by: archivist.publicIdentity.id, time: scene.clock.now)
    let commit = try Commit.build([entry], before: state.tree, vault: scene.vault, identity: archivist)
    Files.write(commit.bytes, to: Array("\(scene.place)/\(Layout.commit(state.size))"))
    #expect(state.size > size)
    #expect(await code { _ = try await scene.open(toWrite: false) } == .refused)
    #expect(await code { try await scene.seal(scene.source(["basic/1/a": "1"])) } == .refused)
  }

  @Test func strangersAreRefused() async throws {
    let scene = try await Scene()
    let other = try await Scene()
    #expect(await code { _ = try await scene.open(as: other.custodian) } == .notGranted)
    let stranger = try await scene.open(as: scene.custodian)
    let passphrase = KeySource.passphrase(Secret(copying: Array("no passphrase was granted")))
    #expect(await code { try await stranger.unlock(with: passphrase) } == .wrongKey)
    let locked = try await OpenPlace.open(
      .folder(scene.place), in: scene.machine("x"), expecting: scene.vault)
    #expect(await code { _ = try await locked.catalog() } == .notGranted)
    #expect(await code { _ = try await locked.rotate(sections: ["basic"]) } == .notGranted)
  }

  @Test func grantsAreChecked() async throws {
    let scene = try await Scene()
    let opened = try await scene.open()
    func public_(_ identity: Identity) throws -> IdentityFile.Public {
      try IdentityFile.Public(of: identity)
    }
    let somebody = try Identity.generate()
    for (role, classes, expected) in [
      (.clerk, [], .input), (.clerk, ["letters"], .input), (.archivist, ["directory"], .input),
    ] as [(Role, [String], VaultError.Code)] {
      #expect(
        await code { _ = try await opened.grant(public_(somebody), role: role, classes: classes, label: "x") }
          == expected)
    }
    #expect(
      await code {
        _ = try await opened.grant(public_(scene.custodian), role: .clerk, classes: ["basic"], label: "x")
      }
        == .refused)
    #expect(
      await code { _ = try await opened.revoke(scene.custodian.publicIdentity.id, reason: "x") } == .refused)
    #expect(await code { _ = try await opened.revoke(somebody.publicIdentity.id, reason: "x") } == .refused)
    #expect(await code { _ = try await opened.rotate(sections: ["letters"]) } == .input)
    #expect(opened.state.size == 2)
  }

  @Test func withTwoCustodiansGraveActsTakeFourEyes() async throws {
    let scene = try await Scene()
    let second = try await scene.hire(.custodian)
    try await scene.seal(scene.source(["basic/1001/a": "1"]), as: second)
    let third = try Identity.generate()
    let opened = try await scene.open()
    let size = opened.state.size
    let public_ = try IdentityFile.Public(of: third)
    #expect(
      await code { _ = try await opened.grant(public_, role: .custodian, classes: [], label: "x") }
        == .refused)
    #expect(await code { _ = try await opened.revoke(second.publicIdentity.id, reason: "x") } == .refused)
    #expect(opened.state.size == size)
    #expect(try await opened.grant(public_, role: .clerk, classes: ["basic"], label: "x").opens.count == 2)
    #expect(try await scene.catalog(as: third).count == 1)
  }
}
