import Glibc
import Testing

/// What a script sees of a command: each class of endings, by the commands that reach it.
@Suite(.timeLimit(.minutes(10))) struct ExitCodeTests {
  @Test func doneIsZero() async throws {
    let desk = try await Desk.withRecords()
    let commands = [
      ["status"], ["ls"], ["find"], ["find", "--class", "basic"], ["export", "out"], ["keys", "list"],
      ["keys", "rotate", "--class", "basic"], ["ledger", "show"], ["ledger", "verify"],
      ["proof", "write", "1"],
      ["snapshot", "list", "copy"], ["verify"], ["verify", "copy", "--level", "open"],
      ["restore", "copy", "new"],
      ["gc"], ["drill", "plans"], ["drill", "run", "site-lost", "--destination", "copy"], ["drill", "list"],
      ["recover", "vault"], ["grant", "list"], ["identity", "show", "me"], ["seal", "archive"], ["help"],
      ["--version"],
      ["help", "seal"],
    ]
    for command in commands {
      let ran = try await desk.run(command)
      #expect(ran.code == 0, "\(command): \(ran.said)")
    }
  }

  @Test func failedIsOne() async throws {
    let desk = try await Desk.withRecords()
    desk.write("here", to: "full/file")
    desk.write("not: a plan", to: "plan.yml")
    let commands = [
      ["identity", "new", "me"], ["identity", "show", "archive/basic/C1/letter.txt"],
      ["identity", "show", "nofile"],
      ["init", "vault"], ["init", "full", "--card", "card"], ["seal", "no such folder"],
      ["seal", "archive", "--class", "no such class"], ["export", "full"],
      ["ledger", "show", "--entry", "999"],
      ["proof", "write", "999"], ["grant", "add", "--yes", "nofile", "--role", "clerk"],
      ["grant", "add", "--yes", "me", "--role", "clerk"],
      ["grant", "revoke", "ffffffff", "--yes"], ["keys", "rotate", "--class", "no such class"],
      ["find", "--identity", "nofile"], ["find", "--passphrase-file", "nofile"],
      ["find", "--passphrase-command", "exit 3"], ["drill", "plans", "no-such-plan"],
      ["drill", "run", "no-such-plan"], ["drill", "run", "plan.yml", "--destination", "copy"],
      ["drill", "run", "site-lost"], ["restore", "copy", "full"],
      ["restore", "copy", "new", "--snapshot", "1"],
    ]
    for command in commands {
      let ran = try await desk.run(command)
      #expect(ran.code == 1, "\(command): \(ran.said)")
      #expect(ran.out == [], "\(command)")
      #expect(ran.said.hasPrefix("strongroom: "), "\(command): \(ran.said)")
    }
  }

  @Test func somethingLeftOutIsTwo() async throws {
    let desk = try await Desk.withVault()
    desk.write("fits", to: "archive/basic/C1/fits.txt")
    desk.write("does not", to: "archive/stray.txt")
    symlink("fits.txt", desk.at("archive/basic/C1/link.txt"))
    let ran = try await desk.run("seal", "archive")
    #expect(ran.code == 2)
    #expect(ran.result.hasPrefix("sealed 1 record (4 B): 1 new, 0 changed; 0 unchanged\n"))
    #expect(ran.said.contains("left out: stray.txt: "))
    #expect(ran.said.contains("left out: basic/C1/link.txt: "))
    #expect(ran.said.contains("strongroom: 2 items left out, named above\n"))
  }

  @Test func damageIsTwo() async throws {
    let desk = try await Desk.withRecords()
    let whole = try await desk.run("restore", "copy", "second")
    #expect(whole.code == 0)
    try desk.spoilBoxes(of: "vault")
    try desk.spoilBoxes(of: "copy")
    // What the catalog remembers of the boxes would answer for them.
    let anew = ["STRONGROOM_CACHE": desk.at("new-cache")]
    let commands = [
      ["verify"], ["verify", "--level", "open"], ["verify", "copy"], ["ls"], ["find"],
      ["find", "--text", "letter"],
      ["export", "out"], ["restore", "copy", "third"], ["snapshot", "take", "elsewhere", "--new"],
    ]
    for command in commands {
      let ran = try await desk.run(command, with: anew)
      #expect(ran.code == 2, "\(command): \(ran.said)")
      #expect(ran.said.contains("boxes/"), "\(command): \(ran.said)")
    }
    let entered = try await desk.run("verify", "--enter", with: anew)
    #expect(entered.code == 2)
    #expect(entered.result.contains("entered as "))
  }

  @Test func noVaultIsTen() async throws {
    let desk = Desk()
    _ = try await desk.run("identity", "new", "me")
    desk.write("a letter", to: "archive/basic/C1/letter.txt")
    let before = desk.files("").filter { !$0.hasPrefix("said/") }
    let commands = [
      ["status"], ["ls"], ["ls", "nowhere"], ["find"], ["find", "nowhere"], ["export", "out"],
      ["seal", "archive"], ["keys", "list"], ["keys", "rotate", "--class", "basic"], ["grant", "list"],
      ["grant", "revoke", "00"], ["grant", "add", "--yes", "me.pub", "--role", "clerk"], ["ledger", "show"],
      ["ledger", "verify"], ["proof", "write", "1"], ["snapshot", "take", "copy"],
      ["snapshot", "list", "nowhere"], ["verify"], ["verify", "nowhere"], ["restore", "nowhere", "new"],
      ["recover", "nowhere"],
      ["gc"], ["gc", "nowhere"], ["drill", "run", "site-lost"], ["drill", "list"],
    ]
    for command in commands {
      let ran = try await desk.run(command, with: ["STRONGROOM_VAULT": "nowhere"])
      #expect(ran.code == 10, "\(command): \(ran.said)")
      #expect(ran.out == [], "\(command)")
      #expect(ran.said.hasPrefix("strongroom: no vault or destination at nowhere"), "\(command): \(ran.said)")
    }
    #expect(desk.files("").filter { !$0.hasPrefix("said/") } == before)
  }

  @Test func wrongKeyIsTwelve() async throws {
    let desk = try await Desk.withRecords()
    _ = try await desk.run("identity", "new", "stranger")
    _ = try await desk.run("identity", "new", "clerk")
    let granted = try await desk.run(
      "grant", "add", "--yes", "clerk.pub", "--role", "clerk", "--class", "basic")
    #expect(granted.code == 0)
    desk.write("a wrong passphrase\n", to: "passphrase")
    let none = ["STRONGROOM_IDENTITY": ""]
    let cases: [([String], [String: String])] = [
      (["find", "--identity", "stranger"], [:]), (["seal", "archive", "--identity", "stranger"], [:]),
      (["find", "--class", "contracts", "--identity", "clerk"], [:]),
      (["seal", "archive", "--identity", "clerk"], [:]),
      (["keys", "rotate", "--class", "basic", "--identity", "clerk"], [:]),
      (["recover", "copy", "--yes", "--identity", "clerk"], [:]), (["gc", "--identity", "clerk"], [:]),
      (["find", "--passphrase-file", "passphrase"], [:]),
      // Nobody sits there who could be asked.
      (["find"], none), (["export", "out"], none), (["verify", "--level", "open"], none),
      (["drill", "run", "site-lost", "--destination", "copy"], none),
    ]
    for (command, more) in cases {
      let ran = try await desk.run(command, with: more)
      #expect(ran.code == 12, "\(command): \(ran.said)")
      #expect(ran.out == [], "\(command)")
    }
  }

  @Test func wrongPassphraseIsTwelve() async throws {
    let desk = Desk()
    desk.write("three kettles under snow\n", to: "right")
    desk.write("three kettles under ice\n", to: "wrong")
    let with = ["STRONGROOM_IDENTITY": ""]
    let founded = try await desk.run("init", "vault", "--passphrase-file", "right", with: with)
    #expect(founded.code == 0, "\(founded.said)")
    let right = try await desk.run("find", "--passphrase-file", "right", with: with)
    #expect(right.code == 0, "\(right.said)")
    let wrong = try await desk.run("find", "--passphrase-file", "wrong", with: with)
    #expect(wrong.code == 12, "\(wrong.said)")
    let printed = try await desk.run("find", "--passphrase-command", "cat right", with: with)
    #expect(printed.code == 0, "\(printed.said)")
  }

  @Test func refusedIsThirteen() async throws {
    let desk = try await Desk.withRecords()
    let stranger = ["STRONGROOM_STATE": desk.at("another-machine")]
    let cases: [([String], [String: String])] = [
      (["status", "--vault-id", String(repeating: "0", count: 32)], [:]),
      // First contact, and nobody says which vault is expected.
      (["status"], stranger), (["restore", "copy", "new"], stranger),
      (["seal", "vault"], [:]), (["export", "vault/out"], [:]),
      (["snapshot", "take", "vault/copy", "--new"], [:]),
      // The vault itself can be read, and a copy is not the vault.
      (["recover", "copy", "--yes"], [:]), (["seal", "archive", "--vault", "copy"], [:]),
      // Nobody sits there who could say yes.
      (["grant", "revoke", try await desk.identity()], [:]),
    ]
    for (command, more) in cases {
      let ran = try await desk.run(command, with: more)
      #expect(ran.code == 13, "\(command): \(ran.said)")
      #expect(ran.out == [], "\(command)")
    }
  }

  @Test func aVaultThatWasRolledBackIsThirteen() async throws {
    let desk = try await Desk.withVault()
    #expect(try await desk.run("find").code == 0)
    desk.copy("vault", to: "kept")
    desk.write("a letter", to: "archive/basic/C1/letter.txt")
    #expect(try await desk.run("seal", "archive").code == 0)
    desk.copy("kept", to: "vault")
    let ran = try await desk.run("seal", "archive")
    #expect(ran.code == 13, "\(ran.said)")
  }

  @Test func aMissedObjectiveIsTwenty() async throws {
    let desk = try await Desk.withRecords()
    try desk.spoilBoxes(of: "copy")
    let ran = try await desk.run("drill", "run", "site-lost", "--destination", "copy")
    #expect(ran.code == 20, "\(ran.said)")
    #expect(ran.result.hasPrefix("The site is lost: FAILED\n"))
    let json = try await desk.run("drill", "run", "site-lost", "--destination", "copy", "--json")
    #expect(json.code == 20)
    #expect(json.result.contains("\"outcome\":\"failed\""))
  }

  @Test func misuseIsSixtyFour() async throws {
    let desk = try await Desk.withVault()
    let before = desk.files("vault")
    let commands = [
      ["frobnicate"], ["--frobnicate"], ["seal"], ["export"], ["restore", "copy"], ["identity", "new"],
      ["init"],
      ["find", "--since", "yesterday"], ["find", "--since", "2025-02-30"],
      ["find", "--record", "letter.txt"],
      ["find", "--since", "2020-01-02", "--until", "2020-01-01"], ["find", "--sealed-since", "2020"],
      ["seal", "archive", "--exclude", "a/**"], ["seal", "archive", "--exclude-from", "nowhere"],
      ["ls", "--since", "1"], ["export", "out", "--record", "x"], ["find", "--frobnicate"],
      ["find", "one", "two"],
      ["verify", "--level", "deep"], ["keys", "rotate"],
      ["grant", "add", "--yes", "nofile", "--role", "king"],
      ["grant", "add", "--yes", "nofile"], ["proof", "write", "first"], ["proof", "write"],
      ["proof", "check", "me"],
      ["proof", "check", "me", "--vault-id", "00"],
      ["ledger", "show", "--last=-1"],
      ["ledger", "show", "--last", "99999999999999999999"], ["recover", "copy", "--accept-fork", "x"],
      ["recover"],
      ["status", "--vault-id", "00"], ["seal", "archive", "--layout", "{klass}/{subject}/{path}"],
      ["seal", "archive", "--layout", "{class}/{subject}"],
      ["seal", "archive", "--layout", "{class}/{path}"],
      ["seal", "archive", "--class", "basic", "--layout", "{class}/{subject}/{path}"],
      ["seal", "archive", "--subject", ".."], ["seal", "archive", "--subject", "a/b"],
    ]
    for command in commands {
      let ran = try await desk.run(command)
      #expect(ran.code == 64, "\(command): \(ran.said)")
      #expect(ran.out == [], "\(command)")
      #expect(ran.said.hasPrefix("Error: "), "\(command): \(ran.said)")
    }
    #expect(desk.files("vault") == before)
  }

  @Test func noVaultNamedIsSixtyFour() async throws {
    let desk = Desk()
    let ran = try await desk.run("status", with: ["STRONGROOM_VAULT": ""])
    #expect(ran.code == 64)
    #expect(ran.said.contains("--vault FOLDER"))
  }
}
