import TestKit
import Testing

/// Runbook, 6, as it is written: by the custodians who are left, and with the thief at a machine of their own.
@Suite(.timeLimit(.minutes(10))) struct StolenKeyTests {
  private static func house(_ custodians: [String]) async throws -> Gathering {
    let house = try await Gathering.around(custodians, operator: "olga")
    house.desk.write("a first letter", to: "archive/basic/C1/letter.txt")
    house.desk.write("a contract of some pages", to: "archive/contracts/C2/contract.txt")
    try await house.does("ada", "strongroom seal archive")
    try await house.does("olga", "strongroom snapshot take copy --new")
    return house
  }

  /// The thief has somebody's file, and a copy of the vault as it was then.
  private static func steal(_ who: String, in house: Gathering) async throws {
    let stolen = try await house.desk.shell(
      "mkdir thief && cp \(house.file(of: who)) thief && cp -a copy thief")
    #expect(stolen.code == 0, "\(stolen.said)")
    try house.meets("thief")
    house.exports("thief", "export STRONGROOM_IDENTITY=thief/\(who).identity")
  }

  @Test func theChapterIsFollowed() async throws {
    let chapter = try Chapter("6. A stolen key", of: "Docs/Runbook.md")
    try await Self.oneOfThree(chapter)
    try await Self.oneOfTwo(chapter)
    #expect(chapter.left == [])
  }

  private static func oneOfThree(_ chapter: Chapter) async throws {
    let house = try await house(["ada", "ben", "cy"])
    try await steal("cy", in: house)
    try await house.arrives("friend")
    try await house.does(
      "thief", "strongroom grant add \(house.file(of: "friend")).pub --role clerk --class contracts")

    let cy = try await house.id(of: "cy")
    let list = try await house.does("ada", chapter.command("strongroom grant list"))
    #expect(list.result.contains(try Regex("\(cy) +custodian .* cy\n")), "\(list.result)")
    let revoke = try chapter.command("strongroom grant revoke", ["IDENTITY": cy, "'...'": "'stolen'"])
    let request = try await house.asks("ada", revoke)
    #expect(try await house.types("thief", "strongroom request decline \(request)").code == 13)
    #expect(try await house.types("thief", "strongroom request approve \(request)").code == 13)
    #expect(try await house.types("ada", "strongroom request approve \(request)").code == 13)
    try await house.does("ben", chapter.command("strongroom request approve", ["ENTRY": request]))
    #expect(try await house.types("thief", "strongroom find").code == 12)

    // Whom the thief let in is found, and goes likewise.
    let friend = try await house.id(of: "friend")
    let done = try await house.does("ada", chapter.command("strongroom ledger show", ["IDENTITY": cy]))
    #expect(done.result.contains("granted") && done.result.contains(String(friend.prefix(8))))
    #expect(done.result.contains("keyring") && !done.result.contains("sealed"), "\(done.result)")
    let likewise = try chapter.command(
      "strongroom grant revoke", ["IDENTITY": friend, "'...'": "'the thief'"])
    let gone = try await house.does("ada", likewise)
    #expect(gone.result.contains("new epochs: ") && gone.result.contains("contracts"), "\(gone.result)")

    try await house.does("ada", chapter.command("strongroom keys rotate", ["CLASS": "basic"]))
    house.desk.write("a later letter", to: "archive/basic/C1/later.txt")
    try await house.does("ada", "strongroom seal archive")
    try await house.does("olga", chapter.command("strongroom snapshot take", ["DESTINATION": "copy"]))
    // What was copied before opens to the thief; what lies there now doesn't.
    let before = try await house.does("thief", "strongroom find --vault thief/copy")
    #expect(before.result.contains("letter.txt") && !before.result.contains("later.txt"))
    #expect(try await house.types("thief", "strongroom find --vault copy").code == 12)
    #expect(try await house.does("ben", "strongroom find").result.contains("later.txt"))
  }

  private static func oneOfTwo(_ chapter: Chapter) async throws {
    let house = try await house(["ada", "ben"])
    try await steal("ben", in: house)
    let ben = try await house.id(of: "ben")
    let request = try await house.asks("ada", "strongroom grant revoke \(ben)")
    #expect(try await house.types("ada", "strongroom request approve \(request)").code == 13)

    try await house.does("ada", chapter.command("strongroom export", ["FOLDER": "saved"]))
    try await house.does(
      "ada", chapter.command("strongroom init", ["NEWVAULT": "another", "FILE": house.file(of: "ada")]))
    let id = try house.card(of: "another")
    #expect(id != (try house.card()))
    let seal = try chapter.command(
      "strongroom seal", ["FOLDER": "saved", "NEWVAULT": "another", "NEW-ID": id])
    #expect(try await house.does("ada", seal).result.contains("2 new"))
    let there = "--vault another --vault-id \(id)"
    let found = try await house.does("ada", "strongroom find \(there)")
    #expect(found.result.contains("letter.txt") && found.result.contains("contract.txt"))
    #expect(try await house.types("thief", "strongroom find \(there)").code == 12)
  }
}
