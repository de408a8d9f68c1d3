import Sealing
import Testing

/// The files of an identity, as Format.md 1.3 spells them, and what must be refused.
struct IdentityFileTests {
  private static let seed = String(repeating: "0f", count: 32)
  private static let secret = "{\"format\":\"strongroom identity\",\"seed\":\"\(seed)\",\"version\":1}\n"

  @Test func secretFile() throws {
    let identity = try IdentityFile.identity(from: ascii(Self.secret))
    #expect(identity.seed.bytes == [UInt8](repeating: 0x0f, count: 32))
    #expect(try IdentityFile.secretText(of: identity).bytes == ascii(Self.secret))
    let random = try Identity.generate()
    let again = try IdentityFile.identity(from: try IdentityFile.secretText(of: random).bytes)
    #expect(again.publicIdentity == random.publicIdentity)
  }

  @Test func secretFilesThatAreRefused() {
    let good = Self.secret
    for text in [
      "", "\n", String(good.dropLast()), good + "\n", good + " ", " " + good,
      good.replacing("\n", with: "\r\n"),
      good.replacing("0f0f", with: "0F0f"), good.replacing("0f0f", with: "0g0f"),
      good.replacing("\"0f", with: "\""), good.replacing("\"0f", with: "\"0f0f"),
      good.replacing("\"0f", with: "\"f"),
      good.replacing(":1}", with: ":2}"), good.replacing(":1}", with: ":01}"),
      good.replacing("m identity", with: "m public identity"), good.replacing("strongroom ", with: ""),
      good.replacing(",\"version\":1", with: ""), good.replacing("{", with: "{\"a\":1,"),
      good.replacing("\"version\":1", with: "\"version\":1,\"x\":1"), good.replacing(",", with: ", "),
      "[\(good.dropLast())]\n", String(repeating: " ", count: 20_000) + "\n",
    ] {
      #expect(text != good)
      #expect(isMalformed { try IdentityFile.identity(from: ascii(text)) }, "\(text)")
    }
  }

  @Test func aRefusalTellsNothingOfTheSeed() {
    for text in [Self.secret + "x", Self.secret.replacing(":1}", with: ":2}")] {
      let error = #expect(throws: Malformed.self) { try IdentityFile.identity(from: ascii(text)) }
      #expect(error.map { "\($0) \(String(reflecting: $0))".contains("0f0f") } == false)
    }
  }

  @Test func publicFile() throws {
    let identity = try Identity.generate().publicIdentity
    for kind in ["file", "shares"] {
      let text = IdentityFile.publicText(of: identity, kind: kind)
      let expected =
        "{\"ed25519\":\"\(Hex.encode(identity.ed25519))\",\"format\":\"strongroom public identity\","
        + "\"kind\":\"\(kind)\",\"version\":1,\"xwing\":\"\(Hex.encode(identity.xWing))\"}\n"
      #expect(String(decoding: text, as: UTF8.self) == expected)
      #expect(
        try IdentityFile.publicIdentity(from: text) == IdentityFile.Public(identity: identity, kind: kind))
    }
    let scrypt = IdentityFile.Scrypt(
      parameters: try ScryptParameters(n: 1 << 16, r: 8, p: 2), salt: [UInt8](repeating: 0xab, count: 32))
    let text = IdentityFile.publicText(of: identity, kind: "passphrase", scrypt: scrypt)
    let salt = String(repeating: "ab", count: 32)
    #expect(
      String(decoding: text, as: UTF8.self).contains(
        "\"kind\":\"passphrase\",\"scrypt\":{\"n\":65536,\"p\":2,\"r\":8,\"salt\":\"\(salt)\"},\"version\":1")
    )
    let read = try IdentityFile.publicIdentity(from: text)
    #expect(read == IdentityFile.Public(identity: identity, kind: "passphrase", scrypt: scrypt))
  }

  @Test func publicFilesThatAreRefused() throws {
    let identity = try Identity.generate().publicIdentity
    let plain = String(decoding: IdentityFile.publicText(of: identity), as: UTF8.self)
    let scrypt = IdentityFile.Scrypt(parameters: .standard, salt: pattern(32))
    let stretched = String(
      decoding: IdentityFile.publicText(of: identity, kind: "passphrase", scrypt: scrypt), as: UTF8.self)
    let salt = Hex.encode(scrypt.salt)
    for text in [
      "", String(plain.dropLast()), plain + "\n", plain.replacing("\"file\"", with: "\"passphrase\""),
      plain.replacing("\"file\"", with: "\"card\""), plain.replacing("\"version\":1", with: "\"version\":2"),
      plain.replacing("public identity", with: "identity"), plain.replacing(":\"file\"", with: ":1"),
      plain.replacing("\"version\"", with: "\"title\":1,\"version\""),
      stretched.replacing("\"passphrase\"", with: "\"file\""), stretched.replacing("131072", with: "16384"),
      stretched.replacing("131072", with: "131073"), stretched.replacing("131072", with: "524288"),
      stretched.replacing("\"r\":8", with: "\"r\":16"), stretched.replacing("\"p\":1", with: "\"p\":5"),
      stretched.replacing("\"p\":1", with: "\"p\":0"),
      stretched.replacing(salt, with: String(salt.dropLast(2))),
      stretched.replacing(salt, with: salt + "00"), stretched.replacing("\"n\":131072,", with: ""),
      stretched.replacing("\"p\":1", with: "\"o\":1,\"p\":1"),
    ] {
      #expect(text != plain && text != stretched)
      #expect(isMalformed { try IdentityFile.publicIdentity(from: ascii(text)) }, "\(text.suffix(200))")
    }
    for text in [
      plain.replacing(Hex.encode(Array(identity.xWing.prefix(3))), with: "ffffff")
    ] {
      #expect(refusal { try IdentityFile.publicIdentity(from: ascii(text)) } == .malformedKey)
    }
  }
}
