import Crypto
import Foundation
import Testing

@testable import Sealing

struct EnvelopeTests {
  let grant = Vectors.own.envelopes.grant
  let entry = Vectors.own.envelopes.entry
  let vault = Identifier(bytes: Vectors.own.context.vault.bytes) ?? .zero

  @Test func opensWhatAnotherProgramSealed() throws {
    let identity = try Identity(seed: Vectors.own.identity.seed.secret)
    let keys = identity.publicIdentity.xWing + identity.publicIdentity.ed25519
    let context = SealContext(.grant, vault: vault, number: 3)
    #expect(context.bytes == grant.context.bytes)
    let info = Envelope.info(context: context, recipient: keys, publicPart: nil)
    #expect(info == grant.info.bytes)
    #expect(try identity.open(grant.message.bytes, info: info) == grant.plain.secret)
  }

  @Test func opensAnEntryWithTheJournalsKey() throws {
    let journal = try JournalKey(seed: entry.seed.secret)
    #expect(journal.publicKey == entry.xwing.bytes)
    let context = SealContext(.journal, vault: vault, section: .journal, number: 2)
    #expect(context.bytes == entry.context.bytes)
    let info = Envelope.info(
      context: context, recipient: journal.publicKey, publicPart: entry.public_part.bytes)
    #expect(info == entry.info.bytes)
    #expect(try journal.open(entry.message.bytes, info: info) == entry.plain.secret)
  }

  @Test(arguments: [0, 1, 2 + 48 * 6, 100_000]) func whatIsSealedComesBack(_ size: Int) throws {
    let journal = try JournalKey(seed: entry.seed.secret)
    let plain = Secret(copying: sample(size))
    let message = try Envelope.seal(plain, to: journal.publicKey, info: entry.info.bytes)
    #expect(message.count == size + Envelope.overhead)
    #expect(Envelope.overhead == 1136)
    #expect(try journal.open(message, info: entry.info.bytes) == plain)
    #expect(try Envelope.seal(plain, to: journal.publicKey, info: entry.info.bytes) != message)
  }

  @Test func anotherKeyInfoOrMessageIsRefused() throws {
    let journal = try JournalKey(seed: entry.seed.secret)
    let other = try JournalKey(seed: grant.plain.secret.slice(2..<34))
    let message = entry.message.bytes
    #expect(code { _ = try other.open(message, info: entry.info.bytes) } == .wrongKey)
    #expect(code { _ = try journal.open(message, info: grant.info.bytes) } == .wrongKey)
    #expect(code { _ = try journal.open(message, info: []) } == .wrongKey)
    #expect(code { _ = try journal.open(message + [0], info: entry.info.bytes) } == .wrongKey)
    for index in [0, 500, 1087, 1088, 1119, 1120, message.count - 1] {
      var altered = message
      altered[index] ^= 1
      #expect(code { _ = try journal.open(altered, info: entry.info.bytes) } == .wrongKey, "\(index)")
    }
    for count in [0, 1, 1120, 1135] {
      #expect(code { _ = try journal.open(Array(message[..<count]), info: entry.info.bytes) } == .truncated)
    }
  }

  @Test func nothingIsSealedToWhatIsNoKey() {
    let plain = Secret(copying: [1])
    #expect(code { _ = try Envelope.seal(plain, to: [], info: []) } == .malformedKey)
    #expect(code { _ = try Envelope.seal(plain, to: sample(1215), info: []) } == .malformedKey)
    #expect(
      code { _ = try Envelope.seal(plain, to: [UInt8](repeating: 0xff, count: 1216), info: []) }
        == .malformedKey)
  }

  /// Made by Vectors/make_primitives.py: the encapsulation by hand, the rest by Python's `cryptography`.
  struct OwnMessages: Decodable, Sendable {
    struct Recipient: Decodable, Sendable { let seed, xwing: HexBytes }
    struct Message: Decodable, Sendable, CustomStringConvertible {
      let comment, result: String
      let recipient: Int
      let info, plain, message: HexBytes
      var description: String { comment }
    }
    let recipients: [Recipient]
    let tests: [Message]
  }

  @Test func allOfOursAreRead() {
    let own = Vectors.primitives.hpke
    #expect(own.tests.count == 62 && own.tests.count { $0.result == "valid" } == 11)
  }

  @Test(arguments: Vectors.primitives.hpke.tests) func ownXWing(_ vector: OwnMessages.Message) throws {
    let recipient = Vectors.primitives.hpke.recipients[vector.recipient]
    let journal = try JournalKey(seed: recipient.seed.secret)
    #expect(journal.publicKey == recipient.xwing.bytes)
    var plain: Secret?
    let refused = code { plain = try journal.open(vector.message.bytes, info: vector.info.bytes) }
    if vector.result == "valid" {
      #expect(plain == vector.plain.secret)
      #expect(vector.message.bytes.count == vector.plain.bytes.count + Envelope.overhead)
    } else {
      #expect(plain == nil)
      #expect(refused == (vector.message.bytes.count < Envelope.overhead ? .truncated : .wrongKey))
    }
  }

  struct PublishedMessages: Decodable, Sendable {
    struct Encryption: Decodable, Sendable { let aad, ct, pt: HexBytes }
    let mode, kem_id, kdf_id, aead_id: Int
    let info, skRm, pkRm, enc: HexBytes
    let encryptions: [Encryption]
  }

  /// The published X-Wing vectors go with ChaCha20-Poly1305, not with the AES-256-GCM of our suite. So they check
  /// key generation through our code, and KEM and key schedule of the library beneath it; our suite is that of
  /// `ownXWing`.
  @Test(.published(Published.hpke)) func publishedXWing() throws {
    try Published.mustHave(Published.hpke)
    let all = try #require(Published.read(Published.hpke, as: [PublishedMessages].self))
    let ofTheKEM = all.filter { $0.mode == 0 && $0.kem_id == 0x647a }
    #expect(ofTheKEM.count == 2)
    for vector in ofTheKEM {
      #expect(try JournalKey(seed: vector.skRm.secret).publicKey == vector.pkRm.bytes)
    }
    let vectors = ofTheKEM.filter { $0.kdf_id == 1 }
    #expect(vectors.count == 1)
    for vector in vectors {
      #expect(vector.aead_id == 3)
      let suite = HPKE.Ciphersuite(kem: .XWingMLKEM768X25519, kdf: .HKDF_SHA256, aead: .chaChaPoly)
      var recipient = try HPKE.Recipient(
        privateKey: XWingMLKEM768X25519.PrivateKey(seed: vector.skRm.secret), ciphersuite: suite,
        info: Data(vector.info.bytes), encapsulatedKey: Data(vector.enc.bytes))
      for encryption in vector.encryptions {
        let plain = try recipient.open(encryption.ct.bytes, authenticating: encryption.aad.bytes)
        #expect(Array(plain) == encryption.pt.bytes)
      }
      #expect(vector.encryptions.count == 10)
    }
  }
}
