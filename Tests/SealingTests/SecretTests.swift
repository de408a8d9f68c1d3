import Foundation
import Testing

@testable import Sealing

struct SecretTests {
  @Test func holdsItsBytes() throws {
    let secret = Secret(copying: [1, 2, 3, 4])
    #expect(secret.count == 4)
    #expect(secret.withSpan { span in span.indices.map { span[$0] } } == [1, 2, 3, 4])
    #expect(secret.slice(1..<3) == Secret(copying: [2, 3]))
    #expect(secret.slice(2..<2).count == 0)
    #expect(
      Secret.concatenating([secret, Secret(copying: []), secret.slice(0..<1)])
        == Secret(copying: [1, 2, 3, 4, 1]))
    #expect(Secret.concatenating([]).count == 0)
    #expect(Secret(count: 2) { $0.append(repeating: 9, count: 2) } == Secret(copying: [9, 9]))
  }

  @Test func compares() {
    let secret = Secret(copying: [1, 2, 3])
    #expect(secret == Secret(copying: [1, 2, 3]))
    #expect(secret != Secret(copying: [1, 2, 4]))
    #expect(secret != Secret(copying: [1, 2]))
    #expect(secret != Secret(copying: [1, 2, 3, 0]))
    #expect(Secret(copying: []) == Secret(copying: []))
    func equals(_ bytes: [UInt8]) -> Bool { secret.equals(bytes.span) }
    #expect(equals([1, 2, 3]))
    #expect(!equals([0, 2, 3]))
    #expect(!equals([]))
  }

  /// Not within the test: the name of a type there is printed with an address, in which any digits may stand.
  struct Holder { let key: Secret }

  @Test func isNeverPrinted() {
    let secret = Secret(copying: Array("open sesame".utf8))
    var dumped = ""
    dump(Holder(key: secret), to: &dumped)
    let shown = ["\(secret)", String(reflecting: secret), String(describing: Holder(key: secret)), dumped]
    for text in shown {
      #expect(
        !text.contains("sesame") && !text.contains("111") && !text.contains("0x") && !text.contains("memory"))
    }
    #expect("\(secret)" == "Secret(11 bytes)")
    #expect(Mirror(reflecting: secret).children.isEmpty)
  }

  @Test func identitiesAreNeverPrinted() throws {
    let identity = try Identity(seed: Secret(copying: sample(32)))
    let journal = try JournalKey(seed: Secret(copying: sample(32)))
    struct Holder {
      let identity: Identity
      let journal: JournalKey
    }
    var dumped = ""
    dump(Holder(identity: identity, journal: journal), to: &dumped)
    for text in ["\(identity)", "\(journal)", String(reflecting: identity), dumped] {
      #expect(!text.contains("key:") && !text.contains("seed") && !text.contains("0x"), "\(text)")
    }
    #expect("\(identity)" == "Identity(\(identity.publicIdentity.id))")
    #expect(Mirror(reflecting: identity).children.isEmpty)
    #expect(Mirror(reflecting: journal).children.isEmpty)
  }

  @Test func whatThrowsMakesNoSecret() {
    struct Stop: Error {}
    #expect(throws: Stop.self) { try Secret(count: 2) { (_) throws(Stop) in throw Stop() } }
  }

  @Test func mustBeFilled() async {
    await #expect(processExitsWith: .failure) { _ = Secret(count: 2) { $0.append(1) } }
    await #expect(processExitsWith: .failure) { _ = Secret(copying: [1, 2]).slice(1..<3) }
  }

  @Test func cleansesWhatItTakesOver() {
    var data = Data([1, 2, 3])
    let secret = Secret(taking: &data)
    #expect(secret == Secret(copying: [1, 2, 3]))
    #expect(data == Data([0, 0, 0]))
    var empty = Data()
    #expect(Secret(taking: &empty).count == 0)
  }

  @Test func randomnessIsRandom() throws {
    #expect(try Secret.random(count: 32) != Secret.random(count: 32))
    #expect(try Secret.random(count: 0).count == 0)
    #expect(try Randomness.bytes(0).isEmpty)
    #expect(try Randomness.bytes(33).count == 33)
    #expect(try Identifier.random() != Identifier.random())
    // The last bytes are filled too: that 64 times the same comes is as likely as a guessed key.
    #expect(Set(try (0..<64).map { _ in try Randomness.bytes(100).last }).count > 1)
    let filled = try [UInt8](capacity: 100) { (out) throws(SealingError) in
      out.append(7)
      try Randomness.fill(&out)
    }
    #expect(filled.count >= 100)
    #expect(filled[0] == 7)
    #expect(Set(filled[1...]).count > 10)
  }
}
