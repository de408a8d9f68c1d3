import Testing

/// Violations planted on purpose: a rule that can't fail is none.
@Suite struct PlantedTests {
  @Test func commentsAndStringsAreBlanked() {
    let source = #"""
      let a = "try! \(b + "as!") end" // fatalError(
      /* as! /* nested */ try! */ let c = #"raw " try! "#
      let d = '\n'
      """#
    let code = SwiftCode(source).text
    #expect(code.split(separator: "\n").count == 3)
    #expect(code.contains("let a =") && code.contains("b + ") && code.contains("let c ="))
    #expect(!code.contains("try!") && !code.contains("as!") && !code.contains("fatalError"))
  }

  @Test func aLongStringEndsWhereItEnds() {
    let source = "let a = \"\"\"\n  one \"quoted\" {\n  \"\"\"\nlet b = 1 {\n}\n"
    let code = SwiftCode(source).text
    #expect(code.contains("let b = 1 {"))
    #expect(!code.contains("quoted"))
    #expect(code.filter { $0 == "{" }.count == 1)
  }

  @Test(arguments: [
    ("import Boxes", "Backup"), ("internal import COpenSSL", "Keyring"), ("public import Storage", "Boxes"),
    ("@testable import Vault", "Storage"), ("import struct Crypto.SHA256", "Vault"),
    ("import Yams", "strongroom"),
    ("import Ledger", "Keyring"), ("  import SwiftProtobuf", "Ledger"), ("import ArgumentParser", "Drill"),
  ])
  func forbiddenImports(line: String, module: String) {
    #expect(Edges.forbidden(in: SwiftCode("// import Foundation\n\(line)\n"), module: module).count == 1)
  }

  @Test func allowedImports() {
    let source =
      "public import Sealing\nimport Foundation\n// import Boxes\nlet s = \"\"\"\n  import Boxes\n  \"\"\"\n"
    #expect(Edges.forbidden(in: SwiftCode(source), module: "Ledger") == [])
    #expect(Edges.imports(in: SwiftCode(source)) == ["Sealing", "Foundation"])
  }

  @Test func laterFoldersOfVault() {
    let files = [
      SourceFile(path: "Sources/Vault/Place/Log.swift", text: "struct Log { let state: KeyState }"),
      SourceFile(
        path: "Sources/Vault/Keys/KeyState.swift", text: "struct KeyState { let log: Log } // Catalog"),
      SourceFile(path: "Sources/Vault/Read/Catalog.swift", text: "final class Catalog { struct Row {} }"),
      SourceFile(
        path: "Sources/Vault/Keys/Unlocked.swift", text: "func open(_ list: [Catalog], row: Row) {}"),
      SourceFile(path: "Sources/Vault/OpenPlace.swift", text: "struct OpenPlace { let catalog: Catalog }"),
    ]
    #expect(
      VaultFolders.breaches(in: files) == [
        "Sources/Vault/Place/Log.swift names KeyState of Keys",
        "Sources/Vault/Keys/Unlocked.swift names Catalog of Read",
        "Sources/Vault/OpenPlace.swift has no folder",
      ])
  }

  @Test func longFunctions() {
    let short = "  func a(b: () -> Void = {}) {\n    if true { }\n  }\n"
    let long = "  init(x: Int) throws {\n" + String(repeating: "    x += 1\n", count: 70) + "  }\n"
    let type = "protocol P {\n  func f() throws\n  init()\n}\nstruct S {\n" + short + long + "}\n"
    #expect(Functions.lengths(in: SwiftCode(type)).map(\.count) == [3, 72])
    #expect(Functions.tooLong(in: SwiftCode(type)) == ["9: 72 lines"])
    #expect(Functions.lengths(in: SwiftCode("let a = S.init(1)\nself.init { }\n")).isEmpty)
  }

  @Test func typesOfACode() {
    let source =
      "public final class Ledger {\n  enum Kind {}\n}\nprivate struct Hidden {}\nstruct A { class func f() {} }\n"
    #expect(Types.declared(in: SwiftCode(source)) == ["Ledger", "Kind", "Hidden", "A"])
    #expect(Types.declared(in: SwiftCode(source), outermost: true) == ["Ledger", "A"])
  }

  @Test(arguments: [
    "let a = try! f()", "fatalError(\"no\")", "let b = a as! Int", "// TODO later", "/* FIXME */", "// XXX",
  ])
  func bannedWords(source: String) {
    #expect(Words.banned(in: source).count == 1)
    #expect(
      Words.banned(in: source.replacing("!", with: "?").replacing("fatalError", with: "fail")).count <= 1)
  }

  @Test func allowedWords() {
    #expect(Words.banned(in: "try f() // never try! this, nor fatalError(\nlet s = \"as!\"; mastodon") == [])
  }

  @Test(arguments: [
    (#"hint: "say --scratch FOLDER")"#, ["1: --scratch"]),
    ("\nlet a = \"(--accept-fork \\(fork))\"", ["2: --accept-fork"]),
    (#"f("\(g("run strongroom drill run"))")"#, ["1: strongroom drill run"]),
    (
      "let card = \"\"\"\n  compare, or say\n  --vault-id; strongroom\n  find\n  \"\"\"",
      ["1: --vault-id", "1: strongroom find"]
    ),
    (##"let a = #"strongroom grant add"#"##, ["1: strongroom grant"]),
    (#""strongroom identity new FILE makes one""#, ["1: strongroom identity new"]),
  ])
  func optionsAndCommands(source: String, named: [String]) {
    #expect(CommandLineWords.named(in: SwiftCode(source)) == named)
  }

  @Test func noOptionsNorCommands() {
    let source = #"""
      /// What `--accept-fork` takes; "strongroom find" shows it.
      let formats = ["strongroom identity", "strongroom drill report", "strongroom fold\n", "strongroom place"]
      let others = "a -- b, a--b, -----BEGIN, strongroom-drill, strongroom finder"; a--b
      """#
    #expect(CommandLineWords.named(in: SwiftCode(source)) == [])
  }

  @Test func unsafeCode() {
    #expect(Words.unsafe(in: "let p: UnsafePointer<UInt8> = unsafe q").count == 2)
    #expect(Words.unsafe(in: "// unsafe\nlet s = \"UnsafePointer\"; let nonunsafe = 1") == [])
    #expect(
      UnsafeFiles.allows("Sources/Boxes/Zstd.swift")
        && UnsafeFiles.allows("Sources/Storage/System/Calls.swift"))
    #expect(
      !UnsafeFiles.allows("Sources/Boxes/BoxReader.swift") && !UnsafeFiles.allows("Sources/Vault/Zstd.swift"))
  }

  @Test func machinePaths() {
    #expect(
      Words.machinePaths(in: "see " + "/wo" + "rk/x and " + "/ro" + "ot/.a, " + "/ho" + "me/ann").count == 3)
    #expect(Words.machinePaths(in: "in /tmp/x, $HOME/x and network/x") == [])
  }

  @Test func claimsOfTheThreatModel() {
    let text = """
      | can't | shown by |
      |---|---|
      | read it | `OneTests.reads`, `test_two.test_it` |
      | write it | by magic |
      """
    let named = ThreatModel.testsNamed(in: text)
    #expect(named.map(\.description) == ["OneTests.reads", "test_two.test_it"])
    let files = [
      SourceFile(path: "Tests/X/OneTests.swift", text: "  @Test func reads() {}"),
      SourceFile(path: "Tests/X/test_two.py", text: "    def test_other(self):"),
    ]
    #expect(named.map { ThreatModel.isThere($0, in: files) } == [true, false])
    #expect(ThreatModel.claimsWithoutATest(in: text) == ["| write it | by magic |"])
  }
}
