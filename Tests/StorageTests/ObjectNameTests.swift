import Storage
import Testing

@Suite struct ObjectNameTests {
  @Test(arguments: [
    "STRONGROOM", "ledger/00000000000000000000", "boxes/ab/" + String(repeating: "f", count: 64),
    "second/keyring/" + String(repeating: "0", count: 64), "a.b_c-D9", "a/b/c/d",
    String(repeating: "x", count: 80),
  ])
  func allowed(_ text: String) throws {
    #expect(try #require(ObjectName(text)).text == text)
  }

  @Test(arguments: [
    "", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", ".spool", ".spool/x", "a/.b",
    "a/b/c/d/e", "a b",
    "a\0b", "a\\b", "ä", "a\n", "a:b", String(repeating: "x", count: 81), "~", "a/\u{301}",
  ])
  func refused(_ text: String) {
    #expect(ObjectName(text) == nil)
  }

  @Test func goesUnderAndWithin() throws {
    let name = try #require(ObjectName("ledger/1"))
    #expect(name.under("second")?.text == "second/ledger/1")
    #expect(name.under("second")?.within("second") == name)
    #expect(name.under("..") == nil)
    #expect(name.within("ledge") == nil)
    #expect(name.isUnder("ledger") && !name.isUnder("ledge") && name.isUnder(""))
    #expect(name.parts == ["ledger", "1"])
  }

  @Test func isOrderedByBytes() throws {
    let names = try ["a/b", "a-b", "a", "Z", "a.b"].map { try #require(ObjectName($0)) }
    #expect(names.sorted().map(\.text) == ["Z", "a", "a-b", "a.b", "a/b"])
  }
}
