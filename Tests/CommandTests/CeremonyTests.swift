import TestKit
import Testing

/// The ceremony of Keys/README.md and what comes after it, as they are written: two custodians, each with a closed identity file
/// and a passphrase of their own.
@Suite(.timeLimit(.minutes(10))) struct CeremonyTests {
  private static let guide = "Keys/README.md"
  private static let passphrases = [
    "ada": "three kettles under snow", "ben": "seven lanterns by the weir",
    "envelope": "amber kettles drift under seven silent lanterns",
  ]

  private static func file(of who: String) -> String { "\(who)/\(who).identity" }

  /// How somebody opens their file, where that is asked.
  private static func opening(_ who: String) -> [(to: String, with: String)] {
    [(to: "passphrase of \(file(of: who)): ", with: passphrases[who] ?? "")]
  }

  private static func making(_ who: String) -> [(to: String, with: String)] {
    let passphrase = passphrases[who] ?? ""
    return [(to: "(empty: generate one): ", with: passphrase), (to: "again: ", with: passphrase)]
  }

  @Test func aVaultIsFoundedAndLivesOn() async throws {
    let house = try await Gathering()
    let founding = try Chapter("The ceremony: founding a vault", of: Self.guide)
    try await Self.found(founding, house)
    try await Self.share(founding, house)
    try await Self.envelope(founding, house)
    try await Self.trial(founding, house)
    #expect(founding.left == [])
    house.day = 370
    try await Self.everyYear(house)
    try await Self.leaving(house)
    try await Self.lostShare(house)
  }

  /// What takes two: ada asks, and ben looks and approves.
  private static func both(_ line: String, _ chapter: Chapter, _ house: Gathering) async throws {
    let request = try await house.asks("ada", line, opening("ada"))
    let list = try await house.does("ben", chapter.command("strongroom request list"), opening("ben"))
    #expect(list.result.hasPrefix("\(request)  "), "\(list.result)")
    let approve = try chapter.command("strongroom request approve", ["ENTRY": request])
    try await house.does("ben", approve, opening("ben"))
  }

  // MARK: founding

  private static func found(_ chapter: Chapter, _ house: Gathering) async throws {
    for who in ["ada", "ben"] {
      let file = file(of: who)
      house.desk.write("", to: "\(who)/medium")
      try await house.does(
        who, chapter.command("strongroom identity new FILE --closed", ["FILE": file]), making(who))
      let shown = try await house.does(
        who, chapter.command("strongroom identity show", ["FILE": file]), opening(who))
      #expect(shown.result.contains(try await house.id(of: who)), "\(shown.result)")
      #expect(try house.desk.text(file).hasPrefix(#"{"format":"strongroom closed identity""#))
    }
    let first = file(of: "ada")
    let founded = try await house.does(
      "ada", chapter.command("strongroom init", ["VAULT": "vault", "FILE": first]), opening("ada"))
    #expect(founded.result.contains(try house.card()), "\(founded.result)")
    for who in ["ada", "ben"] {
      house.exports(who, try chapter.command("export", ["VAULT": "vault", "FILE": file(of: who)]))
    }
    let grant = try chapter.command(
      "strongroom grant add SECOND.pub", ["SECOND": file(of: "ben"), "NAME": "ben"])
    let granted = try await house.does("ada", grant, opening("ada"))
    #expect(
      granted.said.contains(
        "make \(try await house.id(of: "ben")) a custodian, who opens everything, called \"ben\""),
      "\(granted.said)")
    let list = try await house.does(
      "ben", chapter.command("strongroom keys list", ["VAULT-ID": try house.card()]), opening("ben"))
    for section in ["directory", "journal", "basic", "transactions", "contracts", "communications"] {
      #expect(list.result.contains("\n\(section) ("), "\(list.result)")
    }
  }

  private static func share(_ chapter: Chapter, _ house: Gathering) async throws {
    try await both(chapter.command("strongroom shares split", ["FOLDER": "sheets"]), chapter, house)
    let requests = try await house.does("ben", "strongroom request list --all", opening("ben"))
    let all = try await house.does(
      "ada", chapter.command("strongroom shares combine", ["FILE...": Sheet.files(1, 2, 3, 4, 5)]))
    let id = try #require(all.result.firstMatch(of: /identity ([0-9a-f]{32})/)).output.1
    #expect(
      requests.result.contains("make \(id) a custodian, who opens everything, called \"recovery shares\""),
      "\(requests.result)")
    let tested = try await house.does(
      "ada", chapter.command("strongroom shares test", ["FILE...": Sheet.files(2, 4, 5)]))
    #expect(tested.result.contains("open keyring generation"), "\(tested.result)")
  }

  private static func envelope(_ chapter: Chapter, _ house: Gathering) async throws {
    let file = file(of: "envelope")
    house.desk.write("", to: "envelope/medium")
    let made = try await house.does(
      "ada", chapter.command("strongroom identity new OTHER --passphrase", ["OTHER": file]),
      making("envelope"))
    #expect(!house.desk.has(file) && house.desk.has(file + ".pub"), "\(made.said)")
    try await both(chapter.command("strongroom grant add OTHER.pub", ["OTHER": file]), chapter, house)
    let opened = try await house.does(
      "ada", chapter.command("STRONGROOM_IDENTITY= strongroom keys list"),
      [("passphrase: ", passphrases["envelope"] ?? "")])
    #expect(opened.result.contains("\nbasic ("), "\(opened.result)")
  }

  private static func trial(_ chapter: Chapter, _ house: Gathering) async throws {
    try await house.arrives("olga")
    try house.meets("olga")
    try await house.does(
      "ada", chapter.command("strongroom grant add OPERATOR.pub", ["OPERATOR": house.file(of: "olga")]),
      opening("ada"))
    house.desk.write("one letter", to: "archive/basic/C1/letter.txt")
    try await house.does("ben", chapter.command("strongroom seal", ["ARCHIVE": "archive"]), opening("ben"))
    try await house.does(
      "ben", chapter.command("strongroom snapshot take", ["DESTINATION": "elsewhere"]), opening("ben"))
    try await house.does(
      "ben", chapter.command("strongroom restore", ["DESTINATION": "elsewhere", "COPY": "trial"]))
    try await house.does(
      "ben", chapter.command("strongroom export", ["OUT": "out", "COPY": "trial"]), opening("ben"))
    #expect(try house.desk.text("out/basic/C1/letter.txt") == "one letter")
  }

  // MARK: afterwards

  private static func everyYear(_ house: Gathering) async throws {
    let chapter = try Chapter("Every year", of: guide)
    let status = try await house.types(
      "ada", chapter.command("strongroom status", ["FILE": file(of: "ada")]), opening("ada"))
    #expect(
      status.code == 2 && status.result.contains(/older than the 365 days .* basic/),
      "\(status.said)\(status.result)")
    // Somebody looks at the clock first, after so long.
    let rotate = try chapter.command("strongroom keys rotate", ["CLASS": "basic"])
    let rotated = try await house.does("ada", rotate, opening("ada"))
    #expect(rotated.said.contains("is that the time? [y/N]"), "\(rotated.said)")
    try await house.does("olga", "strongroom snapshot take elsewhere")

    let three = Sheet.files(1, 3, 5)
    try await house.does(
      "ben", chapter.command("strongroom shares test --shares FILE...", ["FILE...": three]))
    let typed = try Sheet.typed(2, 4, 1, at: house.desk)
    try await house.does("ben", chapter.command("strongroom shares test --shares -"), typed)
    let drill = "strongroom drill run site-lost --destination DESTINATION"
    let place = ["DESTINATION": "elsewhere"]
    let shared = try await house.does(
      "ben", chapter.command("\(drill) --shares FILE...", place.merging(["FILE...": three]) { $1 }))
    #expect(shared.result.contains(": passed"), "\(shared.result)")
    let list = try await house.does("ada", chapter.command("strongroom grant list"), opening("ada"))
    #expect(list.result.contains("shares") && list.result.contains("backup host"), "\(list.result)")
    let own = try await house.does("ben", chapter.command(drill, place), opening("ben"))
    #expect(own.result.contains(": passed"), "\(own.result)")
    #expect(chapter.left == [])
  }

  private static func leaving(_ house: Gathering) async throws {
    let chapter = try Chapter("When somebody leaves, or a key may be known", of: guide)
    let olga = try await house.id(of: "olga")
    let revoke = try chapter.command("strongroom grant revoke", ["IDENTITY": olga, "TEXT": "'left'"])
    try await house.does("ada", revoke, opening("ada"))
    #expect(try await house.types("olga", "strongroom snapshot take elsewhere").code == 12)
    #expect(chapter.left == [])
  }

  private static func lostShare(_ house: Gathering) async throws {
    let chapter = try Chapter("When a share is lost, or was seen", of: guide)
    let sheet = try Sheet(Sheet.files(1), at: house.desk)
    let revoke = try chapter.command("strongroom grant revoke", ["FINGERPRINT": "'\(sheet.fingerprint)'"])
    let request = try await house.asks("ada", revoke, opening("ada"))
    try await house.does("ben", "strongroom request approve \(request)", opening("ben"))
    #expect(
      try await house.types("ada", "strongroom shares test --shares \(Sheet.files(1, 3, 5))").code == 12)
    #expect(chapter.left == [])
  }
}
