import Glibc
import TestKit
import Testing

/// What others may write to must not decide what this machine does.
@Suite struct HostileHandsTests {
  @Test("Entries that somebody put at a destination don't make a machine refuse the vault")
  func entriesAtADestination() async throws {
    let desk = try await Desk.withRecords()
    #expect(try await desk.run("identity", "new", "operator").code == 0)
    let granted = try await desk.run("grant", "add", "operator.pub", "--role", "operator", "--yes")
    #expect(granted.code == 0, "\(granted.said)")
    // An operator goes on with a copy of the vault, at a machine of their own, and takes that to the destination.
    desk.copy("vault", to: "elsewhere/vault")
    let card = try desk.text("vault.card.txt")
    let id = String(try #require(card.firstMatch(of: /vault id +([0-9a-f]{32})/)).output.1)
    let theirs = [
      "STRONGROOM_STATE": desk.at("home/theirs"), "STRONGROOM_CACHE": desk.at("home/theirs-cache"),
      "STRONGROOM_IDENTITY": "operator", "STRONGROOM_VAULT": "elsewhere/vault", "STRONGROOM_VAULT_ID": id,
    ]
    for arguments in [["verify", "--enter"], ["verify", "--enter"], ["snapshot", "take", "copy"]] {
      let ran = try await desk.run(arguments, with: theirs)
      #expect(ran.code == 0, "\(arguments): \(ran.said)")
    }
    for arguments in [["snapshot", "list", "copy"], ["ls", "copy"]] {
      #expect(try await desk.run(arguments).code == 0, "\(arguments)")
    }
    // The vault has fewer entries than the copy showed, and is the vault all the same.
    desk.write("a second letter", to: "archive/basic/C1/second.txt")
    let sealed = try await desk.run("seal", "archive")
    #expect(sealed.code == 0, "\(sealed.said)")
    #expect(sealed.said.contains("entries that a copy showed are not the vault's"), "\(sealed.said)")
    let again = try await desk.run("ls")
    #expect(again.code == 0 && !again.said.contains("that a copy showed"), "\(again.said)")

    // A machine that saw copies alone can't know, and says how it is told.
    let fresh = [
      "STRONGROOM_STATE": desk.at("home/fresh"), "STRONGROOM_CACHE": desk.at("home/fresh-cache"),
      "STRONGROOM_VAULT_ID": id,
    ]
    _ = try await desk.shell("rm -r vault; cp -a elsewhere/vault vault; rm -r elsewhere/vault")
    desk.copy("vault", to: "behind")
    #expect(try await desk.run("ls", "copy", with: fresh).code == 0)
    let newest = try #require(desk.files("vault/ledger").last)
    for folder in ["ledger", "second/ledger"] { Files.unlink(desk.at("vault/\(folder)/\(newest)")) }
    let refused = try await desk.run("ls", with: fresh)
    #expect(refused.code == 13, "\(refused.said)")
    let way = try #require(
      refused.said.firstMatch(of: /strongroom recover (\S+) --accept-fork (\S+) says so/))
    let told = try await desk.run(
      "recover", String(way.output.1), "--accept-fork", String(way.output.2), with: fresh)
    #expect(told.code == 0 && told.result.contains("is the vault already"), "\(told.said)\(told.result)")
    #expect(try await desk.run("ls", with: fresh).code == 0)
  }

  @Test("A memory that others may write to is refused")
  func aMemoryOfOthers() async throws {
    let desk = try await Desk.withRecords()
    chmod(desk.at("home/state"), 0o777)
    let refused = try await desk.run("ls")
    #expect(
      refused.code == 13 && refused.said.contains("which others own or may write to"), "\(refused.said)")
    chmod(desk.at("home/state"), 0o700)
    #expect(try await desk.run("ls").code == 0)
  }

  @Test("A marker where everybody may write keeps nobody from anything")
  func aMarkerInTheTemporaryFolder() async throws {
    let desk = try await Desk.withRecords()
    chmod(desk.at("tmp"), 0o1777)
    desk.write(try desk.text("vault/STRONGROOM"), to: "tmp/STRONGROOM")
    let ran = try await desk.run("verify", "vault", "--level", "restore")
    #expect(ran.code == 0, "\(ran.said)")
    chmod(desk.at("tmp"), 0o700)
    #expect(try await desk.run("verify", "vault", "--level", "restore").code == 13)
  }

  @Test("A damaged second copy, of the same size, is mended by who writes after it was found")
  func secondCopies() async throws {
    let desk = try await Desk.withRecords()
    let copies = desk.files("vault/second").filter { $0.contains("/") }
    #expect(copies.contains { $0.hasPrefix("ledger/") } && copies.contains { $0.hasPrefix("keyring/") })
    for copy in copies { Files.flip(desk.at("vault/second/\(copy)"), at: 9) }
    let found = try await desk.run("verify", "vault", "--json")
    #expect(found.code == 2, "\(found.said)")
    desk.write("a second letter", to: "archive/basic/C1/second.txt")
    let sealed = try await desk.run("seal", "archive")
    #expect(sealed.code == 0 && sealed.said.contains("is mended"), "\(sealed.said)")
    let verified = try await desk.run("verify", "vault")
    #expect(verified.code == 0, "\(verified.said)")
  }

  @Test("An argument that isn't UTF-8 is refused, and not taken for another")
  func arguments() async throws {
    let desk = try await Desk.withRecords()
    desk.write("a name", to: Array("archive/basic/C".utf8) + [0xf3] + Array("/name.txt".utf8))
    #expect(try await desk.run("seal", "archive").code == 0)
    for line in [
      #""$0" find --subject "$(printf 'C\363')""#, #""$0" export "$(printf 'out\377')""#,
      #""$0" seal archive --class basic --subject "$(printf 'Q\377')""#,
    ] {
      let ran = try await desk.shell(line)
      #expect(ran.code == 64 && ran.said.contains("isn't UTF-8"), "\(line): \(ran.said)")
    }
    #expect(!desk.has("out\u{fffd}"))
    for arguments in [
      ["seal", ""], ["export", ""], ["snapshot", "take", "", "--new"], ["restore", "copy", ""],
    ] {
      #expect(try await desk.run(arguments).code != 0, "\(arguments)")
    }
  }

  @Test("What was given in place of a path isn't repeated")
  func secretsInPlaceOfPaths() async throws {
    let desk = try await Desk.withRecords()
    let secret = try desk.text("me").split(separator: "\n")[0].description
    for arguments in [["ls", "--identity", secret], ["ls", "--passphrase-file", "correct horse battery"]] {
      let ran = try await desk.run(arguments + ["--json"], with: ["STRONGROOM_IDENTITY": ""])
      #expect(ran.code == 1, "\(ran.said)")
      for text in [ran.said, ran.result] {
        #expect(!text.contains("seed") && !text.contains("horse"), "\(text)")
      }
    }
  }
}
