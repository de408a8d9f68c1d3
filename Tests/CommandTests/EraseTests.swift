import Foundation
import TestKit
import Testing

/// A customer is erased, as the two custodians, an auditor and a clerk see it.
@Suite(.timeLimit(.minutes(10))) struct EraseTests {
  private static func desk() async throws -> Desk {
    let desk = try await Desk.withVault()
    for (path, text) in [
      ("basic/C1/letter.txt", "a first letter"), ("basic/C2/letter.txt", "a second letter"),
      ("contracts/C1/2024/contract.txt", "a contract of some pages"),
      ("contracts/C3/contract.txt", "another"),
    ] { desk.write(text, to: "archive/\(path)") }
    for arguments in [["seal", "archive"], ["snapshot", "take", "copy", "--new"]] {
      let ran = try await desk.run(arguments)
      guard ran.code == 0 else { throw Trouble("\(arguments): \(ran.said)") }
    }
    return desk
  }

  @Test func oneCustodianErases() async throws {
    let desk = try await Self.desk()
    let before = desk.files("vault")
    let dry = try await desk.run("erase", "C1", "--dry-run")
    #expect(dry.code == 0 && dry.result.contains("1 customer: 2 keys"), "\(dry.said)")
    #expect(try await desk.run("erase", "C1").code == 13)
    #expect(desk.files("vault") == before)
    #expect(try await desk.run("erase", "C9", "--yes").code == 1)
    #expect(try await desk.run("erase", "common", "--yes").code == 64)
    #expect(try await desk.run("erase").code == 64)
    let ran = try await desk.run("erase", "C1", "--reason", "asked", "--yes")
    #expect(ran.code == 0 && ran.result.contains("erased, by entry "), "\(ran.said)")
    // A number goes to no output.
    #expect(!(ran.result + ran.said).contains("C1"))
    let twice = try await desk.run("erase", "--subject", "C1", "--yes")
    #expect(twice.code == 1 && twice.said.contains("or erased"), "\(twice.said)")
    let found = try await desk.run("find")
    #expect(found.code == 0 && !found.result.contains("C1") && found.result.contains("C2"))
    let verified = try await desk.run("verify", "--level", "restore")
    #expect(verified.code == 0 && verified.result.contains("2 bundles erased"), "\(verified.said)")
    #expect(try await desk.run("export", "out").code == 0)
    #expect(!desk.has("out/basic/C1") && desk.has("out/basic/C2/letter.txt"))
    // The copy that hasn't heard of it has the records; the next snapshot brings it the ledger without the keys.
    #expect(try await desk.run("snapshot", "take", "copy").code == 0)
    #expect(try await desk.run("restore", "copy", "again").code == 0)
    #expect(try await !desk.run("find", "--vault", "again").result.contains("C1"))
    let listed = try await desk.run("erase", "list", "--json").objects(.erasure)
    #expect(listed.map { $0["state"] } == [.text("hold_back")] && listed.first?["reason"] == .text("asked"))
    let entry = String(try #require(listed.first?["entry"]?.integer))
    #expect(try await desk.run("erase", "undo", entry, "--reason", "C2 was meant", "--yes").code == 0)
    #expect(try await desk.run("find").result.contains("C1"))
    #expect(try await desk.run("erase", "undo", entry, "--yes").code == 13)
    #expect(try await desk.run("verify", "--level", "open").code == 0)
  }

  /// What is erased stays so where its order finds no place; who came back since gets a page of the erasure before.
  @Test func whoComesBackGetsTheirPage() async throws {
    let desk = try await Self.desk()
    desk.write("in the way", to: "erasures")
    let ran = try await desk.run("erase", "C1", "--yes")
    #expect(ran.code != 0 && ran.said.contains("the customers are erased"), "\(ran.said)")
    #expect(try await !desk.run("find").result.contains("C1"))
    let listed = try await desk.run("erase", "list", "--json").objects(.erasure)
    let entry = String(try #require(listed.first?["entry"]?.integer))
    Files.remove(Array(desk.at("erasures")))
    #expect(try await desk.run("erase", "order", entry).code == 0)
    #expect(try await desk.run("erase", "order", "1").code == 1)

    let later = try await desk.later(days: 4)
    #expect(try await desk.run("gc", "--erase-beyond-limit", with: later).code == 0)
    #expect(try await desk.run("seal", "archive", with: later).code == 0)
    #expect(try await desk.run("find", with: later).result.contains("C1"))
    let page = try await desk.run("erase", "certificate", entry, "--customer", "C1", with: later)
    #expect(page.code == 0, "\(page.said)")
    let wrong = try await desk.run("erase", "certificate", entry, "--customer", "C2", with: later)
    #expect(wrong.code == 13 && wrong.said.contains("isn't erased"), "\(wrong.said)")
  }

  /// Those who were erased together come back together; an erasure that was taken back takes nobody else's with it.
  @Test func whatWasTakenBackTakesNothingBack() async throws {
    let desk = try await Self.desk()
    #expect(try await desk.run("erase", "C1", "C2", "C3", "--yes").code == 0)
    let first = try await desk.run("erase", "list", "--json").objects(.erasure).compactMap {
      $0["entry"]?.integer
    }
    #expect(try await desk.run("erase", "undo", String(try #require(first.first)), "--yes").code == 0)
    for customer in ["C1", "C2", "C3"] {
      #expect(try await desk.run("find").result.contains(customer))
    }
    #expect(try await desk.run("erase", "C2", "C3", "--yes").code == 0)
    let size = desk.files("vault/ledger").count
    for entry in first {
      #expect(try await desk.run("erase", "undo", String(entry), "--yes").code == 13)
    }
    #expect(desk.files("vault/ledger").count == size)
    #expect(try await !desk.run("find").result.contains("C2"))
  }

  /// A keyring from before, put back by hand, brings nobody back; it is told, and goes again.
  @Test func anOldKeyringPutBackIsTold() async throws {
    let desk = try await Self.desk()
    desk.copy("vault/keyring", to: "old")
    #expect(try await desk.run("erase", "C1", "--yes").code == 0)
    let later = try await desk.later(days: 4)
    #expect(try await desk.run("gc", "--erase-beyond-limit", with: later).code == 0)
    let clean = try await desk.run("verify", with: later)
    #expect(clean.code == 0 && !clean.said.contains("stray"), "\(clean.said)")
    let erased = desk.files("old").filter { !desk.has("vault/keyring/\($0)") }
    #expect(!erased.isEmpty)
    for name in erased {
      try FileManager.default.copyItem(
        atPath: desk.at("old/\(name)"), toPath: desk.at("vault/keyring/\(name)"))
    }
    let told = try await desk.run("verify", "--level", "hash", "--enter", with: later)
    for name in erased {
      #expect(told.said.contains("keyring/\(name): it was removed, and is here"), "\(told.said)")
    }
    #expect(try await !desk.run("find", with: later).result.contains("C1"))
    let page = try await desk.run("erase", "certificate", with: later)
    #expect(page.code == 0 && page.result.contains("pending at 2 of 2 places"), "\(page.said)\(page.result)")
    #expect(try await desk.run("gc", "--erase-beyond-limit", with: later).code == 0)
    for name in erased { #expect(!desk.has("vault/keyring/\(name)")) }
    #expect(try await !desk.run("verify", with: later).said.contains("stray"))
  }

  @Test func twoErase() async throws {
    let desk = try await Self.desk()
    for name in ["second", "auditor", "clerk"] {
      #expect(try await desk.run("identity", "new", name).code == 0)
    }
    // Before there are two the auditor takes no request.
    #expect(try await desk.run("grant", "add", "auditor.pub", "--role", "auditor", "--yes").code == 0)
    #expect(
      try await desk.run("grant", "add", "clerk.pub", "--role", "clerk", "--class", "basic", "--yes").code
        == 0)
    #expect(try await desk.run("grant", "add", "second.pub", "--role", "custodian", "--yes").code == 0)
    let (second, auditor) = (["STRONGROOM_IDENTITY": "second"], ["STRONGROOM_IDENTITY": "auditor"])
    desk.write("C1\n\nC2\n", to: "numbers")
    let ran = try await desk.run("erase", "--subjects-file", "numbers", "--yes")
    #expect(ran.code == 14, "\(ran.said)")
    let number = String(try #require(ran.result.firstMatch(of: #/request ([0-9]+): /#)).output.1)
    let blind = try await desk.run("request", "approve", number, "--yes", with: second)
    #expect(blind.code == 13 && blind.said.contains("from the paper before you"))
    let other = try await desk.run("request", "approve", number, "--subject", "C1", "--yes", with: second)
    #expect(other.code == 13 && other.said.contains("other customers"))
    #expect(
      try await desk.run("request", "approve", number, "--subjects-file", "numbers", "--yes").code == 13)
    let done = try await desk.run(
      "request", "approve", number, "--subjects-file", "numbers", "--yes", with: second)
    #expect(done.code == 0, "\(done.said)")
    #expect(try await desk.run("find").result.contains("C3"))
    #expect(try await !desk.run("find").result.contains("C1"))
    // The first one's next writing command compares what the second one made.
    let waits = try await desk.run("erase", "list", "--json").objects(.erasure)
    #expect(waits.map { $0["state"] } == [.text("not_compared")])
    #expect(try await desk.run("keys", "rotate", "--class", "contracts").code == 0)
    let compared = try await desk.run("erase", "list", "--json").objects(.erasure)
    #expect(compared.map { $0["state"] } == [.text("hold_back")])
    let clerk = try await desk.run("verify", "--level", "open", with: ["STRONGROOM_IDENTITY": "clerk"])
    #expect(clerk.code == 0 && clerk.result.contains("erased or lost"), "\(clerk.said)")

    // A hold by the auditor, which neither custodian releases alone.
    let held = try await desk.run(
      "hold", "place", "--name", "case 7", "--everything", "--json", with: auditor)
    #expect(held.code == 0, "\(held.said)")
    let hold = String(try #require(held.lines()?.first?["hold"]?.integer))
    let kept = try await desk.run("erase", "C3", "--yes")
    #expect(kept.code == 13 && kept.said.contains("contracts: held"), "\(kept.said)")
    let release = try await desk.run("hold", "release", hold, "--yes")
    #expect(release.code == 14)
    let asked = String(try #require(release.result.firstMatch(of: #/request ([0-9]+): /#)).output.1)
    let approved = try await desk.run("request", "approve", asked, "--yes", with: auditor)
    #expect(approved.code == 0, "\(approved.said)")
    #expect(try await desk.run("hold", "list").result == "nothing is held\n")
    #expect(try await desk.run("hold", "list", "--all").result.contains("released by entry"))
  }
}
