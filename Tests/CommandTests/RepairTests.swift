import Foundation
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
    #expect(desk.files("vault/aside").contains { $0.hasSuffix(".0") })
  }

  @Test func whatNobodyHasIsNamed() async throws {
    let desk = try await Desk.withRecords()
    for place in ["vault", "copy"] { try desk.spoilBoxes(of: place) }
    let ran = try await desk.run("verify", "--repair", "--from", "copy", "--json")
    #expect(ran.code == 2, "\(ran.said)")
    let told = try ran.object(.verified)
    #expect(told["repaired"] == .object(["boxes": .integer(0), "bytes": .integer(0), "files": .integer(0)]))
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
