import TestKit
import Testing

/// Runbook, 6b, as it is written: a custodian is lost, and holders of sheets and the other custodian go on.
@Suite(.timeLimit(.minutes(10))) struct LostCustodianTests {
  /// Two custodians, and five people who have a sheet each; `ada`, who founded the vault, is lost.
  private static func house() async throws -> Gathering {
    let house = try await Gathering.around(["ada", "ben"], operator: "olga")
    house.desk.write("a first letter", to: "archive/basic/C1/letter.txt")
    try await house.does("ada", "strongroom seal archive")
    try await house.both("ada", "strongroom shares split --threshold 3 --shares 5 --out sheets", "ben")
    try await house.does("olga", "strongroom snapshot take copy --new")
    try house.meets("room")
    return house
  }

  @Test func theChapterIsFollowed() async throws {
    let chapter = try Chapter("6b. A lost custodian: recovery shares", of: "Docs/Runbook.md")
    let house = try await Self.house()
    try await Self.look(chapter, house)
    try await Self.takeOver(chapter, house)
    try await Self.renew(chapter, house)
    #expect(chapter.left == [])
  }

  private static func look(_ chapter: Chapter, _ house: Gathering) async throws {
    let combine = "strongroom shares combine FILE..."
    let two = try await house.does(
      "room", chapter.command(combine, ["FILE...": Sheet.files(4, 1)]), code: 2)
    #expect(two.said.contains("1 more is needed"), "\(two.said)")
    let three = try await house.does("room", chapter.command(combine, ["FILE...": Sheet.files(4, 1, 5)]))
    let printed = try Sheet(Sheet.files(1), at: house.desk).fingerprint.replacing(" ", with: "")
    #expect(three.result.contains(printed), "\(three.result)")
    let typed = try Sheet.typed(5, 2, 3, at: house.desk)
    let misspelt = (to: typed[0].to, with: "zzzz " + typed[0].with)
    let asked = try await house.does(
      "room", chapter.command("strongroom shares combine -"), [misspelt] + typed)
    #expect(asked.said.contains("word 1 isn't in the list"), "\(asked.said)")
    #expect(asked.result.contains(printed) && !asked.said.contains(typed[0].with), "\(asked.result)")

    let enough = ["FILE...": Sheet.files(1, 3, 4)]
    let tested = try await house.does("room", chapter.command("strongroom shares test", enough))
    #expect(tested.result.contains("open keyring generation"), "\(tested.result)")
    try await house.does(
      "room",
      chapter.command("strongroom export", enough.merging(["FOLDER": "out"]) { $1 }))
    #expect(try house.desk.text("out/basic/C1/letter.txt") == "a first letter")
  }

  private static func takeOver(_ chapter: Chapter, _ house: Gathering) async throws {
    let file = "dora/dora.identity"
    let passphrase = "three kettles under snow"
    house.desk.write("", to: "dora/medium")
    try await house.does(
      "dora", chapter.command("strongroom identity new", ["NEWFILE": file]),
      [("generate one): ", passphrase), ("again: ", passphrase)])
    try house.meets("dora")
    house.exports("dora", "export STRONGROOM_IDENTITY=\(file)")
    func approved(_ line: String) async throws {
      let request = try await house.asks("room", line)
      try await house.does("ben", chapter.command("strongroom request approve", ["ENTRY": request]))
    }
    let enough = ["FILE...": Sheet.files(1, 3, 4)]
    try await approved(
      chapter.command(
        "strongroom grant add", enough.merging(["NEWFILE": file, "NAME": "dora"]) { $1 }))
    let opened = try await house.does(
      "dora", chapter.command("strongroom keys list"), [("passphrase of \(file): ", passphrase)])
    #expect(opened.result.contains("basic"), "\(opened.result)")
    let ada = try await house.id(of: "ada")
    let list = try await house.does("ben", chapter.command("strongroom grant list"))
    #expect(list.result.contains(ada), "\(list.result)")
    try await approved(
      chapter.command(
        "strongroom grant revoke IDENTITY", enough.merging(["IDENTITY": ada]) { $1 }))
    #expect(try await house.types("ada", "strongroom find").code == 12)
  }

  /// A new set takes the place of the old one, and in the end the vault is lost, too.
  private static func renew(_ chapter: Chapter, _ house: Gathering) async throws {
    let asks = [(to: "passphrase of dora/dora.identity: ", with: "three kettles under snow")]
    let sheet = try Sheet(Sheet.files(1), at: house.desk)
    for line in [
      try chapter.command("strongroom shares split", ["FOLDER": "new"]),
      try chapter.command("strongroom grant revoke FINGERPRINT", ["FINGERPRINT": "'\(sheet.fingerprint)'"]),
    ] {
      let request = try await house.asks("dora", line, asks)
      try await house.does("ben", chapter.command("strongroom request approve", ["ENTRY": request]))
    }
    let old = try await house.types("room", "strongroom shares test --shares \(Sheet.files(1, 2, 3))")
    #expect(old.code == 12 && old.said.contains("was revoked"), "\(old.said)")

    try await house.does("olga", "strongroom snapshot take copy")
    try await house.does("room", "mv vault lost && strongroom restore copy again")
    let sheets = ["FILE...": Sheet.files(2, 4, 5, in: "new"), "NEWVAULT": "again"]
    try await house.does("room", chapter.command("strongroom recover", sheets))
    house.desk.write("a second letter", to: "archive/basic/C1/second.txt")
    try await house.does("ben", "strongroom seal archive --vault again")
  }

  @Test func sharesAloneGrantNoCustodian() async throws {
    let house = try await Gathering.around(["ada"], operator: "olga")
    house.desk.write("a first letter", to: "archive/basic/C1/letter.txt")
    try await house.does("ada", "strongroom seal archive")
    try await house.does("ada", "strongroom shares split --threshold 3 --shares 5 --out sheets")
    try house.meets("room")
    try await house.arrives("dora")
    let shares = "--shares \(Sheet.files(1, 3, 5))"
    let request = try await house.asks(
      "room", "strongroom grant add \(house.file(of: "dora")).pub --role custodian \(shares)")
    let own = try await house.types("room", "strongroom request approve \(request) \(shares)")
    #expect(own.code == 13, "\(own.said)")
    try await house.does("room", "strongroom export out \(shares)")
    #expect(try house.desk.text("out/basic/C1/letter.txt") == "a first letter")
  }
}
