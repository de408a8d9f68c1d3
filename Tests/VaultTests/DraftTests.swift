import Sealing
import Testing

@testable import Vault

struct DraftTests {
  @Test func aTextIsSealedUnderTheNameThatItsEventGivesIt() throws {
    let sealed = try #require(
      OpenLedger.Draft(.revoked(Identifier.random()), saying: "left, alas é".utf8).sealed)
    #expect(sealed.keys == ["reason"])
    #expect(String(validating: try sealed.hex("reason"), as: UTF8.self) == "left, alas é")
  }
}
