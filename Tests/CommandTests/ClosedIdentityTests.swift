import Foundation
import Glibc
import Sealing
import TestKit
import Testing

/// Identity files that are closed under a passphrase, from end to end.
@Suite(.timeLimit(.minutes(10))) struct ClosedIdentityTests {
  /// A desk with a vault whose custodian's file is closed, and the passphrase in a file.
  private static func withClosedCustodian() async throws -> Desk {
    let desk = Desk()
    desk.write("three kettles under snow\n", to: "pass")
    for arguments in [
      ["identity", "new", "me", "--closed", "--passphrase-file", "pass"],
      ["init", "vault", "--identity", "me", "--passphrase-file", "pass"],
    ] {
      let ran = try await desk.run(arguments)
      guard ran.code == 0 else { throw Trouble("\(arguments): \(ran.said)") }
    }
    return desk
  }

  private func isClosed(_ file: String, _ desk: Desk) throws -> Bool {
    try desk.text(file).hasPrefix(#"{"format":"strongroom closed identity""#)
  }

  @Test func opensWithWhateverGivesItsPassphrase() async throws {
    let desk = try await Self.withClosedCustodian()
    #expect(try isClosed("me", desk))
    var status = stat()
    #expect(stat(desk.at("me"), &status) == 0 && status.st_mode & 0o777 == 0o600)
    desk.write("another one under snow\n", to: "wrong")
    for (more, with, code) in [
      (["--identity", "me", "--passphrase-file", "pass"], [:], 0),
      (["--identity", "me", "--passphrase-command", "cat pass"], [:], 0),
      ([], ["STRONGROOM_PASSPHRASE_FILE": "pass"], 0), ([], [:], 12),
      (["--identity", "me", "--passphrase-file", "wrong"], [:], 12),
      ([], ["STRONGROOM_PASSPHRASE_FILE": "wrong"], 12),
    ] as [([String], [String: String], Int32)] {
      let ran = try await desk.run(["keys", "list"] + more, with: with)
      #expect(ran.code == code, "\(more): \(ran.said)")
      // What is closed needs no word about what lies in the clear.
      #expect(!ran.said.contains("isn't closed"))
      if code == 12 { #expect(ran.out == []) }
    }
    let nobody = try await desk.run("keys", "list")
    #expect(nobody.said.contains("me is closed under a passphrase, and nobody can be asked for it"))
  }

  @Test func asksAtTheTerminal() async throws {
    let desk = try await Self.withClosedCustodian()
    let screen = try Screen()
    let child = try desk.start(["ls"], on: screen)
    #expect(await screen.shown(upTo: "passphrase of me: ") == "passphrase of me: ")
    #expect(!screen.echoes)
    screen.type("three kettles under snow\n")
    #expect(await child.end() == 0)
    #expect(!(await screen.rest()).contains("kettles"))
  }

  @Test func showsWhoseItIs() async throws {
    let desk = try await Self.withClosedCustodian()
    let secret = try await desk.run("identity", "show", "me", "--passphrase-file", "pass", "--json").object(
      .identity)
    let open = try await desk.run("identity", "show", "me.pub", "--json").object(.identity)
    #expect(secret["identity"] == open["identity"] && secret["xwing"] == open["xwing"])
    #expect(secret["closed"] == .integer(1) && secret["secret"] == .integer(1))
    #expect(open["closed"] == .integer(0))
  }

  @Test func closesChangesAndOpensAgain() async throws {
    let desk = try await Desk.withVault()
    let id = try await desk.identity()
    desk.write("three kettles under snow\n", to: "first")
    desk.write("seven lanterns by the weir\n", to: "second")
    let steps: [([String], Bool)] = [
      (["--new-passphrase-file", "first"], true),
      (["--passphrase-file", "first", "--new-passphrase-file", "second"], true),
      (["--passphrase-file", "second", "--open"], false),
    ]
    for (more, closed) in steps {
      let ran = try await desk.run(["identity", "passwd", "me"] + more + ["--json"])
      #expect(ran.code == 0, "\(ran.said)")
      #expect(try ran.object(.replacedIdentity)["identity"]?.text == id)
      #expect(try isClosed("me", desk) == closed)
      var status = stat()
      #expect(stat(desk.at("me"), &status) == 0 && status.st_mode & 0o777 == 0o600)
      // Nothing else lies there, in the clear or not.
      #expect(desk.files("").filter { $0.contains(".new-") } == [])
    }
    #expect(try await desk.run("keys", "list").code == 0)
  }

  @Test func isAsItWasWhereItFails() async throws {
    let desk = try await Self.withClosedCustodian()
    desk.write("weak\n", to: "weak")
    desk.write("another one under snow\n", to: "wrong")
    let before = try desk.bytes("me")
    symlink("me", desk.at("link"))
    for (file, more, code) in [
      ("me", ["--passphrase-file", "wrong", "--open"], 12), ("me", ["--open"], 12),
      ("me", ["--passphrase-file", "pass", "--new-passphrase-file", "weak"], 1),
      ("me", ["--passphrase-file", "pass", "--new-passphrase-file", "nothing"], 1),
      ("me", ["--passphrase-file", "pass"], 1),
      ("link", ["--passphrase-file", "pass", "--open"], 1), ("nothing", ["--open"], 1),
      ("me.pub", ["--open"], 1), ("me", ["--open", "--new-passphrase-file", "pass"], 64),
    ] as [(String, [String], Int32)] {
      let ran = try await desk.run(["identity", "passwd", file] + more)
      #expect(ran.code == code, "\(file) \(more): \(ran.said)")
      #expect(try desk.bytes("me") == before, "\(file) \(more)")
    }
    link(desk.at("me"), desk.at("other"))
    #expect(try await desk.run("identity", "passwd", "me", "--passphrase-file", "pass", "--open").code == 13)
    #expect(try desk.bytes("me") == before)
  }

  /// The seed in the clear is nowhere, however it was closed.
  @Test func noPlaintextIsLeftBehind() async throws {
    let desk = try await Desk.withVault()
    let identity = try IdentityFile.identity(from: desk.bytes("me"))
    let seed = identity.seed.withSpan { span in Hex.encode(span) }
    desk.write("three kettles under snow\n", to: "pass")
    #expect(try await desk.run("identity", "passwd", "me", "--new-passphrase-file", "pass").code == 0)
    for file in desk.files("") {
      guard let bytes = Files.read(desk.at(file)) else { continue }
      #expect(!String(decoding: bytes, as: UTF8.self).contains(seed), "\(file)")
    }
  }

  @Test func aBareFileIsToldOfOnce() async throws {
    let desk = Desk()
    #expect(try await desk.run("identity", "new", "me").code == 0)
    #expect(try await desk.run("init", "vault").said.contains("identity file isn't closed"))
    for _ in 0..<2 { #expect(!(try await desk.run("keys", "list").said.contains("isn't closed"))) }
    // On another machine again, once, also to programs.
    let other = ["STRONGROOM_STATE": desk.at("home/other")]
    let vault = try #require(try await desk.run("status", "--json").object(.status)["vault"]?.text)
    let told = try await desk.run("keys", "list", "--vault-id", vault, "--json", with: other)
    #expect(told.result.contains("identity_bare"))
    #expect(!(try await desk.run("keys", "list", "--json", with: other).result.contains("identity_bare")))
    // Whoever is no custodian isn't told.
    #expect(try await desk.run("identity", "new", "clerk").code == 0)
    #expect(
      try await desk.run("grant", "add", "clerk.pub", "--role", "clerk", "--class", "basic", "--yes").code
        == 0)
    #expect(!(try await desk.run("keys", "list", "--identity", "clerk").said.contains("isn't closed")))
  }

  @Test func isNotSealedIntoAnArchive() async throws {
    let desk = try await Self.withClosedCustodian()
    Files.write(try desk.bytes("me"), to: Array(desk.at("archive/basic/C1/me.identity").utf8))
    let ran = try await desk.run("seal", "archive", "--identity", "me", "--passphrase-file", "pass")
    #expect(ran.code == 2)
    #expect(ran.said.contains("me.identity"))
  }
}
