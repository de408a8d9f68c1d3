import TestKit
import Testing

/// What README, Runbook and ceremony tell people to type is what the program takes.
@Suite(.timeLimit(.minutes(10))) struct DocumentationTests {
  @Test func theTourOfTheREADMEWorksWordForWord() async throws {
    let tour = try Document("README.md").blocks.filter { block in
      block.contains { $0.hasPrefix("strongroom ") }
    }
    #expect(tour.joined().count { $0.contains("strongroom ") } >= 20)
    let desk = Desk()
    for (path, text) in [
      ("contracts/C000001/loan.pdf", "a loan"), ("basic/C000001/name.txt", "a name"),
      ("communications/C000002/1.eml", "a mail"),
    ] { desk.write(text, to: "archive/\(path)") }
    var lines = ["set -e", "mkdir bin elsewhere", "ln -s \"$0\" bin/strongroom", "PATH=$PWD/bin:$PATH"]
    for block in tour {
      if block.contains(where: { $0.hasPrefix("strongroom recover") }) { lines.append("mv vault lost") }
      for line in block {
        lines.append("echo '$' \(line.replacing("'", with: ""))")
        lines.append(line.replacing("/mnt/elsewhere", with: "elsewhere"))
      }
    }
    desk.write(lines.joined(separator: "\n") + "\n", to: "tour.sh")
    // Some of it asks; `script` lends a terminal, and whoever sits there says yes.
    let ran = try await desk.shell(
      #"printf 'y\ny\ny\ny\n' | script -qec "bash -c '. ./tour.sh' $0" /dev/null"#)
    #expect(ran.code == 0, "\(ran.result.suffix(2000))")
    #expect(try desk.text("restored/contracts/C000001/loan.pdf") == "a loan")
    #expect(desk.has("newvault/STRONGROOM") && desk.has("drills"))
  }

  /// What stands for something in a document, and something that it may stand for.
  private static let placeholders = [
    ("SIZE:ROOT", "5:" + String(repeating: "ab", count: 32)), ("COMMAND", "seal"), ("IDENTITY", "ab12"),
    ("ENTRY", "3"), ("REQUEST", "3"), ("HOLD", "3"), ("VAULT-ID", String(repeating: "0", count: 32)),
    ("NEW-ID", String(repeating: "0", count: 32)), ("...", ""),
    ("YYYY-MM-DD", "2026-01-01"), ("TEXT", "why"), ("[", ""), ("]", ""),
  ]

  @Test(arguments: [
    "README.md", "Docs/Runbook.md", "Keys/README.md", "Docs/Configuration.md", "Docs/Invariants.md",
    "Docs/Services.md", "Docs/JSON.md", "CHANGELOG.md",
  ])
  func everyCommandThatIsNamedIsOne(document: String) async throws {
    let document = try Document(document)
    var commands = document.blocks.joined().filter { $0.contains("strongroom ") && !$0.hasPrefix("#") }
    commands += document.text.matches(of: /`((?:[A-Z_]+=\S+ )*strongroom [^`]+)`/).map { String($0.output.1) }
    let desk = try await Desk.withVault()
    desk.write("", to: "bin/none")
    for command in Set(commands).sorted() {
      var line = command.split(separator: " | ")[0].split(separator: "  #")[0].description
      for (word, value) in Self.placeholders { line = line.replacing(word, with: value) }
      // What it would do is no matter here, nor that files are missing.
      let ran = try await desk.shell("ln -sf \"$0\" bin/strongroom; PATH=$PWD/bin:$PATH; \(line) </dev/null")
      #expect(ran.code != 64 && ran.code != 127, "\(command): \(ran.said)")
    }
  }
}
