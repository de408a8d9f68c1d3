import Crypto
import Foundation

@testable import Sealing

/// A sealed stream, and what a reader must find in it.
struct StreamVector: Sendable, CustomStringConvertible {
  let description: String
  let key, context, message: [UInt8]
  let isValid: Bool
  /// Whether the header is that of this key and context.
  let headerIsRight: Bool
  let derived: Derived?
  /// What may be released of it, refused or not: how much, and its SHA-512.
  let released: Int
  let digest: [UInt8]
  /// Whether the last chunk opens at its place.
  let lastChunkOpens: Bool

  struct Derived { let key, nonce: [UInt8] }

  /// What is said of it when the whole message is at hand, so that an impossible length is seen first.
  var expected: SealingError.Code? {
    if isValid { return nil }
    if message.count < 56 { return .truncated }
    if key.count != 32 { return .malformedKey }
    if !headerIsRight { return .wrongKey }
    return (message.count - 56) % 16_400 < 16 ? .truncated : .corrupted
  }

  func allows(_ plain: [UInt8]) -> Bool {
    guard plain.count == released, released > 0 else { return plain.count <= released }
    return Array(SHA512.hash(data: plain)) == digest
  }
}

extension StreamVector {
  /// Made by Vectors/make_streams.py; in every clone.
  static let own = Vectors.read("streams.json", as: Wycheproof<WycheproofGroup>.self).vectors("own")
  static let published =
    Published.read(Published.streams, as: Wycheproof<WycheproofGroup>.self)?.vectors("Wycheproof") ?? []
  static let all = own + published

  struct WycheproofGroup: Decodable {
    struct Test: Decodable {
      let tcId: Int
      let comment: String
      let key, ctx: HexBytes
      let ct: DeflatedBytes
      let aeadKey, baseNonce, msgSha512: HexBytes?
      let msgLength: Int?
      let result: String
      let flags: [String]
    }
    let tests: [Test]
  }
}

extension Wycheproof<StreamVector.WycheproofGroup> {
  func vectors(_ origin: String) -> [StreamVector] {
    testGroups.flatMap(\.tests).map { test in
      var derived: StreamVector.Derived?
      if let key = test.aeadKey, let nonce = test.baseNonce {
        derived = .init(key: key.bytes, nonce: nonce.bytes)
      }
      return StreamVector(
        description: "\(origin) \(test.tcId) \(test.comment)", key: test.key.bytes, context: test.ctx.bytes,
        message: test.ct.bytes, isValid: test.result == "valid",
        headerIsRight: !test.flags.contains("HeaderFailure"), derived: derived, released: test.msgLength ?? 0,
        digest: test.msgSha512?.bytes ?? [],
        lastChunkOpens: test.result == "valid" || test.flags.contains("ValidFinalChunk"))
    }
  }
}
