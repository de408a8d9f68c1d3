import TestKit
import Testing

/// A vault that is moved on purpose, and an identity that is replaced (Runbook, 8).
@Suite struct MovingTests {
  @Test("A vault goes on in its copy once the old one is put away, and never in both")
  func anotherDisk() async throws {
    let desk = try await Desk.withRecords()
    desk.copy("vault", to: "newdisk/vault")
    desk.write("a second letter", to: "archive/basic/C1/second.txt")
    let both = try await desk.run("seal", "archive", "--vault", "newdisk/vault")
    #expect(both.code == 13 && both.said.contains("this is a copy of it"), "\(both.said)")
    #expect(both.said.contains("move it away first"), "\(both.said)")
    #expect(try await desk.run("verify", "newdisk/vault", "--level", "hash").code == 0)
    _ = try await desk.shell("mv vault vault.old")
    for arguments in [
      ["seal", "archive"], ["snapshot", "take", "copy"], ["keys", "rotate", "--class", "basic"],
    ] {
      let ran = try await desk.run(arguments + ["--vault", "newdisk/vault"])
      #expect(ran.code == 0, "\(arguments): \(ran.said)")
    }
    // The old one, should it come back, is what it is: behind.
    _ = try await desk.shell("mv vault.old vault")
    let old = try await desk.run("seal", "archive")
    #expect(old.code == 13 && old.said.contains("rollback"), "\(old.said)")
  }

  @Test("On another server the vault is known by the id of its card, and its destination by its marker")
  func anotherServer() async throws {
    let desk = try await Desk.withRecords()
    _ = try await desk.shell("mkdir server && mv vault server/vault && mv copy server/elsewhere")
    let server = [
      "STRONGROOM_STATE": desk.at("home/server"), "STRONGROOM_CACHE": desk.at("home/servercache"),
    ]
    let stranger = try await desk.run("status", "--vault", "server/vault", with: server)
    #expect(stranger.code == 13, "\(stranger.said)")
    let card = try desk.text("vault.card.txt")
    let id = try #require(card.firstMatch(of: /vault id +([0-9a-f]{32})/)).output.1
    let known = try await desk.run(
      "status", "--vault", "server/vault", "--vault-id", String(id), with: server)
    #expect([0, 2].contains(known.code), "\(known.said)")
    desk.write("a second letter", to: "archive/basic/C1/second.txt")
    for arguments in [
      ["seal", "archive"], ["snapshot", "take", "server/elsewhere"], ["verify", "server/elsewhere"],
    ] {
      let vault = arguments[0] == "verify" ? [] : ["--vault", "server/vault"]
      let ran = try await desk.run(arguments + vault, with: server)
      #expect(ran.code == 0, "\(arguments): \(ran.said)")
    }
  }

  @Test("A new identity takes the place of an old one, which opens nothing that is sealed afterwards")
  func anotherIdentity() async throws {
    let desk = try await Desk.withRecords()
    for name in ["old", "new"] {
      #expect(try await desk.run("identity", "new", name).code == 0)
      let ran = try await desk.run(
        "grant", "add", "\(name).pub", "--role", "archivist", "--class", "basic", "--label", "Ada", "--yes")
      #expect(ran.code == 0, "\(ran.said)")
    }
    #expect(try await desk.run("ls", "--identity", "new").code == 0)
    guard
      case .text(let old)? = try await desk.run("identity", "show", "old", "--json").object(.identity)[
        "identity"]
    else { throw Trouble("no identity") }
    #expect(try await desk.run("grant", "revoke", old, "--reason", "replaced", "--yes").code == 0)
    desk.write("a second letter", to: "archive/basic/C1/second.txt")
    let sealed = try await desk.run("seal", "archive", "--identity", "new")
    #expect(sealed.code == 2 && sealed.result.contains("1 new"), "\(sealed.said)\(sealed.result)")
    let refused = try await desk.run("ls", "--identity", "old")
    #expect(refused.code == 12 && refused.said.contains("was revoked"), "\(refused.said)")
  }

  @Test("Nothing is made within a place of a vault, whichever it is and whoever remembers it")
  func withinAPlace() async throws {
    let desk = try await Desk.withRecords()
    let stranger = ["STRONGROOM_STATE": desk.at("home/stranger")]
    for (arguments, memory) in [
      (["snapshot", "take", "copy/within", "--new"], [:]), (["export", "copy/within"], [:]),
      (["restore", "copy", "vault/within"], [:]), (["init", "copy/within"], stranger),
      (["verify", "vault", "--level", "restore", "--scratch", "copy"], [:]),
      (["drill", "run", "site-lost", "--destination", "copy", "--scratch", "copy"], [:]),
    ] {
      let ran = try await desk.run(arguments, with: memory)
      #expect(ran.code == 13, "\(arguments): \(ran.code) \(ran.said)")
      #expect(!desk.has("copy/within") && !desk.has("vault/within"), "\(arguments)")
    }
  }
}
