import Foundation
import Testing

@testable import Sealing

/// Both ways with another implementation of SLIP-39, its authors' own: Vectors/shares.py. Where no Python has it, these are
/// skipped, and fail on CI.
@Suite(
  .enabled(
    if: Python.ofShares != nil || Python.isCI,
    "no Python with shamir-mnemonic (Scripts/reader-python gets it into .build-venv)"))
struct SharePythonTests {
  private struct Answer: Decodable {
    let secret: String?
    let shares: [String]?
  }

  private func ask(_ what: String, _ given: JSONObject) throws -> Answer {
    let script = Vectors.here.appending(path: "shares.py").path
    let answer = try Python.run(
      try #require(Python.ofShares), [script, what], input: String(decoding: given.encoded(), as: UTF8.self))
    return try JSONDecoder().decode(Answer.self, from: Data(answer.utf8))
  }

  private func texts(_ shares: some Sequence<RecoveryShare>) -> JSONValue {
    .array(
      shares.map { share in
        .string(
          share.text.withSpan { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) })
      })
  }

  @Test(arguments: [(1, 1), (2, 3), (3, 5), (16, 16)])
  func oursCombineThere(_ threshold: Int, _ count: Int) throws {
    let identity = try Identity.generate()
    let shares = try RecoveryShare.split(identity, threshold: threshold, count: count)
    for chosen in [shares.prefix(threshold), shares.suffix(threshold)] {
      let answer = try ask("combine", ["shares": texts(chosen), "passphrase": .string("")])
      #expect(Secret(copying: try #require(answer.secret.flatMap { Hex.decode($0) })) == identity.seed)
    }
  }

  @Test(arguments: [true, false], [UInt8(0), 2]) func oursOfGroupsCombineThere(
    _ isExtendable: Bool, _ exponent: UInt8
  ) throws {
    let shares = try RecoveryShare.split(
      Secret(copying: sample(16)), passphrase: Secret(copying: Array("TREZOR".utf8)), groupThreshold: 2,
      groups: [RecoveryShare.Group(threshold: 2, count: 3), RecoveryShare.Group(threshold: 3, count: 5)],
      isExtendable: isExtendable, exponent: exponent)
    let answer = try ask(
      "combine",
      ["shares": texts(Array(shares[1][2...]) + shares[0].suffix(2)), "passphrase": .string("TREZOR")])
    #expect(answer.secret == Hex.encode(sample(16)))
  }

  @Test(arguments: [true, false], [UInt64(0), 2]) func theirsCombineHere(
    _ isExtendable: Bool, _ exponent: UInt64
  ) throws {
    for (size, passphrase) in [(16, "TREZOR"), (32, ""), (64, "some words")] {
      let answer = try ask(
        "split",
        [
          "secret": .hex(sample(size)), "passphrase": .string(passphrase), "group_threshold": .integer(2),
          "groups": .array([.array([.integer(2), .integer(3)]), .array([.integer(3), .integer(5)])]),
          "extendable": .integer(isExtendable ? 1 : 0), "exponent": .integer(exponent),
        ])
      let lines = try #require(answer.shares)
      let read = try ShareText.shares(
        in: Secret(copying: Array((lines[1...2] + lines[4...6]).joined(separator: "\n").utf8)))
      #expect(
        try ShareSet(read).secret(passphrase: Secret(copying: Array(passphrase.utf8)))
          == Secret(copying: sample(size)))
    }
  }
}
