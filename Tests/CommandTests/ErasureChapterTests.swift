import TestKit
import Testing

/// Runbook, 6a, as it is written: two custodians and an operator erase a customer, at the vault and at three other places.
@Suite(.timeLimit(.minutes(10))) struct ErasureChapterTests {
  /// `far` is away after the first snapshot; `gone` is lost later.
  private static let places = ["near", "far", "gone"]

  private static func house() async throws -> Gathering {
    let house = try await Gathering.around(["ada", "ben"], operator: "olga")
    for number in 1...4 {
      house.desk.write("letter of customer \(number)", to: "archive/basic/C\(number)/letter.txt")
      house.desk.write("contract with customer \(number)", to: "archive/contracts/C\(number)/contract.txt")
    }
    // As large as an archive is beside its keyring, which may be erased without a further word then.
    var dice = Dice(6)
    Files.write(dice.noise(3_000_000), to: Array(house.desk.at("archive/basic/C5/scan.tif").utf8))
    try await house.does("ada", "strongroom seal archive")
    for place in places { try await house.does("olga", "strongroom snapshot take \(place) --new") }
    return house
  }

  @Test func theChapterIsFollowed() async throws {
    let chapter = try Chapter("6a. A customer asks to be erased", of: "Docs/Runbook.md")
    let house = try await Self.house()
    house.day = 10
    let entry = try await Self.erase("C2", chapter, house)
    try await Self.undo(chapter, house)
    try await Self.hold(chapter, house)
    house.day = 14
    try await Self.certify(entry, chapter, house)
    try await Self.complete(entry, chapter, house)
    try await Self.redo(entry, chapter, house)
    #expect(chapter.left == [])
  }

  /// The number of its entry, which the order is called by.
  private static func order(in ran: Ran) throws -> String {
    String(try #require(ran.result.firstMatch(of: /erasures\/erasure-([0-9]+)\.order\.json/)).output.1)
  }

  private static func approve(_ line: String, of customer: String, _ chapter: Chapter, _ house: Gathering)
    async throws -> String
  {
    let request = try await house.asks("ada", line)
    let blind = try await house.types("ben", "strongroom request approve \(request)")
    #expect(blind.code == 13 && blind.said.contains("from the paper before you"), "\(blind.said)")
    let approve = try chapter.command(
      "strongroom request approve", ["REQUEST": request, "NUMBER": customer])
    return try order(in: try await house.does("ben", approve))
  }

  private static func erase(_ customer: String, _ chapter: Chapter, _ house: Gathering) async throws -> String
  {
    let dry = try await house.does(
      "ada", chapter.command("strongroom erase NUMBER --dry-run", ["NUMBER": customer]))
    #expect(dry.result.contains("1 customer: 2 keys"), "\(dry.result)")
    let line = try chapter.command(
      "strongroom erase NUMBER --reason", ["NUMBER": customer, "'...'": "'asked by letter'"])
    let entry = try await approve(line, of: customer, chapter, house)
    #expect(try await !house.does("ben", "strongroom find").result.contains("/\(customer)/"))
    // An operator's snapshot leaves it uncompared, and a custodian's doesn't.
    let take = "strongroom snapshot take DESTINATION"
    try await house.does("olga", "strongroom snapshot take near")
    #expect(try await house.does("ada", "strongroom erase list").result.contains("waits for another"))
    try await house.does("ada", chapter.command(take, ["DESTINATION": "near"]))
    let list = try await house.does("ada", chapter.command("strongroom erase list"))
    #expect(list.result.contains(try Regex("(?m)^\(entry) .*: in its hold-back$")), "\(list.result)")
    try await house.does("ada", "strongroom snapshot take gone")
    return entry
  }

  private static func undo(_ chapter: Chapter, _ house: Gathering) async throws {
    let wrong = try await approve("strongroom erase C4", of: "C4", chapter, house)
    #expect(try await !house.does("ada", "strongroom find").result.contains("/C4/"))
    try await house.both("ada", chapter.command("strongroom erase undo", ["ENTRY": wrong]), "ben")
    #expect(try await house.does("ada", "strongroom find").result.contains("/C4/"))
  }

  private static func hold(_ chapter: Chapter, _ house: Gathering) async throws {
    let place = try chapter.command("strongroom hold place", ["CASE": "'case 7'", "NUMBER": "C3"])
    let held = try await house.does("ben", place)
    let hold = String(try #require(held.result.firstMatch(of: /hold ([0-9]+)/)).output.1)
    let kept = try await house.types("ada", "strongroom erase C3 --reason 'asked'")
    #expect(kept.code == 13 && kept.said.contains("entered as finding"), "\(kept.said)")
    let run = try chapter.command("strongroom erase run")
    #expect(try await house.does("ada", run).result.contains("nothing is due"))
    try await house.both("ada", chapter.command("strongroom hold release", ["HOLD": hold]), "ben")
    _ = try await approve(run, of: "C3", chapter, house)
    #expect(try await !house.does("ada", "strongroom find").result.contains("/C3/"))
    // So that ada's program compares this one, too.
    try await house.does("ada", "strongroom snapshot take near")
  }

  private static func certificate(_ entry: String, _ chapter: Chapter) throws -> String {
    try chapter.command("strongroom erase certificate", ["ENTRY": entry, "NUMBER": "C2"])
  }

  /// The hold-back is over at the vault, and at `near`.
  private static func certify(_ entry: String, _ chapter: Chapter, _ house: Gathering) async throws {
    let certificate = try certificate(entry, chapter)
    #expect(try await house.types("ada", certificate).said.contains("isn't removed from the vault yet"))
    let look = try await house.does("ada", chapter.command("strongroom gc --dry-run"))
    #expect(look.result.contains("would be erased") && !look.result.contains("limit"), "\(look.result)")
    try await house.does("ada", chapter.command("strongroom gc"))
    let list = try await house.does("ada", "strongroom erase list")
    #expect(
      list.result.contains(try Regex("(?m)^\(entry) .*: the keys are gone from here$")), "\(list.result)")
    let again = try await house.does(
      "olga", chapter.command("strongroom snapshot take", ["DESTINATION": "near"]))
    #expect(again.result.contains("erased that nothing needs since the hold-back is over"), "\(again.result)")
    try await house.does("olga", chapter.command("strongroom verify --level hash"))
    try await house.does("olga", chapter.command("strongroom verify DESTINATION", ["DESTINATION": "near"]))
    let early = try await house.does("ada", certificate)
    #expect(early.result.contains("pending at 2 of 4 places"), "\(early.result)")
    let file = "erasures/erasure-\(entry).json"
    #expect(try !house.desk.text(file).contains("C2"))
    #expect(try house.desk.text("erasures/erasure-\(entry).en.html").contains("C2"))
    try await house.does("ben", chapter.command("strongroom erase check", ["FILE": file]))
    let proof = try chapter.command(
      "strongroom proof check", ["ENTRY": entry, "VAULT-ID": try house.card()])
    // Anybody, without vault or identity.
    try await house.does("customer", proof)
  }

  /// `gone` is given up, and `far` comes back with the keys, which it loses behind its own hold-back.
  private static func complete(_ entry: String, _ chapter: Chapter, _ house: Gathering) async throws {
    let lost = try await house.desk.shell("rm -r gone && cp -a far older")
    #expect(lost.code == 0, "\(lost.said)")
    let copying = try await house.does("ada", chapter.command("strongroom ledger show --event copying"))
    let id = try #require(
      copying.result.firstMatch(of: /to place ([0-9a-f]+)\n +name: \S*\/gone\n/), "\(copying.result)")
    try await house.does("ada", chapter.command("strongroom destination forget", ["ID": String(id.output.1)]))

    let pending = try await house.does("ada", certificate(entry, chapter))
    #expect(pending.result.contains("pending at 1 of 4 places"), "\(pending.result)")
    try await house.does("olga", "strongroom snapshot take far")
    house.day = 18
    try await house.does("olga", "strongroom snapshot take far")
    try await house.does("olga", "strongroom verify far --level hash --enter")
    let whole = try await house.does("ada", certificate(entry, chapter))
    #expect(whole.result.contains("complete, attested by entry"), "\(whole.result)")
    let given = try Regex("\"place\" : \"\(id.output.1)[0-9a-f]+\",\\s+\"state\" : \"forgotten\"")
    #expect(try house.desk.text("erasures/erasure-\(entry).json").contains(given))
  }

  /// The vault burns with every machine, and what comes back never heard of the erasure.
  private static func redo(_ entry: String, _ chapter: Chapter, _ house: Gathering) async throws {
    let burnt = try await house.desk.shell("rm -r vault near far")
    #expect(burnt.code == 0, "\(burnt.said)")
    house.loseMachines()
    try await house.does("ada", "strongroom restore older again && strongroom recover again")
    for who in ["ada", "ben"] { house.exports(who, "export STRONGROOM_VAULT=again") }
    #expect(try await house.does("ada", "strongroom find").result.contains("/C2/"))
    let redo = try chapter.command(
      "strongroom erase redo", ["ORDER...": "erasures/erasure-\(entry).order.json"])
    _ = try await approve(redo, of: "C2", chapter, house)
    let found = try await house.does("ada", "strongroom find")
    #expect(!found.result.contains("/C2/") && found.result.contains("/C3/"), "\(found.result)")
  }
}
