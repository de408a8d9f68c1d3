import Testing

@testable import Sealing

struct IdentityTests {
  let vector = Vectors.own.identity

  @Test func derivesWhatAnotherProgramDerives() throws {
    let identity = try Identity(seed: vector.seed.secret)
    #expect(identity.publicIdentity.xWing == vector.xwing.bytes)
    #expect(identity.publicIdentity.ed25519 == vector.ed25519.bytes)
    #expect(identity.publicIdentity.id.bytes == vector.id.bytes)
    #expect(identity.seed == vector.seed.secret)
    let enrolled = try PublicIdentity(xWing: vector.xwing.bytes, ed25519: vector.ed25519.bytes)
    #expect(enrolled == identity.publicIdentity)
  }

  @Test func signs() throws {
    let identity = try Identity(seed: vector.seed.secret)
    #expect(try identity.sign(vector.message.bytes) == vector.signature.bytes)
    #expect(identity.publicIdentity.verifies(signature: vector.signature.bytes, of: vector.message.bytes))
    #expect(
      !identity.publicIdentity.verifies(signature: vector.signature.bytes, of: vector.message.bytes + [0]))
    #expect(!identity.publicIdentity.verifies(signature: [], of: vector.message.bytes))
    let other = try Identity.generate()
    #expect(other.publicIdentity.id != identity.publicIdentity.id)
    #expect(!other.publicIdentity.verifies(signature: vector.signature.bytes, of: vector.message.bytes))
  }

  @Test(arguments: [0, 31, 33]) func seedsHave32Bytes(_ count: Int) {
    #expect(code { _ = try Identity(seed: Secret(copying: sample(count))) } == .malformedKey)
    #expect(code { _ = try JournalKey(seed: Secret(copying: sample(count))) } == .malformedKey)
  }

  @Test func publicKeysAreCheckedWhenEnrolled() {
    func refused(_ xWing: [UInt8], _ ed25519: [UInt8]) -> Bool {
      code { _ = try PublicIdentity(xWing: xWing, ed25519: ed25519) } == .malformedKey
    }
    #expect(!refused(vector.xwing.bytes, vector.ed25519.bytes))
    #expect(refused(vector.xwing.bytes.dropLast(), vector.ed25519.bytes))
    #expect(refused(vector.xwing.bytes + [0], vector.ed25519.bytes))
    #expect(refused([], vector.ed25519.bytes))
    #expect(refused(vector.xwing.bytes, Array(vector.ed25519.bytes.dropLast())))
    #expect(refused(vector.xwing.bytes, []))
    // Coefficients of ML-KEM stay below 3329, so this has the right length and is no key (FIPS 203, 7.2).
    #expect(refused([UInt8](repeating: 0xff, count: 1216), vector.ed25519.bytes))
    // With a point of small order the X25519 half would add a constant (RFC 7748, 6.1).
    let lattice = vector.xwing.bytes.dropLast(32)
    for first in [0, 1] as [UInt8] {
      #expect(refused(lattice + [first] + [UInt8](repeating: 0, count: 31), vector.ed25519.bytes))
    }
  }

  struct Vector: Decodable, Sendable, CustomStringConvertible {
    let tcId: Int
    let comment: String
    let msg, sig: HexBytes
    let result: String
    var description: String { "\(tcId) \(comment)" }
  }
  struct Group: Decodable, Sendable {
    struct Key: Decodable, Sendable { let pk: HexBytes }
    let publicKey: Key
    let tests: [Vector]
  }

  @Test func ownSignatures() throws {
    #expect(try counts(Vectors.primitives.ed25519) == ["valid": 11, "invalid": 56])
  }

  /// Wycheproof's newer collection adds keys of small and of mixed order; whether they verify is left open there.
  @Test(.published(Published.ed25519)) func publishedSignatures() throws {
    try Published.mustHave(Published.ed25519)
    let groups = try #require(Published.read(Published.ed25519, as: Wycheproof<Group>.self)).testGroups
    let found = try counts(groups)
    #expect(
      found == ["valid": 88, "invalid": 63] || found == ["valid": 117, "invalid": 64, "acceptable": 29])
  }

  /// Checks each signature, and says how many there are of each kind.
  private func counts(_ groups: [Group]) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for group in groups {
      let identity = PublicIdentity(checked: [], group.publicKey.pk.bytes)
      for vector in group.tests {
        let verifies = identity.verifies(signature: vector.sig.bytes, of: vector.msg.bytes)
        if vector.result != "acceptable" { #expect(verifies == (vector.result == "valid"), "\(vector)") }
        counts[vector.result, default: 0] += 1
      }
    }
    return counts
  }
}
