import Foundation
import Sealing
import Testing

/// Ed25519 signatures as Wycheproof publishes them, checked as those of an enrolled identity.
@Suite(.enabled(if: vectors != nil, "../shared/vectors is missing"))
struct Ed25519Tests {
  private struct File: Decodable { var testGroups: [Group] }
  private struct Group: Decodable {
    var publicKey: Key
    var tests: [Vector]
  }
  private struct Key: Decodable { var pk: String }
  private struct Vector: Decodable {
    var tcId: Int
    var comment: String
    var msg: String
    var sig: String
    var result: String
  }

  @Test func vectorsOfSignatures() throws {
    let file = try #require(vectors).appending(path: "wycheproof/ed25519_test.json")
    let groups = try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).testGroups
    #expect(groups.map(\.tests.count).reduce(0, +) == 151)
    let xWing = try Identity.generate().publicIdentity.xWing
    for group in groups {
      let signer = try PublicIdentity(xWing: xWing, ed25519: unhex(group.publicKey.pk))
      for test in group.tests {
        #expect(
          signer.verifies(signature: unhex(test.sig), of: unhex(test.msg)) == (test.result == "valid"),
          "\(test.tcId) \(test.comment)")
      }
    }
  }
}
