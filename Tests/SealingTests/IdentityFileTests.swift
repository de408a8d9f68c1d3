import Testing

@testable import Sealing

struct IdentityFileTests {
  let vector = Vectors.own.identity
  var identity: Identity { get throws { try Identity(seed: vector.seed.secret) } }
  var secretText: String {
    #"{"format":"strongroom identity","seed":""# + Hex.encode(vector.seed.bytes) + "\",\"version\":1}\n"
  }
  /// A public file, signed by `signer`, or by its own owner.
  private func publicText(
    _ kind: String = "file", scrypt: String = "", xWing: [UInt8]? = nil, ed25519: [UInt8]? = nil,
    signer: Identity? = nil
  ) throws -> String {
    let (xWing, ed25519) = (
      Hex.encode(xWing ?? vector.xwing.bytes), Hex.encode(ed25519 ?? vector.ed25519.bytes)
    )
    func text(_ proof: String) -> String {
      #"{"ed25519":"\#(ed25519)","format":"strongroom public identity","kind":"\#(kind)",\#(proof)\#(scrypt)"#
        + #""version":1,"xwing":"\#(xWing)"}"#
    }
    let signed = Array("strongroom/v1 public identity\0".utf8) + Digest.sha256(of: Array(text("").utf8)).bytes
    return text("\"proof\":\"\(Hex.encode(try (signer ?? identity).sign(signed)))\",") + "\n"
  }
  private func read(_ text: String) throws -> IdentityFile.Public {
    try IdentityFile.Public(reading: Array(text.utf8))
  }

  @Test func secretFile() throws {
    #expect(try IdentityFile.secretText(of: identity) == Secret(copying: Array(secretText.utf8)))
    #expect(try IdentityFile.identity(from: Array(secretText.utf8)).publicIdentity == identity.publicIdentity)
    let secret = Secret(copying: Array(secretText.utf8))
    #expect(try IdentityFile.identity(from: secret).publicIdentity == identity.publicIdentity)
    // What is written is canonical JSON, although no parser reads it.
    let object = try CanonicalJSON.decode(Array(secretText.utf8.dropLast()), limit: 1000)
    #expect(object.encoded() == Array(secretText.utf8.dropLast()))
  }

  /// As editors and the clipboard leave them.
  @Test func filesThatWentThroughAnEditorAreRead() throws {
    func variants(_ text: String) -> [String] {
      let line = text.dropLast()
      return [text, String(line), line + "\r\n", "\u{feff}" + text, "\u{feff}" + line + "\r\n"]
    }
    for text in variants(secretText) {
      let read = try IdentityFile.identity(from: Array(text.utf8))
      #expect(read.publicIdentity == (try identity.publicIdentity))
    }
    for text in try variants(publicText()) {
      #expect(try read(text).identity == (try identity.publicIdentity))
    }
  }

  @Test func otherSecretFilesAreRefusedAndNotRepeated() throws {
    let seed = Hex.encode(vector.seed.bytes)
    let others = [
      "", "\n", "\u{feff}", "\r\n", secretText + "\n", "\u{feff}" + "\u{feff}" + secretText, " " + secretText,
      secretText.replacing(seed, with: seed.uppercased()), secretText.replacing(seed, with: seed.dropLast()),
      secretText.replacing(seed, with: seed.dropLast() + "g"), secretText.replacing(":1}", with: ":2}"),
      secretText.replacing("strongroom identity", with: "strongroom Identity"),
      secretText.replacing(",", with: ", "), secretText.replacing("\n", with: "\r\n\n"),
      secretText.replacing("\n", with: "\r"), try publicText(),
    ]
    for other in others {
      #expect { try IdentityFile.identity(from: Array(other.utf8)) } throws: { error in
        error is Malformed && !"\(error)".contains(seed.dropLast().suffix(20))
      }
    }
  }

  @Test func publicFile() throws {
    #expect(try IdentityFile.Public(of: identity).text == Array(publicText().utf8))
    let file = try read(publicText())
    #expect(file.identity == (try identity.publicIdentity))
    #expect(file.kind == "file")
    #expect(file.scrypt == nil)
    #expect(try file == IdentityFile.Public(of: identity))
    #expect(try read(publicText("shares")).kind == "shares")
  }

  @Test func publicFileOfAPassphrase() throws {
    let salt = Hex.encode(sample(32))
    let member = #""scrypt":{"n":131072,"p":1,"r":8,"salt":"\#(salt)"},"#
    let scrypt = IdentityFile.Scrypt(parameters: .standard, salt: sample(32))
    let text = try IdentityFile.Public(of: identity, kind: "passphrase", scrypt: scrypt).text
    #expect(text == Array(try publicText("passphrase", scrypt: member).utf8))
    #expect(try read(publicText("passphrase", scrypt: member)).scrypt == scrypt)
    let wrong = [
      member.replacing("131072", with: "16384"), member.replacing("131072", with: "1048576"),
      member.replacing("\"p\":1", with: "\"p\":5"), member.replacing("\"r\":8", with: "\"r\":9"),
      member.replacing(salt, with: salt.dropLast(2)), member.replacing("\"r\":8", with: "\"q\":1,\"r\":8"),
    ]
    for wrong in wrong {
      #expect(throws: Malformed.self) { try read(publicText("passphrase", scrypt: wrong)) }
    }
    #expect(throws: Malformed.self) { try read(publicText("passphrase")) }
    #expect(throws: Malformed.self) { try read(publicText("file", scrypt: member)) }
  }

  @Test func otherPublicFilesAreRefused() throws {
    let text = try publicText()
    let others = [
      "", "\n", text + "\n", text.replacing("\n", with: "\r"), try publicText("card"), secretText,
      text.replacing("\"version\":1", with: "\"version\":2"),
      text.replacing("\"version\"", with: "\"versions\""),
      text.replacing(",\"version\"", with: ",\"note\":\"\",\"version\""),
      text.replacing(Hex.encode(vector.ed25519.bytes), with: "00"),
      text + String(repeating: " ", count: 17_000),
    ]
    for other in others { #expect(throws: Malformed.self) { try read(other) } }
    let noKey = try publicText(xWing: [UInt8](repeating: 0xff, count: 1216))
    #expect(throws: SealingError(.malformedKey, "")) { try read(noKey) }
  }

  /// Whoever gives a file must hold its Ed25519 key, and have said all that is in it.
  @Test func aPublicFileIsProvedByItsOwnKey() throws {
    let other = try Identity.generate()
    let (mine, theirs) = (try identity.publicIdentity, other.publicIdentity)
    let refused = SealingError(.unproved, "")
    func refuses(_ text: String) { #expect(throws: refused) { try read(text) } }
    // Another's keys with a signature of mine, both keys or one; and mine with theirs.
    refuses(try publicText(xWing: theirs.xWing, ed25519: theirs.ed25519))
    refuses(try publicText(ed25519: theirs.ed25519))
    refuses(try publicText(signer: other))
    // What was signed of one file doesn't prove another.
    let text = try publicText()
    refuses(text.replacing(Hex.encode(mine.xWing), with: Hex.encode(theirs.xWing)))
    refuses(text.replacing("\"kind\":\"file\"", with: "\"kind\":\"shares\""))
    let member = #""scrypt":{"n":131072,"p":1,"r":8,"salt":"\#(Hex.encode(sample(32)))"},"#
    let typed = try publicText("passphrase", scrypt: member)
    refuses(typed.replacing("131072", with: "32768"))
    refuses(typed.replacing(Hex.encode(sample(32)), with: String(repeating: "00", count: 32)))
    // None, and one that is none.
    let proof = try #require(text.firstMatch(of: /"proof":"[0-9a-f]*",/)).output
    refuses(text.replacing(proof, with: ""))
    refuses(text.replacing(proof, with: "\"proof\":\"\(String(repeating: "0", count: 128))\","))
    #expect(throws: Malformed.self) { try read(text.replacing(proof, with: "\"proof\":\"00\",")) }
    // Of a key of small order anybody is the owner.
    let nobody = try #require(
      Vectors.points.ed25519.first { $0.result == "invalid" && !$0.signature.bytes.isEmpty })
    #expect(throws: SealingError(.malformedKey, "")) { try read(publicText(ed25519: nobody.key.bytes)) }
  }

  /// What a proof doesn't say: that its maker holds the X-Wing key. They could bring another's, whom their grant then opens to.
  @Test func theXWingKeyOfAnotherIsTakenFromWhoSignsForIt() throws {
    let other = try Identity.generate()
    let file = try read(publicText(xWing: other.publicIdentity.xWing))
    #expect(try file.identity.id != identity.publicIdentity.id && file.identity.id != other.publicIdentity.id)
  }
}
