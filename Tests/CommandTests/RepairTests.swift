import Foundation
import Sealing
import TestKit
import Testing

/// `verify --repair`, as it is used.
@Suite struct RepairCommandTests {
  @Test func whatTheOtherPlaceHasComesBack() async throws {
    let desk = try await Desk.withRecords()
    let vandal = Vandal(place: desk.at("vault"))
    let boxes = try vandal.names("boxes")
    let commit = try #require(try vandal.names("ledger").dropFirst().first)
    try vandal.flip(boxes[0])
    try vandal.remove(boxes[1])
    for copy in ["", "second/"] { try vandal.remove(copy + commit) }
    // Not even its ledger can be read.
    #expect(try await desk.run("verify").code != 0)
    let ran = try await desk.run("verify", "--repair", "--from", "copy", "--enter")
    #expect(ran.code == 0, "\(ran.said)")
    #expect(ran.result.contains("nothing is missing or damaged"), "\(ran.result)")
    #expect(ran.result.contains("written anew: 2 boxes"), "\(ran.result)")
    #expect(ran.result.contains("2 copies of commits"), "\(ran.result)")
    #expect(try await desk.run("verify", "--level", "open").code == 0)
    #expect(desk.files("vault/aside").contains { $0.hasPrefix("boxes/") && $0.contains(".") })
  }

  @Test func whatNobodyHasIsNamed() async throws {
    let desk = try await Desk.withRecords()
    for place in ["vault", "copy"] { try desk.spoilBoxes(of: place) }
    let ran = try await desk.run("verify", "--repair", "--from", "copy", "--json")
    #expect(ran.code == 2, "\(ran.said)")
    let told = try ran.object(.verified)
    guard case .object(let repaired)? = told["repaired"] else {
      Issue.record("nothing is told")
      return
    }
    #expect(repaired["boxes"] == .integer(0) && repaired["files"] == .integer(0))
    // Each with why it can't be had.
    #expect(repaired["findings"]?.items?.count == 2)
    #expect(ran.said.contains("note: the repair: boxes/"), "\(ran.said)")
    #expect(told["findings"]?.items?.count == 2)
  }

  /// The configuration says where else it may be had; one of these that is gone is passed over.
  @Test func placesOfTheConfiguration() async throws {
    let desk = try await Desk.withRecords()
    desk.write(
      "vault: \(desk.at("vault"))\ndestinations:\n  gone: \(desk.at("gone"))\n  copy: \(desk.at("copy"))\n",
      to: "config.yml")
    try desk.spoilBoxes(of: "copy")
    let ran = try await desk.run(
      "verify", "copy", "--repair", "--config", desk.at("config.yml"), with: ["STRONGROOM_VAULT": ""])
    #expect(ran.code == 0, "\(ran.said)")
    #expect(ran.said.contains("gone can't help"), "\(ran.said)")
    #expect(ran.result.contains("written anew: 2 boxes"), "\(ran.result)")
  }

  /// One of several that can't be had keeps no other from helping; whoever is left of a wrecked one gives its objects.
  @Test func oneSourceOfSeveralIsGone() async throws {
    let desk = try await Desk.withRecords()
    #expect(try await desk.run("snapshot", "take", "other", "--new").code == 0)
    let copy = Vandal(place: desk.at("copy"))
    try copy.remove("STRONGROOM")
    try desk.spoilBoxes(of: "vault")
    let ran = try await desk.run("verify", "--repair", "--from", "gone", "--from", "copy", "--from", "other")
    #expect(ran.code == 0, "\(ran.said)")
    #expect(ran.said.contains("gone can't help") && ran.said.contains("only objects are had"), "\(ran.said)")
    #expect(ran.result.contains("written anew: 2 boxes"), "\(ran.result)")
    #expect(try await desk.run("verify", "--repair", "--from", "gone").code == 1)
  }

  /// A keyring that is gone is put right before anybody unlocks it, to enter what was found or to open boxes.
  @Test(arguments: [["--enter"], ["--level", "open"]])
  func aKeyringThatIsGone(_ more: [String]) async throws {
    let desk = try await Desk.withRecords()
    let vandal = Vandal(place: desk.at("vault"))
    for name in try vandal.names("keyring") + vandal.names("second/keyring") { try vandal.remove(name) }
    let ran = try await desk.run(["verify", "--repair", "--from", "copy"] + more)
    #expect(ran.code == 0, "\(ran.said)")
    #expect(try await desk.run("verify", "--level", "open").code == 0)
  }

  /// Where the marker is lost or damaged this machine knows which one it was; another one doesn't.
  @Test(arguments: [true, false]) func aLostMarker(isGone: Bool) async throws {
    let desk = try await Desk.withRecords()
    let marker = desk.at("vault/STRONGROOM")
    let before = Files.read(marker)
    if isGone { Files.remove(Array(marker)) } else { Files.write("no marker", to: marker) }
    let stranger = try await desk.run(
      "verify", "--repair", "--from", "copy", with: ["STRONGROOM_STATE": desk.at("home/stranger")])
    #expect(stranger.code != 0)
    let ran = try await desk.run("verify", "--repair", "--from", "copy")
    #expect(ran.code == 0, "\(ran.said)")
    #expect(Files.read(marker) == before)
  }

  @Test func thePastOfAFolder() async throws {
    let desk = try await Desk.withRecords()
    for words in [
      ["restore", "copy", "new"], ["verify", "copy"], ["snapshot", "list", "copy"],
      ["verify", "--repair", "--from", "copy"], ["verify", "--repair"],
    ] {
      let ran = try await desk.run(words + ["--before", "2026-01-01"])
      #expect(ran.code == 64 && ran.said.contains("--before"), "\(words): \(ran.said)")
    }
  }

  @Test func whatDoesNotGoTogether() async throws {
    let desk = try await Desk.withRecords()
    for arguments in [["--from", "copy"], ["--repair", "--within", "3d"]] {
      #expect(try await desk.run(["verify"] + arguments).code == 64, "\(arguments)")
    }
    let alone = try await desk.run("verify", "--repair")
    #expect(alone.code == 1 && alone.said.contains("there is no other place"), "\(alone.said)")
    let itself = try await desk.run("verify", "--repair", "--from", "vault")
    #expect(itself.code == 1, "\(itself.said)")
  }
}
