import COpenSSL
import Foundation
import Testing

@testable import Sealing

/// HKDF-SHA-512, HMAC-SHA-256 and scrypt against what others published.
struct KeyDerivationTests {
  private struct File: Decodable { var testGroups: [Group] }
  private struct Group: Decodable { var tests: [Vector] }
  private struct Vector: Decodable {
    var tcId: Int
    var ikm: String
    var salt: String
    var info: String
    var size: Int
    var okm: String
    var result: String
  }

  @Test(.enabled(if: vectors != nil, "../shared/vectors is missing")) func hkdf() throws {
    let file = try #require(vectors).appending(path: "wycheproof/hkdf_sha512_test.json")
    let tests = try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).testGroups.flatMap(\.tests)
    #expect(tests.count == 83)
    for test in tests {
      let derive = {
        try KeyDerivation.hkdf(
          Secret(hex: test.ikm), salt: unhex(test.salt), info: unhex(test.info), count: test.size)
      }
      if test.result == "valid" {
        #expect(try derive().bytes == unhex(test.okm), "\(test.tcId)")
      } else {
        #expect(refusal(derive) == .refusedParameters, "\(test.tcId)")
      }
    }
  }

  @Test(arguments: [-1, 0, 16_321]) func refusesLengthsThatExpandCantGive(_ count: Int) {
    #expect(
      refusal { try KeyDerivation.expand(Secret(copying: pattern(32)), info: [], count: count) }
        == .refusedParameters)
  }

  /// RFC 4231, test cases 1, 2 and 6 (a key longer than a block).
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0b, count: 20), ascii("Hi There"),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      ascii("Jefe"), ascii("what do ya want for nothing?"),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131), ascii("Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
    ([], [], "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
  ])
  func hmac(key: [UInt8], message: [UInt8], expected: String) throws {
    #expect(try KeyDerivation.hmac256(key: Secret(copying: key), message).hex == expected)
  }

  /// RFC 7914, section 12. Their costs are none that version 1 allows, so this asks the call below the bounds.
  @Test(arguments: [
    (
      "", "", UInt64(16), UInt32(1), UInt32(1),
      "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
        + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
    ),
    (
      "password", "NaCl", 1024, 8, 16,
      "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
        + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
    ),
    (
      "pleaseletmein", "SodiumChloride", 16384, 8, 1,
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    ),
  ])
  func scryptOfTheRFC(passphrase: String, salt: String, n: UInt64, r: UInt32, p: UInt32, expected: String) {
    var out = [UInt8](repeating: 0, count: 64)
    let (passphrase, salt) = (ascii(passphrase), ascii(salt))
    let done = strongroom_scrypt(
      OpenSSL.scrypt.pointer, passphrase, passphrase.count, salt, salt.count, n, r, p, 1 << 26, &out, 64)
    #expect(done == 1)
    #expect(Hex.encode(out) == expected)
  }

  @Test(
    arguments: [
      (1 << 15, 8, 1), (1 << 16, 8, 2), (1 << 18, 8, 4),
    ] as [(UInt64, UInt64, UInt64)])
  func takesScryptParametersWithinBounds(n: UInt64, r: UInt64, p: UInt64) throws {
    let parameters = try ScryptParameters(n: n, r: r, p: p)
    #expect((parameters.n, UInt64(parameters.r), UInt64(parameters.p)) == (n, r, p))
  }

  @Test(
    arguments: [
      (1 << 14, 8, 1), (1 << 19, 8, 1), (3 << 15, 8, 1), (1 << 15 + 1, 8, 1), (0, 8, 1), (.max, 8, 1),
      (1 << 63, 8, 1), (1 << 17, 1, 1), (1 << 17, 7, 1), (1 << 17, 9, 1), (1 << 17, 0, 1),
      (1 << 17, 1 << 32 + 8, 1), (1 << 17, 8, 0), (1 << 17, 8, 5), (1 << 17, 8, 1 << 32 + 1),
      (1 << 17, .max, .max),
    ] as [(UInt64, UInt64, UInt64)])
  func refusesScryptParametersBeyondBounds(n: UInt64, r: UInt64, p: UInt64) {
    #expect(refusal { try ScryptParameters(n: n, r: r, p: p) } == .refusedParameters)
  }
}
