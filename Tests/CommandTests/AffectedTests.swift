import Glibc
import TestKit
import Testing

/// After damage people want to know whose records are concerned, not which boxes.
@Suite struct AffectedTests {
  @Test("What is damaged or gone is told by class, customer and record to who may know")
  func whose() async throws {
    let desk = try await Desk.withRecords()
    let boxes = try await Self.boxes(of: desk)
    let basic = try #require(boxes["basic"])
    let contracts = try #require(boxes["contracts"])
    Files.flip(desk.at("vault/\(basic)"), at: 40)
    let verified = try await desk.run("verify", "vault")
    #expect(verified.code == 2)
    #expect(
      verified.result.contains("affected: basic/C1: letter.txt\n"), "\(verified.said)\(verified.result)")
    #expect(
      !verified.result.contains("contracts/C2") && !verified.said.contains("letter.txt"),
      "\(verified.said)\(verified.result)")
    let shown = try await desk.run("verify", "vault", "--json")
    #expect(shown.result.contains(#""affected":{"customers":[{"class":"basic","#), "\(shown.result)")
    #expect(shown.result.contains(#""path":"letter.txt""#), "\(shown.result)")
    // Without an identity nothing is read, and it is said how.
    let bare = try await desk.run("verify", "vault", with: ["STRONGROOM_IDENTITY": ""])
    #expect(bare.code == 2 && !bare.result.contains("letter.txt"), "\(bare.said)\(bare.result)")
    #expect(bare.said.contains("hint: with --identity"), "\(bare.said)\(bare.result)")

    // What is gone was known by this machine; its tables are gone too.
    Files.unlink(desk.at("vault/\(contracts)"))
    let gone = try await desk.run("verify", "vault")
    #expect(
      gone.result.contains(
        /affected: contracts\/customer with the id [0-9a-f]{32}: 1 record \(or parts of large ones\) in tables/
      ),
      "\(gone.said)\(gone.result)")
    Files.flip(desk.at("vault/\(basic)"), at: 40)
    let exported = try await desk.run("export", "out")
    #expect(exported.code == 2)
    #expect(
      exported.result.contains(/affected: contracts\/customer with the id [0-9a-f]{32}: 1 record/),
      "\(exported.said)\(exported.result)")
    // A refusal before the first record leaves nothing, and doesn't say that it did.
    let none = try await desk.run("export", "nothing", "--subject", "nobody")
    #expect(none.code == 1 && !none.said.contains("may lie in") && !desk.has("nothing"), "\(none.said)")
    // A machine that never saw it says that it doesn't know.
    let elsewhere = ["STRONGROOM_CACHE": desk.at("home/elsewhere")]
    let unknown = try await desk.run("verify", "vault", with: elsewhere)
    #expect(
      unknown.result.contains("affected: 1 box of which this machine doesn't know"),
      "\(unknown.said)\(unknown.result)")
    #expect(try await desk.run("ls", "copy", with: elsewhere).code == 0)
    let known = try await desk.run("verify", "vault", with: elsewhere)
    #expect(known.result.contains("affected: contracts/customer"), "\(known.said)\(known.result)")
  }

  @Test("A copy from which a box doesn't come back says whose records it held")
  func restored() async throws {
    let desk = try await Desk.withRecords()
    desk.write("their name", to: "archive/basic/C2/name.txt")
    for arguments in [["seal", "archive"], ["snapshot", "take", "copy"]] {
      #expect(try await desk.run(arguments).code == 0)
    }
    let contracts = try #require(try await Self.boxes(of: desk)["contracts"])
    Files.unlink(desk.at("copy/\(contracts)"))
    let ran = try await desk.run("restore", "copy", "again")
    #expect(ran.code == 2)
    // Its tables are gone with it; who that is, tables of another class tell.
    #expect(
      ran.result.contains("affected: contracts/C2: 1 record (or parts of large ones)"),
      "\(ran.said)\(ran.result)")
    #expect(!ran.result.contains("affected: basic"), "\(ran.said)\(ran.result)")
    let bare = try await desk.run(
      "restore", "copy", "other", with: ["STRONGROOM_IDENTITY": ""])
    #expect(bare.code == 2 && bare.said.contains("hint: with --identity"), "\(bare.said)\(bare.result)")
  }

  /// The box of each class: each was sealed into one. The catalog of this machine knows them from here on.
  private static func boxes(of desk: Desk) async throws -> [String: String] {
    guard try await desk.run("ls").code == 0 else { throw Trouble("nothing can be listed") }
    var found: [String: String] = [:]
    for box in desk.files("vault/boxes") where box.utf8.count > 64 {
      rename(desk.at("vault/boxes/\(box)"), desk.at("aside"))
      for name in ["basic", "contracts"] {
        let look = try await desk.run("export", "look/\(name)-\(box.suffix(8))", "--class", name)
        if look.code != 0 { found[name] = "boxes/\(box)" }
      }
      rename(desk.at("aside"), desk.at("vault/boxes/\(box)"))
    }
    return found
  }
}
