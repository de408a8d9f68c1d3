import Testing

@testable import Sealing

@Suite struct PairedDigestTests {
  /// Both ways of doing it, as far as this machine has them.
  private static let ways = PairedDigest.works ? [true, false] : [false]

  private func bytes(_ count: Int, _ seed: UInt8) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 251) ^ seed }
  }

  @Test("Every pair of lengths around the block's borders", arguments: ways)
  func lengths(byProcessor: Bool) throws {
    let one = try PairedDigest(byProcessor: byProcessor)
    let other = try PairedDigest(byProcessor: byProcessor)
    let lengths = [0, 1, 2, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000]
    for first in lengths {
      for second in lengths {
        let (a, b) = (bytes(first, 0), bytes(second, 0x5a))
        PairedDigest.update(one, a.span, other, b.span)
        #expect(other.finish() == Digest.sha256(of: b))
        #expect(one.finish() == Digest.sha256(of: a))
      }
    }
  }

  @Test("Pieces of any lengths, each finished on its own", arguments: ways)
  func pieces(byProcessor: Bool) throws {
    let digests = [
      try PairedDigest(byProcessor: byProcessor), try PairedDigest(byProcessor: byProcessor),
    ]
    var held: [[UInt8]] = [[], []]
    for step in 0..<3000 {
      let one = bytes((step &* 7919) % 300, UInt8(step % 256))
      let other = bytes((step &* 104_729) % 411, UInt8(step % 7))
      held[0] += one
      if step % 5 == 3 {
        digests[0].update(one.span)
      } else {
        PairedDigest.update(digests[0], one.span, digests[1], other.span)
        held[1] += other
      }
      guard step % 11 == 10 else { continue }
      let number = step % 2
      #expect(digests[number].finish() == Digest.sha256(of: held[number]))
      held[number] = []
    }
  }

  @Test("What FIPS 180-4's examples give", arguments: ways)
  func examples(byProcessor: Bool) throws {
    let one = try PairedDigest(byProcessor: byProcessor)
    let other = try PairedDigest(byProcessor: byProcessor)
    let short = Array("abc".utf8)
    let long = Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
    PairedDigest.update(one, short.span, other, long.span)
    #expect(one.finish().hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(other.finish().hex == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    PairedDigest.update(one, million.span, other, million.span)
    #expect(one.finish().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    #expect(other.finish() == Digest.sha256(of: million))
  }
}
