import Foundation
import Testing

/// Names from outside may hold what a terminal acts on or an eye is deceived by. None of it reaches the output raw.
@Suite(.timeLimit(.minutes(10))) struct NameTests {
  /// A folder's or file's name that clears the screen, rings, forges a line and turns the direction about.
  private static let evil =
    "x\u{1b}[2J\u{7}\nstrongroom: all is well\r\u{202e}\u{2066}\u{9b}31m\u{61c}\u{feff}"
  private static let shown =
    "x\\u{1b}[2J\\u{7}\\u{a}strongroom: all is well\\u{d}\\u{202e}\\u{2066}\\u{9b}31m\\u{61c}\\u{feff}"

  /// What of an output should not be there, written down here on its own.
  private static func fault(in bytes: [UInt8]) -> String? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return "it isn't UTF-8" }
    for scalar in text.unicodeScalars where scalar != "\n" {
      let properties = scalar.properties
      if properties.generalCategory == .control { return "a control U+\(String(scalar.value, radix: 16))" }
      if properties.isBidiControl { return "a bidi control U+\(String(scalar.value, radix: 16))" }
      if scalar == "\u{feff}" { return "what can't be seen" }
    }
    return text.contains("\nstrongroom: all is well") ? "a line that the program didn't say" : nil
  }

  private func check(_ ran: Ran, _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(Self.fault(in: ran.out) == nil, "\(what): \(ran.result)", sourceLocation: sourceLocation)
    #expect(Self.fault(in: ran.err) == nil, "\(what): \(ran.said)", sourceLocation: sourceLocation)
  }

  private static func withRecords() async throws -> Desk {
    let desk = try await Desk.withVault()
    desk.write("a letter", to: "archive/basic/\(evil)/\(evil).txt")
    desk.write("a stray", to: "archive/\(evil).stray")
    desk.write("a stray", to: "archive/\(evil)/customer/file")
    desk.write(
      "not UTF-8", to: Array("archive/basic/C".utf8) + [0xff, 0x1b, 0x2f, 0xfe, 0x9b])
    return desk
  }

  @Test func filesAndCustomers() async throws {
    let desk = try await Self.withRecords()
    let sealed = try await desk.run("seal", "archive")
    #expect(sealed.code == 2)
    check(sealed, "seal")
    #expect(sealed.said.contains("left out: \(Self.shown).stray: "))
    let found = try await desk.run("find")
    check(found, "find")
    #expect(found.code == 0)
    #expect(found.result.contains("  basic/\(Self.shown)/\(Self.shown).txt  (archive)\n"))
    #expect(found.result.contains("  basic/C\\xff\\x1b/\\xfe\\x9b  (archive)\n"))
    for command in [
      ["ls"], ["export", "out"], ["ledger", "show"], ["verify", "--level", "restore"], ["status"],
    ] {
      let ran = try await desk.run(command)
      #expect(ran.code == 0, "\(command): \(ran.said)")
      check(ran, "\(command)")
    }
    let json = try await desk.run("find", "--json").objects(.record)
    #expect(json.contains { $0["path_hex"] == .text("fe9b") })
    #expect(json.contains { $0["subject"] == .text(Self.evil) && $0["subject_hex"] == nil })
  }

  @Test func damageIsNamedByItsObjectNotByARecord() async throws {
    let desk = try await Self.withRecords()
    _ = try await desk.run("seal", "archive")
    try desk.spoilBoxes(of: "vault")
    for command in [["verify", "--level", "open"], ["export", "out"], ["verify", "--level", "restore"]] {
      let ran = try await desk.run(command)
      #expect(ran.code == 2)
      check(ran, "\(command)")
    }
  }

  /// What is given as an argument: a place, a class, a customer, a text, a file, a plan, a name.
  @Test func argumentsAndTheErrorsAboutThem() async throws {
    let desk = try await Desk.withVault()
    let evil = Self.evil
    desk.write("name: \(evil)", to: "plan.yml")
    let commands = [
      ["status", "--vault", evil], ["find", evil], ["find", "--class", evil], ["find", "--subject", evil],
      ["find", "--text", evil], ["find", "--since", evil], ["find", "--record", evil],
      ["find", "--identity", evil],
      ["find", "--passphrase-file", evil], ["seal", evil], ["seal", "vault", "--layout", evil],
      ["seal", "me", "--class", evil],
      ["seal", "me", "--class", "basic", "--subject", evil],
      ["grant", "add", "--yes", evil, "--role", "clerk"],
      ["grant", "add", "--yes", "me.pub", "--role", evil],
      ["grant", "add", "--yes", "me.pub", "--role", "clerk", "--class", evil],
      ["grant", "revoke", evil, "--yes"], ["keys", "rotate", "--class", evil], ["drill", "run", evil],
      ["drill", "plans", evil], ["drill", "run", "plan.yml", "--destination", evil],
      ["drill", "check", evil],
      ["drill", "check", "plan.yml"], ["drill", "new", "x.yml", "--from", evil], ["drill", "verify", evil],
      ["drill", "tabletop", evil], ["drill", "practice", "practice", "--scenario", evil],
      ["drill", "practice", evil, "--done"],
      ["drill", "run", "site-lost", "--destination", evil], ["restore", evil, "new"], ["verify", evil],
      ["verify", "--level", evil], ["snapshot", "list", evil], ["identity", "show", evil],
      ["status", "--vault-id", evil],
      ["proof", "write", evil], [evil], ["--" + evil], ["help", evil], ["find", "--" + evil],
      ["find", "a", evil],
    ]
    for command in commands { check(try await desk.run(command), "\(command)") }
  }

  @Test func placesWithSuchNames() async throws {
    let desk = Desk()
    let evil = Self.evil
    desk.write("a letter", to: "archive/basic/C1/letter.txt")
    for command in [
      ["identity", "new", "me" + evil], ["init", evil], ["seal", "archive"], ["status"], ["verify"],
      ["verify", evil],
      ["snapshot", "take", "copy" + evil, "--new", "--name", evil], ["snapshot", "list", "copy" + evil],
      ["restore", "copy" + evil, "new" + evil], ["export", "out" + evil], ["ls", "copy" + evil],
      ["proof", "write", "1", "--output", "proof" + evil], ["ledger", "show"],
      ["drill", "run", "site-lost", "--destination", "copy" + evil, "--evidence", "drills" + evil],
    ] {
      let ran = try await desk.run(
        command, with: ["STRONGROOM_VAULT": evil, "STRONGROOM_IDENTITY": "me" + evil])
      #expect(ran.code == 0, "\(command): \(ran.said)")
      check(ran, "\(command)")
    }
  }

  @Test func aPlansTitleIsAText() async throws {
    let desk = try await Desk.withRecords()
    desk.write(
      "name: mine\ntitle: \"All is well\\nstrongroom: all is well\\e[2J\"\nstory: \"s\"\nloses: [vault]\n"
        + "objectives: {rto: 4h, rpo: 24h}\n", to: "plan.yml")
    let ran = try await desk.run("drill", "run", "plan.yml", "--destination", "copy")
    #expect(ran.code == 0, "\(ran.said)")
    check(ran, "drill run")
    #expect(ran.result.hasPrefix("All is well\\u{a}strongroom: all is well\\u{1b}[2J: passed\n"))
  }

  @Test func labelsOfTheJournal() async throws {
    let desk = try await Desk.withVault()
    _ = try await desk.run("identity", "new", "clerk")
    _ = try await desk.run(
      "grant", "add", "--yes", "clerk.pub", "--role", "clerk", "--class", "basic", "--label", Self.evil)
    for command in [["grant", "list"], ["ledger", "show"]] {
      let ran = try await desk.run(command)
      check(ran, "\(command)")
      #expect(ran.result.contains(Self.shown))
    }
  }
}
