import Foundation
import TestKit
import Testing

/// Certificates of erasures: what they say, when they come, and that they aren't believed when they're wrong.
@Suite(.timeLimit(.minutes(10))) struct CertificateTests {
  private static func desk() async throws -> Desk {
    let desk = try await Desk.withVault()
    for (path, text) in [
      ("basic/C1/letter.txt", "a first letter"), ("basic/C2/letter.txt", "a second letter"),
      ("contracts/C1/2024/contract.txt", "a contract of some pages"),
    ] { desk.write(text, to: "archive/\(path)") }
    for arguments in [["seal", "archive"], ["snapshot", "take", "copy", "--new"]] {
      let ran = try await desk.run(arguments)
      guard ran.code == 0 else { throw Trouble("\(arguments): \(ran.said)") }
    }
    return desk
  }

  @Test func completesItself() async throws {
    let desk = try await Self.desk()
    let policy = try await desk.run("policy", "show").result
    desk.write(policy.replacing("access: no", with: "access: yes"), to: "policy.yml")
    #expect(try await desk.run("policy", "edit", "policy.yml", "--yes").code == 0)
    let given = try await desk.run("export", "out", "--subject", "C1", "--purpose", "asked for")
    #expect(given.code == 0, "\(given.said)")
    #expect(try await desk.run("find", "--subject", "C2", "--purpose", "a look").code == 0)
    let long = String(repeating: "a", count: 1001)
    #expect(try await desk.run("find", "--purpose", long).code == 64)
    #expect(try await desk.run("export", "everything", "--purpose", "an audit").code == 0)
    let reason = "Art. 17 <b>&\u{1b}[31m\n"
    #expect(try await desk.run("erase", "C1", "--reason", reason, "--yes").code == 0)
    let erasure = String(
      try #require(try await desk.run("erase", "list", "--json").lines()?.first?["entry"]?.integer))

    let early = try await desk.run("erase", "certificate", erasure)
    #expect(early.code == 13 && early.said.contains("can still be taken back"), "\(early.said)")
    #expect(!desk.has("erasures/erasure-\(erasure).json"))
    let none = try await desk.run("erase", "certificate")
    #expect(none.code == 2 && none.said.contains("1 erasure without a certificate yet"), "\(none.said)")

    var later = try await desk.later(days: 4)
    #expect(try await desk.run("gc", "--erase-beyond-limit", with: later).code == 0)
    let first = try await desk.run("erase", "certificate", erasure, "--customer", "C1", with: later)
    #expect(
      first.code == 0 && first.result.contains("pending at 2 of 2 places"), "\(first.said)\(first.result)")
    let text = try desk.text("erasures/erasure-\(erasure).json")
    #expect(!text.contains("C1") && text.contains("Art. 17"))
    // Only who was given the customer's own records is a recipient.
    #expect(text.contains("asked for") && text.contains("an audit"))
    #expect(!text.contains("a look"))
    for (tag, word) in [("en", "Certificate of erasure"), ("zh", "删除证明")] {
      let page = try desk.text("erasures/erasure-\(erasure).\(tag).html")
      #expect(page.contains(word) && page.contains("C1") && !page.contains(" hold"))
      #expect(!page.contains("<b>") && !page.contains("\u{1b}") && page.contains("Art. 17"))
    }

    // It may tell that more is to be erased there than the limit.
    #expect(try await [0, 2].contains(desk.run("snapshot", "take", "copy", with: later).code))
    #expect(try await desk.run("verify", "--level", "hash", "--enter", with: later).code == 0)
    let half = try await desk.run("erase", "certificate", with: later)
    #expect(half.code == 0 && half.result.contains("pending at 1 of 2 places"), "\(half.said)\(half.result)")
    // At the destination the older keys go with a snapshot behind its own hold-back.
    later = try await desk.later(days: 9)
    #expect(
      try await desk.run("snapshot", "take", "copy", "--erase-beyond-limit", with: later).code == 0)
    #expect(try await desk.run("verify", "copy", "--level", "hash", "--enter", with: later).code == 0)
    let whole = try await desk.run("erase", "certificate", with: later)
    #expect(
      whole.code == 0 && whole.result.contains("complete, attested by entry"), "\(whole.said)\(whole.result)")
    // Said once, it is entered once.
    let size = desk.files("vault/ledger").count
    #expect(try await desk.run("erase", "certificate", with: later).code == 0)
    #expect(desk.files("vault/ledger").count == size)

    try await Self.forgedAndOlderOnes(desk, erasure, older: text, with: later)
    #expect(try await desk.run("erase", "undo", erasure, "--yes", with: later).code == 13)
  }

  /// What `erase check` says of the certificate, of forged ones and of an older one.
  static func forgedAndOlderOnes(
    _ desk: Desk, _ erasure: String, older text: String, with later: [String: String]
  ) async throws {
    let file = "erasures/erasure-\(erasure).json"
    let right = try await desk.run("erase", "check", file, with: later)
    #expect(right.code == 0 && right.result.contains("complete"), "\(right.said)\(right.result)")
    desk.write(try desk.text(file).replacing("\"rows\" : ", with: "\"rows\" : 1"), to: "forged.json")
    let wrong = try await desk.run("erase", "check", "forged.json", with: later)
    #expect(wrong.code == 2 && wrong.result.contains("wrong: rows"), "\(wrong.said)\(wrong.result)")
    // One that leaves out a place, or calls one done by a later entry than there is, isn't believed either.
    var lines = try desk.text(file).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let place = try #require(lines.firstIndex { $0.contains("\"places\"") })
    lines.removeSubrange(place + 1...place + 5)
    desk.write(lines.joined(separator: "\n"), to: "short.json")
    let short = try await desk.run("erase", "check", "short.json", with: later)
    #expect(short.code == 2 && short.result.contains("wrong: place "), "\(short.said)\(short.result)")
    // Nor one that says more than a program writes, or something twice, which another reader might believe.
    for more in ["\"remark\" : \"all copies destroyed\",", "\"basis\" : \"another\","] {
      desk.write("{" + more + (try desk.text(file)).dropFirst(), to: "more.json")
      let said = try await desk.run("erase", "check", "more.json", with: later)
      #expect(said.code == 1 && said.said.contains("as a program wrote it"), "\(said.said)\(said.result)")
    }
    // An older one is true, and not the newest.
    desk.write(text, to: "older.json")
    let older = try await desk.run("erase", "check", "older.json", with: later)
    #expect(older.code == 0 && older.said.contains("another certificate"), "\(older.said)\(older.result)")
    desk.write("{}", to: "none.json")
    #expect(try await desk.run("erase", "check", "none.json", with: later).code == 1)
  }

  /// After a fire customers go on being told that they were erased; what the lost box held is said not to be counted.
  @Test func aLostBoxStopsNoCertificate() async throws {
    let desk = try await Self.desk()
    #expect(try await desk.run("erase", "C1", "--reason", "asked", "--yes").code == 0)
    var later = try await desk.later(days: 4)
    #expect(try await desk.run("gc", "--erase-beyond-limit", with: later).code == 0)
    #expect(try await desk.run("erase", "certificate", with: later).code == 0)
    let file = try #require(desk.files("erasures").first { $0.hasSuffix(".json") && !$0.contains("order") })
    let whole = try desk.text("erasures/\(file)")
    #expect(whole.contains("\"boxesNotRead\" : 0") && whole.contains("\"bundles\" : 1"))

    // What this machine remembers of the boxes would answer for them.
    later["STRONGROOM_CACHE"] = desk.at("other-cache")
    let boxes = desk.files("vault/boxes").filter { $0.contains("/") }.map { desk.at("vault/boxes/\($0)") }
    for box in boxes { rename(box, box + ".lost") }
    let said = try await desk.run("erase", "certificate", with: later)
    #expect(
      said.code == 0 && said.result.contains("in \(boxes.count) boxes that can't be read isn't counted"),
      "\(said.said)\(said.result)")
    let less = try desk.text("erasures/\(file)")
    #expect(less.contains("\"boxesNotRead\" : \(boxes.count)") && !less.contains("\"bundles\" : 1"))
    #expect(try desk.text("erasures/" + file.replacing(".json", with: ".zh.html")).contains("未计入"))
    // Of one that the ledger doesn't vouch for nobody knows what it could have counted.
    desk.write(whole, to: "whole.json")
    desk.write(less.replacing("\"bundles\" : 0", with: "\"bundles\" : 5"), to: "more.json")
    desk.write(
      less.replacing("\"boxesNotRead\" : \(boxes.count)", with: "\"boxesNotRead\" : -1"), to: "less.json")
    for (given, code) in [("erasures/\(file)", 0), ("whole.json", 2), ("more.json", 2), ("less.json", 2)] {
      let checked = try await desk.run("erase", "check", given, with: later)
      #expect(checked.code == code, "\(given): \(checked.said)\(checked.result)")
    }
    // What couldn't be compared is said.
    let partly = try await desk.run("erase", "check", "erasures/\(file)", with: later)
    #expect(partly.said.contains("bundles and bytes were not compared"), "\(partly.said)")
    let partlyJSON = try await desk.run("erase", "check", "erasures/\(file)", "--json", with: later)
    #expect(partlyJSON.result.contains("\"boxes_not_read\":\(boxes.count)"), "\(partlyJSON.result)")
    for box in boxes { rename(box + ".lost", box) }
    later["STRONGROOM_CACHE"] = desk.at("third-cache")
    for given in ["whole.json", "erasures/\(file)"] {
      let checked = try await desk.run("erase", "check", given, with: later)
      #expect(checked.code == 0, "\(given): \(checked.said)\(checked.result)")
    }
    // More than there is, or less by who read all or says that they couldn't, is neither.
    desk.write(less.replacing("\"bytes\" : 0", with: "\"bytes\" : 1"), to: "less.json")
    desk.write(whole.replacing("\"bundles\" : 1", with: "\"bundles\" : 0"), to: "fewer.json")
    for given in ["more.json", "fewer.json", "less.json"] {
      let wrong = try await desk.run("erase", "check", given, with: later)
      #expect(wrong.code == 2 && wrong.result.contains("wrong: classes"), "\(given): \(wrong.result)")
    }
  }

  @Test func whatWasKeptIsErasedOnceNothingKeepsIt() async throws {
    let desk = try await Self.desk()
    let policy = try await desk.run("policy", "show").result
    desk.write(
      policy.replacing(#/contracts: {years: [0-9]+, keep: no}/#, with: "contracts: {years: 1, keep: yes}"),
      to: "policy.yml")
    #expect(try await desk.run("policy", "edit", "policy.yml", "--yes").code == 0)
    let held = try await desk.run("hold", "place", "--name", "case 7", "--everything", "--json")
    let hold = String(try #require(held.lines()?.first?["hold"]?.integer))
    let nothing = try await desk.run("erase", "C1", "--yes")
    #expect(nothing.code == 13 && nothing.said.contains("entered as finding "), "\(nothing.said)")
    let size = desk.files("vault/ledger").count
    let again = try await desk.run("erase", "C1", "--yes")
    #expect(again.code == 13 && desk.files("vault/ledger").count == size, "\(again.said)")
    let kept = try await desk.run("erase", "run", "--yes")
    #expect(kept.code == 0 && kept.result.contains("nothing is due"), "\(kept.said)\(kept.result)")
    #expect(kept.result.contains("stays: basic of 1 customer, held"))

    #expect(try await desk.run("hold", "release", hold, "--yes").code == 0)
    let dry = try await desk.run("erase", "run", "--dry-run")
    #expect(dry.code == 0 && dry.result.contains("due: 1 customer in "), "\(dry.said)\(dry.result)")
    let run = try await desk.run("erase", "run", "--yes")
    #expect(run.code == 0 && run.result.contains("erased, by entry"), "\(run.said)\(run.result)")
    // The law goes on keeping a class, and the directory leads to it.
    #expect(run.result.contains("stays: contracts of 1 customer, kept by law until the end of "))
    let left = try await desk.run("find", "--subject", "C1")
    #expect(left.result.contains("contracts/C1") && !left.result.contains("basic/C1"))
    #expect(try await desk.run("erase", "run", "--yes").result.contains("nothing is due"))
    let story = try await desk.run("ledger", "trace", "--subject", "C1", "--json").objects(.traced)
    let words = story.map { $0["event"]?.text ?? "" }
    #expect(words == ["sealed", "held", "found", "ended", "erased"], "\(words)")
  }

  @Test func aCustomersStoryIsTold() async throws {
    let desk = try await Self.desk()
    #expect(try await desk.run("hold", "place", "--name", "case 7", "--subject", "C1").code == 0)
    let trace = try await desk.run("ledger", "trace", "--subject", "C1", "--json").objects(.traced)
    #expect(trace.map { $0["event"] } == [.text("sealed"), .text("held")])
    #expect(trace.first?["what"] == .text("2 records in 2 bundles"))
    let other = try await desk.run("ledger", "trace", "--subject", "C2", "--json").objects(.traced)
    #expect(other.map { $0["event"] } == [.text("sealed")])
    let record = try #require(
      try await desk.run("find", "--subject", "C2", "--json").lines()?.first?["record"]?.text)
    let one = try await desk.run("ledger", "trace", "--record", record, "--json").objects(.traced)
    #expect(one.first?["what"] == .text("version 1 of 1, 15 bytes"), "\(one)")
    #expect(try await desk.run("ledger", "trace", "--record", "zz").code == 64)
    #expect(try await desk.run("ledger", "trace").code == 64)
  }

  @Test func whatAnOldCopyBringsBackIsErasedByItsOrder() async throws {
    let desk = try await Self.desk()
    #expect(try await desk.run("erase", "C1", "--reason", "asked", "--yes").code == 0)
    let order = try #require(desk.files("erasures").first.map { "erasures/\($0)" })
    #expect(try !desk.text(order).contains("C1"))
    let nothing = try await desk.run("erase", "redo", order, "--yes")
    #expect(
      nothing.code == 0 && nothing.result.contains("nothing is due"), "\(nothing.said)\(nothing.result)")
    // The vault burns, and the copy that comes back never heard of the erasure; neither did the new machine.
    Files.remove(Array(desk.at("vault")))
    let read = try JSONDecoder().decode(JSONKind.self, from: Data(try desk.bytes(order)))
    let with = [
      "STRONGROOM_STATE": desk.at("new machine"),
      "STRONGROOM_VAULT_ID": try #require(read["vault"]?.text), "STRONGROOM_VAULT": "again",
    ]
    #expect(try await desk.run("restore", "copy", "again", with: with).code == 0)
    let home = try await desk.run("recover", "again", "--yes", with: with)
    #expect(home.code == 0, "\(home.said)")
    #expect(try await desk.run("find", with: with).result.contains("C1"))
    desk.write(try desk.text(order).replacing("\"erasure\" : ", with: "\"erasure\" : 1"), to: "forged.json")
    let refused = try await desk.run("erase", "redo", "forged.json", "--yes", with: with)
    #expect(refused.code == 1 && refused.said.contains("is of another entry"), "\(refused.said)")
    let dry = try await desk.run("erase", "redo", order, "--dry-run", with: with)
    #expect(dry.code == 0 && dry.result.contains("due: 1 customer in 2 classes"), "\(dry.said)\(dry.result)")
    let done = try await desk.run("erase", "redo", order, "--yes", with: with)
    #expect(done.code == 0 && done.result.contains("erased, by entry"), "\(done.said)\(done.result)")
    #expect(try await !desk.run("find", with: with).result.contains("C1"))
  }

  @Test func aPlaceThatIsGoneIsGivenUp() async throws {
    let desk = try await Self.desk()
    let places = try await desk.run("status", "--json").lines()?.first?["places"]?.items ?? []
    let place = try #require(places.first { $0["home"]?.integer == 0 }?["place"]?.text)
    let given = try await desk.run(
      "destination", "forget", String(place.prefix(10)), "--reason", "burnt", "--yes")
    #expect(given.code == 0 && given.result.contains("is given up, by entry"), "\(given.said)")
    #expect(try await desk.run("destination", "forget", place, "--yes").code == 13)
    #expect(try await desk.run("destination", "forget", "zz", "--yes").code == 1)
    let refused = try await desk.run("snapshot", "take", "copy")
    #expect(refused.code == 13 && refused.said.contains("was given up"), "\(refused.said)")
    let again = try await desk.run("snapshot", "take", "copy", "--new")
    #expect(again.code == 0, "\(again.said)")
  }
}
