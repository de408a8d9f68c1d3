import Sealing
import Testing

@testable import Vault

/// The same names as in Tests/Reader/test_reader.py.
struct ExportFoldersTests {
  private func id(_ byte: UInt8) throws -> Identifier {
    try #require(Identifier(bytes: [UInt8](repeating: byte, count: 16)))
  }

  @Test func noTwoClassesAndNoTwoCustomersShareAFolder() throws {
    let (one, other) = (try id(1), try id(2))
    var folders = ExportFolders([(other, "a%2Fb"), (one, "a/b")])
    func of(_ subject: UInt8, _ spellings: [String], in classID: Identifier) throws -> [String] {
      let found = folders.take(Set(spellings.map { Array($0.utf8) }), of: try id(subject), in: classID)
      return try spellings.map { String(decoding: try #require(found[Array($0.utf8)]), as: UTF8.self) }
    }
    #expect(try of(1, ["1001"], in: one) == ["a%2Fb/1001"])
    #expect(try of(1, ["1001"], in: other) == ["a%2Fb~02020202/1001"])
    // One customer, spelled in two ways.
    #expect(try of(2, ["1001", "", "%"], in: one) == ["a%2Fb/1001~02020202", "a%2Fb/%", "a%2Fb/%"])
    // Somebody is called as another was renamed.
    #expect(try of(3, ["1001~02020202"], in: one) == ["a%2Fb/1001~02020202~03030303"])
    #expect(try of(3, ["1001"], in: one) == ["a%2Fb/1001~03030303"])
    let long = String(repeating: "k", count: 255)
    #expect(try of(4, [long], in: one) == ["a%2Fb/\(long)"])
    #expect(try of(5, [long], in: one) == ["a%2Fb/\(long.prefix(246))~05050505"])
  }
}
