import Testing

@testable import Sealing

/// Vectors for AES-GCM with keys of 256 bits, nonces of 96 and tags of 128, our own and Wycheproof's. Strongroom has no
/// AAD; of those that have some the ciphertext must be right all the same, and the tag must not be.
struct AESGCMTests {
  struct Vector: Decodable, Sendable, CustomStringConvertible {
    let tcId: Int
    let comment: String
    let key, iv, aad, msg, ct, tag: HexBytes
    let result: String
    var description: String { "\(tcId) \(comment)" }
  }
  struct Group: Decodable, Sendable {
    let ivSize, keySize, tagSize: Int
    let tests: [Vector]
  }
  static let own = Vectors.primitives.aesGcm.flatMap(\.tests)
  static let published =
    Published.read(Published.aesGCM, as: Wycheproof<Group>.self)?
    .testGroups.filter { $0.keySize == 256 && $0.ivSize == 96 && $0.tagSize == 128 }.flatMap(\.tests) ?? []

  @Test func allOfOursAreRead() {
    #expect(Self.own.count == 111)
    #expect(Self.own.count { $0.result == "valid" } == 24)
  }

  @Test(.published(Published.aesGCM)) func allPublishedAreRead() throws {
    try Published.mustHave(Published.aesGCM)
    #expect(Self.published.count == 66)
    #expect(Self.published.filter { $0.aad.bytes.isEmpty }.count == 48)
  }

  @Test(arguments: own + published) func sealsAndOpens(_ vector: Vector) throws {
    let sealer = try AESGCM(key: vector.key.secret, seals: true)
    let opener = try AESGCM(key: vector.key.secret, seals: false)
    let expected = vector.ct.bytes + vector.tag.bytes
    let counts = vector.result == "valid" && vector.aad.bytes.isEmpty
    // Twice, since one object serves many chunks.
    for _ in 0..<2 {
      let sealed = try [UInt8](capacity: vector.msg.bytes.count + 16) { (out) throws(SealingError) in
        try sealer.seal(vector.msg.bytes.span, nonce: vector.iv.bytes, into: &out)
      }
      #expect((sealed == expected) == counts)
      if vector.result == "valid" { #expect(sealed.dropLast(16) == vector.ct.bytes[...]) }

      var opened: [UInt8]?
      let code = code {
        opened = try [UInt8](capacity: max(0, expected.count - 16)) { (out) throws(SealingError) in
          try opener.open(expected.span, nonce: vector.iv.bytes, into: &out)
        }
      }
      #expect(opened == (counts ? vector.msg.bytes : nil))
      #expect(code == (counts ? nil : expected.count < 16 ? .truncated : .corrupted))
    }
  }

  @Test func whatDoesNotVerifyLeavesNothing() throws {
    let key = Secret(copying: sample(32))
    let nonce = sample(12)
    var sealed = try [UInt8](capacity: 116) { (out) throws(SealingError) in
      try AESGCM(key: key, seals: true).seal(sample(100).span, nonce: nonce, into: &out)
    }
    sealed[50] ^= 1
    let opener = try AESGCM(key: key, seals: false)
    let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 100)
    defer { room.deallocate() }
    room.initialize(repeating: 0xaa)
    var out = OutputSpan(buffer: room, initializedCount: 0)
    #expect(code { try opener.open(sealed.span, nonce: nonce, into: &out) } == .corrupted)
    #expect(out.finalize(for: room) == 0)
    #expect(room.allSatisfy { $0 == 0 })

    // The next message is another matter.
    sealed[50] ^= 1
    let opened = try [UInt8](capacity: 100) { (out) throws(SealingError) in
      try opener.open(sealed.span, nonce: nonce, into: &out)
    }
    #expect(opened == sample(100))
  }
}
