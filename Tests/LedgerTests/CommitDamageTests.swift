import Ledger
import Sealing
import Testing

/// Nothing but the very bytes is a commit.
struct CommitDamageTests {
  let before: SmallLedger
  let commit: Commit

  init() throws {
    before = try SmallLedger.founded()
    var ledger = before
    commit = try ledger.commit([ledger.entry("clock"), ledger.entry("clock", time: 3)])
  }

  private func accepts(_ bytes: [UInt8]) -> Bool {
    refusal { try CommitTests.parse(bytes, in: before) } == nil
  }

  @Test func theBytesThemselves() { #expect(accepts(commit.bytes)) }

  @Test func everyTruncation() {
    for count in 0..<commit.bytes.count {
      #expect(!accepts(Array(commit.bytes[..<count])), "first \(count) bytes")
      #expect(!Commit.looksIntact(Array(commit.bytes[..<count]), number: 1), "first \(count) bytes")
      #expect(!accepts(Array(commit.bytes[(count + 1)...])), "without the first \(count + 1) bytes")
    }
  }

  @Test func everyBitFlip() {
    for position in commit.bytes.indices {
      for bit in 0..<8 {
        var bytes = commit.bytes
        bytes[position] ^= 1 << bit
        #expect(!accepts(bytes), "bit \(bit) of byte \(position)")
      }
    }
  }

  @Test func everyInsertedOrDoubledByte() {
    for position in commit.bytes.indices {
      for byte in [commit.bytes[position], 0x0a, 0x20, 0x00] {
        var bytes = commit.bytes
        bytes.insert(byte, at: position)
        #expect(!accepts(bytes), "byte \(byte) at \(position)")
      }
    }
    for byte in UInt8.min...UInt8.max { #expect(!accepts(commit.bytes + [byte])) }
  }

  @Test func everyRemovedByte() {
    for position in commit.bytes.indices {
      var bytes = commit.bytes
      bytes.remove(at: position)
      #expect(!accepts(bytes), "byte \(position)")
    }
  }

  @Test func linesInAnotherOrder() {
    let text = String(decoding: commit.bytes, as: UTF8.self)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    lines.swapAt(0, 1)
    #expect(!accepts(ascii(lines.joined(separator: "\n"))))
  }
}
