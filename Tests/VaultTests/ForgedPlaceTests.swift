import Backup
import Foundation
import Sealing
import Storage
import TestKit
import Testing

@testable import Vault

/// What only somebody with keys could have put into a place: both programs that were written from Docs/Format.md use and
/// refuse the same of it.
@Suite(.enabled(if: Python.path != nil || Python.isCI, Python.missing))
struct ForgedPlaceTests {
  /// What Tests/Reader/forge_place.py makes, and what comes of it.
  struct Case: CustomTestStringConvertible {
    let kind: String
    /// Nil where nothing of the keyring may be used.
    let files: Set<String>?
    let findings: Set<Finding.Kind>

    init(_ kind: String, _ files: Set<String>?, _ findings: Set<Finding.Kind> = []) {
      (self.kind, self.files, self.findings) = (kind, files, findings)
    }

    var testDescription: String { kind }
  }

  static let mail: Set = ["communications/C000001/mail"]
  static let first = mail.union(["contracts/C000001/letter"])
  static let all = first.union(["contracts/C000002/letter"])

  static let cases: [Case] =
    [Case("honest", all)]
    // Boxes.
    + ["header_magic", "header_version", "header_reserved", "header_vault"].map { Case($0, mail, [.damaged]) }
    + ["frames_first", "field_twice", "default_written"].map { Case($0, mail, [.damaged]) }
    + [
      Case("whole", all, [.damaged]), Case("set", all.union(["communications/C000003/calls/long.wav"])),
      Case("tie", first),
      Case(
        "twins",
        mail.union([
          "contracts/%id-278fc178f0705bfcec73dd01777c7a10/letter",
          "contracts/%id-ebd393c70552845a7d9139090c424185/letter",
        ]), [.mislabelled]),
    ]
    // The keyring.
    + ["names", "named_directory", "directory_retired", "entry_size"].map { Case($0, nil) }
    + ["zero_key", "id_twice", "directory_row"].map { Case($0, all, [.damaged]) }
    + ["page_key", "page_count", "page_size", "page_first", "page_last", "page_range", "hidden"].map {
      Case($0, first, [.damaged])
    }
    + [Case("impossible", all), Case("stranger", all, [.exposed]), Case("nowhere", all, [.ignored])]
    // What was erased.
    + [
      Case("erased_bundles", ["contracts/C000002/letter"]), Case("erased_behind", first),
      Case("erased_one_of_two", [], [.lost]), Case("epoch_alone", mail, [.lost, .exposed]),
      Case(
        "brought_back",
        ["contracts/%id-ebd393c70552845a7d9139090c424185/letter", "contracts/C000002/letter"],
        [.exposed, .mislabelled]),
    ]
    + ["erased_then_ended", "erased_others", "erased_unread", "erased_too_many"].map {
      Case($0, ["contracts/C000002/letter"], [.lost])
    }
    // Entries that count or don't.
    + [
      "accounts", "held_before", "superseded", "drops", "used", "expired", "revoking", "recovering", "bounds",
      "holds", "changes", "accesses", "findings", "many_findings", "attests", "forgets",
    ].map { Case($0, all) }
    + [Case("holds_unread", all, [.lost])]
    // The place.
    + [Case("not_copied", mail, [.missing])]
    + ["pipe", "folder", "link"].map { Case($0, all, [.damaged]) }

  /// Boxes that stand in the place of others.
  static let moved: [Case] =
    [
      "moved_boxes", "moved_back", "moved_twice", "moved_behind", "moved_back_behind", "moved_back_before",
      "same_id", "older_moved", "tie_moved", "epochs", "moves", "many_moved", "move_snapshots", "hold_backs",
    ].map { Case($0, all) }
    + [Case("moved_away", mail), Case("epoch_destroyed", mail, [.lost])]
    + ["sealed_row", "row_of_none", "row_of_a_move", "row_uncounted"].map { Case($0, first, [.ignored]) }
    + ["row_ignored_first", "bundle_twice", "bundle_compared", "bundle_compared_behind"].map {
      Case($0, all, [.ignored])
    }

  /// What was left out because its time is over, or because it is lost.
  static let disposed: [Case] =
    [
      "disposals", "disposal_removed", "disposal_hold_backs", "disposal_looks", "disposal_ended",
      "disposal_alone", "disposal_chains", "disposal_put_back", "disposal_times", "losses",
    ].map { Case($0, all) }
    + [
      Case(
        "disposed",
        all.union([
          "contracts/C000001/notes/page", "contracts/C000001/notes~test", "contracts/C000002/old",
        ])),
      Case(
        "disposed_back",
        all.union([
          "contracts/C000001/gone", "contracts/C000001/notes", "contracts/C000001/notes~test/page",
          "contracts/C000002/old",
        ])),
      Case("disposed_behind", all.union(["contracts/C000001/old"])),
      Case("disposed_compared", all, [.ignored]),
    ]

  private func forged(_ kind: String, toWrite: Bool = false) async throws -> (OpenPlace, Scratch) {
    let scratch = Scratch()
    let made = try Python.run("forge_place.py", [scratch.at("out"), kind])
    try #require(made.status == 0, "\(made.errors)")
    let report = try JSONSerialization.jsonObject(
      with: Data(#require(Files.read(scratch.at("out/records.json")))))
    let object = try #require(report as? [String: Any])
    let vault = try #require(Identifier(hex: object["vault"] as? String ?? ""))
    let opened = try await OpenPlace.open(
      .folder(scratch.at("out/place")), in: Machine(memory: scratch.at("memory")) { Clock.start },
      expecting: vault, toWrite: toWrite)
    // Both fold the same.
    let uncounted = try #require(object["uncounted"] as? [[String: Any]]).map {
      "\($0["entry"] ?? "?") \($0["rule"] ?? "?")"
    }
    #expect(
      opened.state.notCounted.map { "\($0.number) \($0.rule == .eyes ? "four eyes" : "\($0.rule)")" }
        == uncounted)
    return (opened, scratch)
  }

  private func identity(_ scratch: Scratch) throws -> KeySource {
    let text = try #require(Files.read(scratch.at("out/custodian.identity")))
    return .identity(try IdentityFile.identity(from: Secret(copying: text)))
  }

  @Test(arguments: cases + moved + disposed) func bothReadersUseAndRefuseTheSame(_ this: Case) async throws {
    let (opened, scratch) = try await forged(this.kind)
    let place = [scratch.at("out/place"), "--identity", scratch.at("out/custodian.identity")]
    let verified = try Python.reader(["verify"] + place)
    guard let files = this.files else {
      #expect(verified.status == 1 && verified.errors.contains("keyring/"), "\(verified.errors)")
      #expect(await code { try await opened.unlock(with: try identity(scratch)) } == .damaged)
      return
    }
    #expect(verified.status == (this.findings.isEmpty ? 0 : 2), "\(verified.errors)")
    try await opened.unlock(with: try identity(scratch))
    let outcome = try await Verifier(of: opened, level: .open).run { _ in }
    // That a copy broke off behind its snapshot is no fault of what it holds.
    let told = { (findings: [Finding]) in Set(findings.map(\.kind)).subtracting([.unfinished]) }
    #expect(told(outcome.findings) == this.findings, "\(outcome.findings)")
    #expect(outcome.incompleteParts == (this.kind == "set" ? 1 : 0))
    let restored = try await Verifier(of: opened, level: .restore, scratch: scratch.path).run { _ in }
    #expect(told(restored.findings) == this.findings, "\(restored.findings)")
    #expect(restored.records == UInt64(files.count))

    _ = try await Exporter(from: opened).run(to: scratch.at("ours")) { _ in }
    let exported = try Python.reader(["export", place[0], scratch.at("theirs")] + place.dropFirst())
    #expect(exported.status != 1, "\(exported.errors)")
    let ours = Files.tree(scratch.at("ours"))
    #expect(Set(ours.keys.map { String(decoding: $0, as: UTF8.self) }) == files)
    #expect(ours == Files.tree(scratch.at("theirs")))
  }

  /// An archivist may enter any page; none of them keeps a custodian from changing keys.
  @Test func aPageThatCanNotBeUsedIsLeftOut() async throws {
    let (opened, scratch) = try await forged("nowhere", toWrite: true)
    try await opened.unlock(with: try identity(scratch))
    _ = try await opened.rotate(sections: ["contracts"])
    #expect(opened.state.generation?.change.refused.count == 1)
    #expect(try await Verifier(of: opened, level: .open).run { _ in }.isWhole)
  }
}
