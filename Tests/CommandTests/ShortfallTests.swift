import Foundation
import TestKit
import Testing

/// What comes up while a command works is told, whichever command it is; and where anything is left out of order, it
/// doesn't end as if all were well.
@Suite struct ShortfallTests {
  @Test("A copy takes no write before it is made the vault, and every write after")
  func becomingTheVault() async throws {
    let desk = try await Desk.withRecords()
    desk.write("a second letter", to: "archive/basic/C1/second.txt")
    let writing: [[String]] = [
      ["seal", "archive"], ["keys", "rotate", "--class", "basic"],
      ["snapshot", "take", "elsewhere", "--new"],
      ["drill", "run", "site-lost", "--destination", "copy"],
      ["verify", "copy", "--enter"], ["gc"], ["grant", "add", "--yes", "other.pub", "--role", "operator"],
    ]
    #expect(try await desk.run("identity", "new", "other").code == 0)
    let memory = ["STRONGROOM_STATE": desk.at("home/other"), "STRONGROOM_VAULT_ID": try await id(of: desk)]
    Files.remove(Array(desk.at("vault")))
    let restored = try await desk.run("restore", "copy", "again", with: memory)
    #expect(restored.code == 0)
    #expect(
      restored.said.contains("until a custodian makes it the vault: strongroom recover /"),
      "\(restored.said)")
    let before = desk.files("again")
    for arguments in writing {
      let ran = try await desk.run(arguments + ["--vault", "again"], with: memory)
      #expect(ran.code == 13, "\(arguments): \(ran.said)")
      #expect(ran.said.contains("again is a copy, not the vault"), "\(arguments): \(ran.said)")
      #expect(ran.said.contains(/strongroom recover \/\S*\/again\n/), "\(arguments): \(ran.said)")
      #expect(desk.files("again") == before && !desk.has("elsewhere"), "\(arguments)")
    }
    let recovered = try await desk.run("recover", "again", "--yes", with: memory)
    #expect(recovered.code == 0, "\(recovered.said)")
    #expect(
      recovered.result.contains("again is the vault from now on, the newest snapshot that it knows of is 5"),
      "\(recovered.result)")
    for arguments in writing {
      let ran = try await desk.run(arguments + ["--vault", "again"], with: memory)
      #expect(ran.code == 0, "\(arguments): \(ran.said)")
    }
    let again = try await desk.run("recover", "again", with: memory)
    #expect(again.code == 0 && again.result.contains("again is the vault already"), "\(again.said)")
  }

  @Test("A copy isn't mended on the way to a refusal, and a folder that is none stays as it is")
  func whatIsRefusedLeavesNothing() async throws {
    let desk = try await Desk.withRecords()
    #expect(try await desk.run("restore", "copy", "again").code == 0)
    let commit = try #require(Files.names(desk.at("again/ledger")).sorted().last)
    Files.flip(desk.at("again/ledger/\(commit)"), at: 3)
    let before = desk.files("again")
    let refused = try await desk.run("seal", "archive", "--vault", "again")
    #expect(refused.code == 13 && !refused.said.contains("mended"), "\(refused.said)")
    #expect(desk.files("again") == before)
    // Nor by a machine that never met it, or by the words that would make it the vault.
    let memory = ["STRONGROOM_STATE": desk.at("home/new"), "STRONGROOM_VAULT_ID": try await id(of: desk)]
    #expect(try await desk.run("seal", "archive", "--vault", "again", with: memory).code == 13)
    #expect(desk.files("again") == before)
    desk.write("mine", to: "foreign/letter.txt")
    for arguments in [["snapshot", "take", "foreign", "--new"], ["restore", "copy", "foreign"]] {
      #expect(try await desk.run(arguments).code == 1)
      #expect(Files.names(desk.at("foreign")) == ["letter.txt"], "\(arguments)")
    }
    #expect(try await desk.run("status", "--vault", "").code != 0)
    #expect(try await desk.run("snapshot", "take", "").code != 0)
  }

  @Test("A second copy that can't be mended ends with 2, whoever finds it")
  func whatStaysOutOfOrder() async throws {
    let desk = try await Desk.withRecords()
    // A folder where a file should be: nothing can be written there, nor moved aside.
    let commit = try #require(desk.files("vault/second/ledger").first)
    Files.unlink(desk.at("vault/second/ledger/\(commit)"))
    Files.write("in the way", to: desk.at("vault/second/ledger/\(commit)/stone"))
    let ran = try await desk.run("keys", "rotate", "--class", "basic")
    #expect(ran.code == 2)
    #expect(ran.said.contains("note: second/ledger/\(commit): this copy is"), "\(ran.said)")
    #expect(ran.said.contains("strongroom: done, but 1 object at vault not as it should be"), "\(ran.said)")
    #expect(ran.result.contains("keyring generation 2"))
  }

  @Test("What a verification finds is told once, however often it was come upon", arguments: ["", "second/"])
  func toldOnce(_ copy: String) async throws {
    let desk = try await Desk.withRecords()
    let commit = try #require(desk.files("vault/ledger").last)
    Files.flip(desk.at("vault/\(copy)ledger/\(commit)"), at: 3)
    for level in ["hash", "open", "restore"] {
      let ran = try await desk.run("verify", "--level", level)
      #expect(ran.code == 2)
      #expect(ran.said.ranges(of: "\(copy)ledger/\(commit)").count == 1, "\(ran.said)")
      #expect(ran.said.contains("strongroom: 1 finding, named above"), "\(ran.said)")
    }
  }

  @Test("A place is said once, and a point to go on from is the one where the copy ends")
  func whatIsMeantIsSaid() async throws {
    let desk = try await Desk.withRecords()
    let twice = try await desk.run("recover", "copy", "--vault", "vault")
    #expect(twice.code == 64 && twice.said.contains("leave --vault out"), "\(twice.said)")
    #expect(try await desk.run("keys", "rotate", "--class", "basic").code == 0)
    Files.remove(Array(desk.at("vault")))
    let refused = try await desk.run("recover", "copy", "--yes")
    #expect(refused.code == 13 && !refused.said.contains("another point"), "\(refused.said)")
    let point = "4:" + String(repeating: "ab", count: 32)
    let other = try await desk.run("recover", "copy", "--yes", "--accept-fork", point)
    #expect(other.code == 13 && other.said.contains("--accept-fork names another point"), "\(other.said)")
  }

  @Test("A snapshot begins a destination only when told, so that an unmounted disk doesn't get a full copy")
  func newDestinations() async throws {
    let desk = try await Desk.withRecords()
    let size = try await desk.run("ledger", "show").result
    let none = try await desk.run("snapshot", "take", "elsewhere")
    #expect(none.code == 13 && none.said.contains("there is no destination of this vault at elsewhere"))
    #expect(none.said.contains("say --new") && !desk.has("elsewhere"), "\(none.said)")
    // The disk isn't there; its mount point is.
    try FileManager.default.moveItem(atPath: desk.at("copy"), toPath: desk.at("away"))
    for _ in 0..<2 {
      let gone = try await desk.run("snapshot", "take", "copy")
      #expect(gone.code == 13 && gone.said.contains("is its disk mounted?"), "\(gone.said)")
      try FileManager.default.createDirectory(atPath: desk.at("copy"), withIntermediateDirectories: true)
    }
    #expect(Files.names(desk.at("copy")).isEmpty)
    #expect(try await desk.run("ledger", "show").result == size)
    // Another disk takes its turn at the same mount point.
    #expect(try await desk.run("snapshot", "take", "copy", "--new").code == 0)
    try FileManager.default.moveItem(atPath: desk.at("copy"), toPath: desk.at("second"))
    try FileManager.default.moveItem(atPath: desk.at("away"), toPath: desk.at("copy"))
    let turn = try await desk.run("snapshot", "take", "copy")
    #expect(turn.code == 0 && turn.said.contains("lies another destination of the vault"), "\(turn.said)")
    let same = try await desk.run("snapshot", "take", "copy")
    #expect(same.code == 0 && !same.said.contains("another destination"), "\(same.said)")
    for address in ["S3://bucket/copy", "me@host:copy", "sftp://host/x"] {
      let ran = try await desk.run("snapshot", "take", address, "--new")
      #expect(ran.code == 1 && ran.said.contains("looks like an address"), "\(ran.said)")
    }
    #expect(!desk.has("S3:") && !desk.has("me@host:copy"))
  }

  @Test("A box that a verification found damaged at a destination is written anew by the next snapshot")
  func damagedAtTheDestination() async throws {
    let desk = try await Desk.withRecords()
    let box = try #require(try Vandal(place: desk.at("copy")).names("boxes").first)
    Files.flip(desk.at("copy/\(box)"), at: 100)
    #expect(try await desk.run("snapshot", "take", "copy").code == 0)
    #expect(try await desk.run("verify", "copy", "--enter", "--vault", "vault").code == 2)
    let taken = try await desk.run("snapshot", "take", "copy")
    #expect(taken.code == 0 && taken.result.contains("1 box copied"), "\(taken.result)")
    #expect(try await desk.run("verify", "copy", "--enter", "--vault", "vault").code == 0)
  }

  @Test("An option with one value that is given twice is refused, one that lists may be given often")
  func givenTwice() async throws {
    let desk = try await Desk.withRecords()
    let twice: [[String]] = [
      ["find", "--class", "basic", "--class", "contracts"],
      ["seal", "archive", "--source=a", "--source", "b"],
      ["snapshot", "take", "copy", "--name", "a", "--name", "b"],
    ]
    for arguments in twice {
      let ran = try await desk.run(arguments)
      #expect(ran.code == 64 && ran.said.contains("is given twice"), "\(arguments): \(ran.said)")
    }
    #expect(try await desk.run("keys", "rotate", "--class", "basic", "--class", "contracts").code == 0)
    #expect(try await desk.run("find", "--quiet", "--quiet").code == 0)
  }

  @Test(
    "A program that is started without standard streams works, and writes into no file of its own for them")
  func closedStreams() async throws {
    let desk = try await Desk.withRecords()
    desk.write("more", to: "archive/basic/C1/more.txt")
    let ran = try await desk.shell("\"$0\" seal archive <&- >&- 2>&-")
    #expect(ran.code == 0)
    let verified = try await desk.run("verify")
    #expect(verified.code == 0 && verified.result.contains("nothing is missing or damaged"))
    #expect(try await desk.run("find", "--text", "more.txt").result.contains("more.txt"))
  }

  @Test("A copy of the vault that is looked at stops nobody: the one that was written to from here goes on")
  func aCopyOfTheVault() async throws {
    let desk = try await Desk.withRecords()
    desk.copy("vault", to: "twin")
    #expect(try await desk.run("verify", "twin").code == 0)
    #expect(try await desk.run("keys", "rotate", "--class", "basic").code == 0)
    // The twin lacks that now, and is no other vault.
    let refused = try await desk.run("keys", "rotate", "--class", "basic", "--vault", "twin")
    #expect(refused.code == 13 && !refused.said.contains("recover"), "\(refused.said)")
    #expect(try await desk.run("verify").code == 0)
    #expect(try await desk.run("keys", "rotate", "--class", "basic").code == 0)
    // Alike to the byte, it is refused for the place where it lies.
    desk.copy("vault", to: "other")
    #expect(try await desk.run("verify", "other").code == 0)
    let other = try await desk.run("keys", "rotate", "--class", "basic", "--vault", "other")
    #expect(other.code == 13 && other.said.contains("the vault itself lies at"), "\(other.said)")
    #expect(try await desk.run("keys", "rotate", "--class", "basic").code == 0)
  }

  @Test("A secret identity file among the records is left out, named, and ends with 2")
  func secretsAreNotSealed() async throws {
    let desk = try await Desk.withVault()
    let secret = try desk.text("me")
    desk.write(secret, to: "archive/basic/C1/notes.txt")
    desk.write("\u{feff}" + secret.replacing("\n", with: "\r\n"), to: "archive/basic/C1/moved.json")
    desk.write(String(repeating: "x", count: secret.utf8.count), to: "archive/basic/C1/alike.txt")
    let ran = try await desk.run("seal", "archive")
    #expect(ran.code == 2 && ran.result.contains("1 record"), "\(ran.result)")
    for name in ["notes.txt", "moved.json"] {
      #expect(
        ran.said.contains(/left out: \S*/) && ran.said.contains("\(name): is a secret identity file"),
        "\(ran.said)")
    }
    let found = try await desk.run("find")
    #expect(found.result.contains("alike.txt") && !found.result.contains("notes.txt"))
  }

  @Test("Two folders that were both written to are two histories, and neither goes on silently")
  func twoHistories() async throws {
    let desk = try await Desk.withRecords()
    let elsewhere = ["STRONGROOM_STATE": desk.at("home/else"), "STRONGROOM_VAULT_ID": try await id(of: desk)]
    desk.copy("vault", to: "twin")
    #expect(try await desk.run("verify", "twin").code == 0)
    let other = try await desk.run("keys", "rotate", "--class", "basic", "--vault", "twin", with: elsewhere)
    #expect(other.code == 0, "\(other.said)")
    let refused = try await desk.run("keys", "rotate", "--class", "basic")
    #expect(refused.code == 13 && refused.said.contains("both were written to"), "\(refused.said)")
    // A twin whose ledger can't be read holds nobody up.
    for copy in ["ledger", "second/ledger"] { Files.remove(Array(desk.at("twin/\(copy)"))) }
    #expect(try await desk.run("keys", "rotate", "--class", "basic").code == 0)
  }

  @Test("A box that was found missing isn't counted as verified, whatever was found before")
  func verifiedOnceAndMissingSince() async throws {
    let desk = try await Desk.withRecords()
    #expect(try await desk.run("verify", "--enter").code == 0)
    #expect(try await desk.run("status").result.contains("2 of 2 boxes at"))
    Files.unlink(desk.at("vault/\(try #require(try Vandal(place: desk.at("vault")).names("boxes").first))"))
    #expect(try await desk.run("verify", "--enter").code == 2)
    #expect(try await desk.run("status").result.contains("1 of 2 boxes at"))
  }

  @Test("Whose clock is right is said by a custodian, who is shown both times and asked")
  func settlingTheClock() async throws {
    let desk = try await Desk.withVault()
    let asked = try await desk.run("clock", "settle")
    #expect(asked.code == 13 && asked.said.contains("nobody said yes"), "\(asked.said)")
    let settled = try await desk.run("clock", "settle", "--yes")
    #expect(settled.code == 0 && settled.result.contains("the ledger's time is 20"), "\(settled.result)")
    _ = try await desk.run("clock", "settle", "--yes", "--json").object(.settled)
    #expect(try await desk.run("ledger", "show").result.contains("the clock is settled"))
  }

  @Test("Whether a verification can be entered is known before it begins")
  func enteringIsAskedFirst() async throws {
    let desk = try await Desk.withRecords()
    let ran = try await desk.run("verify", "copy", "--enter", "--vault", "copy")
    #expect(ran.code == 13 && ran.said.contains("copy is a copy, not the vault"), "\(ran.said)")
    #expect(!ran.said.contains("verified at level") && ran.result.isEmpty, "\(ran.result)")
  }

  @Test("A new generation has both copies of every page that it takes over")
  func pagesThatAreTakenOver() async throws {
    let desk = try await Desk.withRecords()
    Files.remove(Array(desk.at("vault/second/keyring")))
    #expect(try await desk.run("keys", "rotate", "--class", "transactions").code == 0)
    let verified = try await desk.run("verify")
    // The generation before is superseded: it may be in one copy only, and is no finding.
    #expect(verified.code == 0, "\(verified.said)")
  }

  @Test("What a snapshot mends at the destination is told")
  func mendedAtTheDestination() async throws {
    let desk = try await Desk.withRecords()
    let commit = try #require(desk.files("copy/second/ledger").last)
    Files.unlink(desk.at("copy/second/ledger/\(commit)"))
    let taken = try await desk.run("snapshot", "take", "copy")
    #expect(taken.code == 0)
    #expect(
      taken.said.contains("at copy: second/ledger/\(commit) was missing and is mended"), "\(taken.said)")
  }

  @Test("A drill whose evidence has no place to lie is not begun")
  func noPlaceForEvidence() async throws {
    let desk = try await Desk.withRecords()
    let before = try await desk.run("ledger", "show").result
    let ran = try await desk.run(
      "drill", "run", "site-lost", "--destination", "copy", "--evidence", "/dev/null/x")
    #expect(ran.code == 1)
    #expect(try await desk.run("ledger", "show").result == before)
  }

  @Test("An empty option selects nothing by mistake", arguments: ["--record", "--text"])
  func emptyOptions(_ option: String) async throws {
    let desk = try await Desk.withRecords()
    #expect(try await desk.run("export", "out", option, "").code == 64)
    #expect(!desk.has("out"))
  }

  @Test("A box that isn't there is missing, not damaged")
  func kinds() async throws {
    let desk = try await Desk.withRecords()
    for box in try Vandal(place: desk.at("vault")).names("boxes") { Files.unlink(desk.at("vault/\(box)")) }
    Files.remove(Array(desk.at("home/state/cache")))
    let found = try await desk.run("find")
    #expect(found.code == 2)
    #expect(found.said.contains("missing: boxes/") && !found.said.contains("damaged: "), "\(found.said)")
  }

  @Test("ledger verify reads every commit, whatever this machine has verified before")
  func everyCommit() async throws {
    let desk = try await Desk.withVault()
    // So many that the machine remembers what it folded.
    for _ in 0..<66 { #expect(try await desk.run("verify", "--level", "list", "--enter").code == 0) }
    #expect(try await desk.run("ledger", "verify").code == 0)
    let vandal = Vandal(place: desk.at("vault"))
    for copy in ["ledger", "second/ledger"] {
      try vandal.flip("\(copy)/00000000000000000005")
    }
    #expect(try await desk.run("status").code == 0)
    #expect(try await desk.run("ledger", "verify").code == 13)
  }

  private func id(of desk: Desk) async throws -> String {
    let marker = try desk.text("copy/STRONGROOM")
    let id = marker.split(separator: "\"vault\":\"").last.map { String($0.prefix(32)) }
    return try #require(id)
  }
}
