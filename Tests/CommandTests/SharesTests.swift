import Foundation
import Glibc
import Sealing
import Storage
import TestKit
import Testing
import Vault

@testable import strongroom

/// Recovery shares from end to end: sheets are made, they open the vault, and nothing else does.
@Suite(.timeLimit(.minutes(10))) struct SharesTests {
  private static func sheet(_ number: Int, of count: Int = 3, in folder: String = "sheets") -> String {
    "\(folder)/share-\(number)-of-\(count).txt"
  }

  /// A desk with records, and with shares of a custodian: any two of three.
  private static func withShares() async throws -> Desk {
    let desk = try await Desk.withRecords()
    let ran = try await desk.run(
      "shares", "split", "--threshold", "2", "--shares", "3", "--out", "sheets", "--yes")
    guard ran.code == 0 else { throw Trouble(ran.said) }
    return desk
  }

  private func words(of sheet: String, _ desk: Desk) throws -> String {
    let share = try #require(try ShareText.shares(in: Secret(copying: desk.bytes(sheet))).first)
    return share.text.withSpan { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
  }

  @Test func anyTwoOfThreeOpenTheVault() async throws {
    let desk = try await Self.withShares()
    let none = ["STRONGROOM_IDENTITY": ""]
    for (round, pair) in [(1, 2), (1, 3), (3, 2)].enumerated() {
      let sheets = [Self.sheet(pair.0), Self.sheet(pair.1)]
      let exported = try await desk.run(["export", "out\(round)", "--shares"] + sheets, with: none)
      #expect(exported.code == 0, "\(exported.said)")
      #expect(try desk.text("out\(round)/basic/C1/letter.txt") == "a first letter")
      let tested = try await desk.run(["shares", "test", "--shares"] + sheets, with: none)
      #expect(tested.code == 0, "\(tested.said)")
      #expect(tested.result.contains("open keyring generation 2\n"), "\(tested.result)")
      #expect(tested.said.contains("nothing was entered"))
    }
    let one = try await desk.run(["find", "--shares", Self.sheet(1)], with: none)
    #expect(one.code == 1)
    #expect(one.said.hasPrefix("strongroom: 1 of 2 shares is here: 1 more is needed\n"), "\(one.said)")
  }

  /// Nothing is entered by a test; a rehearsed recovery is, and says who it was.
  @Test func aDrillWithSharesIsEnteredAsTheirs() async throws {
    let desk = try await Self.withShares()
    #expect(try await desk.run("snapshot", "take", "copy").code == 0)
    let sheets = ["--shares", Self.sheet(1), Self.sheet(3)]
    let before = try await desk.run("ledger", "show").result
    let tested = try await desk.run(["shares", "test"] + sheets + ["--json"]).object(.testedShares)
    #expect(try await desk.run("ledger", "show").result == before)
    let drill = try await desk.run(["drill", "run", "site-lost", "--destination", "copy"] + sheets)
    #expect(drill.code == 0, "\(drill.said)")
    let last = try #require(try await desk.run("ledger", "show", "--json").lines()?.last)
    #expect(last["event"]?.text == "drilled")
    #expect(last["by"]?.text == tested["identity"]?.text)
  }

  @Test func theSheetsAreForTheirOwnersEyes() async throws {
    let desk = try await Desk.withRecords()
    let made = try await desk.run(
      "shares", "split", "--threshold", "3", "--shares", "5", "--out", "sheets", "--yes", "--json"
    ).object(.split)
    let (vault, identity) = (
      try #require(try await desk.run("status", "--json").object(.status)["vault"]?.text),
      try #require(made["identity"]?.text)
    )
    #expect(desk.files("sheets").count == 10)
    for number in 1...5 {
      let words = try words(of: Self.sheet(number, of: 5), desk).split(separator: " ")
      for end in ["txt", "html"] {
        let name = "sheets/share-\(number)-of-5.\(end)"
        var status = stat()
        #expect(stat(desk.at(name), &status) == 0 && status.st_mode & 0o777 == 0o600)
        let text = try desk.text(name)
        for id in [vault, identity] {
          #expect(
            text.contains(
              stride(from: 0, to: 32, by: 4).map { id.dropFirst($0).prefix(4) }.joined(separator: " ")))
        }
        #expect(text.contains("Any 3 of the 5 shares open the vault") && text.contains("任意 3 份即可打开保险库"))
        // The words in order, with nothing of another share.
        let rest = words.reduce(Substring(text)) { rest, word in
          rest.firstRange(of: word).map { rest[$0.upperBound...] } ?? ""
        }
        #expect(!rest.isEmpty, "\(name)")
        #expect(!text.contains("://") && !text.contains("<script"))
      }
    }
    #expect(
      made["set"]?.text
        == (try words(of: Self.sheet(1, of: 5), desk)).split(separator: " ")[..<2].joined(separator: " "))
    #expect(desk.files("tmp") == [])
  }

  @Test func theSecretIsSaidNowhere() async throws {
    let desk = try await Self.withShares()
    let sheets = (1...3).map { Self.sheet($0) }
    let set = try ShareSet(
      sheets.flatMap { try ShareText.shares(in: Secret(copying: desk.bytes($0))) })
    let seed = try set.identity().seed.withSpan { Hex.encode($0) }
    for command in [
      ["shares", "combine"] + sheets, ["shares", "combine", "--json"] + sheets,
      ["shares", "test", "--shares"] + sheets,
    ] {
      let ran = try await desk.run(command)
      #expect(ran.code == 0, "\(ran.said)")
      // Three in a row, since one by itself may be any word: 'contract' is one of the list.
      for words in try sheets.map({ try words(of: $0, desk).split(separator: " ") }) {
        for start in 2..<(words.count - 2) {
          #expect(!(ran.result + ran.said).contains(words[start..<(start + 3)].joined(separator: " ")))
        }
      }
    }
    // Whatever the program said or wrote beside the sheets.
    for file in desk.files("") where !file.hasPrefix("sheets/") {
      guard let bytes = Files.read(desk.at(file)) else { continue }
      #expect(!String(decoding: bytes, as: UTF8.self).contains(seed), "\(file)")
    }
  }

  @Test func aSecondCustodianIsToldBefore() async throws {
    let desk = try await Desk.withRecords()
    let split = ["shares", "split", "--threshold", "2", "--shares", "3", "--out", "sheets"]
    let asked = try await desk.run(split)
    #expect(asked.code == 13)
    #expect(asked.said.contains("is a second custodian"))
    #expect(!desk.has("sheets"))
    #expect(try await desk.run(split + ["--yes"]).code == 0)
    let grants = try #require(try await desk.run("grant", "list", "--json").lines())
    #expect(
      grants.count { $0["kind"]?.text == "shares" && $0["roles"]?.items?.first?.text == "custodian" } == 1)
    // From now on it takes two: a further set waits for those who hold the first.
    let again = try await desk.run(split.dropLast() + ["more", "--yes"])
    #expect(again.code == 14 && again.said.contains("until another custodian approves"), "\(again.said)")
    let request = try #require(
      try await desk.run("request", "list", "--json").lines()?.first?["request"]?.integer)
    let approve = ["request", "approve", "\(request)", "--yes", "--shares"]
    let sheets = [1, 3].map { Self.sheet($0, of: 3) }
    #expect(
      try await desk.run(
        "keys", "list", "--shares", Self.sheet(1, of: 3, in: "more"), Self.sheet(2, of: 3, in: "more")
      ).code == 12)
    #expect(try await desk.run(approve + sheets).code == 0)
    #expect(
      try await desk.run(
        "keys", "list", "--shares", Self.sheet(1, of: 3, in: "more"), Self.sheet(2, of: 3, in: "more")
      ).code == 0)
  }

  @Test func sharesThatDoNotBelongTogether() async throws {
    let desk = try await Self.withShares()
    let mine = ["STRONGROOM_VAULT": "other"]
    #expect(try await desk.run("init", "other").code == 0)
    let split = ["shares", "split", "--threshold", "2", "--shares", "2", "--out", "others", "--yes"]
    #expect(try await desk.run(split, with: mine).code == 0)
    let other = Self.sheet(2, of: 2, in: "others")
    desk.write(try words(of: Self.sheet(1), desk).uppercased() + "\n", to: "typed.txt")
    var spoilt = try words(of: Self.sheet(1), desk).split(separator: " ").map(String.init)
    spoilt[11] += "x"
    desk.write(spoilt.joined(separator: " "), to: "mistyped.txt")
    desk.write(spoilt[..<11].joined(separator: " "), to: "short.txt")
    desk.write("", to: "empty.txt")
    for (files, code, says) in [
      ([Self.sheet(1), other], 1, "is of another set"),
      (["typed.txt", Self.sheet(1)], 1, "are the same share"),
      (["mistyped.txt", Self.sheet(2)], 1, "mistyped.txt: word 12 isn't in the list; near it are "),
      (["short.txt", Self.sheet(2)], 1, "short.txt: a share has 33 words"),
      (["empty.txt", Self.sheet(2)], 1, "empty.txt is empty"),
      (["nothing", Self.sheet(2)], 1, "no file at path 1"),
      ([Self.sheet(2)], 2, "1 of 2 shares is here: 1 more is needed"),
      ([], 1, "no shares were given, and nobody can be asked"),
      (["typed.txt", Self.sheet(2)], 0, ""),
    ] as [([String], Int32, String)] {
      let combined = try await desk.run(["shares", "combine"] + files)
      #expect(combined.code == code, "\(files): \(combined.said)")
      #expect(says.isEmpty || combined.said.contains(says), "\(files): \(combined.said)")
      let tested = try await desk.run(["shares", "test"] + (files.isEmpty ? [] : ["--shares"] + files))
      #expect((tested.code == 0) == (code == 0), "\(files): \(tested.said)")
    }
    // They are whole, and of a custodian of another vault.
    let stranger = try await desk.run("find", "--shares", other, Self.sheet(1, of: 2, in: "others"))
    #expect(stranger.code == 12, "\(stranger.said)")
    let both = try await desk.run("find", "--identity", "me", "--shares", Self.sheet(1), Self.sheet(2))
    #expect(both.code == 64)
    #expect(try await desk.run("init", "third", "--shares", Self.sheet(1), Self.sheet(2)).code == 64)
  }

  @Test func combiningTellsHowManyAreLacking() async throws {
    let desk = try await Self.withShares()
    let one = try await desk.run("shares", "combine", Self.sheet(3), "--json").object(.combinedShares)
    #expect(one["lacking"] == .integer(1) && one["shares"] == .integer(1) && one["threshold"] == .integer(2))
    #expect(one["identity"] == nil && one["error"]?["exit"] == .integer(2))
    let two = try await desk.run("shares", "combine", Self.sheet(3), Self.sheet(1), "--json").object(
      .combinedShares)
    let granted = try #require(try await desk.run("grant", "list", "--json").lines())
    let theirs = granted.first { $0["kind"]?.text == "shares" }
    #expect(two["identity"]?.text == theirs?["identity"]?.text && two["error"] == nil)
    #expect(one["set"] == two["set"])
  }

  @Test func wordsAreAskedForAndNotShown() async throws {
    let desk = try await Self.withShares()
    let first = try words(of: Self.sheet(1), desk)
    let second = try words(of: Self.sheet(3), desk)
    let screen = try Screen()
    let child = try desk.start(["ls", "--shares", "-"], on: screen, with: ["STRONGROOM_IDENTITY": ""])
    #expect(await screen.shown(upTo: "empty to end): ").hasPrefix("words of share 1"))
    #expect(!screen.echoes)
    screen.type("zzzz " + first + "\n")
    let again = await screen.shown(upTo: "empty to end): ")
    #expect(again.contains("word 1 isn't in the list") && again.contains("words of share 1"), "\(again)")
    screen.type(first + "\n")
    #expect(await screen.shown(upTo: "empty to end): ").contains("words of share 2"))
    screen.type(first + "\n")
    #expect(await screen.shown(upTo: "empty to end): ").contains("are the same share"))
    screen.type(second + "\n")
    #expect(await child.end() == 0)
    #expect(!(await screen.rest()).contains(second))
    #expect(try desk.text("result").contains("letter.txt") || !desk.text("result").isEmpty)
  }

  @Test(arguments: [["1", "3"], ["4", "3"], ["2", "17"], ["0", "0"]]) func whatCanNotBeSplitIsAUsage(
    _ numbers: [String]
  ) async throws {
    let ran = try await Desk().run(
      "shares", "split", "--threshold", numbers[0], "--shares", numbers[1], "--out", "sheets")
    #expect(ran.code == 64)
  }

  @Test func sheetsAreNotWrittenOverOthersOrIntoAPlace() async throws {
    let desk = try await Desk.withRecords()
    func split(_ out: String) async throws -> Ran {
      try await desk.run("shares", "split", "--threshold", "2", "--shares", "2", "--out", out, "--yes")
    }
    desk.write("not to be lost", to: Self.sheet(2, of: 2))
    let taken = try await split("sheets")
    #expect(taken.code == 1)
    #expect(taken.said.contains("share-2-of-2.txt is there already"), "\(taken.said)")
    #expect(desk.files("sheets") == ["share-2-of-2.txt"])
    #expect(try await split("vault/sheets").code == 13)
    #expect(try #require(try await desk.run("grant", "list", "--json").lines()).count == 1)
    #expect(try await split("elsewhere").code == 0)
  }

  // MARK: a grant that fails

  private func opened(_ desk: Desk) async throws -> (OpenPlace, Identity, ShareSheets) {
    let vault = try await desk.run("status", "--json").object(.status)["vault"]?.text
    let machine = Machine(memory: desk.at("beside")) { UInt64(time(nil)) }
    let opened = try await OpenPlace.open(
      .folder(desk.at("vault")), in: machine,
      expecting: Identifier(hex: try #require(vault)),
      toWrite: true)
    try await opened.unlock(with: .identity(IdentityFile.identity(from: desk.bytes("me"))))
    let identity = try Identity.generate()
    let shares = try RecoveryShare.split(identity, threshold: 2, count: 3)
    let sheets = ShareSheets(
      folder: desk.at("sheets"),
      sheets: shares.map {
        ShareSheet(
          share: $0, count: 3, vault: opened.state.vault, identity: identity.publicIdentity.id, made: 0)
      })
    return (opened, identity, sheets)
  }

  @Test func sheetsOfAGrantThatFailedAreTakenAway() async throws {
    let desk = try await Desk.withRecords()
    let (opened, identity, sheets) = try await opened(desk)
    try sheets.write(of: identity)
    #expect(desk.files("sheets").count == 6)
    await #expect(throws: VaultError(.busy, "")) {
      try await sheets.kept(for: identity, in: opened) { throw VaultError(.busy, "others were first") }
    }
    #expect(desk.files("sheets") == [])
  }

  /// The entry counts, and what came after it failed: without their shares nobody could be this custodian.
  @Test func sheetsOfAGrantThatCountsStay() async throws {
    let desk = try await Desk.withRecords()
    let (opened, identity, sheets) = try await opened(desk)
    try sheets.write(of: identity)
    let act = Act.grant(
      try IdentityFile.Public(of: identity, kind: "shares"), role: .custodian, classes: [], label: "")
    await #expect(throws: StorageError.self) {
      try await sheets.kept(for: identity, in: opened) {
        try await opened.perform(act)
        throw StorageError(.full, "write", "somewhere")
      }
    }
    #expect(desk.files("sheets").count == 6)
  }

  @Test func sheetsThatDoNotReadAsTheyWereWrittenStopTheGrant() async throws {
    let desk = try await Desk.withRecords()
    let (_, _, sheets) = try await opened(desk)
    #expect(throws: VaultError(.damaged, "")) { try sheets.write(of: Identity.generate()) }
    #expect(desk.files("sheets") == [])
  }
}
