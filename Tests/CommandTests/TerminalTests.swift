import Glibc
import TestKit
import Testing

/// The program with somebody sitting at a terminal.
@Suite(.timeLimit(.minutes(10))) struct TerminalTests {
  private static let none = ["STRONGROOM_IDENTITY": ""]

  @Test func progressIsALineThatGoesAway() async throws {
    let desk = try await Desk.withRecords()
    let commands: [[String]] = [
      ["seal", "archive"], ["verify"], ["export", "out"], ["restore", "copy", "new"],
      ["snapshot", "take", "copy"],
      ["drill", "run", "site-lost", "--destination", "copy"],
    ]
    for command in commands {
      let screen = try Screen()
      let child = try desk.start(command, on: screen)
      let code = await child.end()
      let shown = await screen.rest()
      #expect(code == 0, "\(command): \(shown)")
      // Each line is written over the one before; the last one is taken away before anything else is said.
      #expect(
        shown.contains(/^\r\u{1b}\[K[a-z ]+: [^\n]* B[^\n]*\u{1b}\[1A\r\n/),
        "\(command): \(shown.debugDescription)")
      let after = shown.split(separator: "\u{1b}[1A\r\n", omittingEmptySubsequences: false).last ?? ""
      #expect(after.hasPrefix("\r\u{1b}[K"), "\(command): \(shown.debugDescription)")
      #expect(try !desk.text("result").contains("\u{1b}"), "\(command)")
      #expect(try !desk.text("result").isEmpty, "\(command)")
    }
  }

  @Test(arguments: [["--quiet"], ["--quiet", "--json"], ["--json"]])
  func nothingMovesWhereItIsNotWanted(options: [String]) async throws {
    let desk = try await Desk.withRecords()
    let screen = try Screen()
    let child = try desk.start(["verify", "--level", "open"] + options, on: screen)
    #expect(await child.end() == 0)
    #expect(await screen.rest() == "")
  }

  @Test func aPassphraseIsAskedForAndNotShown() async throws {
    let desk = Desk()
    desk.write("three kettles under snow\n", to: "passphrase")
    #expect(try await desk.run("init", "vault", "--passphrase-file", "passphrase", with: Self.none).code == 0)
    let screen = try Screen()
    let child = try desk.start(["find"], on: screen, with: Self.none)
    #expect(await screen.shown(upTo: "passphrase: ") == "passphrase: ")
    #expect(!screen.echoes)
    screen.type("three kettles under snow\n")
    #expect(await child.end() == 0)
    #expect(await screen.rest() == "\r\n0 records\r\n")
    #expect(screen.echoes)
  }

  @Test func aWrongPassphraseAtTheTerminalIsTwelve() async throws {
    let desk = Desk()
    desk.write("three kettles under snow\n", to: "passphrase")
    #expect(try await desk.run("init", "vault", "--passphrase-file", "passphrase", with: Self.none).code == 0)
    let screen = try Screen()
    let child = try desk.start(["find"], on: screen, with: Self.none)
    _ = await screen.shown(upTo: "passphrase: ")
    screen.type("three kettles under ice\n")
    #expect(await child.end() == 12)
    #expect(await screen.rest().hasPrefix("\r\nstrongroom: "))
  }

  @Test func aNewPassphraseIsAskedForTwice() async throws {
    let desk = Desk()
    for (again, code) in [("another one\n", 1), ("three kettles under snow\n", 0)] as [(String, Int32)] {
      let screen = try Screen()
      let child = try desk.start(["init", "vault"], on: screen, with: Self.none)
      _ = await screen.shown(upTo: "generate one): ")
      screen.type("three kettles under snow\n")
      _ = await screen.shown(upTo: "again: ")
      #expect(!screen.echoes)
      screen.type(again)
      #expect(await child.end() == code)
      #expect(await screen.rest().contains("the two passphrases differ; nothing was made") == (code == 1))
      #expect(desk.has("vault") == (code == 0))
    }
  }

  @Test func aGeneratedPassphraseIsShownAndMustBeWrittenDown() async throws {
    let desk = Desk()
    for (answer, code) in [("n\n", 1), ("y\n", 0)] as [(String, Int32)] {
      let screen = try Screen()
      let child = try desk.start(["init", "vault"], on: screen, with: Self.none)
      _ = await screen.shown(upTo: "generate one): ")
      screen.type("\n")
      let shown = await screen.shown(upTo: "is it written down? [y/N] ")
      #expect(screen.echoes)
      screen.type(answer)
      #expect(await child.end() == code)
      #expect(desk.has("vault") == (code == 0))
      guard code == 0 else { continue }
      let words = try #require(shown.firstMatch(of: /the passphrase is:\r\n  (\S.*)\r\n/)).output.1
      desk.write(words + "\n", to: "passphrase")
      #expect(try await desk.run("find", "--passphrase-file", "passphrase", with: Self.none).code == 0)
      #expect(try !desk.text("result").contains(words))
    }
  }

  @Test func theFirstContactIsConfirmedByTheCard() async throws {
    let desk = try await Desk.withVault()
    let card = try desk.text("vault.card.txt")
    let id = try #require(try await desk.run("status").result.firstMatch(of: /vault: +([0-9a-f]{32})\n/))
      .output.1
    #expect(card.replacing(" ", with: "").contains(id))
    let stranger = ["STRONGROOM_STATE": desk.at("another-machine")]
    for (typed, code) in [
      ("00000000", 13), (String(id.prefix(15)), 13), ("", 13), (String(id.prefix(16)), 0),
    ]
      as [(String, Int32)]
    {
      let screen = try Screen()
      let child = try desk.start(["status"], on: screen, with: stranger)
      // What is shown could be typed without a look at the card.
      let shown = await screen.shown(upTo: "to go on: ")
      #expect(shown.contains("this machine has not seen this vault before") && !shown.contains(id.prefix(8)))
      screen.type(typed + "\n")
      #expect(await child.end() == code)
    }
    // It is remembered.
    #expect(try await desk.run("status", with: stranger).code == 0)
  }

  @Test func aRevocationIsAskedFor() async throws {
    let desk = try await Desk.withVault()
    _ = try await desk.run("identity", "new", "clerk")
    let added = try await desk.run(
      "grant", "add", "--yes", "clerk.pub", "--role", "clerk", "--class", "basic", "--json")
    guard case .text(let id)? = try added.object(.granted)["identity"] else { throw Trouble("no id") }
    for (answer, code) in [("\n", 13), ("no\n", 13), ("yes\n", 0)] as [(String, Int32)] {
      let screen = try Screen()
      let child = try desk.start(["grant", "revoke", id], on: screen)
      #expect(
        await screen.shown(upTo: "[y/N] ")
          == "end all rights of \(id), and begin new keys for all that it opened? [y/N] ")
      screen.type(answer)
      #expect(await child.end() == code)
      let active = try await desk.run("grant", "list", "--json").objects(.grant).filter {
        $0["active"] == .integer(1)
      }
      #expect(active.count == (code == 0 ? 1 : 2))
    }
  }

  @Test func aRecoveryIsAskedForWithWhatItCosts() async throws {
    let desk = try await Desk.withRecords()
    #expect(try await desk.run("keys", "rotate", "--class", "basic").code == 0)
    Files.remove(Array(desk.at("vault")))
    let refused = try await desk.run("recover", "copy")
    #expect(refused.code == 13 && refused.said.contains("copy lacks an entry that this machine saw"))
    let fork = try #require(
      refused.said.firstMatch(of: /recover \/\S*\/copy --accept-fork ([0-9]+:[0-9a-f]{64})\n/)
    )
    .output.1
    for (answer, code) in [("\n", 13), ("y\n", 0)] as [(String, Int32)] {
      let screen = try Screen()
      let child = try desk.start(["recover", "copy", "--accept-fork", String(fork)], on: screen)
      let shown = await screen.shown(upTo: "[y/N] ")
      #expect(
        shown.contains(
          /copy: make place [0-9a-f]{8} the vault, which knows of snapshots up to 5, as of/),
        "\(shown)")
      #expect(
        shown.contains(
          "1 entry that this machine saw beyond it given up (missing: entries on keys, rights, the policy or erasures); it is a destination, and no snapshot can be taken there any more? [y/N] "
        ), "\(shown)")
      screen.type(answer)
      #expect(await child.end() == code)
      #expect(try await desk.run("status", "--vault", "copy").result.contains("(home)") == (code == 0))
    }
  }
}
