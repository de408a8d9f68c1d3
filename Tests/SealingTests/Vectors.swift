import Foundation
import Testing

@testable import Sealing

/// Our own vectors, which other people's code computed and which stand beside this file.
enum Vectors {
  static let here = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")

  /// Made by Vectors/make_vectors.py.
  static let own = read("vectors.json", as: OwnVectors.self)
  /// Made by Vectors/make_primitives.py.
  static let primitives = read("primitives.json", as: Primitives.self)
  /// Made by Vectors/make_points.py.
  static let points = read("points.json", as: PointTests.File.self)

  static func read<T: Decodable>(_ name: String, as type: T.Type) -> T {
    do { return try JSONDecoder().decode(T.self, from: Data(contentsOf: here.appending(path: name))) } catch {
      fatalError("Tests/SealingTests/Vectors/\(name) can't be read: \(error)")
    }
  }
}

/// Bytes that stand in JSON as hex.
struct HexBytes: Decodable, Sendable, Equatable, CustomStringConvertible {
  let bytes: [UInt8]
  var description: String { bytes.count > 16 ? "\(bytes.count) bytes" : Hex.encode(bytes) }
  var secret: Secret { Secret(copying: bytes) }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let bytes = Hex.decode(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hex")
    }
    self.bytes = bytes
  }
}

/// A file of Wycheproof's, or one that is laid out so.
struct Wycheproof<Group: Decodable>: Decodable {
  let testGroups: [Group]
}

/// Primitives of our own, laid out as Wycheproof lays out its vectors.
struct Primitives: Decodable, Sendable {
  struct Expansion: Decodable, Sendable, CustomStringConvertible {
    let comment: String
    let prk, info, okmSha512: HexBytes
    let size: Int
    var description: String { comment }
  }
  let hkdf: [KeyDerivationTests.Vector]
  let expand: [Expansion]
  let aesGcm: [AESGCMTests.Group]
  let ed25519: [IdentityTests.Group]
  let hpke: EnvelopeTests.OwnMessages
}

struct OwnVectors: Decodable, Sendable {
  struct Identity: Decodable, Sendable { let seed, xwing, ed25519, id, message, signature: HexBytes }
  struct Grant: Decodable, Sendable { let context, info, plain, message: HexBytes }
  struct Entry: Decodable, Sendable { let seed, xwing, context, public_part, info, plain, message: HexBytes }
  struct Envelopes: Decodable, Sendable {
    let grant: Grant
    let entry: Entry
  }
  struct Context: Decodable, Sendable {
    let vault, bundle, section, subject, body: HexBytes
    let number: UInt32
  }
  struct Stream: Decodable, Sendable, CustomStringConvertible {
    let key, context, plain_sha256, message, message_sha256: HexBytes
    let size: Int
    var description: String { "\(size) bytes" }
  }
  struct Scrypt: Decodable, Sendable, CustomStringConvertible {
    let passphrase, salt, seed: HexBytes
    let n, r, p: UInt64
    var description: String { "n \(n), p \(p)" }
  }
  struct Keys: Decodable, Sendable { let subject, epoch, bundle, hmac, hmac_empty: HexBytes }

  let identity: Identity
  let envelopes: Envelopes
  let context: Context
  let streams: [Stream]
  let scrypt: [Scrypt]
  let keys: Keys
}

/// Bytes that differ from their neighbours.
func sample(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

/// The code of the error that a body throws.
func code(_ body: () throws -> Void) -> SealingError.Code? {
  do {
    try body()
    return nil
  } catch { return (error as? SealingError)?.code }
}
