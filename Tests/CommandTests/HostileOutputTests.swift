import ArgumentParser
import Foundation
import Glibc
import Sealing
import TestKit
import Testing
import Vault

@testable import strongroom

/// Whatever names, labels and texts hold that an archive, a plan or a journal brings along: no command gives it out as
/// anything but text, to people, to programs or as a page.
@Suite(.timeLimit(.minutes(10))) struct HostileOutputTests {
  private static let evil = HostileStrings.name

  /// The commands that do something, by their words.
  private static func leaves(
    of command: any ParsableCommand.Type = Strongroom.self, _ path: [String] = []
  ) -> [[String]] {
    let below = command.configuration.subcommands
    return below.isEmpty ? [path] : below.flatMap { leaves(of: $0, path + [$0._commandName]) }
  }

  /// Each command with what it is given; `round` tells apart what can be made once only.
  private static func commands(_ round: String) -> [(words: [String], arguments: [String])] {
    let copy = "copy" + evil
    let sheets = (1...2).map { "sheets1\(evil)/share-\($0)-of-2.txt" }
    return [
      (["identity", "new"], ["new" + round + evil]), (["identity", "show"], ["me" + evil]),
      (["identity", "passwd"], ["new" + round + evil, "--new-passphrase-file", "pass" + evil]),
      (["init"], ["founded" + round + evil]),
      (["seal"], ["archive", "--reread"]), (["seal"], ["archive", "--dry-run"]),
      (
        ["seal"],
        ["titled", "--layout", "{class}/{subject}/{title}.txt", "--source", evil, "--exclude", evil]
      ),
      (
        ["grant", "add"],
        ["clerk\(round).pub", "--yes", "--role", "clerk", "--class", "basic", "--label", evil]
      ),
      (["grant", "list"], []), (["status"], []), (["ls"], []), (["find"], []), (["find"], ["--versions"]),
      (["keys", "list"], []), (["keys", "rotate"], ["--class", HostileStrings.className]),
      (["keys", "leave-out"], ["--yes"]), (["keys", "reseal"], ["--class", HostileStrings.className]),
      (["keys", "compromise"], ["--class", HostileStrings.className]), (["compact"], ["--dry-run"]),
      (["move", "list"], []), (["retention", "due"], []), (["retention", "apply"], ["--dry-run"]),
      (["snapshot", "take"], [copy, "--name", evil] + (round == "1" ? ["--new"] : [])),
      (["snapshot", "list"], [copy]), (["verify"], ["--level", "restore", "--enter"]), (["verify"], [copy]),
      (["destination", "add"], ["cellar" + round, "copy", "--config", "places.yml"]),
      (["destination", "list"], ["--config", "places.yml"]), (["destination", "show"], [copy]),
      (["destination", "remove"], ["cellar" + round, "--config", "places.yml"]),
      (["drill", "plans"], []), (["drill", "plans"], ["site-lost"]),
      (["drill", "run"], ["plan.yml", "--destination", copy, "--evidence", "drills" + round + evil]),
      (["drill", "check"], ["plan.yml"]),
      (
        ["drill", "new"],
        ["own\(round)\(evil).yml", "--from", "site-lost", "--title", evil, "--destination", evil]
      ),
      (
        ["drill", "tabletop"],
        ["table.yml", "--answers", "answers" + evil, "--evidence", "talks" + round + evil, "--note", evil]
      ),
      (["drill", "practice"], ["practice" + round + evil]), (["drill", "list"], []),
      (["round", "run"], ["--config", "round.yml"]),
      (["round", "run"], ["--config", "round.yml", "--dry-run"]),
      (["round", "schedule"], ["--config", "round.yml"]), (["notify", "test"], ["--config", "round.yml"]),
      (["finding", "add"], [evil, "--owner", evil, "--within", "1d"]), (["finding", "list"], []),
      (["risk"], ["risks.yml"]),
      (["export"], ["out" + round + evil]),
      (["ledger", "show"], []), (["ledger", "verify"], []),
      (["proof", "write"], ["1", "--output", "proof" + round + evil]),
      (["proof", "check"], ["proof" + round + evil]),
      (["restore"], [copy, "restored" + round + evil]), (["gc"], ["--dry-run"]),
      (["clock", "settle"], ["--yes"]),
      (["request", "list"], []), (["policy", "show"], []),
      (["hold", "place"], ["--name", evil, "--reason", evil, "--class", "basic"]),
      (["hold", "list"], ["--all"]),
      (
        ["report", "compliance"],
        ["--from", "2026-01-01", "--to", "2099-12-31", "--out", "audit" + round + evil, "--attest"]
      ),
      (["report", "inventory"], []),
      (["erase", "list"], []), (["erase", "run"], ["--dry-run"]),
      (["ledger", "trace"], ["--subject", "C0"]),
      (
        ["shares", "split"],
        ["--threshold", "2", "--shares", "2", "--out", "sheets" + round + evil, "--label", evil, "--yes"]
      ),
      (["shares", "test"], ["--shares"] + sheets), (["shares", "combine"], sheets),
    ]
  }

  @Test func noCommandIsForgotten() {
    let all = Set(Self.leaves().map { $0.joined(separator: " ") })
    let asked = Set(Self.commands("1").map { $0.words.joined(separator: " ") } + Self.afterwards)
    #expect(all.subtracting(asked).isEmpty && asked.subtracting(all).isEmpty)
  }

  /// What is asked once there are two custodians, and what changes who there is.
  private static let afterwards = [
    "move undo", "move confirm", "move give-up", "keys retire", "keys destroy", "grant revoke",
    "grant change", "recover",
    "policy edit",
    "request show", "request approve",
    "request decline", "hold release", "erase customers", "erase undo", "erase certificate", "erase check",
    "erase order", "erase redo",
    "destination forget", "drill verify", "finding close",
  ]

  /// A vault whose every name means harm, made with the library where the program itself makes none of the kind.
  private static func archive() async throws -> Desk {
    let desk = Desk()
    for name in ["me" + evil, "clerk1", "clerk2"] {
      #expect(try await desk.run("identity", "new", name).code == 0)
    }
    let identity = try IdentityFile.identity(from: Secret(copying: try desk.bytes("me" + evil)))
    let machine = Machine(memory: desk.at("founding")) { UInt64(time(nil)) }
    let made = try await CreateVault.create(
      .folder(desk.at(evil)), founder: .identity(identity),
      classes: NewClasses([("basic", 10), (HostileStrings.className, 6)]), in: machine)
    desk.write(made.vault.hex, to: "vault-id")
    desk.write("three kettles under snow\n", to: "pass" + evil)
    for (number, text) in HostileStrings.all.enumerated() {
      desk.write("of its own", to: "archive/basic/\(text)/\(text)")
      desk.write("of the class", to: "archive/\(HostileStrings.className)/C\(number)/\(text).txt")
      desk.write("titled", to: "titled/basic/T\(number)/\(text).txt")
    }
    desk.write("stray", to: "archive/\(evil).stray")
    desk.write("not UTF-8", to: Array("archive/basic/C".utf8) + [0xff, 0x1b, 0x2f, 0xfe, 0x9b, 0xc3])
    let escaped = (HostileStrings.all + [evil]).joined(separator: " ").unicodeScalars.map {
      "\\U" + String(repeating: "0", count: 8 - String($0.value, radix: 16).count)
        + String($0.value, radix: 16)
    }
    func plan(_ title: String, _ story: String) -> String {
      "name: mine\ntitle: \"\(title)\"\nstory: \"\(story)\"\nloses: [vault]\nobjectives: {rto: 4h, rpo: 24h}\n"
    }
    let title = escaped.suffix(evil.unicodeScalars.count).joined()
    // As long as a story may be.
    desk.write(plan(title, escaped.prefix(1300).joined()), to: "plan.yml")
    desk.write(plan("A title", "a story"), to: "plain.yml")
    desk.write(
      "name: talk\ntitle: \"\(title)\"\nstory: s\nlevel: tabletop\nquestions: [\"\(title)\", why?]\n",
      to: "table.yml")
    desk.write(evil.replacing("\n", with: " ") + "\nwe know\n", to: "answers" + evil)
    desk.write(
      "vault: \"\(title)\"\ndestinations: {cellar: \"copy\(title)\"}\nnotices: {command: \"no such\(title)\"}\nrisks: risks.yml\n"
        + "drills: {mine: {plan: plan.yml, destination: cellar}, none: {plan: \"\(title)\", destination: cellar}}\n",
      to: "round.yml")
    desk.write(
      "fire: {risk: \"\(title)\", likelihood: 1, impact: 2, measure: \"\(title)\", owner: \"\(title)\", plan: plan.yml}\n",
      to: "risks.yml")
    return desk
  }

  @Test func everyCommandGivesTextsAsTexts() async throws {
    let desk = try await Self.archive()
    let evil = Self.evil
    let with = [
      "STRONGROOM_VAULT": evil, "STRONGROOM_IDENTITY": "me" + evil,
      "STRONGROOM_VAULT_ID": try desk.text("vault-id"), "STRONGROOM_CLOCK": "trust",
    ]
    var said: [String: [JSONKind]] = [:]
    for (round, json) in [("1", [String]()), ("2", ["--json"])] {
      for (words, arguments) in Self.commands(round) {
        // A vault founded now is asked for by its own name.
        var with = with
        if words == ["init"] || words.first == "identity" { with["STRONGROOM_VAULT_ID"] = "" }
        let ran = try await desk.run(words + arguments + json, with: with)
        // A second set of shares takes two custodians.
        // What has a line feed can't stand in a unit.
        let isRefused =
          words == ["clock", "settle"] || words == ["round", "schedule"]
          || words == ["shares", "split"] && round == "2"
        // The second set of shares waits for the first.
        let waits = words == ["shares", "split"] && round == "2" && ran.code == 14
        #expect(
          ran.code == 0 || ran.code == 2 || waits || isRefused && ran.code != 64, "\(words): \(ran.said)")
        for output in [ran.out, ran.err] {
          #expect(
            HostileStrings.fault(in: output) == nil, "\(words): \(String(decoding: output, as: UTF8.self))")
        }
        guard !json.isEmpty else { continue }
        said[words.joined(separator: " "), default: []] += try #require(
          ran.lines(), "\(words): \(ran.result)")
      }
      let revoked = try await desk.run(
        ["grant", "revoke", try await id(of: "clerk\(round).pub", desk), "--yes", "--reason", evil] + json,
        with: with)
      #expect(HostileStrings.fault(in: revoked.out + revoked.err) == nil)
    }
    try check(said)
    try await checkRequests(of: desk, with)
    try await checkPages(of: desk, with)
    let report = try #require(desk.files("drills1" + evil).first { $0.hasSuffix(".json") })
    for json in [[], ["--json"]] {
      let ran = try await desk.run(["drill", "verify", "drills1\(evil)/\(report)"] + json, with: with)
      #expect(ran.code == 0 && HostileStrings.fault(in: ran.out + ran.err) == nil, "\(ran.said)")
    }
    for arguments in [["restored1" + evil], ["restored2" + evil, "--json"]] {
      let ran = try await desk.run(["recover", "--yes"] + arguments, with: with)
      #expect(ran.code != 64 && HostileStrings.fault(in: ran.out + ran.err) == nil, "\(ran.said)")
    }
  }

  /// What a custodian's label and reason say when another one reads them, who comes with shares.
  private func checkRequests(of desk: Desk, _ with: [String: String]) async throws {
    let evil = Self.evil
    let shares = ["--shares"] + (1...2).map { "sheets1\(evil)/share-\($0)-of-2.txt" }
    func said(_ arguments: [String], _ code: Int32, by others: [String] = []) async throws -> Ran {
      let isLook = ["show", "list"].contains(arguments[1])
      var last: Ran?
      for json in isLook ? [["--json"], []] : [[]] {
        let ran = try await desk.run(arguments + json + others, with: with)
        #expect(ran.code == code, "\(arguments): \(ran.said)")
        #expect(HostileStrings.fault(in: ran.out + ran.err) == nil, "\(arguments)")
        last = ran
      }
      return try #require(last)
    }
    func asked(_ ran: Ran) throws -> String {
      String(try #require(ran.result.firstMatch(of: #/request ([0-9]+): /#)).output.1)
    }
    for name in ["second", "third"] { #expect(try await desk.run("identity", "new", name).code == 0) }
    let add = ["grant", "add", "third.pub", "--role", "custodian", "--label", evil, "--yes"]
    let first = try asked(try await said(add, 14))
    _ = try await said(["request", "list"], 0, by: shares)
    _ = try await said(["request", "show", first], 0, by: shares)
    _ = try await said(["request", "decline", first, "--reason", evil, "--yes"], 0, by: shares)
    let edit = ["policy", "edit", "--preset", "cn-aml", "--reason", evil, "--yes"]
    let policy = try asked(try await said(edit, 14))
    _ = try await said(["request", "show", policy], 0, by: shares)
    _ = try await said(["request", "approve", policy, "--yes"], 0, by: shares)
    _ = try await said(["request", "list", "--all"], 0, by: shares)
    _ = try await said(["grant", "add", "second.pub", "--role", "archivist", "--label", evil, "--yes"], 0)
    let second = try await id(of: "second.pub", desk)
    _ = try await said(["grant", "change", second, "--role", "operator", "--label", evil, "--yes"], 0)
    _ = try await said(["policy", "show"], 0)
  }

  private func id(of file: String, _ desk: Desk) async throws -> String {
    try #require(try await desk.run("identity", "show", file, "--json").object(.identity)["identity"]?.text)
  }

  /// Programs get each text as it is.
  private func check(_ said: [String: [JSONKind]]) throws {
    let all = Set(HostileStrings.all)
    func texts(_ command: String, _ member: String) -> Set<String> {
      Set((said[command] ?? []).compactMap { $0[member]?.text })
    }
    #expect(all.isSubset(of: texts("find", "path")))
    #expect(all.isSubset(of: texts("find", "subject")))
    #expect(all.isSubset(of: texts("find", "title")))
    #expect(texts("find", "source").contains(Self.evil))
    #expect(texts("ls", "class") == ["basic", HostileStrings.className])
    #expect(texts("grant list", "label").contains(Self.evil))
  }

  private static let reportTags: Set = [
    "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "header", "p", "h1", "h2", "h3", "section",
    "table",
    "thead", "tr", "th", "td", "br", "span", "i", "a", "div", "b", "ul", "li", "footer",
  ]

  /// A drill's page has the tags of one that tells of nothing bad, and no others.
  private func checkPages(of desk: Desk, _ with: [String: String]) async throws {
    let plain = try await desk.run(
      ["drill", "run", "plain.yml", "--destination", "copy" + Self.evil, "--evidence", "plain"], with: with)
    let pages = desk.files(".").filter { $0.hasSuffix(".html") }
    let names = pages.filter { $0.hasPrefix("drills") || $0.hasPrefix("talks") || $0.hasPrefix("plain") }
    let reports = pages.filter { $0.hasPrefix("audit") }
    #expect(names.count == 10 && reports.count == 4 && pages.count == 18, "\(plain.said)")
    for name in reports {
      let page = try desk.text(name)
      #expect(HostileStrings.fault(in: page.utf8.map { $0 == 0x0a ? 0x20 : $0 }) == nil)
      // Labels, names of holds and of classes stand there as texts.
      #expect(page.contains("&lt;b&gt;") && page.contains("{{x}}") && page.contains("\\u{1b}[2J"))
      let tags = page.matches(of: /<\/?([^\s>]*)/).map { String($0.output.1) }
      #expect(Set(tags).subtracting(Self.reportTags) == [])
    }
    var shapes: Set<[String]> = []
    for name in names {
      let bytes = try desk.bytes(name)
      // A story has lines, which a page takes for blanks.
      #expect(HostileStrings.fault(in: bytes.map { $0 == 0x0a ? 0x20 : $0 }) == nil)
      let page = String(decoding: bytes, as: UTF8.self)
      shapes.insert(
        page.matches(of: /<[^>]*>/).map { String($0.output.replacing(/\d+%|\d+\.\d+/, with: "n")) })
      if name.hasPrefix("drills") {
        #expect(page.contains("&lt;b&gt;") && page.contains("{{title}}") && page.contains("\\u{1b}[2J"))
      }
    }
    // One for each language, whose tag differs, for drills that restore, the second of which has a trend, and for
    // those at the table.
    #expect(shapes.count == 6)
    // A share's page shows nothing that anybody else wrote.
    for name in pages where name.hasPrefix("sheets") {
      #expect(HostileStrings.fault(in: try desk.bytes(name)) == nil)
      #expect(!(try desk.text(name)).contains("{{"))
    }
  }
}
