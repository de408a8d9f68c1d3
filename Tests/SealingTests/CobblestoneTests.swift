import Crypto
import Foundation
import Sealing
import Testing

/// Cobblestone-256, which a sealed stream is, as Wycheproof publishes it: each message through every way in.
@Suite(.enabled(if: vectors != nil, "../shared/vectors is missing"))
struct CobblestoneTests {
  struct Vector: Decodable, Sendable {
    var tcId: Int
    var comment: String
    var key: String
    var ctx: String
    var msgLength: Int?
    var msgSha512: String?
    var result: String
    var flags: [String]

    var isValid: Bool { result == "valid" }
    /// What may come out: all of a valid message, and of others the chunks before the first bad one.
    var releasable: Int { msgLength ?? 0 }
    var secret: Secret { Secret(hex: key) }
  }

  private struct File: Decodable { var testGroups: [Group] }
  private struct Group: Decodable { var tests: [Vector] }

  /// A message that was opened as far as it went.
  struct Outcome {
    var released: [UInt8] = []
    var failed = false
  }

  @Test func whole() throws {
    for (vector, message) in try Self.all() {
      var outcome = Outcome()
      do {
        outcome.released = try SealedStream.open(message.span, key: vector.secret, context: unhex(vector.ctx))
      } catch { outcome.failed = true }
      expect(outcome, vector)
      if !vector.isValid { #expect(outcome.released.isEmpty, "\(vector.tcId)") }
    }
  }

  @Test func streamed() throws {
    for (vector, message) in try Self.all() {
      let sizes = message.count < 100_000 ? [1, 13, 4_099, 16_399, 16_400, 16_401] : [16_399, 100_003]
      for size in sizes {
        expect(Self.stream(message, vector, size), vector, "in pieces of \(size)")
      }
    }
  }

  @Test func chunkByChunk() throws {
    for (vector, message) in try Self.all() {
      var (outcome, lastOpens) = (Outcome(), false)
      do {
        (outcome, lastOpens) = try Self.randomAccess(message, vector)
      } catch { outcome.failed = true }
      expect(outcome, vector)
      if !vector.isValid {
        #expect(lastOpens == vector.flags.contains("ValidFinalChunk"), "\(vector.tcId): its last chunk")
      }
    }
  }

  @Test func refusedForItsKeyOrContextBeforeAnyChunk() throws {
    let codes: [String: SealingError.Code] = [
      "WrongKey": .wrongKey, "WrongContext": .wrongKey, "InvalidKeySize": .malformedKey,
    ]
    var met: Set<String> = []
    for (vector, message) in try Self.all() {
      for flag in vector.flags {
        guard let code = codes[flag] else { continue }
        met.insert(flag)
        let got = refusal {
          try StreamOpener(
            header: message.span.extracting(0..<56), key: vector.secret, context: unhex(vector.ctx))
        }
        #expect(got == code, "\(vector.tcId)")
      }
    }
    #expect(met.count == codes.count)
  }

  private func expect(_ outcome: Outcome, _ vector: Vector, _ how: String = "") {
    let name = "\(vector.tcId) \(vector.comment) \(how)"
    #expect(outcome.failed == !vector.isValid, "\(name)")
    #expect(outcome.released.count <= vector.releasable, "\(name)")
    if vector.isValid || outcome.released.count == vector.releasable && vector.releasable > 0 {
      let digest = SHA512.hash(data: outcome.released).map { String(format: "%02x", $0) }.joined()
      #expect(outcome.released.count == vector.releasable && digest == vector.msgSha512, "\(name)")
    }
  }

  private static func stream(_ message: [UInt8], _ vector: Vector, _ size: Int) -> Outcome {
    var outcome = Outcome()
    do {
      let opener = try StreamOpener(
        header: message.span.extracting(0..<min(56, message.count)), key: vector.secret,
        context: unhex(vector.ctx))
      var position = 56
      while position < message.count {
        let end = min(position + size, message.count)
        // Whoever goes on after an error must get nothing more.
        do {
          try opener.append(message.span.extracting(position..<end)) { outcome.released.append($0) }
        } catch { outcome.failed = true }
        position = end
      }
      do { try opener.finish { outcome.released.append($0) } } catch { outcome.failed = true }
    } catch { outcome.failed = true }
    return outcome
  }

  /// Opens all chunks, the last one first; what counts as released are those before the first bad one.
  private static func randomAccess(_ message: [UInt8], _ vector: Vector) throws -> (Outcome, Bool) {
    let header = message.span.extracting(0..<min(56, message.count))
    let opener = try StreamOpener(header: header, key: vector.secret, context: unhex(vector.ctx))
    guard let plain = SealedStream.plainSize(sealed: UInt64(message.count)) else {
      return (Outcome(failed: true), false)
    }
    let last = Int(plain) / SealedStream.chunkSize
    var chunks: [[UInt8]?] = []
    for index in (0...last).reversed() {
      let start = 56 + index * 16_400
      let sealed = message.span.extracting(start..<min(start + 16_400, message.count))
      chunks.append(
        try? [UInt8](capacity: sealed.count) { out in
          try opener.openChunk(UInt64(index), sealed, isLast: index == last, into: &out)
        })
    }
    let lastOpens = chunks[0] != nil
    chunks.reverse()
    let whole = chunks.prefix { $0 != nil }.compactMap(\.self)
    return (Outcome(released: whole.flatMap(\.self), failed: whole.count < chunks.count), lastOpens)
  }

  /// The vectors with their messages, which stand compressed in the file: Python inflates them all at once.
  static func all() throws -> [(Vector, [UInt8])] {
    let file = try #require(vectors)
      .appending(path: "wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json")
    let tests = try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).testGroups.flatMap(\.tests)
    #expect(tests.count == 35)
    let inflate = """
      import json, sys, zlib
      for group in json.load(open(sys.argv[1]))["testGroups"]:
        for test in group["tests"]:
          message = zlib.decompress(bytes.fromhex(test["ct"]))
          sys.stdout.buffer.write(len(message).to_bytes(8, "big") + message)
      """
    let output = try #require(
      python(["-c", inflate, file.path()]), "python3 is needed to inflate the messages")
    var rest = [UInt8](output)[...]
    return tests.map { vector in
      let count = rest.prefix(8).reduce(0) { $0 << 8 | Int($1) }
      defer { rest = rest.dropFirst(8 + count) }
      return (vector, Array(rest.dropFirst(8).prefix(count)))
    }
  }
}
