import Testing

@testable import Sealing

/// Vectors for Cobblestone-256, our own and published ones, through every door: whole, streamed in odd pieces, chunk
/// by chunk.
struct CobblestoneVectorTests {
  @Test func allOfOursAreRead() {
    #expect(StreamVector.own.count == 190)
    #expect(StreamVector.own.count(where: \.isValid) == 53)
  }

  @Test(.publishedBesideTheProject(Published.streams)) func allPublishedAreRead() {
    #expect(StreamVector.published.count == 35)
    #expect(StreamVector.published.count(where: \.isValid) == 10)
  }

  @Test(arguments: StreamVector.all) func derivesTheKeys(_ vector: StreamVector) throws {
    guard let derived = vector.derived else { return }
    let keys = try StreamKeys(
      key: Secret(copying: vector.key), salt: vector.message.span.extracting(0..<24), context: vector.context)
    #expect(keys.key == Secret(copying: derived.key))
    var nonce = [UInt8](repeating: 0xaa, count: 12)
    keys.nonce(of: 0, into: &nonce)
    #expect(nonce == derived.nonce)
  }

  @Test(arguments: StreamVector.all) func whole(_ vector: StreamVector) throws {
    let (message, key) = (vector.message, Secret(copying: vector.key))
    var plain: [UInt8]?
    let refused = code { plain = try SealedStream.open(message.span, key: key, context: vector.context) }
    #expect(refused == vector.expected)
    var secret: Secret?
    let alike = code { secret = try SealedStream.openSecret(message.span, key: key, context: vector.context) }
    #expect(alike == vector.expected)
    if vector.isValid {
      let plain = try #require(plain)
      #expect(plain.count == vector.released && vector.allows(plain))
      #expect(secret == Secret(copying: plain))
      #expect(SealedStream.plainSize(sealed: UInt64(message.count)) == UInt64(plain.count))
    } else {
      #expect(plain == nil && secret == nil)
    }
    let matches = StreamOpener.commitmentMatches(
      header: message.span.extracting(0..<min(56, message.count)), key: key, context: vector.context)
    #expect(matches == vector.headerIsRight)
  }

  @Test(arguments: StreamVector.all, [1, 7, 16_399, 16_400, 16_401, 500_000])
  func streamed(_ vector: StreamVector, in pieces: Int) throws {
    let message = vector.message
    // A byte at a time is for short messages.
    guard message.count / pieces < 100_000 else { return }
    var released: [UInt8] = []
    let failed = code {
      let header = message.span.extracting(0..<min(56, message.count))
      let opener = try StreamOpener(header: header, key: Secret(copying: vector.key), context: vector.context)
      var position = 56
      while position < message.count {
        let end = min(position + pieces, message.count)
        try opener.append(message.span.extracting(position..<end)) { released.append($0) }
        position = end
      }
      if vector.isValid { #expect(released.count == vector.released / 16_384 * 16_384) }
      try opener.finish { released.append($0) }
    }
    #expect((failed == nil) == vector.isValid)
    #expect(vector.allows(released))
    // In pieces of a chunk at most, all that is verified comes out.
    if pieces <= 16_400 { #expect(released.count == vector.released) }
  }

  @Test(arguments: StreamVector.all) func chunkByChunk(_ vector: StreamVector) throws {
    let message = vector.message
    guard vector.headerIsRight else { return }
    let opener = try StreamOpener(
      header: message.span.extracting(0..<56), key: Secret(copying: vector.key), context: vector.context)
    let full = (message.count - 56) / 16_400
    var chunks: [Int: [UInt8]] = [:]
    // Backwards, to show that the order doesn't matter.
    for index in (0...full).reversed() {
      let range = (56 + index * 16_400)..<min(56 + (index + 1) * 16_400, message.count)
      chunks[index] = try? [UInt8](capacity: 16_384) { (out) throws(SealingError) in
        try opener.openChunk(
          UInt64(index), message.span.extracting(range), isLast: index == full, into: &out)
      }
    }
    #expect((chunks.count == full + 1) == vector.isValid)
    // The last chunk proves the length of the message, and of no other.
    #expect((chunks[full] != nil) == vector.lastChunkOpens)
    let released = (0...full).prefix { chunks[$0] != nil }.flatMap { chunks[$0] ?? [] }
    #expect(released.count == vector.released && vector.allows(released))
  }
}
