import Testing

@testable import Sealing

/// Public keys that nobody holds, and the equation by which signatures are right (Format.md, 1.3).
struct PointTests {
  struct Key: Decodable, Sendable, CustomStringConvertible {
    let comment: String
    let key: HexBytes
    let signature: HexBytes
    let result: String
    var description: String { comment }
  }
  struct Agreement: Decodable, Sendable, CustomStringConvertible {
    let comment: String
    let key: HexBytes
    let result: String
    var description: String { comment }
  }
  struct File: Decodable, Sendable {
    let message: HexBytes
    let ed25519: [Key]
    let x25519: [Agreement]
    let signatures: [Key]
  }

  private let xWing = Vectors.own.identity.xwing.bytes

  @Test(arguments: Vectors.points.ed25519) func signingKeys(_ vector: Key) throws {
    if vector.result == "valid" {
      _ = try PublicIdentity(xWing: xWing, ed25519: vector.key.bytes)
      return
    }
    #expect(code { _ = try PublicIdentity(xWing: xWing, ed25519: vector.key.bytes) } == .malformedKey)
    guard !vector.signature.bytes.isEmpty else { return }
    // Made without a secret; the library finds it right, so the key alone can be refused.
    let nobody = PublicIdentity(checked: xWing, vector.key.bytes)
    #expect(nobody.verifies(signature: vector.signature.bytes, of: Vectors.points.message.bytes))
  }

  @Test(arguments: Vectors.points.x25519) func agreementKeys(_ vector: Agreement) {
    let key = Array(xWing.dropLast(32)) + vector.key.bytes
    let refused = code { try Envelope.check(key) } == .malformedKey
    #expect(refused == (vector.result == "invalid"))
  }

  @Test(arguments: Vectors.points.signatures) func equation(_ vector: Key) throws {
    let somebody = try PublicIdentity(xWing: xWing, ed25519: vector.key.bytes)
    let verifies = somebody.verifies(signature: vector.signature.bytes, of: Vectors.points.message.bytes)
    #expect(verifies == (vector.result == "valid"))
  }
}
