import Foundation
import TestKit
import Testing

@testable import strongroom

/// The list of destinations, and snapshots to several of them.
@Suite struct DestinationTests {
  private static let configuration = """
    # where things are
    vault: vault

    destinations:
      # the old one
      cellar: copy   # by the boiler

    # what is rehearsed
    drills:
      monthly: {plan: site-lost, destination: cellar}
    """

  @Test func whatIsAddedStandsAmongTheOthersAndNothingElseChanges() {
    var text = ConfigurationText(Self.configuration)
    text.add("bank", .text("/mnt/bank"), to: "destinations")
    text.add(
      "backup", .members([("endpoint", "https://s3.example:9000"), ("profile", "a b")]), to: "buckets")
    #expect(
      text.text == """
        # where things are
        vault: vault

        destinations:
          # the old one
          cellar: copy   # by the boiler
          bank: /mnt/bank

        # what is rehearsed
        drills:
          monthly: {plan: site-lost, destination: cellar}

        buckets:
          backup:
            endpoint: https://s3.example:9000
            profile: "a b"

        """)
    let removed = [
      text.remove("bank", from: "destinations"), text.remove("backup", from: "buckets"),
      text.remove("bank", from: "destinations"),
    ]
    #expect(removed == [true, true, false])
    #expect(text.text == Self.configuration + "\n\n")
    let isLast = text.remove("cellar", from: "destinations")
    #expect(isLast)
    #expect(!text.text.contains("destinations:") && text.text.contains("# the old one"))
  }

  @Test(arguments: ["yes", "12:30", "a: b", "~/x", "with \"quotes\" and \\", "* star", "ende #1", "ü"])
  func everyTextReadsAsItself(_ text: String) throws {
    var file = ConfigurationText("")
    file.add("cellar", .text("/" + text), to: "destinations")
    let read = try Configuration(yaml: file.text, at: "/config.yml")
    #expect(read.destinations["cellar"]?.description == "/" + text)
  }

  @Test func bandwidthGoesByTheClock() throws {
    #expect(try Pace("20M").rate(at: 700) == 20 << 20)
    let day = try Pace("08:00,2M 18:30,off 22:00,512K")
    #expect(day.rate(at: 0) == 512 << 10 && day.rate(at: 8 * 60 - 1) == 512 << 10)
    #expect(day.rate(at: 8 * 60) == 2 << 20 && day.rate(at: 18 * 60 + 29) == 2 << 20)
    #expect(day.rate(at: 18 * 60 + 30) == nil && day.rate(at: 22 * 60) == 512 << 10)
    for wrong in [
      "", "0", "12", "20 M", "25:00,2M", "08:60,1M", "08:00,2M 07:00,1M", "1M 2M", "-1M", "1T", "x",
    ] {
      #expect(throws: (any Error).self, "\(wrong)") { try Pace(wrong) }
    }
  }

  @Test func theListIsKept() async throws {
    let desk = try await Desk.withRecords()
    desk.write("vault: \(desk.at("vault"))\n", to: "config.yml")
    func run(_ words: String...) async throws -> Ran {
      try await desk.run(words + ["--config", "config.yml"], with: ["STRONGROOM_VAULT": ""])
    }
    #expect(try await run("destination", "add", "cellar", "copy").code == 0)
    #expect(try await run("destination", "add", "cellar", "other").code == 1)
    #expect(try await run("destination", "add", "Bank", "other").code == 1)
    #expect(try await run("destination", "add", "bank", "s3://Bad/x").code == 1)
    #expect(try await run("destination", "add", "bank", "other", "--endpoint", "https://x").code == 64)
    #expect(
      try await run("destination", "add", "far", "s3://backup/house", "--endpoint", "https://s3.example").code
        == 0)
    let listed = try await run("destination", "list").result
    #expect(
      listed.contains("cellar") && listed.contains("snapshot 5") && listed.contains("s3://backup/house"))
    #expect(try desk.text("config.yml").contains("endpoint: https://s3.example"))
    #expect(try await run("destination", "add", "near", "s3://backup/other").code == 0)
    #expect(try await run("destination", "remove", "far").code == 0)
    // Another one is reached by it.
    #expect(try desk.text("config.yml").contains("s3.example"))
    #expect(try await run("destination", "remove", "near").code == 0)
    #expect(try !desk.text("config.yml").contains("buckets"))
    #expect(try await run("destination", "remove", "far").code == 1)
    for wrong in [["--endpoint", "s3.example"], ["--region", "a b"], ["--ca", "config.yml"]] {
      let ran = try await desk.run(
        ["destination", "add", "far", "s3://backup/house", "--config", "config.yml"] + wrong)
      #expect(ran.code == 1, "\(wrong): \(ran.said)")
    }
    #expect(try !desk.text("config.yml").contains("far"))
    #expect(try await run("destination", "show", "cellar").result.contains("free"))
  }

  /// A mapping in one line isn't changed, and that is what is said.
  @Test func aMappingInOneLine() async throws {
    let desk = try await Desk.withRecords()
    desk.write("vault: \(desk.at("vault"))\ndestinations: {cellar: copy}\n", to: "config.yml")
    let ran = try await desk.run("destination", "add", "bank", "other", "--config", "config.yml")
    #expect(ran.code == 13 && ran.said.contains("line by line"), "\(ran.said)")
    // The list is had where the vault isn't.
    desk.write("vault: \(desk.at("gone"))\ndestinations: {cellar: copy}\n", to: "config.yml")
    let listed = try await desk.run(
      "destination", "list", "--config", "config.yml", with: ["STRONGROOM_VAULT": ""])
    #expect(listed.code == 10 && listed.result.contains("cellar"), "\(listed.said)")
  }

  /// What is more likely an address is no folder's name, wherever it is said.
  @Test(arguments: ["s3:/backup/x", "S3://backup/x", "http://host/x", "sftp:host/x", "me@host:x", "s3a:x"])
  func mistypedAddresses(_ address: String) async throws {
    let desk = try await Desk.withRecords()
    desk.write("vault: \(desk.at("vault"))\n", to: "config.yml")
    let before = try desk.text("config.yml")
    for words in [
      ["destination", "add", "far", address, "--config", "config.yml"],
      ["snapshot", "take", address, "--new"],
      ["restore", "copy", address],
    ] {
      let ran = try await desk.run(words)
      #expect(ran.code == 1 && ran.said.contains("looks like an address"), "\(words): \(ran.said)")
    }
    #expect(throws: (any Error).self) {
      try Configuration(yaml: "destinations:\n  far: \"\(address)\"\n", at: "/config.yml")
    }
    #expect(try desk.text("config.yml") == before)
  }

  @Test func severalAtOnceAndWhatFailsAtOneKeepsNoOther() async throws {
    let desk = try await Desk.withRecords()
    #expect(try await desk.run("snapshot", "take", "other", "--new").code == 0)
    desk.write("a third letter", to: "archive/basic/C3/letter.txt")
    #expect(try await desk.run("seal", "archive").code == 0)
    let looked = try await desk.run("snapshot", "take", "copy", "--to", "other", "--dry-run")
    #expect(looked.code == 0 && looked.result.contains("copy: 1 box would be copied"), "\(looked.said)")
    let ran = try await desk.run("snapshot", "take", "copy", "gone", "other", "--json")
    #expect(ran.code == 2, "\(ran.said)")
    let lines = try #require(ran.lines())
    #expect(lines.compactMap { $0["destination"]?.text } == ["copy", "other"])
    #expect(lines.compactMap { $0["copied"]?.integer } == [1, 1])
    #expect(ran.said.contains("gone: there is no destination"), "\(ran.said)")
    for place in ["copy", "other"] { #expect(try await desk.run("verify", place).code == 0) }
    #expect(!desk.has("gone"))
    for wrong in [[], ["--all", "copy"], ["copy", "other", "--new"], ["copy", "--dry-run", "--name", "x"]] {
      #expect(try await desk.run(["snapshot", "take"] + wrong).code == 64, "\(wrong)")
    }
  }

  /// What was restored from one destination goes on as another one.
  @Test func aCopyOfADestinationBecomesOne() async throws {
    let desk = try await Desk.withRecords()
    let memory = ["STRONGROOM_STATE": desk.at("home/other"), "STRONGROOM_VAULT": ""]
    let id = try await desk.run("verify", "--json").object(.verified)["vault"]?.text ?? ""
    let restored = try await desk.run("restore", "copy", "second", "--vault-id", id, with: memory)
    #expect(restored.code == 0, "\(restored.said)")
    let taken = try await desk.run("snapshot", "take", "second", "--json")
    #expect(taken.code == 0, "\(taken.said)")
    #expect(try taken.object(.snapshot)["copied"]?.integer == 0)
    #expect(try await desk.run("verify", "second", "--level", "open").code == 0)
  }
}
