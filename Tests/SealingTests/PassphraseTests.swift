import Foundation
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
    #expect(Passphrase.fault(ofNew: try Passphrase.generate()) == nil)
  }

  private func secret(_ text: String) -> Secret { Secret(copying: Array(text.utf8)) }

  @Test(arguments: [
    "short", "elevenchars", "aaaaaaaaaaaaaaaaaaaa", "abababababababab", "öööööööööööööööö", "Password12345!",
    "äжß€äжß€äжß€", "пароль длин", "日本語日本", "1111-1111-1111", "summer2024summer", "qwertyuiopasdfghjkl",
    "Tr0ub4dour&3xyz",
  ]) func weak(_ passphrase: String) throws {
    switch Passphrase.fault(ofNew: secret(passphrase)) {
    case .weak(let bits): #expect((0..<50).contains(bits))
    case .short(let characters): #expect(characters == passphrase.count && characters < 12)
    case let other: Issue.record("\(String(describing: other))")
    }
  }

  /// What is short is called short, however many tries it would take.
  @Test func short() {
    #expect(Passphrase.fault(ofNew: secret("x7#Qp9!vK2z")) == .short(characters: 11))
    #expect(Passphrase.fault(ofNew: secret("x7#Qp9!vK2zw")) == nil)
  }

  @Test(arguments: [
    "correct horse battery staple", "日本語のとても長い合い言葉です", "Schlüssel zum Tresor",
    "three kettles under snow",
  ])
  func strong(_ passphrase: String) { #expect(Passphrase.fault(ofNew: secret(passphrase)) == nil) }

  @Test func otherFaults() {
    #expect(Passphrase.fault(ofNew: secret("")) == .empty)
    #expect(Passphrase.fault(ofNew: secret("\u{feff}")) == .empty)
    #expect(Passphrase.fault(ofNew: secret("three kettles\tunder snow")) == .unusualCharacters)
    #expect(Passphrase.fault(ofNew: secret("three kettles \u{e000} under snow")) == .unusualCharacters)
    #expect(Passphrase.fault(ofNew: secret("three kettles \u{378} under snow")) == .unusualCharacters)
    // Latin-1, and the beginning of a UTF-16 file.
    #expect(Passphrase.fault(ofNew: Secret(copying: Array("Schl".utf8) + [0xfc])) == .notText)
    #expect(Passphrase.fault(ofNew: Secret(copying: [0xff, 0xfe, 0x41, 0])) == .notText)
    #expect(Passphrase.hasBlankEnds(secret(" a")) && Passphrase.hasBlankEnds(secret("a\u{a0}")))
    #expect(!Passphrase.hasBlankEnds(secret("a b")) && !Passphrase.hasBlankEnds(secret("")))
  }

  /// What keyboards and editors make of the same words.
  @Test func onePassphraseInManyWays() throws {
    let words = "Schlüssel für Tür 각"
    let ways = [
      words, words.decomposedStringWithCanonicalMapping, "\u{feff}" + words,
      words.replacingOccurrences(of: " ", with: "\u{a0}"),
      words.replacingOccurrences(of: " ", with: "\u{3000}"),
    ]
    #expect(Set(ways.map { Array($0.utf8) }).count == ways.count)
    let taken = try ways.map { text(try Passphrase.prepared(secret($0))) }
    // printf 'Schl\u00fcssel f\u00fcr T\u00fcr \uac01' | xxd -p
    let hex = "5363686cc3bc7373656c2066c3bc722054c3bc7220eab081"
    #expect(taken.allSatisfy { Hex.encode(Array($0.utf8)) == hex })
    // Compatibility forms are other characters.
    #expect(text(try Passphrase.prepared(secret("ﬁ Ａ"))) == "ﬁ Ａ")
  }

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
