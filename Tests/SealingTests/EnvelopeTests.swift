import Crypto
import Foundation
import Testing

@testable import Sealing

/// Messages to a public key: what others sealed opens here, and what is sealed here opens elsewhere.
struct EnvelopeTests {
  @Test func opensWhatPythonSealed() throws {
    for vector in try OwnVectors.load().identities {
      let identity = try vector.identity
      let plain = unhex(vector.plain)
      #expect(try identity.open(unhex(vector.grantMessage), info: unhex(vector.grantInfo)).bytes == plain)
      let (message, info) = (unhex(vector.journalMessage), unhex(vector.journalInfo))
      #expect(try identity.open(message, info: info).bytes == plain)
    }
  }

  @Test func infoIsWhatPythonMakes() throws {
    let vectors = try OwnVectors.load()
    let vault = try #require(Identifier(hex: vectors.vault))
    for vector in vectors.identities {
      let (xWing, ed25519) = (unhex(vector.xwing), unhex(vector.ed25519))
      let grant = Envelope.info(
        context: SealContext(.grant, vault: vault, number: 3), recipient: xWing + ed25519, publicPart: nil)
      #expect(grant == unhex(vector.grantInfo))
      let journal = Envelope.info(
        context: SealContext(.journal, vault: vault, section: .journal, number: 2), recipient: xWing,
        publicPart: unhex(vector.publicPart))
      #expect(journal == unhex(vector.journalInfo))
    }
  }

  static let pythonSeals =
    python(["-c", "from cryptography.hazmat.primitives.hpke import KEM; KEM.MLKEM768_X25519"]) != nil

  @Test(.enabled(if: pythonSeals, "python3 without the package cryptography, 48 or later"))
  func pythonOpensWhatIsSealedHere() throws {
    for count in [0, 32, 5000] {
      let identity = try Identity.generate()
      let (plain, info) = (pattern(count), pattern(148, 9))
      let message = try Envelope.seal(Secret(copying: plain), to: identity.publicIdentity.xWing, info: info)
      // Format.md 1.3: the X-Wing seed is derived from the identity's.
      let seed = try KeyDerivation.expand(identity.seed, info: ascii("strongroom/v1 x-wing"), count: 32)
      let question = try JSONEncoder().encode([
        "seed": Hex.encode(seed.bytes), "info": Hex.encode(info), "message": Hex.encode(message),
      ])
      let answer = python([ownVectors.appending(path: "make_vectors.py").path(), "open"], input: question)
      #expect(answer.map { String(decoding: $0, as: UTF8.self) } == Hex.encode(plain) + "\n")
    }
  }

  @Test func opensForItsRecipientInItsPlaceOnly() throws {
    let key = try JournalKey(seed: Secret.random(count: 32))
    let (plain, info) = (pattern(48), pattern(116))
    let message = try Envelope.seal(Secret(copying: plain), to: key.publicKey, info: info)
    #expect(message.count == plain.count + Envelope.overhead)
    #expect(try key.open(message, info: info).bytes == plain)
    var elsewhere = info
    elsewhere[115] ^= 1
    #expect(refusal { try key.open(message, info: elsewhere) } == .wrongKey)
    #expect(refusal { try key.open(message, info: []) } == .wrongKey)
    let other = try JournalKey(seed: Secret.random(count: 32))
    #expect(refusal { try other.open(message, info: info) } == .wrongKey)
    #expect(try Envelope.seal(Secret(copying: plain), to: key.publicKey, info: info) != message)
  }

  @Test func refusesEveryDamage() throws {
    let key = try JournalKey(seed: Secret.random(count: 32))
    let message = try Envelope.seal(Secret(copying: pattern(8)), to: key.publicKey, info: [])
    for index in stride(from: 0, to: 1120, by: 97) + Array(1120..<message.count) {
      var damaged = message
      damaged[index] ^= 0x10
      #expect(refusal { try key.open(damaged, info: []) } == .wrongKey, "byte \(index)")
    }
    #expect(refusal { try key.open(message + [0], info: []) } == .wrongKey)
    #expect(refusal { try key.open(Array(message.dropLast()), info: []) } == .wrongKey)
    for count in [0, 1, 1119, 1120, 1135] {
      #expect(refusal { try key.open(Array(message.prefix(count)), info: []) } == .truncated)
    }
  }

  private struct Published: Decodable {
    struct Encryption: Decodable { var aad, ct, nonce, pt: String }
    var kemId, kdfId, aeadId: Int
    var info, skRm, pkRm, enc: String
    var encryptions: [Encryption]
  }

  /// No published vector has X-Wing with HKDF-SHA-256 and AES-256-GCM. Two have X-Wing: their keys are made of
  /// their seeds by our code; the one with HKDF-SHA-256 and ChaCha20-Poly1305 is opened with the same library.
  @Test(.enabled(if: vectors != nil, "../shared/vectors is missing")) func publishedVectors() throws {
    let file = try #require(vectors).appending(path: "hpke/hpke-pq-test-vectors.json")
    let all = try load(file, as: [Published].self).filter { $0.kemId == 0x647a }
    #expect(all.count == 2)
    #expect(!all.contains { $0.kdfId == 1 && $0.aeadId == 2 }, "there is a vector of our suite now: use it")
    for vector in all {
      #expect(try JournalKey(seed: Secret(hex: vector.skRm)).publicKey == unhex(vector.pkRm))
    }
    let vector = try #require(all.first { $0.kdfId == 1 && $0.aeadId == 3 })
    let suite = HPKE.Ciphersuite(kem: .XWingMLKEM768X25519, kdf: .HKDF_SHA256, aead: .chaChaPoly)
    let key = try XWingMLKEM768X25519.PrivateKey(seedRepresentation: unhex(vector.skRm), publicKey: nil)
    var recipient = try HPKE.Recipient(
      privateKey: key, ciphersuite: suite, info: Data(unhex(vector.info)),
      encapsulatedKey: Data(unhex(vector.enc)))
    #expect(!vector.encryptions.isEmpty)
    for message in vector.encryptions {
      let plain = try recipient.open(unhex(message.ct), authenticating: unhex(message.aad))
      #expect(Array(plain) == unhex(message.pt))
    }
  }
}
