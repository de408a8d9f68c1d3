import Foundation
import Testing

@testable import Sealing

/// AES-GCM as Wycheproof publishes it, through the cipher that seals chunks.
@Suite(.enabled(if: vectors != nil, "../shared/vectors is missing"))
struct AESGCMTests {
  private struct File: Decodable { var testGroups: [Group] }
  private struct Group: Decodable {
    var ivSize: Int
    var keySize: Int
    var tagSize: Int
    var tests: [Vector]
  }
  private struct Vector: Decodable {
    var tcId: Int
    var key: String
    var iv: String
    var aad: String
    var msg: String
    var ct: String
    var tag: String
    var result: String
  }

  @Test func vectorsWithoutAdditionalData() throws {
    let file = try #require(vectors).appending(path: "wycheproof/aes_gcm_test.json")
    let groups = try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).testGroups
    let ours = groups.filter { $0.keySize == 256 && $0.ivSize == 96 && $0.tagSize == 128 }.flatMap(\.tests)
    // The format has no additional data, so our cipher takes none: the other vectors can't be asked.
    let tests = ours.filter(\.aad.isEmpty)
    #expect(ours.count == 66 && tests.count == 48, "18 of 66 vectors are skipped: they have additional data")
    for test in tests {
      let key = Secret(hex: test.key)
      let (nonce, plain, sealed) = (unhex(test.iv), unhex(test.msg), unhex(test.ct) + unhex(test.tag))
      let made = try [UInt8](capacity: plain.count + 16) { out in
        try AESGCM(key: key, seals: true).seal(plain.span, nonce: nonce, into: &out)
      }
      #expect((made == sealed) == (test.result == "valid"), "\(test.tcId)")
      let opened = try Self.open(sealed, AESGCM(key: key, seals: false), nonce: nonce)
      #expect(opened == (test.result == "valid" ? plain : nil), "\(test.tcId)")
    }
  }

  @Test func releasesNothingOfWhatFails() throws {
    let (key, nonce, plain) = (Secret(copying: pattern(32)), pattern(12), pattern(1000, 2))
    let cipher = try AESGCM(key: key, seals: false)
    var sealed = try [UInt8](capacity: 1016) { out in
      try AESGCM(key: key, seals: true).seal(plain.span, nonce: nonce, into: &out)
    }
    sealed[500] ^= 1
    // A filled buffer in which the room for the plaintext can be looked at afterwards.
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1000)
    defer { buffer.deallocate() }
    buffer.initialize(repeating: 0xee)
    var out = OutputSpan(buffer: buffer, initializedCount: 0)
    var code: SealingError.Code?
    do throws(SealingError) {
      try cipher.open(sealed.span, nonce: nonce, into: &out)
    } catch { code = error.code }
    #expect(code == .corrupted)
    #expect(out.finalize(for: buffer) == 0)
    #expect(buffer.allSatisfy { $0 == 0 || $0 == 0xee }, "plaintext stays in memory")
  }

  @Test func opensAgainAfterAFailure() throws {
    let (key, nonce) = (Secret(copying: pattern(32)), pattern(12))
    let sealed = try [UInt8](capacity: 20) { out in
      try AESGCM(key: key, seals: true).seal([1, 2, 3, 4].span, nonce: nonce, into: &out)
    }
    var bad = sealed
    bad[19] ^= 0x80
    let cipher = try AESGCM(key: key, seals: false)
    #expect(try Self.open(bad, cipher, nonce: nonce) == nil)
    #expect(try Self.open(sealed, cipher, nonce: nonce) == [1, 2, 3, 4])
    #expect(try Self.open(Array(sealed.prefix(15)), cipher, nonce: nonce) == nil)
  }

  @Test(arguments: [0, 16, 31, 33]) func refusesKeysOfOtherSizes(_ count: Int) {
    #expect(refusal { try AESGCM(key: Secret(copying: pattern(count)), seals: true) } == .malformedKey)
  }

  /// The plaintext; nil where it is refused.
  private static func open(_ sealed: [UInt8], _ cipher: AESGCM, nonce: [UInt8]) throws -> [UInt8]? {
    do {
      return try [UInt8](capacity: sealed.count) { out in
        try cipher.open(sealed.span, nonce: nonce, into: &out)
      }
    } catch let error as SealingError where [.corrupted, .truncated].contains(error.code) { return nil }
  }
}
