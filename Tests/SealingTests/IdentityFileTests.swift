import Testing

@testable import Sealing

struct IdentityFileTests {
  let vector = Vectors.own.identity
  var identity: Identity { get throws { try Identity(seed: vector.seed.secret) } }
  var secretText: String {
    #"{"format":"strongroom identity","seed":""# + Hex.encode(vector.seed.bytes) + "\",\"version\":1}\n"
  }
  private func publicText(_ kind: String = "file", scrypt: String = "") -> String {
    let keys = (Hex.encode(vector.ed25519.bytes), Hex.encode(vector.xwing.bytes))
    return
      #"{"ed25519":"\#(keys.0)","format":"strongroom public identity","kind":"\#(kind)",\#(scrypt)"version":1,"#
      + "\"xwing\":\"\(keys.1)\"}\n"
  }
  private func read(_ text: String) throws -> IdentityFile.Public {
    try IdentityFile.publicIdentity(from: Array(text.utf8))
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
    for text in variants(publicText()) {
      #expect(try read(text).identity == (try identity.publicIdentity))
    }
  }

  @Test func otherSecretFilesAreRefusedAndNotRepeated() {
    let seed = Hex.encode(vector.seed.bytes)
    let others = [
      "", "\n", "\u{feff}", "\r\n", secretText + "\n", "\u{feff}" + "\u{feff}" + secretText, " " + secretText,
      secretText.replacing(seed, with: seed.uppercased()), secretText.replacing(seed, with: seed.dropLast()),
      secretText.replacing(seed, with: seed.dropLast() + "g"), secretText.replacing(":1}", with: ":2}"),
      secretText.replacing("strongroom identity", with: "strongroom Identity"),
      secretText.replacing(",", with: ", "), secretText.replacing("\n", with: "\r\n\n"),
      secretText.replacing("\n", with: "\r"), publicText(),
    ]
    for other in others {
      #expect { try IdentityFile.identity(from: Array(other.utf8)) } throws: { error in
        error is Malformed && !"\(error)".contains(seed.dropLast().suffix(20))
      }
    }
  }

  @Test func publicFile() throws {
    #expect(IdentityFile.publicText(of: try identity.publicIdentity) == Array(publicText().utf8))
    let file = try read(publicText())
    #expect(file.identity == (try identity.publicIdentity))
    #expect(file.kind == "file")
    #expect(file.scrypt == nil)
    #expect(try read(publicText("shares")).kind == "shares")
  }

  @Test func publicFileOfAPassphrase() throws {
    let salt = Hex.encode(sample(32))
    let member = #""scrypt":{"n":131072,"p":1,"r":8,"salt":"\#(salt)"},"#
    let scrypt = IdentityFile.Scrypt(parameters: .standard, salt: sample(32))
    let text = IdentityFile.publicText(of: try identity.publicIdentity, kind: "passphrase", scrypt: scrypt)
    #expect(text == Array(publicText("passphrase", scrypt: member).utf8))
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

  @Test func otherPublicFilesAreRefused() {
    let text = publicText()
    let others = [
      "", "\n", text + "\n", text.replacing("\n", with: "\r"), publicText("card"), secretText,
      text.replacing("\"version\":1", with: "\"version\":2"),
      text.replacing("\"version\"", with: "\"versions\""),
      text.replacing(",\"version\"", with: ",\"note\":\"\",\"version\""),
      text.replacing(Hex.encode(vector.ed25519.bytes), with: "00"),
      text + String(repeating: " ", count: 17_000),
    ]
    for other in others { #expect(throws: Malformed.self) { try read(other) } }
    let noKey = text.replacing(Hex.encode(vector.xwing.bytes), with: String(repeating: "f", count: 2432))
    #expect(throws: SealingError(.malformedKey, "")) { try read(noKey) }
  }
}
