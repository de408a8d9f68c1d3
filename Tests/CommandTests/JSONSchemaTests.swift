import ArgumentParser
import Foundation
import Rules
import TestKit
import Testing
import Vault

@testable import strongroom

/// Docs/JSON.schema.json is whole, says what the program does, and the check by it can fail.
@Suite(.timeLimit(.minutes(10))) struct JSONSchemaTests {
  private let schema = JSONSchema.ours

  // MARK: the file

  /// Every schema in the file, with what it is called.
  private func all() -> [(place: String, schema: JSONKind)] {
    func below(_ schema: JSONKind, _ place: String) -> [(String, JSONKind)] {
      let members = (schema["properties"]?.members ?? [:]).flatMap { below($1, "\(place).\($0)") }
      let items = schema["items"].map { below($0, place + "[]") } ?? []
      let ways = (schema["anyOf"]?.items ?? []).flatMap { below($0, place) }
      return [(place, schema)] + members + items + ways
    }
    return schema.definitions.flatMap { below($1, $0) }
  }

  @Test func everyCommandHasItsDefinitionAndNoOther() {
    func words(_ command: any ParsableCommand.Type, after path: [String] = []) -> [String] {
      let below = command.configuration.subcommands
      guard !below.isEmpty else { return [path.joined(separator: " ")] }
      return below.flatMap { words($0, after: path + [$0._commandName]) }
    }
    #expect(Set(schema.commands.keys) == Set(words(Strongroom.self)))
    #expect(schema.commands.count == 81)
    for words in schema.commands.keys {
      #expect(schema.definitions[words.replacing(" ", with: "-")] != nil, "\(words)")
    }
  }

  @Test func everyDefinitionIsUsedAndEveryMemberDescribed() {
    var used: Set<String> = []
    for (place, schema) in all() {
      if let target = schema["$ref"]?.text { used.insert(String(target.dropFirst("#/$defs/".count))) }
      for (name, member) in schema["properties"]?.members ?? [:] {
        let described = member["description"] ?? self.schema.described(member)
        #expect((described?.text ?? "").count > 3, "\(place).\(name)")
      }
      // A form that isn't held at both ends lets all through that has it somewhere.
      if let pattern = schema["pattern"]?.text { #expect(pattern.hasPrefix("^") && pattern.hasSuffix("$")) }
      let named = Set((schema["required"]?.items ?? []).compactMap(\.text))
      #expect(named.isSubset(of: (schema["properties"]?.members ?? [:]).keys), "\(place)")
    }
    let parts = schema.definitions.filter { $0.value["title"] == nil }.keys
    #expect(used == Set(parts))
    #expect(Set(Shape.allCases.map(\.rawValue)).isSubset(of: parts))
  }

  /// What ends the output is told from items by `warnings`.
  @Test func onlyWhatMayBeTheLastLineHasWarnings() throws {
    for (words, command) in schema.commands {
      let shapes = (command["anyOf"]?.items ?? []).compactMap { $0["$ref"]?.text?.dropFirst(8) }.map(
        String.init)
      #expect(Set(["ending", "help"]).isSubset(of: shapes), "\(words)")
      let isLines = command["description"]?.text?.hasPrefix("Lines: ") == true
      for shape in shapes where !["ending", "help", "progress", "plan_text"].contains(shape) {
        let required = try #require(schema.definitions[shape]?["required"]?.items)
        #expect(required.contains(.text("warnings")) == !isLines, "\(words): \(shape)")
      }
    }
  }

  @Test func theWordsAreThoseOfTheProgram() {
    func words(_ place: String) -> Set<String> {
      Set(all().first { $0.place == place }?.schema["enum"]?.items?.compactMap(\.text) ?? [])
    }
    #expect(words("error.kind") == Set(ErrorKind.allCases.map(\.rawValue)))
    #expect(words("warnings[].kind") == Set(Warning.allCases.map(\.rawValue)))
    #expect(words("role") == Set(Role.allCases.map(\.rawValue)))
    #expect(words("entry.event") == Set(EntryListing.events))
    #expect(words("verified.level") == Set(VerifyCommand.Level.allCases.map(\.rawValue)))
  }

  // MARK: what the program says

  /// For each command one call that succeeds, in this order.
  private static let sheets = ["sheets/share-1-of-2.txt", "sheets/share-2-of-2.txt"]
  private static let calls: [(command: String, more: [String])] = [
    ("identity new", ["clerk"]), ("identity show", ["clerk"]),
    ("identity passwd", ["clerk", "--new-passphrase-file", "pass"]),
    ("identity passwd", ["clerk", "--passphrase-file", "pass", "--open"]), ("init", ["second"]),
    ("grant add", ["clerk.pub", "--role", "operator", "--yes"]), ("grant list", []),
    ("grant revoke", ["clerk", "--yes"]), ("seal", ["archive"]), ("seal", ["archive", "--dry-run"]),
    ("ls", []),
    ("find", []), ("export", ["out"]), ("keys list", []), ("keys retire", []), ("keys destroy", ["--yes"]),
    ("keys rotate", ["--class", "basic"]), ("keys reseal", []), ("compact", ["--dry-run"]), ("compact", []),
    ("retention due", []), ("retention apply", ["--dry-run"]),
    ("move list", []), ("move undo", ["MOVE", "--yes"]), ("keys compromise", ["--class", "contracts"]),
    ("keys leave-out", ["--yes"]),
    ("status", []),
    ("ledger show", []), ("ledger verify", []), ("proof write", ["1"]),
    ("proof write", ["1", "--output", "proof"]), ("proof check", ["proof", "--vault-id", "VAULT"]),
    ("snapshot take", ["copy", "--dry-run"]),
    ("snapshot take", ["copy"]), ("snapshot list", ["copy"]),
    ("destination add", ["cellar", "copy", "--config", "places.yml"]),
    ("destination list", ["--config", "places.yml"]),
    ("destination show", ["cellar", "--config", "places.yml"]),
    ("destination remove", ["cellar", "--config", "places.yml"]),
    ("verify", []), ("restore", ["copy", "new"]), ("recover", ["vault"]), ("drill plans", []),
    ("drill plans", ["site-lost"]), ("drill check", ["site-lost"]), ("drill new", ["own.yml"]),
    ("drill run", ["site-lost", "--destination", "copy"]),
    ("drill run", ["site-lost", "--destination", "copy", "--dry-run"]),
    ("drill tabletop", ["--answers", "answers"]),
    ("drill practice", ["practice", "--scenario", "ledger-torn"]), ("drill list", []),
    ("drill verify", ["drills/DRILL.json", "--vault-id", "VAULT"]),
    ("round run", ["--config", "round.yml", "--dry-run"]), ("round run", ["--config", "round.yml"]),
    ("notify test", ["--config", "round.yml"]),
    ("finding add", ["the cellar is wet", "--owner", "J. Doe", "--within", "30d"]), ("finding list", []),
    ("finding close", ["FINDING"]), ("risk", ["risks.yml"]),
    ("round schedule", ["--config", "round.yml"]),
    ("gc", []), ("clock settle", ["--yes"]),
    ("hold place", ["--name", "case 7", "--class", "contracts"]), ("hold list", ["--all"]),
    ("ledger trace", ["--subject", "C1"]), ("erase customers", ["C1", "--yes"]), ("erase run", ["--yes"]),
    ("erase list", []), ("erase order", ["ERASURE"]), ("erase redo", ["ORDER", "--yes"]),
    ("erase undo", ["ERASURE", "--yes"]), ("destination forget", ["PLACE", "--yes"]),
    ("report compliance", ["--from", "2026-01-01", "--to", "2026-12-31"]),
    ("report compliance", ["--from", "2026-01-01", "--to", "2026-12-31", "--attest", "--lang", "en"]),
    ("report inventory", []), ("report inventory", ["--prices", "prices.yml"]),
    ("hold release", ["HOLD", "--yes"]), ("policy show", []),
    ("policy edit", ["--preset", "cn-aml", "--yes"]),
    ("grant add", ["other.pub", "--role", "operator", "--yes"]),
    ("grant change", ["clerk", "--role", "archivist", "--yes"]),
    // From here on there are two custodians.
    ("shares split", ["--threshold", "2", "--shares", "2", "--out", "sheets", "--yes"]),
    ("shares test", ["--shares"] + sheets), ("shares combine", sheets),
    ("request list", ["--all"]), ("request show", ["REQUEST"]), ("request decline", ["DECLINED", "--yes"]),
    ("request approve", ["REQUEST", "--yes", "--shares"] + sheets),
  ]

  /// What succeeds once an erasure's hold-back is over.
  private static let later: [(command: String, more: [String])] = [
    ("erase certificate", ["ERASURE"]), ("erase check", ["erasures/erasure-ERASURE.json"]),
  ]

  /// What needs something that the program itself never makes; it writes what `compact` does.
  private static let asOthers: Set = ["move give-up"]

  /// What succeeds once records were kept for long enough.
  private static let disposed: [(command: String, more: [String])] = [
    ("clock settle", ["--yes"]), ("retention due", []), ("retention apply", ["--yes"]), ("move list", []),
    ("hold place", ["--name", "case", "--class", "transactions"]), ("move confirm", ["MOVE", "--yes"]),
  ]

  @Test func whatDisposalWritesFits() async throws {
    let desk = try await Desk.withRecords()
    let later = try await desk.later(days: 12 * 366).merging(["STRONGROOM_CLOCK": "trust"]) { $1 }
    var move = ""
    for (command, more) in Self.disposed {
      let arguments = Self.words(command) + more.map { $0 == "MOVE" ? move : $0 } + ["--json"]
      let ran = try await desk.run(arguments, with: later)
      #expect(ran.code == 0, "\(arguments): \(ran.said)")
      let definition = try #require(schema.commands[command])
      let line = try #require(ran.lines()?.first)
      if command == "move list" { move = String(line["entry"]?.integer ?? 0) }
      if command == "retention due" { #expect(line["records"]?.items?.isEmpty == false) }
      for changed in Self.changed(line, isOpen: false) {
        #expect(schema.fault(of: changed.line, definition, at: command) != nil, "\(command): \(changed.name)")
      }
    }
    #expect(try await !desk.run("find", with: later).result.contains("letter"))
  }

  @Test func whatCertificatesWriteFits() async throws {
    let desk = try await Desk.withRecords()
    #expect(try await desk.run("erase", "C1", "--yes").code == 0)
    let erasure = String(
      try #require(try await desk.run("erase", "list", "--json").lines()?.first?["entry"]?.integer))
    let later = try await desk.later(days: 4)
    #expect(try await desk.run("gc", "--erase-beyond-limit", with: later).code == 0)
    for (command, more) in Self.later {
      let arguments = Self.words(command) + more.map { $0.replacing("ERASURE", with: erasure) } + ["--json"]
      let ran = try await desk.run(arguments, with: later)
      #expect(ran.code == 0, "\(arguments): \(ran.said)")
      let definition = try #require(schema.commands[command])
      let lines = try #require(ran.lines())
      #expect(!lines.isEmpty)
      for line in lines {
        for changed in Self.changed(line, isOpen: false) {
          #expect(
            schema.fault(of: changed.line, definition, at: command) != nil, "\(command): \(changed.name)")
        }
      }
    }
  }

  private static func words(_ command: String) -> [String] { command.split(separator: " ").map(String.init) }

  /// And a line that lacks a member, or has one more, isn't taken.
  @Test func whatEachCommandWritesFits() async throws {
    let desk = try await Desk.withRecords()
    #expect(try await desk.run("identity", "new", "other").code == 0)
    desk.write("three kettles under snow\n", to: "pass")
    #expect(
      Set((Self.calls + Self.later + Self.disposed).map(\.command)).union(Self.asOthers)
        == Set(schema.commands.keys))
    desk.write(String(repeating: "we know\n", count: 10), to: "answers")
    desk.write("per-gib-month: 0.02\ncurrency: EUR\n", to: "prices.yml")
    desk.write(
      """
      vault: vault
      destinations: {cellar: copy}
      drills: {monthly: {plan: site-lost, destination: cellar, every: 30d}}
      notices: {command: tell}
      """, to: "round.yml")
    desk.write("#!/bin/sh\nexec cat\n", to: "tell")
    chmod(desk.at("tell"), 0o755)
    desk.write(
      """
      fire: {risk: It burns down, likelihood: 1, impact: 5, measure: A copy elsewhere, plan: site-lost}
      """, to: "risks.yml")
    var (place, drill, finding, move) = ("", "", "", "")
    var (clerk, asked, declined, erasure, hold) = ("clerk", "", "", "", "")
    let vault = try await desk.run("ledger", "verify", "--json").object(.ledger)["vault"]?.text ?? ""
    for (command, more) in Self.calls {
      if command == "request list" { (asked, declined) = try await Self.ask(desk) }
      let given = [
        "clerk": clerk, "REQUEST": asked, "DECLINED": declined, "ERASURE": erasure, "HOLD": hold,
        "FINDING": finding, "VAULT": vault, "drills/DRILL.json": drill, "PLACE": place, "MOVE": move,
        "ORDER": "erasures/erasure-\(erasure).order.json",
      ]
      let isOfPeople =
        command.hasPrefix("request") || ["grant revoke", "grant change"].contains(command)
        || [
          "move undo", "erase undo", "hold release", "proof check", "erase order", "erase redo",
          "destination forget",
        ]
        .contains(command)
        || command == "drill verify" || command == "finding close"
      let arguments = Self.words(command) + more.map { isOfPeople ? given[$0] ?? $0 : $0 }
      let ran = try await desk.run(arguments + ["--json"])
      #expect(ran.code == 0, "\(arguments): \(ran.said)")
      let definition = try #require(schema.commands[command])
      let lines = try #require(ran.lines())
      if command == "snapshot take", more.count == 1 { place = lines.first?["place"]?.text ?? "" }
      if command == "move list" { move = String(lines.first?["entry"]?.integer ?? 0) }
      if command == "drill run" { drill = lines.last?["report"]?.text ?? drill }
      if command == "finding add" { finding = String(lines.first?["finding"]?.integer ?? 0) }
      if command == "grant add" { clerk = lines.first?["identity"]?.text ?? "" }
      if command == "hold place" { hold = String(lines.first?["hold"]?.integer ?? 0) }
      if command == "erase list" { erasure = String(lines.first?["entry"]?.integer ?? 0) }
      #expect(!lines.isEmpty, "\(arguments)")
      for line in lines {
        for changed in Self.changed(line, isOpen: command == "ledger show") {
          let fault = schema.fault(of: changed.line, definition, at: command)
          // Of records' days and the like there may be none, no customer whom the directory doesn't
          // confirm, and nobody whom too few shares give.
          let isOptional =
            Self.optional.contains(changed.name)
            || Self.optionalThere.contains("\(command) \(changed.name)")
          #expect(fault != nil || isOptional, "\(arguments): \(changed.name)")
        }
      }
    }
  }

  /// Asks for two things: what whoever has the shares approves, and what is taken back.
  private static func ask(_ desk: Desk) async throws -> (String, String) {
    var numbers: [String] = []
    for _ in 0..<2 {
      let text = try await desk.run("policy", "show").result
      desk.write(text.replacing("verify: 90", with: "verify: \(50 + numbers.count)"), to: "policy.yml")
      let ran = try await desk.run("policy", "edit", "policy.yml", "--yes", "--json")
      #expect(ran.code == 14, "\(ran.said)")
      numbers.append(String(try #require(ran.lines()?.first?["request"]?.integer)))
    }
    return (numbers[0], numbers[1])
  }

  private static let optionalThere: Set = [
    "find subject", "shares combine identity", "drill check level", "drill check name",
    "drill check recovery",
    "drill check title", "drill run restored", "drill run rpo", "drill run rto", "drill list rpo",
    "drill list rto", "drill list plan", "drill run last_rto", "drill verify valid_until",
    "round run destination", "round run drill",
    "round run due", "round run entry", "round run left", "round run took", "finding list due",
    "finding list owner", "finding list text", "risk drill", "risk passed",
    "report inventory currency", "report inventory price",
    "destination list boxes", "destination list place", "destination list started",
    "destination list unsound", "destination list verified", "destination show boxes",
    "destination show free", "destination show place", "destination show started",
    "destination show unsound", "destination show vault", "destination show verified",
  ]

  private static let optional: Set = [
    "claims", "expected", "free_bytes", "last_level", "last_snapshot", "last_verified", "oldest",
    "snapshot_age",
    "snapshot_started", "snapshot",
  ]

  /// An object with each of its members taken away, and with one too many, here and in what it holds.
  private static func changed(_ value: JSONKind, isOpen: Bool) -> [(name: String, line: JSONKind)] {
    guard let members = value.members else { return [] }
    var all: [(String, JSONKind)] = []
    for (name, member) in members {
      var without = members
      without[name] = nil
      if !isOpen || ["by", "event", "time"].contains(name) { all.append((name, .object(without))) }
      var with = members
      for inner in changed(member.items?.first ?? member, isOpen: isOpen) where !isOpen {
        with[name] = member.items == nil ? inner.line : .list([inner.line])
        all.append((inner.name, .object(with)))
      }
    }
    if !isOpen {
      all.append(("unknown", .object(members.merging(["unknown": .integer(1)]) { $1 })))
    }
    return all
  }

  /// What needs neither vault nor identity, and succeeds without.
  private static let withoutVault: Set = [
    "identity new", "identity show", "init", "drill plans", "drill check", "drill new", "drill practice",
    "destination add", "destination remove",
  ]

  /// Whatever goes wrong, what a program reads is JSON, and says why.
  @Test func everyCommandTellsItsFailureAsJSON() async throws {
    let desk = Desk()
    for command in schema.commands.keys.sorted() {
      let misused = try await desk.run(Self.words(command) + ["--no-such-option", "--json"])
      let told = try misused.object(.ending)
      #expect(misused.code == 64 && told["error"]?["kind"] == .text("usage"), "\(command)")
      #expect(told["error"]?["hint"]?.text?.contains("strongroom \(command) --help") == true)
    }
    for (command, more) in Self.calls
    where !Self.withoutVault.contains(command) {
      let ran = try await desk.run(Self.words(command) + more + ["--json"], with: ["STRONGROOM_IDENTITY": ""])
      let told = try ran.object(.ending)
      #expect(ran.code != 0 && told["error"]?["what"]?.text?.isEmpty == false, "\(command)")
      // People are told as before.
      #expect(try ran.said.contains(#require(told["error"]?["what"]?.text)), "\(command)")
    }
  }

  @Test(arguments: [
    (["--json"], "usage"), (["drill", "--json"], "usage"), (["frobnicate", "--json"], "usage"),
    (["help", "seal", "--json"], "usage"), (["seal", "--json"], "usage"),
    (["find", "--json", "--since", "x"], "usage"),
    (["find", "--json", "--text", "a", "--text", "b"], "usage"),
    (["find", "--identity", "nofile", "--json"], "input"), (["init", "vault", "--json"], "exists"),
    (["status", "--vault", "nowhere", "--json"], "no_vault"),
    (["find", "--identity", "other", "--json"], "not_granted"),
    (["seal", "vault", "--json"], "refused"), (["drill", "plans", "none", "--json"], "input"),
    (["status", "--json", "--vault-id", "00000000000000000000000000000000"], "unknown_vault"),
  ])
  func failuresAreTold(arguments: [String], kind: String) async throws {
    let desk = try await Desk.withVault()
    _ = try await desk.run("identity", "new", "other")
    let ran = try await desk.run(arguments)
    let error = try #require(try ran.object(.ending)["error"])
    #expect(error["kind"] == .text(kind), "\(ran.result)")
    #expect(error["exit"] == .integer(UInt64(ran.code)))
  }

  @Test func helpAndVersionAreJSONToo() async throws {
    for arguments in [
      ["--version", "--json"], ["seal", "--help", "--json"], ["drill", "--json", "--help"],
    ] {
      let ran = try await Desk().run(arguments)
      let plain = try await Desk().run(arguments.filter { $0 != "--json" })
      #expect(try ran.object(.help)["text"]?.text.map { $0 + "\n" } == plain.result)
    }
    // Behind -- it is a name.
    #expect(try await Desk().run("find", "--", "--json").code == 10)
  }

  // MARK: the check

  @Test(arguments: [
    (#"{"number":7,"text":"ab"}"#, true), (#"{"number":7,"text":"ab","list":[0,1]}"#, true),
    (#"{"number":7}"#, false), (#"{"number":7,"text":"ab","more":1}"#, false),
    (#"{"number":"7","text":"ab"}"#, false),
    (#"{"number":7,"text":"abc"}"#, false), (#"{"number":7,"text":"ab","list":[2]}"#, false),
    (#"{"number":7,"text":"ab","list":{}}"#, false), (#"{"number":0,"text":"ab"}"#, false),
    (#"{"number":11,"text":"ab"}"#, false), (#"[]"#, false), (#"{"event":"x","more":1}"#, true),
    (#"{"event":"y"}"#, false),
  ])
  func theCheckCanFail(value: String, fits: Bool) throws {
    let own = try JSONSchema(
      Data(
        #"""
        {"$defs":{
          "open":{"type":"object","required":["event"],"properties":{"event":{"const":"x"}},"additionalProperties":true},
          "closed":{"type":"object","required":["number","text"],"properties":{
            "number":{"type":"integer","minimum":1,"maximum":10},"text":{"type":"string","pattern":"^[a-b]{2}$"},
            "list":{"type":"array","items":{"enum":[0,1]}}}},
          "all":{"anyOf":[{"$ref":"#/$defs/open"},{"$ref":"#/$defs/closed"}]}}}
        """#.utf8))
    let read = try JSONDecoder().decode(JSONKind.self, from: Data(value.utf8))
    #expect((own.fault(of: read, as: "all") == nil) == fits)
  }

  @Test(arguments: [
    ##"{"maxLength":3}"##, ##"{"$ref":"#/$defs/none"}"##, ##"{"additionalProperties":false}"##,
    ##"{"type":["string"]}"##,
  ])
  func whatItDoesNotKnowIsAFault(keyword: String) throws {
    let own = try JSONSchema(Data(#"{"$defs":{"x":\#(keyword)}}"#.utf8))
    #expect(own.fault(of: .text("a"), as: "x") != nil)
  }

  @Test func aRunIsHeldToItsExitCodeAndItsEnd() {
    func fault(_ result: String, code: Int32 = 0, of arguments: String...) -> String? {
      schema.fault(of: Ran(code: code, out: Array(result.utf8), err: []), of: arguments)
    }
    let failed =
      #"{"error":{"exit":1,"hint":"","kind":"failed","safe":"","what":"x"},"findings":[],"warnings":[]}"#
      + "\n"
    #expect(fault(failed, code: 1, of: "find") == nil)
    #expect(fault(failed, code: 2, of: "find") != nil)
    #expect(fault("", code: 1, of: "find") != nil)
    #expect(fault(failed + failed, code: 1, of: "find") != nil)
    #expect(fault("no JSON\n", of: "find") != nil)
    #expect(fault(#"{"text":"ü","warnings":[]}"# + "\n", of: "find") != nil)
    #expect(fault(#"{"text":"","warnings":[]}"#, of: "find") != nil)
    #expect(
      fault(#"{"identity":"00000000000000000000000000000000","warnings":[]}"# + "\n", of: "find") != nil)
  }
}

extension JSONSchema {
  /// What is said of a schema by the one that it refers to.
  fileprivate func described(_ schema: JSONKind) -> JSONKind? {
    schema["$ref"]?.text.flatMap { definitions[String($0.dropFirst(8))]?["description"] }
  }
}
