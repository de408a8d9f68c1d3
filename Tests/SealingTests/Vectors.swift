import Foundation
import Testing

@testable import Sealing

/// Published vectors, which stand beside the project, and our own, which stand beside this file.
enum Vectors {
  static let here = URL(filePath: #filePath).deletingLastPathComponent()
  static let shared = here.appending(path: "../../../shared/vectors").standardized
  /// Whether the published ones are there; if not, their tests are skipped and say so.
  static let areThere = FileManager.default.fileExists(atPath: shared.appending(path: "wycheproof").path)
  static let missing: Comment = "the published vectors are not there: ../shared/vectors"

  static func published<T: Decodable>(_ path: String, as type: T.Type = T.self) -> T? {
    guard areThere else { return nil }
    return read(shared.appending(path: path))
  }

  /// Made by Vectors/make_vectors.py with other people's code.
  static let own: OwnVectors = {
    guard let vectors: OwnVectors = read(here.appending(path: "Vectors/vectors.json")) else {
      fatalError("Tests/SealingTests/Vectors/vectors.json can't be read")
    }
    return vectors
  }()

  private static func read<T: Decodable>(_ url: URL) -> T? {
    do { return try JSONDecoder().decode(T.self, from: Data(contentsOf: url)) } catch {
      Issue.record("\(url.path): \(error)")
      return nil
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

/// A file of Wycheproof's.
struct Wycheproof<Group: Decodable>: Decodable {
  let testGroups: [Group]
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
