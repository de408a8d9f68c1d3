import Foundation
import Ledger
import Sealing
import Testing

struct NoteTests {
  /// The example of C2SP signed-note: verifier key and note.
  static let key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
  static let note = """
    This is an example message.

    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

    """

  static func exampleSigner() throws -> PublicIdentity {
    let encoded = try #require(key.split(separator: "+").last)
    let data = Array(try #require(Data(base64Encoded: String(encoded))))
    #expect(data.count == 33 && data[0] == 1)
    return try PublicIdentity(xWing: Identity.generate().publicIdentity.xWing, ed25519: Array(data[1...]))
  }

  @Test func exampleOfTheSpecification() throws {
    let signer = try Self.exampleSigner()
    let note = try Note(parsing: ascii(Self.note))
    #expect(note.text == ascii("This is an example message.\n"))
    #expect(note.name == "example.com/foo")
    #expect(Hex.encode(note.keyID) == "530d903a")
    try note.verify(signer: signer)
    #expect(note.bytes == ascii(Self.note))
    #expect(Note.keyID(name: "example.com/foo", ed25519: signer.ed25519) == note.keyID)
  }

  @Test func anotherTextOrNameOrKeyIsRefused() throws {
    let signer = try Self.exampleSigner()
    for (from, to) in [("example message", "exemple message"), ("foo Uw2", "fou Uw2"), ("Uw2Q", "Uw2R")] {
      let changed = Self.note.replacingOccurrences(of: from, with: to)
      #expect(changed != Self.note)
      #expect(refusal { try Note(parsing: ascii(changed)).verify(signer: signer) } == .wrongSignature)
    }
    let other = try Identity.generate().publicIdentity
    #expect(refusal { try Note(parsing: ascii(Self.note)).verify(signer: other) } == .wrongSignature)
  }

  /// The example with one text replaced by another.
  static let replacements: [(String, String)] = [
    ("\n\n", "\n"), ("—", "-"), ("— ", "—"), ("foo ", "foo  "), ("example.com/foo ", " "),
    ("com/foo", "com+foo"), ("com/foo", "com/\u{a0}foo"), ("aQM=", "aQM"), ("aQM=", "aQN="), ("aQM=", ""),
    ("IneyaQM=", "Iney aQM="), ("message.", "message.\t"), ("message.", "message.\r"),
    ("message.", String(repeating: "m", count: 5000)),
  ]

  static let odd: [String] = {
    let signature = note.split(separator: "\n", omittingEmptySubsequences: false)[2]
    let others = ["", "\n", "\n\n", "text\n", "text\n\n", note + "\n", String(note.dropLast()), note + "x"]
    // Two signature lines: ours have exactly one.
    let twice = [note + signature + "\n"]
    return others + twice + replacements.map { note.replacingOccurrences(of: $0.0, with: $0.1) }
  }()

  @Test(arguments: odd)
  func refused(_ text: String) {
    let code = refusal { try Note(parsing: ascii(text)) }
    #expect(code == .malformed || code == .tooLarge, "\(text)")
  }

  @Test func bytesThatAreNoTextAreRefused() {
    var bytes = ascii(Self.note)
    bytes[3] = 0xff
    #expect(refusal { try Note(parsing: bytes) } == .malformed)
  }

  @Test func textWithEmptyLinesEndsAtTheLast() throws {
    let identity = try Identity.generate()
    let note = try Note(signing: ascii("one\n\ntwo\n"), name: "a/b", identity: identity)
    let again = try Note(parsing: note.bytes)
    #expect(again.text == ascii("one\n\ntwo\n"))
    try again.verify(signer: identity.publicIdentity)
  }
}
