import Foundation
import Sealing
import Testing

/// What Python made from the text of the format with a library of its own.
struct OwnVectors: Decodable {
  struct Person: Decodable {
    var seed, xwing, ed25519, id, signed, signature, plain, grantInfo, grantMessage: String
    var publicPart, journalInfo, journalMessage: String

    var identity: Identity { get throws { try Identity(seed: Secret(hex: seed)) } }
  }
  struct Stream: Decodable {
    var key, bundle, section, subject, context, plain, message: String
    var number: UInt32
  }
  struct Stretched: Decodable {
    var passphrase, salt, seed, id: String
    var n, r, p: UInt64
  }
  var vault: String
  var identities: [Person]
  var streams: [Stream]
  var passphrases: [Stretched]

  static func load() throws -> OwnVectors {
    try SealingTests.load(ownVectors.appending(path: "sealing.json"), as: OwnVectors.self)
  }
}

struct IdentityTests {
  @Test func keysAndIdOfASeed() throws {
    for vector in try OwnVectors.load().identities {
      let identity = try vector.identity.publicIdentity
      #expect(identity.xWing == unhex(vector.xwing))
      #expect(identity.ed25519 == unhex(vector.ed25519))
      #expect(identity.id.hex == vector.id)
      #expect(try PublicIdentity(xWing: unhex(vector.xwing), ed25519: unhex(vector.ed25519)) == identity)
    }
  }

  @Test func signsAsPythonDoes() throws {
    for vector in try OwnVectors.load().identities {
      let identity = try vector.identity
      let (message, signature) = (unhex(vector.signed), unhex(vector.signature))
      #expect(identity.publicIdentity.verifies(signature: signature, of: message))
      #expect(!identity.publicIdentity.verifies(signature: signature, of: message + [0]))
      #expect(!identity.publicIdentity.verifies(signature: Array(signature.dropLast()), of: message))
      #expect(!identity.publicIdentity.verifies(signature: signature + [0], of: message))
      #expect(identity.publicIdentity.verifies(signature: try identity.sign(message), of: message))
      let other = try Identity.generate().publicIdentity
      #expect(!other.verifies(signature: signature, of: message))
    }
  }

  @Test func identityOfAPassphrase() throws {
    for vector in try OwnVectors.load().passphrases {
      let identity = try Passphrase.identity(
        Secret(hex: vector.passphrase), salt: unhex(vector.salt),
        parameters: ScryptParameters(n: vector.n, r: vector.r, p: vector.p))
      #expect(identity.seed.bytes == unhex(vector.seed))
      #expect(identity.publicIdentity.id.hex == vector.id)
    }
  }

  @Test(arguments: [0, 31, 33, 64]) func refusesSeedsOfOtherSizes(_ count: Int) {
    #expect(refusal { try Identity(seed: Secret(copying: pattern(count))) } == .malformedKey)
    #expect(refusal { try JournalKey(seed: Secret(copying: pattern(count))) } == .malformedKey)
  }

  @Test func refusesKeysThatCannotBeUsed() throws {
    let good = try Identity.generate().publicIdentity
    func enrols(_ xWing: [UInt8], _ ed25519: [UInt8]) -> SealingError.Code? {
      refusal { try PublicIdentity(xWing: xWing, ed25519: ed25519) }
    }
    #expect(enrols(Array(good.xWing.dropLast()), good.ed25519) == .malformedKey)
    #expect(enrols(good.xWing + [0], good.ed25519) == .malformedKey)
    #expect(enrols(good.xWing, Array(good.ed25519.dropLast())) == .malformedKey)
    #expect(enrols(good.xWing, good.ed25519 + [0]) == .malformedKey)
    #expect(enrols([], []) == .malformedKey)
    // 12 bits of a coefficient above ML-KEM's modulus (FIPS 203, 7.2), and an X25519 point of small order.
    #expect(enrols([0xff, 0xff, 0xff] + good.xWing[3...], good.ed25519) == .malformedKey)
    #expect(enrols(good.xWing[..<1184] + [UInt8](repeating: 0, count: 32), good.ed25519) == .malformedKey)
  }

  @Test func everyIdentityIsNew() throws {
    let (one, other) = (try Identity.generate(), try Identity.generate())
    #expect(one.publicIdentity != other.publicIdentity)
    #expect(one.publicIdentity.id != other.publicIdentity.id)
  }
}
