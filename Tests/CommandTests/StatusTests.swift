import Foundation
import Sealing
import TestKit
import Testing

@testable import Vault
@testable import strongroom

/// How a vault stands, as people read it; what scripts read is in `JSONTests`.
@Suite(.timeLimit(.minutes(10))) struct StatusTests {
  @Test func whatIsThereAndWhatWasNeverDone() async throws {
    let desk = try await Desk.withRecords()
    let status = try await desk.run("status")
    #expect(status.code == 0)
    // The verdict and what is to be seen to come first, then a blank line and how all stands.
    let page = status.result.components(separatedBy: "\n\n")
    #expect(page.first == "3 things due")
    let lines = (page.last ?? "").split(separator: "\n").map { $0.split(separator: ":", maxSplits: 1) }
    #expect(
      lines.compactMap(\.first) == [
        "vault", "place", "ledger", "keyring", "epochs", "boxes", "growth", "identities", "last snapshot",
        "last drill",
        "verified", "destination", "newest snapshot",
      ])
    #expect(status.result.contains("vault (home)\n"))
    #expect(status.result.contains(/\nboxes: +2, \d\.\d\d KiB\n/))
    #expect(status.result.contains(/\nepochs: +none is due\n/))
    #expect(status.result.contains(/\nverified: +0 of 2 boxes at \S+\/vault\n/))
    #expect(
      status.result.contains(/\ndestination: +\S+\/copy: snapshot 5, [\w ]+ old; 0 of 2 boxes verified\n/))
    #expect(try await desk.run("verify", "copy", "--enter", "--vault", "vault").code == 0)
    #expect(
      try await desk.run("status").result.contains(
        /\/copy: snapshot 5, [\w ]+ old; 2 of 2 boxes verified, last on \S+ \S+ UTC at level hash\n/
      ))
    #expect(
      status.result.contains(
        "\n\nworth knowing:\n  there is one custodian: four eyes do not apply, and losing that identity loses everything\n"
      ))
    #expect(
      status.result.contains(/\n  no box at \S+\/copy was ever verified; strongroom verify PLACE --level/))
    #expect(
      status.result.contains(
        "\n  no drill was ever run; strongroom drill run site-lost --destination DESTINATION (for an operator)\n"
      ))
    #expect(!status.result.contains("snapshot was ever completed"))
  }

  @Test func damageThatWasFoundIsToldUntilItIsMended() async throws {
    let desk = try await Desk.withRecords()
    desk.copy("copy", to: "whole")
    try desk.spoilBoxes(of: "copy")
    #expect(try await desk.run("verify", "copy", "--enter", "--vault", "vault").code == 2)
    let told = try await desk.run("status")
    #expect(
      told.code == 2
        && told.result.contains(
          /\n  2 boxes at \S+\/copy are said to be damaged or missing: 2 by [0-9a-f]{8} in entry/)
    )
    let json = try await desk.run("status", "--json").object(.status)
    guard case .list(let places)? = json["places"] else { throw Trouble("no places") }
    #expect(places.map { $0["unsound"] } == [.integer(0), .integer(2)])
    Files.remove(Array(desk.at("copy/boxes")))
    desk.copy("whole/boxes", to: "copy/boxes")
    #expect(try await desk.run("verify", "copy", "--enter", "--vault", "vault").code == 0)
    #expect(try await desk.run("status").code == 0)
  }

  @Test func remarksSayWhatToDo() throws {
    let place = PlaceCoverage(
      place: try Identifier.random(), location: nil, isHome: false, boxes: 3, verified: 0, oldest: nil)
    let remarks: [(VaultStatus.Remark, String)] = [
      (
        .epochsDue(["basic", "journal"], days: 365),
        "older than the 365 days of the policy: the newest epoch of basic, journal; strongroom keys rotate --class NAME"
      ),
      (.noSnapshot, "no snapshot was ever completed; strongroom snapshot take DESTINATION --new begins one"),
      (
        .unfinishedSnapshot(entry: 9),
        "snapshot 9 broke off, or still runs, so nothing newer can be restored; strongroom snapshot take DESTINATION"
      ),
      (.sealedSinceSnapshot(1), "1 box was sealed since the last snapshot"),
      (.sealedSinceSnapshot(2), "2 boxes were sealed since the last snapshot"),
      (.spaceShort(2048), "2.00 KiB are left, less than came within the last 30 days"),
      (
        .neverVerified(place),
        "no box at place \(place.place.hex.prefix(8)) was ever verified; strongroom verify PLACE --level hash --enter"
      ),
      (.drillMissed(entry: 7), "the last drill, entry 7, missed its objectives"),
      (.notCounted(2), "2 ledger entries don't count; strongroom ledger verify names them"),
    ]
    for (remark, words) in remarks { #expect(remark.words == words) }
  }
}
