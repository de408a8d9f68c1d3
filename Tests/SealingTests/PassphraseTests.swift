import Testing

@testable import Sealing

struct PassphraseTests {
  private func text(_ secret: Secret) -> String {
    secret.withSpan { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
  }

  @Test func generated() throws {
    let passphrases = try (0..<200).map { _ in text(try Passphrase.generate()) }
    #expect(Set(passphrases).count == 200)
    let form = /[a-hj-km-np-z2-9]{5}(-[a-hj-km-np-z2-9]{5}){5}/
    for passphrase in passphrases { #expect(passphrase.wholeMatch(of: form) != nil, "\(passphrase)") }
    // 6,000 letters of an alphabet of 31: that one is missing is as likely as e^-193.
    #expect(Set(passphrases.joined()).count == 31 + 1)
    #expect(!Passphrase.isWeak(try Passphrase.generate()))
  }

  @Test(arguments: [
    "", "short", "elevenchars", "aaaaaaaaaaaaaaaaaaaa", "abababababababab", "öööööööööööööööö",
    "äжß€äжß€äжß€", "пароль длин", "日本語日本",
    "1111-1111-1111",
  ]) func weak(_ passphrase: String) { #expect(Passphrase.isWeak(Secret(copying: Array(passphrase.utf8)))) }

  @Test(arguments: [
    "twelve chars", "correct horse battery staple", "日本語のとても長い合い言葉です", "Schlüssel zum Tresor",
  ])
  func strong(_ passphrase: String) { #expect(!Passphrase.isWeak(Secret(copying: Array(passphrase.utf8)))) }

  @Test func identity() throws {
    let vector = Vectors.own.scrypt[0]
    let parameters = try ScryptParameters(n: vector.n, r: vector.r, p: vector.p)
    let identity = try Passphrase.identity(
      vector.passphrase.secret, salt: vector.salt.bytes, parameters: parameters)
    #expect(identity.publicIdentity == (try Identity(seed: vector.seed.secret)).publicIdentity)
    for count in [0, 31, 33] {
      #expect(
        code {
          _ = try Passphrase.seed(vector.passphrase.secret, salt: sample(count), parameters: parameters)
        }
          == .refusedParameters)
    }
  }
}
