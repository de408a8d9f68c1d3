import COpenSSL
import Crypto
import Testing

@testable import Sealing

struct KeyDerivationTests {
  struct Vector: Decodable, Sendable, CustomStringConvertible {
    let tcId: Int
    let comment: String
    let ikm, salt, info, okm: HexBytes
    let size: Int
    let result: String
    var description: String { "\(tcId) \(comment)" }
  }
  struct Group: Decodable { let tests: [Vector] }
  static let published =
    Published.read(Published.hkdf, as: Wycheproof<Group>.self)?.testGroups.flatMap(\.tests) ?? []

  @Test func allOfOursAreRead() {
    #expect(Vectors.primitives.hkdf.count == 46)
    #expect(Vectors.primitives.hkdf.count { $0.result == "valid" } == 43)
    #expect(Vectors.primitives.expand.count == 24)
  }

  @Test(.published(Published.hkdf)) func allPublishedAreRead() throws {
    try Published.mustHave(Published.hkdf)
    #expect(Self.published.count == 83)
  }

  @Test(arguments: Vectors.primitives.hkdf + published) func extractsAndExpands(_ vector: Vector) throws {
    var okm: Secret?
    let code = code {
      okm = try KeyDerivation.hkdf(
        vector.ikm.secret, salt: vector.salt.bytes, info: vector.info.bytes, count: vector.size)
    }
    #expect(okm == (vector.result == "valid" ? vector.okm.secret : nil))
    #expect(code == (vector.result == "valid" ? nil : .refusedParameters))
  }

  @Test(arguments: Vectors.primitives.expand) func expands(_ vector: Primitives.Expansion) throws {
    let okm = try KeyDerivation.expand(vector.prk.secret, info: vector.info.bytes, count: vector.size)
    #expect(
      okm.withSpan { span in Array(SHA512.hash(data: span.indices.map { span[$0] })) }
        == vector.okmSha512.bytes)
  }

  @Test func bundleKey() throws {
    let keys = Vectors.own.keys
    let both = Secret.concatenating([keys.subject.secret, keys.epoch.secret])
    #expect(try KeyDerivation.hkdf(both, info: Array("strongroom/v1 bundle".utf8)) == keys.bundle.secret)
  }

  @Test func emptyInputs() throws {
    let nothing = Secret(copying: [])
    #expect(try KeyDerivation.hkdf(nothing, info: [], count: 8).count == 8)
    #expect(try KeyDerivation.hkdf(nothing, info: []) != KeyDerivation.hkdf(Secret(copying: [0]), info: [1]))
    #expect(
      code { _ = try KeyDerivation.expand(Secret(copying: sample(64)), info: [], count: 0) }
        == .refusedParameters)
    #expect(code { _ = try KeyDerivation.hkdf(nothing, info: [], count: -1) } == .refusedParameters)
  }

  @Test func hmac() throws {
    let keys = Vectors.own.keys
    let message = Array("number".utf8) + [0] + Array("4711".utf8)
    #expect(try KeyDerivation.hmac256(key: keys.epoch.secret, message).bytes == keys.hmac.bytes)
    #expect(try KeyDerivation.hmac256(key: keys.epoch.secret, []).bytes == keys.hmac_empty.bytes)
    // RFC 4231, cases 1 and 6.
    let first = try KeyDerivation.hmac256(
      key: Secret(copying: [UInt8](repeating: 0x0b, count: 20)), Array("Hi There".utf8))
    #expect(first.hex == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    let sixth = try KeyDerivation.hmac256(
      key: Secret(copying: [UInt8](repeating: 0xaa, count: 131)),
      Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
    #expect(sixth.hex == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    // An empty key is a key.
    #expect(
      try KeyDerivation.hmac256(key: Secret(copying: []), []).hex
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }

  @Test(arguments: Vectors.own.scrypt) func scrypt(_ vector: OwnVectors.Scrypt) throws {
    let parameters = try ScryptParameters(n: vector.n, r: vector.r, p: vector.p)
    let seed = try Passphrase.seed(vector.passphrase.secret, salt: vector.salt.bytes, parameters: parameters)
    #expect(seed == vector.seed.secret)
  }

  /// RFC 7914, section 12. Version 1 allows none of their costs, so this asks the call beneath the bounds.
  @Test(
    arguments: [
      (
        "", "", 16, 1, 1,
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
          + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
      ),
      (
        "password", "NaCl", 1024, 8, 16,
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
          + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
      ),
      (
        "pleaseletmein", "SodiumChloride", 16_384, 8, 1,
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
          + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
      ),
    ] as [(String, String, UInt64, UInt32, UInt32, String)])
  func scryptOfTheRFC(
    _ passphrase: String, _ salt: String, _ n: UInt64, _ r: UInt32, _ p: UInt32, _ expected: String
  ) throws {
    let (passphrase, salt) = (Array(passphrase.utf8), Array(salt.utf8))
    var out = [UInt8](repeating: 0, count: 64)
    let done = strongroom_scrypt(
      try OpenSSL.scrypt.pointer(), passphrase, passphrase.count, salt, salt.count, n, r, p, 32 << 20, &out,
      out.count)
    #expect(done == 1)
    #expect(Hex.encode(out) == expected)
  }

  @Test func scryptIsBounded() throws {
    #expect(ScryptParameters.standard == (try ScryptParameters(n: 131_072, r: 8, p: 1)))
    for n in [1 << 15, 1 << 16, 1 << 17, 1 << 18] as [UInt64] {
      for p in 1...4 as ClosedRange<UInt64> {
        #expect(throws: Never.self) { try ScryptParameters(n: n, r: 8, p: p) }
      }
    }
    let refused: [(UInt64, UInt64, UInt64)] = [
      (0, 8, 1), (1, 8, 1), (1 << 14, 8, 1), (1 << 19, 8, 1), ((1 << 15) + 1, 8, 1), (3 << 15, 8, 1),
      (.max, 8, 1),
      (1 << 63, 8, 1), (1 << 17, 7, 1), (1 << 17, 0, 1), (1 << 17, .max, 1), (1 << 17, 8, 0), (1 << 17, 8, 5),
      (1 << 17, 8, .max),
    ]
    for (n, r, p) in refused {
      #expect(code { _ = try ScryptParameters(n: n, r: r, p: p) } == .refusedParameters, "\(n) \(r) \(p)")
    }
  }
}
