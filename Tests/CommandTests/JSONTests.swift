import TestKit
import Testing

/// What scripts read: with `--json` each line of the result is one object, with these members and no others.
@Suite(.timeLimit(.minutes(10))) struct JSONTests {
  @Test func identitiesAndGrants() async throws {
    let desk = Desk()
    let me = try await desk.run("identity", "new", "me", "--json").object(.newIdentity)
    let founded = try await desk.run("init", "vault", "--json").object(.founded)
    #expect(founded["card"] == .text("vault.card.txt"))
    #expect(founded["custodian"] == me["identity"])
    _ = try await desk.run("identity", "new", "clerk", "--json").object(.newIdentity)
    let secret = try await desk.run("identity", "show", "clerk", "--json").object(.identity)
    let open = try await desk.run("identity", "show", "clerk.pub", "--json").object(.identity)
    #expect(secret["secret"] == .integer(1))
    #expect(open["secret"] == .integer(0))
    #expect(secret["xwing"] == open["xwing"])
    let granted = try await desk.run(
      "grant", "add", "--yes", "clerk.pub", "--role", "clerk", "--class", "basic", "--json"
    ).object(.granted)
    #expect(granted["role"] == .text("clerk"))
    guard case .text(let clerk)? = granted["identity"] else { throw Trouble("no identity") }
    let revoked = try await desk.run("grant", "revoke", clerk, "--yes", "--json").object(.revoked)
    #expect(revoked["generation"] == .integer(3))
    let grants = try await desk.run("grant", "list", "--json").objects(.grant)
    #expect(grants.count == 2)
    #expect(grants.map { $0["active"] }.filter { $0 == .integer(1) }.count == 1)
  }

  @Test func sealingAndReading() async throws {
    let desk = try await Desk.withVault()
    desk.write("a first letter", to: "archive/basic/C1/letter.txt")
    desk.write("a stray", to: "archive/stray.txt")
    let sealed = try await desk.run("seal", "archive", "--json")
    #expect(sealed.code == 2)
    let summary = try sealed.object(.sealed)
    #expect(summary["new"] == .integer(1))
    #expect(summary["bytes"] == .integer(14))
    guard case .list(let leftOut)? = summary["left_out"] else { throw Trouble("nothing left out") }
    #expect(leftOut.map { $0["path"] } == [.text("stray.txt")])
    let classes = try await desk.run("ls", "--json").objects(.holding)
    #expect(
      classes.map { $0["class"] } == [
        .text("basic"), .text("communications"), .text("contracts"), .text("transactions"),
      ])
    #expect(classes.map { $0["records"] } == [.integer(1), .integer(0), .integer(0), .integer(0)])
    let record = try await desk.run("find", "--json").object(.record)
    #expect(record["path"] == .text("letter.txt"))
    #expect(record["subject"] == .text("C1"))
    #expect(record["source"] == .text("archive"))
    // printf 'a first letter' | sha256sum
    #expect(
      record["sha256"] == .text("180e10b8c06317ba0717950e38b7caf828e73c44cedde2c7a14cc3464ad2fccf"))
    let none = try await desk.run("find", "--subject", "nobody", "--json")
    #expect(none.code == 0 && none.out == [])
    #expect(none.said.contains("nothing was found: customer 'nobody'"))
    let exported = try await desk.run("export", "out", "--json").object(.exported)
    #expect(exported["bytes"] == .integer(14))
    #expect(try desk.text("out/basic/C1/letter.txt") == "a first letter")
  }

  @Test func recordsWithDays() async throws {
    let desk = try await Desk.withVault()
    desk.write("one", to: "scans/C1/2019-12-31_Übergabe.pdf")
    desk.write("two", to: "scans/C1/2020-01-01_Letter.pdf")
    desk.write("three", to: "mail/basic/C1/x")
    let layout = ["--class", "contracts", "--layout", "{subject}/{date}_{title}.pdf"]
    let preview = try await desk.run(["seal", "scans", "--dry-run", "--json"] + layout).object(.preview)
    guard case .list(let classes)? = preview["classes"] else { throw Trouble("no classes") }
    #expect(classes.map { $0["class"] } == [.text("contracts")])
    #expect(try await desk.run("ls", "--json").objects(.holding).allSatisfy { $0["records"] == .integer(0) })
    #expect(try await desk.run(["seal", "scans"] + layout).code == 0)
    #expect(try await desk.run("seal", "mail").code == 0)
    let until = try #require(try await desk.run("find", "--until", "2019-12-31", "--json").lines())
    // Whose day nobody knows was left out, and that is said behind the records.
    #expect(until.count == 2 && until[1]["warnings"]?.items?.map { $0["kind"] } == [.text("undated")])
    let first = until[0]
    #expect(first["title"] == .text("Übergabe") && first["date"] == .text("2019-12-31"))
    let found = try await desk.run("find", "--since", "2020-01-01", "--until", "2020-01-01")
    #expect(found.result.contains("2020-01-01") && !found.result.contains("2019-12-31"))
    #expect(found.said.contains("1 record of unknown date left out"))
    #expect(try await desk.run("find", "--sealed-since", "2020-01-01", "--json").objects(.record).count == 3)
    let rows = try await desk.run("ls", "--json").objects(.holding)
    #expect(rows.map { $0["since"] } == [nil, nil, .text("2019-12-31"), nil])
    #expect(rows.map { $0["until"] } == [nil, nil, .text("2020-01-01"), nil])
    let exported = try await desk.run("export", "out", "--until", "2019-12-31", "--json").object(.exported)
    #expect(exported["records"] == .integer(1) && exported["undated"] == .integer(1))
  }

  @Test func keysAndStatus() async throws {
    let desk = try await Desk.withRecords()
    let rotated = try await desk.run("keys", "rotate", "--class", "basic", "--json").object(.rotated)
    #expect(rotated["generation"] == .integer(2))
    let sections = try await desk.run("keys", "list", "--json").objects(.section)
    #expect(sections.count == 6)
    let status = try await desk.run("status", "--json").object(.status)
    #expect(status["home"] == .integer(1))
    #expect(status["boxes"] == .integer(2))
    #expect(status["last_drill"] == nil)
    #expect(status["last_snapshot"] == .integer(5))
    let fresh = try await desk.run("status", "--vault", "copy", "--json").object(.status)
    #expect(fresh["home"] == .integer(0))
    let collected = try await desk.run("gc", "--dry-run", "--json").object(.collected)
    #expect(collected["dry_run"] == .integer(1))
    #expect(try await desk.run("gc", "--json").object(.collected)["dry_run"] == .integer(0))
  }

  @Test func ledger() async throws {
    let desk = try await Desk.withRecords()
    let verified = try await desk.run("ledger", "verify", "--json").object(.ledger)
    #expect(verified["size"] == .integer(7))
    #expect(verified["not_counted"] == .integer(0))
    let entries = try await desk.run("ledger", "show", "--json").objects(.entry)
    #expect(
      entries.map { $0["event"] }
        == ["founded", "keyring", "keys", "sealed", "copying", "snapshot", "verified"].map { .text($0) })
    #expect(try await desk.run("ledger", "show", "--entry", "3", "--json").objects(.entry) == [entries[3]])
    #expect(
      try await desk.run("ledger", "show", "--last", "2", "--json").objects(.entry)
        == Array(entries.suffix(2)))
    let written = try await desk.run("proof", "write", "3", "--output", "proof", "--json").object(.proof)
    #expect(written["proof"] == .text("proof"))
    let proof = try await desk.run("proof", "write", "3", "--json").object(.proofText)
    #expect(proof["entry"] == .integer(3))
    #expect(try proof["tlog_proof"] == .text(desk.text("proof")))
    #expect(try await desk.run("proof", "write", "3").result == desk.text("proof"))
  }

  @Test func copies() async throws {
    let desk = try await Desk.withRecords()
    let taken = try await desk.run("snapshot", "take", "second", "--new", "--json").object(.snapshot)
    #expect(taken["copied"] == .integer(2))
    #expect(taken["missing"] == .list([]))
    let snapshots = try await desk.run("snapshot", "list", "second", "--json").objects(.listedSnapshot)
    #expect(snapshots.map { $0["newest"] } == [.integer(1)])
    for level in ["list", "hash", "open", "restore"] {
      let verified = try await desk.run("verify", "second", "--level", level, "--json").object(.verified)
      #expect(verified["level"] == .text(level))
      #expect(verified["whole"] == .integer(1))
      #expect(verified["records"] == .integer(["open", "restore"].contains(level) ? 2 : 0))
      #expect(verified["entry"] == nil)
    }
    let entered = try await desk.run("verify", "second", "--enter", "--json").object(.verified)
    #expect(entered["entry"] == .integer(10))
    let restored = try await desk.run("restore", "second", "new", "--json").object(.restored)
    #expect(restored["behind"] == .integer(1))
    let still = try await desk.run("recover", "vault", "--json").object(.recovered)
    #expect(still["recovered"] == .integer(0) && still["given_up"] == nil)
    Files.remove(Array(desk.at("vault")))
    guard case .text(let fork)? = restored["fork"] else { throw Trouble("no fork") }
    let recovered = try await desk.run("recover", "new", "--yes", "--accept-fork", fork, "--json").object(
      .recovered)
    #expect(recovered["recovered"] == .integer(1) && recovered["given_up"] == .integer(1))
    #expect(recovered["snapshot"] == snapshots[0]["number"] && recovered["as_of"] != nil)
    #expect(recovered["goes_on_from"] == restored["size"] && recovered["place"] == restored["place"])
    #expect(recovered["missing"] == .integer(0))
  }

  @Test func damage() async throws {
    let desk = try await Desk.withRecords()
    desk.write("a letter to nobody", to: "copy/boxes/stray")
    try desk.spoilBoxes(of: "copy")
    let verified = try await desk.run("verify", "copy", "--json")
    #expect(verified.code == 2)
    let outcome = try verified.object(.verified)
    #expect(outcome["whole"] == .integer(0))
    #expect(outcome["strays"] == .list([.text("boxes/stray")]))
    guard case .list(let findings)? = outcome["findings"] else { throw Trouble("no findings") }
    #expect(findings.map { $0["kind"] } == [.text("damaged"), .text("damaged")])
    let restored = try await desk.run("restore", "copy", "new", "--json")
    #expect(restored.code == 2)
    guard case .list(let missing)? = try restored.object(.restored)["missing"] else { throw Trouble("none") }
    #expect(missing.count == 2)
  }

  /// Of a listing it is said in a line behind the items.
  @Test func damageInAListing() async throws {
    let desk = try await Desk.withRecords()
    try desk.spoilBoxes(of: "vault")
    // What the catalog remembers of the boxes would answer for them.
    for command in ["find", "ls"] {
      let ran = try await desk.run(command, "--json", with: ["STRONGROOM_CACHE": desk.at("cache-\(command)")])
      #expect(ran.code == 2)
      let last = try #require(ran.lines()?.last)
      let findings = try #require(last["findings"]?.items)
      #expect(!findings.isEmpty && findings.allSatisfy { $0["kind"] == .text("damaged") })
      let what = try #require(last["error"]?["what"]?.text)
      #expect(last["error"]?["kind"] == .text("incomplete") && what.hasPrefix("\(findings.count) finding"))
      #expect(ran.said.contains("strongroom: \(what), named above\n"))
    }
  }

  /// Whoever is quiet isn't told, and a program is.
  @Test func warnings() async throws {
    let desk = try await Desk.withRecords()
    let seal = ["seal", "archive", "--exclude", "*.nothing", "--json"]
    let quiet = try await desk.run(seal + ["--quiet"])
    #expect(try quiet.object(.sealed)["warnings"]?.items?.map { $0["kind"] } == [.text("idle_pattern")])
    #expect(quiet.said == "")
    let warning = try await desk.run(seal).object(.sealed)["warnings"]?.items?.first
    #expect(warning?["what"] == .text("nothing was found that '*.nothing' excludes"))
    for copy in ["vault/ledger/00000000000000000000", "vault/second/ledger/00000000000000000000"] {
      try #require(desk.has(copy))
    }
    Files.unlink(desk.at("vault/second/ledger/00000000000000000000"))
    let looked = try await desk.run("verify", "--json").object(.verified)
    #expect(looked["findings"]?.items?.count == 1 && looked["warnings"] == .list([]))
    let mended = try await desk.run("keys", "rotate", "--class", "basic", "--json").object(.rotated)
    #expect(mended["warnings"]?.items?.map { $0["kind"] } == [.text("mended")])
  }

  @Test func drills() async throws {
    let desk = try await Desk.withRecords()
    let plans = try await desk.run("drill", "plans", "--json").objects(.plan)
    #expect(plans.count == 13 && plans.first?["name"] == .text("site-lost"))
    #expect(plans.first?["title"] == .text("The site is lost"))
    _ = try await desk.run("drill", "plans", "site-lost", "--json").object(.planText)
    let drilled = try await desk.run("drill", "run", "site-lost", "--destination", "copy", "--json").object(
      .drilled)
    #expect(drilled["outcome"] == .text("passed") && drilled["unfit"] == nil)
    #expect(drilled["expected"] == .integer(2))
    #expect(drilled["restored"] == .integer(2))
    let drills = try await desk.run("drill", "list", "--json").objects(.drill)
    #expect(drills.map { $0["entry"] } == [drilled["entry"]])
  }
}
