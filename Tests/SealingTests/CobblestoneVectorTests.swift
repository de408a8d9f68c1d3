import Crypto
import Foundation
import Testing

@testable import Sealing

/// Wycheproof's vectors for Cobblestone-256, through every door: whole, streamed in odd pieces, chunk by chunk.
struct CobblestoneVectorTests {
  struct Vector: Decodable, Sendable, CustomStringConvertible {
    let tcId: Int
    let comment: String
    let key, ctx: HexBytes
    let ct: DeflatedBytes
    let aeadKey, baseNonce, msgSha512: HexBytes?
    let msgLength: Int?
    let result: String
    let flags: [String]

    var description: String { "\(tcId) \(comment)" }
    var isValid: Bool { result == "valid" }
    var message: [UInt8] { ct.bytes }

    /// What a reader may release of it, refused or not.
    func allows(_ released: [UInt8]) -> Bool {
      let limit = msgLength ?? 0
      guard released.count <= limit else { return false }
      return released.count < limit || limit == 0 || Array(SHA512.hash(data: released)) == msgSha512?.bytes
    }
  }

  struct Group: Decodable { let tests: [Vector] }
  static let all =
    Vectors.published(
      "wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json", as: Wycheproof<Group>.self)?
    .testGroups.flatMap(\.tests) ?? []

  @Test(.enabled(if: Vectors.areThere, Vectors.missing)) func allOfThemAreRead() {
    #expect(Self.all.count == 35)
    #expect(Self.all.filter(\.isValid).count == 10)
  }

  @Test(.enabled(if: Vectors.areThere, Vectors.missing), arguments: all) func derivesTheKeys(_ vector: Vector)
    throws
  {
    guard let key = vector.aeadKey, let baseNonce = vector.baseNonce else { return }
    let message = vector.message
    let keys = try StreamKeys(
      key: vector.key.secret, salt: message.span.extracting(0..<24), context: vector.ctx.bytes)
    #expect(keys.key == key.secret)
    var nonce = [UInt8](repeating: 0xaa, count: 12)
    keys.nonce(of: 0, into: &nonce)
    #expect(nonce == baseNonce.bytes)
  }

  @Test(.enabled(if: Vectors.areThere, Vectors.missing), arguments: all) func whole(_ vector: Vector) throws {
    let message = vector.message
    var plain: [UInt8]?
    let code = code {
      plain = try SealedStream.open(message.span, key: vector.key.secret, context: vector.ctx.bytes)
    }
    if vector.isValid {
      let plain = try #require(plain)
      #expect(plain.count == vector.msgLength)
      #expect(Array(SHA512.hash(data: plain)) == vector.msgSha512?.bytes)
      let secret = try SealedStream.openSecret(
        message.span, key: vector.key.secret, context: vector.ctx.bytes)
      #expect(secret == Secret(copying: plain))
    } else {
      #expect(plain == nil)
      #expect(code == expected(vector))
    }
    let matches = StreamOpener.commitmentMatches(
      header: message.span.extracting(0..<min(56, message.count)), key: vector.key.secret,
      context: vector.ctx.bytes)
    #expect(matches == !vector.flags.contains("HeaderFailure"))
  }

  /// The whole message is at hand, so an impossible length is told before anything is opened.
  private func expected(_ vector: Vector) -> SealingError.Code {
    if vector.flags.contains("InvalidKeySize") { return .malformedKey }
    if vector.flags.contains("Truncation"), !vector.comment.contains("mid-body") { return .truncated }
    if vector.flags.contains("HeaderFailure") { return .wrongKey }
    return vector.comment.contains("12 trailing bytes") ? .truncated : .corrupted
  }

  @Test(
    .enabled(if: Vectors.areThere, Vectors.missing), arguments: all, [1, 7, 16_399, 16_400, 16_401, 500_000])
  func streamed(_ vector: Vector, in pieces: Int) throws {
    let message = vector.message
    // A byte at a time is for short messages.
    guard message.count / pieces < 100_000 else { return }
    var released: [UInt8] = []
    let failed = code {
      let header = message.span.extracting(0..<min(56, message.count))
      let opener = try StreamOpener(header: header, key: vector.key.secret, context: vector.ctx.bytes)
      var position = 56
      while position < message.count {
        let end = min(position + pieces, message.count)
        try opener.append(message.span.extracting(position..<end)) { released.append($0) }
        position = end
      }
      if vector.isValid { #expect(released.count == vector.msgLength! / 16_384 * 16_384) }
      try opener.finish { released.append($0) }
    }
    #expect((failed == nil) == vector.isValid)
    #expect(vector.allows(released))
    // In pieces of a chunk at most, all that is verified comes out.
    if pieces <= 16_400 { #expect(released.count == vector.msgLength ?? 0) }
  }

  @Test(.enabled(if: Vectors.areThere, Vectors.missing), arguments: all) func chunkByChunk(_ vector: Vector)
    throws
  {
    let message = vector.message
    guard !vector.flags.contains("HeaderFailure") else { return }
    let header = message.span.extracting(0..<56)
    let opener = try StreamOpener(header: header, key: vector.key.secret, context: vector.ctx.bytes)
    let full = (message.count - 56) / 16_400
    var chunks: [Int: [UInt8]] = [:]
    // Backwards, to show that the order doesn't matter.
    for index in (0...full).reversed() {
      let range = (56 + index * 16_400)..<min(56 + (index + 1) * 16_400, message.count)
      chunks[index] = try? [UInt8](capacity: 16_384) { (out) throws(SealingError) in
        try opener.openChunk(
          UInt64(index), message.span.extracting(range), isLast: index == full, into: &out)
      }
    }
    let all = (0...full).compactMap { chunks[$0] }
    #expect((all.count == full + 1) == vector.isValid)
    // The last chunk proves the length of the message, and of no other.
    #expect((chunks[full] != nil) == (vector.isValid || vector.flags.contains("ValidFinalChunk")))
    #expect(vector.allows((0...full).prefix { chunks[$0] != nil }.flatMap { chunks[$0]! }))
    if vector.isValid {
      #expect(Array(SHA512.hash(data: all.flatMap { $0 })) == vector.msgSha512?.bytes)
    }
  }
}
