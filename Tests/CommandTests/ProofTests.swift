import Foundation
import Testing

/// Proofs as others check them: with the vault id, without a vault and without a key.
@Suite(.timeLimit(.minutes(10))) struct ProofTests {
  /// A desk with the proof of a drill and its report, and the vault's id.
  private static func withDrill() async throws -> (desk: Desk, vault: String, proof: String, report: String) {
    let desk = try await Desk.withRecords()
    let drilled = try await desk.run("drill", "run", "site-lost", "--destination", "copy")
    #expect(drilled.code == 0, "\(drilled.said)")
    let names = desk.files("drills")
    let proof = try #require(names.first { $0.hasSuffix(".tlog-proof") })
    let report = try #require(names.first { $0.hasSuffix(".json") })
    let vault = try await desk.run("ledger", "verify", "--json").object(.ledger)["vault"]?.text
    return (desk, try #require(vault), "drills/" + proof, "drills/" + report)
  }

  private static let elsewhere = [
    "STRONGROOM_VAULT": "", "STRONGROOM_IDENTITY": "", "STRONGROOM_STATE": "state elsewhere",
    "STRONGROOM_CACHE": "cache elsewhere",
  ]

  @Test func aStrangerChecksADrill() async throws {
    let (desk, vault, proof, report) = try await Self.withDrill()
    func check(_ more: String...) async throws -> Ran {
      try await desk.run(["proof", "check", proof] + more, with: Self.elsewhere)
    }
    let shown = try await check("--vault-id", vault.uppercased())
    #expect(shown.code == 0 && shown.err == [], "\(shown.said)")
    for words in [
      "stands in a ledger of vault \(vault)", "event     drilled: passed", "custodian by the founding",
      "which nobody compared", "not shown: whether this entry",
    ] { #expect(shown.result.contains(words), "\(words)") }
    let compared = try await check("--vault-id", vault, "--document", report)
    #expect(compared.code == 0 && compared.result.contains("is the one that the entry names"))
    let told = try await check("--vault-id", vault, "--document", report, "--json").object(.checkedProof)
    #expect(told["compared"] == .integer(1) && told["event"] == .text("drilled"))
    #expect(told["chain"]?.items?.count == 1 && told["not_shown"]?.items?.count == 4)
    #expect(told["document"]?.text?.count == 64)
    // Of another vault, for another document, by nobody's word.
    let other = String(repeating: "0", count: 32)
    for (more, code) in [
      (["--vault-id", other], 13), (["--vault-id", vault, "--document", proof], 1),
      (["--vault-id", vault, "--document", "nothing"], 1), (["--vault-id", "0"], 64), ([], 64),
    ] {
      let ran = try await desk.run(["proof", "check", proof] + more, with: Self.elsewhere)
      #expect(ran.code == code && ran.out == [], "\(more): \(ran.said)")
    }
    #expect(!desk.has("state elsewhere") && !desk.has("cache elsewhere"))
  }

  @Test func whatWasChangedIsRefused() async throws {
    let (desk, vault, proof, _) = try await Self.withDrill()
    let text = try desk.text(proof)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let changes = [
      ("index", text.replacing(lines[2], with: "index 1", maxReplacements: 1)),
      ("short", String(text.dropLast(20))), ("path", text.replacing(lines[3] + "\n", with: "")),
      ("none", ""), ("garbage", String(repeating: "x", count: 9 << 20)),
    ]
    for (name, changed) in changes {
      desk.write(changed, to: name)
      let ran = try await desk.run(["proof", "check", name, "--vault-id", vault], with: Self.elsewhere)
      #expect(ran.code == 1 && ran.out == [] && ran.said.hasPrefix("strongroom: "), "\(name): \(ran.said)")
    }
    #expect(try await desk.run("proof", "check", "nowhere", "--vault-id", vault).code == 1)
  }

  /// A grantee's entries, and what they lead over.
  @Test func theChainIsTold() async throws {
    let desk = try await Desk.withRecords()
    #expect(try await desk.run("identity", "new", "helper").code == 0)
    #expect(try await desk.run("grant", "add", "helper.pub", "--role", "operator", "--yes").code == 0)
    let taken = try await desk.run(
      ["snapshot", "take", "copy"], with: ["STRONGROOM_IDENTITY": "helper"])
    #expect(taken.code == 0, "\(taken.said)")
    let ledger = try await desk.run("ledger", "show", "--json").objects(.entry)
    let vault = try #require(
      try await desk.run("ledger", "verify", "--json").object(.ledger)["vault"]?.text)
    let last = String(ledger.count - 1)
    #expect(try await desk.run("proof", "write", last, "--output", "last.tlog-proof").code == 0)
    let told = try await desk.run("proof", "check", "last.tlog-proof", "--vault-id", vault, "--json")
      .object(.checkedProof)
    #expect(told["by"] == ledger.last?["by"] && told["chain"]?.items?.count == 2)
    #expect(told["chain"]?.items?.last?["roles"]?.items == [.text("operator")])
    let said = try await desk.run("proof", "check", "last.tlog-proof", "--vault-id", vault)
    #expect(said.result.contains("operator by entry ") && said.result.contains("shown by  "))
  }
}
