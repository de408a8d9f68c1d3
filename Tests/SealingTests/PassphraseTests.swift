import Sealing
import Testing

/// Which passphrases are taken, and which are made.
struct PassphraseTests {
  @Test(arguments: [
    "", "short", "elevenchars", "aaaaaaaaaaaaaaaaaaaaaaaa", "abcdabcdabcdabcd", "1212121212121212",
    // Eleven characters in 21 bytes, and four different ones in eight different bytes.
    "пароль длин", "äжß€äжß€äжß€",
  ])
  func weak(_ text: String) { #expect(Passphrase.isWeak(Secret(copying: Array(text.utf8)))) }

  @Test(arguments: [
    "twelve chars", "abcdeabcdeab", "correct horse battery staple", "пароль длинный", "äößéèäößéèäö",
  ])
  func strong(_ text: String) { #expect(!Passphrase.isWeak(Secret(copying: Array(text.utf8)))) }

  @Test func generated() throws {
    let alphabet = Set(ascii("abcdefghjkmnpqrstuvwxyz23456789"))
    var seen: Set<UInt8> = []
    for _ in 0..<200 {
      let passphrase = try Passphrase.generate()
      let groups = passphrase.bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      #expect(groups.map(\.count) == [5, 5, 5, 5, 5, 5])
      seen.formUnion(groups.joined())
      #expect(!Passphrase.isWeak(passphrase))
    }
    #expect(seen == alphabet)
    #expect(!(try Passphrase.generate() == Passphrase.generate()))
  }
}
