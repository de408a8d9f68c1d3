import Testing

/// The house rules, read from the source tree: SwiftPM and the compiler check none of them.
@Suite struct TidyTests {
  @Test func everyTargetHasItsRowOfEdges() {
    let modules = Set(SourceTree.swiftSources.compactMap(\.module))
    #expect(modules == Set(Edges.allowed.keys))
  }

  @Test(arguments: SourceTree.swiftSources)
  func importsFollowTheEdges(file: SourceFile) throws {
    let module = try #require(file.module)
    #expect(Edges.forbidden(in: file.code, module: module) == [])
  }

  /// The ground that tests stand on knows the modules as their users do, and asserts nothing.
  @Test(arguments: SourceTree.files(below: "Tests/TestKit"))
  func theTestKitIsAUserOfTheModules(file: SourceFile) {
    let known = Edges.system.union(["Backup", "Vault", "Rules", "Storage", "Sealing"])
    #expect(Set(Edges.imports(in: file.code)).subtracting(known) == [])
    #expect(!file.text.contains("@testable"))
  }

  @Test func foldersOfVaultNameOnlyWhatIsBeforeThem() {
    #expect(VaultFolders.breaches(in: SourceTree.swiftSources.filter { $0.module == "Vault" }) == [])
  }

  /// The reader for when Strongroom is gone is one file on purpose.
  @Test(arguments: SourceTree.programs.filter { !$0.isGenerated && !$0.path.contains("Docs/reader/") })
  func filesAndFunctionsAreShort(file: SourceFile) {
    #expect(file.lineCount <= 600)
    guard file.name.hasSuffix(".swift") else { return }
    #expect(Functions.tooLong(in: file.code) == [])
  }

  @Test(arguments: SourceTree.swiftSources)
  func noTypeBearsItsModulesName(file: SourceFile) throws {
    let module = try #require(file.module)
    #expect(!Types.declared(in: file.code).contains(module))
  }

  @Test(arguments: SourceTree.swiftSources.filter { !$0.isGenerated })
  func noBannedWords(file: SourceFile) {
    #expect(Words.banned(in: file.text) == [])
  }

  @Test(arguments: SourceTree.swiftSources.filter { $0.module != "strongroom" })
  func onlyTheCommandLineNamesOptionsAndCommands(file: SourceFile) {
    #expect(CommandLineWords.named(in: file.code) == [])
  }

  @Test(arguments: SourceTree.swiftSources.filter { !UnsafeFiles.allows($0.path) })
  func unsafeCodeStaysInTheWrappers(file: SourceFile) {
    #expect(Words.unsafe(in: file.text) == [])
  }

  @Test(arguments: Edges.allowed.keys.sorted())
  func everyModuleSaysWhatItIsFor(module: String) throws {
    let file = "Sources/\(module)/\(module == "strongroom" ? "Strongroom" : module).swift"
    let text = try #require(SourceTree.file(at: file)?.text)
    #expect(text.hasPrefix("//"))
    #expect(!text.hasPrefix("// placeholder"))
  }

  /// A claim that nobody can keep apart from a wish: each names the tests that show it.
  @Test func theThreatModelNamesTests() throws {
    let text = try #require(SourceTree.file(at: "Docs/ThreatModel.md")?.text)
    let named = ThreatModel.testsNamed(in: text)
    #expect(named.count > 60)
    let tests = SourceTree.files(below: "Tests")
    #expect(named.filter { !ThreatModel.isThere($0, in: tests) } == [])
    #expect(ThreatModel.claimsWithoutATest(in: text) == [])
  }

  @Test(arguments: SourceTree.documents)
  func documentsBeginWithATitle(document: SourceFile) {
    #expect(document.text.hasPrefix("# "))
  }

  @Test(arguments: SourceTree.everything)
  func noPathOfOneMachine(file: SourceFile) {
    #expect(Words.machinePaths(in: file.text) == [])
  }

  @Test func theTreeWasFound() {
    #expect(SourceTree.swiftSources.count > 10)
    #expect(SourceTree.documents.contains { $0.name == "Format.md" })
  }
}
