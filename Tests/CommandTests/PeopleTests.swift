import TestKit
import Testing

/// Who may what, as people see and say it.
struct PeopleTests {
  private static func desk() async throws -> (desk: Desk, clerk: String) {
    let desk = try await Desk.withVault()
    let made = try await desk.run("identity", "new", "clerk", "--json").object(.newIdentity)
    guard case .text(let clerk)? = made["identity"] else { throw Trouble("no identity") }
    return (desk, clerk)
  }

  private static let grant = [
    "grant", "add", "clerk.pub", "--role", "clerk", "--class", "basic", "--label", "Anna",
  ]

  @Test func aGrantIsShownAndAskedFor() async throws {
    let (desk, clerk) = try await Self.desk()
    let before = desk.files("vault")
    let silent = try await desk.run(Self.grant)
    #expect(silent.code == 13 && silent.said.contains("nobody said yes"))
    // What can't be granted is refused before anybody is asked.
    let wrong = try await desk.run("grant", "add", "clerk.pub", "--role", "clerk", "--class", "letters")
    #expect(wrong.code == 1 && wrong.said.contains("letters") && !wrong.said.contains("said yes"))
    for (answer, code) in [("n\n", 13), ("y\n", 0)] as [(String, Int32)] {
      #expect(desk.files("vault") == before)
      let screen = try Screen()
      let child = try desk.start(Self.grant, on: screen)
      let asked = await screen.shown(upTo: "[y/N] ")
      #expect(asked.contains("make \(clerk) a clerk, who opens basic, called \"Anna\"?"))
      screen.type(answer)
      #expect(await child.end() == code)
    }
    let listed = try await desk.run("grant", "list", "--json").objects(.grant)
    #expect(listed.map { $0["label"] } == [.text(""), .text("Anna")])
    #expect(listed.map { $0["opens_known"] } == [.text("all"), .text("all")])
    #expect(
      listed[1]["opens"] == .list([.text("basic"), .text("directory")])
        || listed[1]["opens"] == .list([.text("directory"), .text("basic")]))
    #expect(try await desk.run("grant", "list").result.contains("Anna"))
    // Without keys nobody is shown what they open.
    let blind = try await desk.run("grant", "list", "--json", with: ["STRONGROOM_IDENTITY": ""]).objects(
      .grant)
    #expect(blind.map { $0["opens_known"] } == [.text("some"), .text("some")])
  }

  @Test func aPublicFileThatIsNotItsOwners() async throws {
    let (desk, _) = try await Self.desk()
    let text = try desk.text("clerk.pub")
    let before = desk.files("vault")
    let proof = try #require(text.firstMatch(of: /"proof":"([0-9a-f]{128})",/)).output
    let other = try #require(try desk.text("me.pub").firstMatch(of: /"xwing":"([0-9a-f]+)"/)).output.1
    let own = try #require(text.firstMatch(of: /"xwing":"([0-9a-f]+)"/)).output.1
    for (what, changed) in [
      ("no proof", text.replacing(proof.0, with: "")),
      ("another's X-Wing key", text.replacing(own, with: other)),
      ("another kind", text.replacing("\"kind\":\"file\"", with: "\"kind\":\"shares\"")),
    ] {
      try #require(changed != text)
      desk.write(changed, to: "wrong.pub")
      let granted = try await desk.run("grant", "add", "wrong.pub", "--role", "operator", "--yes")
      #expect(granted.code == 13 && granted.said.contains("isn't signed with its own key"), "\(what)")
      #expect(granted.said.contains("ask its owner"), "\(what)")
      #expect(try await desk.run("identity", "show", "wrong.pub").code == 13, "\(what)")
    }
    let small = try #require(text.firstMatch(of: /"ed25519":"([0-9a-f]+)"/)).output.1
    desk.write(text.replacing(small, with: "01" + String(repeating: "00", count: 31)), to: "wrong.pub")
    let granted = try await desk.run("grant", "add", "wrong.pub", "--role", "operator", "--yes")
    #expect(granted.code == 13 && granted.said.contains("nobody can hold"))
    #expect(desk.files("vault") == before)
  }

  @Test func peopleAreFoundByLabelAndIdsInGroups() async throws {
    let (desk, clerk) = try await Self.desk()
    #expect(try await desk.run(Self.grant + ["--yes"]).code == 0)
    let own = try await desk.run("ledger", "show", "--event", "granted", "--event", "founded", "--json")
    let events = own.result.split(separator: "\n").compactMap {
      $0.firstMatch(of: /"event":"(\w+)"/)?.output.1
    }
    #expect(events == ["founded", "granted"])
    #expect(try await desk.run("ledger", "show", "--by", clerk, "--json").out == [])
    let mine = try await desk.run("ledger", "show", "--until", "1999-12-31", "--json")
    #expect(mine.code == 0 && mine.out == [])
    #expect(try await !desk.run("ledger", "show", "--since", "2000-01-01", "--json").out.isEmpty)
    #expect(try await desk.run("ledger", "show", "--event", "murdered").code == 64)
    #expect(try await desk.run("ledger", "show", "--since", "soon").code == 64)
    // Whoever is called like somebody's id isn't meant by it.
    #expect(try await desk.run("identity", "new", "other").code == 0)
    #expect(
      try await desk.run("grant", "add", "other.pub", "--role", "operator", "--label", clerk, "--yes").code
        == 0)
    let meant = try await desk.run("ledger", "show", "--by", clerk, "--json")
    #expect(meant.code == 0 && meant.out == [])
    #expect(try await desk.run("ledger", "show", "--by", String(clerk.prefix(12))).code == 0)
    let revoked = try await desk.run("grant", "revoke", "Anna", "--yes", "--json").object(.revoked)
    #expect(revoked["identity"] == .text(clerk))
    let id = try desk.text("vault.card.txt").split(separator: "\n").first { $0.hasPrefix("vault id") }
    let hex = String(try #require(id).suffix(32))
    let grouped = stride(from: 0, to: 32, by: 4).map { String(hex.dropFirst($0).prefix(4)) }.joined(
      separator: " ")
    for said in [grouped, grouped.uppercased(), grouped.replacing(" ", with: "-")] {
      #expect(try await desk.run("status", "--vault-id", said).code == 0)
    }
    #expect(try await desk.run("status", "--vault-id", grouped + "0").code == 64)
  }
}
