import Sealing
import Testing

/// Sealed streams beyond what published vectors show: lengths, contexts, pieces, damage.
struct SealedStreamTests {
  private let key = Secret(copying: pattern(32))
  private let context = SealContext(.body, vault: .zero, number: 7)

  @Test(
    arguments: [
      (0, 72), (1, 73), (16_383, 16_455), (16_384, 16_472), (16_385, 16_473), (32_767, 32_855),
      (32_768, 32_872),
      // The longest: 2^38 chunks, the last of 16,383 bytes.
      (1 << 52 - 1, 56 + 1 << 52 - 1 + 16 << 38),
    ] as [(UInt64, UInt64)])
  func lengths(plain: UInt64, sealed: UInt64) {
    #expect(SealedStream.sealedSize(plain: plain) == sealed)
    #expect(SealedStream.plainSize(sealed: sealed) == plain)
  }

  @Test(arguments: [1 << 52, 1 << 52 + 1, 1 << 63, .max - 1, .max] as [UInt64])
  func noMessageIsSoLong(plain: UInt64) {
    #expect(SealedStream.sealedSize(plain: plain) == nil)
  }

  @Test(
    arguments: [
      0, 1, 55, 56, 71, 56 + 16_400, 56 + 16_401, 56 + 16_415, 56 + 32_800, 56 + 1 << 52 + 16 << 38,
      56 + 1 << 52 + 16 << 38 + 16, .max, .max - 16_400,
    ] as [UInt64])
  func noMessageHasThisLength(sealed: UInt64) {
    #expect(SealedStream.plainSize(sealed: sealed) == nil)
  }

  @Test func opensWhatPythonSealed() throws {
    let vectors = try OwnVectors.load()
    for vector in vectors.streams {
      let context = SealContext(
        .body, vault: try #require(Identifier(hex: vectors.vault)),
        bundle: try #require(Identifier(hex: vector.bundle)),
        section: try #require(Identifier(hex: vector.section)),
        subject: try #require(Identifier(hex: vector.subject)), number: vector.number)
      #expect(context.bytes == unhex(vector.context))
      let plain = try SealedStream.open(
        unhex(vector.message).span, key: Secret(hex: vector.key), context: context)
      #expect(plain == unhex(vector.plain))
    }
  }

  @Test(arguments: [0, 1, 100, 16_383, 16_384, 16_385, 49_152, 50_000])
  func sealsAndOpens(_ count: Int) throws {
    let plain = pattern(count)
    let sealed = try SealedStream.seal(plain.span, key: key, context: context)
    #expect(UInt64(sealed.count) == SealedStream.sealedSize(plain: UInt64(count)))
    #expect(try SealedStream.open(sealed.span, key: key, context: context) == plain)
    #expect(try SealedStream.openSecret(sealed.span, key: key, context: context).bytes == plain)
    let secret = try SealedStream.seal(Secret(copying: plain), key: key, context: context)
    #expect(try SealedStream.open(secret.span, key: key, context: context) == plain)
    #expect(secret.prefix(24) != sealed.prefix(24), "every message has a salt of its own")
  }

  @Test(arguments: [1, 16_383, 16_384, 16_385, 32_768, 300_000, 700_000])
  func sealsInPieces(_ size: Int) throws {
    for count in size == 1 ? [0, 40] : [0, 16_384, 600_001, 655_360] {
      let plain = pattern(count)
      let sealer = try StreamSealer(key: key, context: context.bytes)
      var message = sealer.header
      var position = 0
      while position < count {
        let end = min(position + size, count)
        try sealer.append(plain.span.extracting(position..<end)) { message.append($0) }
        position = end
      }
      try sealer.append(plain.span.extracting(0..<0)) { message.append($0) }
      try sealer.finish { message.append($0) }
      #expect(UInt64(message.count) == SealedStream.sealedSize(plain: UInt64(count)))
      #expect(try SealedStream.open(message.span, key: key, context: context) == plain)
    }
  }

  @Test func opensInItsContextOnly() throws {
    let one = Identifier(bytes: [UInt8](repeating: 1, count: 16))!
    let context = SealContext(.page, vault: one, bundle: one, section: one, subject: one, number: 1)
    let sealed = try SealedStream.seal([1, 2, 3].span, key: key, context: context)
    let others = [
      SealContext(.pageKey, vault: one, bundle: one, section: one, subject: one, number: 1),
      SealContext(.page, vault: .zero, bundle: one, section: one, subject: one, number: 1),
      SealContext(.page, vault: one, section: one, subject: one, number: 1),
      SealContext(.page, vault: one, bundle: one, subject: one, number: 1),
      SealContext(.page, vault: one, bundle: one, section: one, number: 1),
      SealContext(.page, vault: one, bundle: one, section: one, subject: one, number: 2),
    ]
    func matches(_ count: Int, _ key: Secret, _ context: SealContext) -> Bool {
      let header = sealed.span.extracting(0..<count)
      return StreamOpener.commitmentMatches(header: header, key: key, context: context.bytes)
    }
    #expect(matches(56, key, context))
    for other in others {
      #expect(refusal { try SealedStream.open(sealed.span, key: key, context: other) } == .wrongKey)
      #expect(!matches(56, key, other))
    }
    #expect(!matches(56, Secret(copying: []), context))
    #expect(!matches(55, key, context))
  }

  @Test func everyBitCounts() throws {
    let sealed = try SealedStream.seal(pattern(20).span, key: key, context: context)
    for index in sealed.indices {
      for bit in 0..<8 {
        var damaged = sealed
        damaged[index] ^= 1 << bit
        let code = refusal { try SealedStream.open(damaged.span, key: key, context: context) }
        #expect(code == (index < 56 ? .wrongKey : .corrupted), "byte \(index), bit \(bit)")
      }
    }
    for count in sealed.indices {
      let code = refusal {
        try SealedStream.openSecret(sealed.span.extracting(0..<count), key: key, context: context)
      }
      #expect(code == (count < 72 ? .truncated : .corrupted), "\(count) bytes")
    }
  }

  @Test func aBrokenStreamStaysBroken() throws {
    let plain = pattern(5 * 16_384)
    let sealed = try SealedStream.seal(plain.span, key: key, context: context)
    func chunk(_ index: Int) -> [UInt8] { Array(sealed[(56 + index * 16_400)...].prefix(16_400)) }
    let opener = try StreamOpener(header: sealed.span.extracting(0..<56), key: key, context: context.bytes)
    var released: [UInt8] = []
    try opener.append(chunk(0).span) { released.append($0) }
    var damaged = chunk(1)
    damaged[3] ^= 1
    // What was whole before the damage in one piece isn't handed on later either.
    #expect(refusal { try opener.append(damaged.span) { released.append($0) } } == .corrupted)
    for index in 1..<6 {
      #expect(refusal { try opener.append(chunk(index).span) { released.append($0) } } == .corrupted)
    }
    #expect(refusal { try opener.finish { released.append($0) } } == .corrupted)
    #expect(released == Array(plain.prefix(16_384)))
  }

  @Test func aFinishedStreamTakesNoMore() throws {
    let sealed = try SealedStream.seal([1, 2, 3].span, key: key, context: context)
    let opener = try StreamOpener(header: sealed.span.extracting(0..<56), key: key, context: context.bytes)
    var released: [UInt8] = []
    try opener.append(sealed.span.extracting(56..<sealed.count)) { released.append($0) }
    #expect(released.isEmpty, "the last chunk is known to be the last only at the end")
    try opener.finish { released.append($0) }
    #expect(released == [1, 2, 3])
    #expect(refusal { try opener.append([1].span) { released.append($0) } } != nil)
    #expect(refusal { try opener.finish { released.append($0) } } != nil)
    #expect(released == [1, 2, 3])
  }

  @Test func aSealerThatFailedOrFinishedSealsNoMore() throws {
    struct Full: Error {}
    let plain = pattern(40_000)
    let sealer = try StreamSealer(key: key, context: context.bytes)
    #expect(throws: Full.self) { try sealer.append(plain.span) { _ in throw Full() } }
    var sealed = 0
    // A chunk is lost: whatever is sealed now could not be opened.
    #expect(refusal { try sealer.append(plain.span) { sealed += $0.count } } == .unavailable)
    #expect(refusal { try sealer.finish { sealed += $0.count } } == .unavailable)
    #expect(sealed == 0)
    let finished = try StreamSealer(key: key, context: context.bytes)
    try finished.finish { sealed += $0.count }
    #expect(sealed == 16)
    #expect(refusal { try finished.append(plain.span) { sealed += $0.count } } == .unavailable)
    #expect(refusal { try finished.finish { sealed += $0.count } } == .unavailable)
    #expect(sealed == 16)
  }

  @Test func chunksAtTheirPlaceOnly() throws {
    let plain = pattern(40_000)
    let sealed = try SealedStream.seal(plain.span, key: key, context: context)
    let opener = try StreamOpener(header: sealed.span.extracting(0..<56), key: key, context: context.bytes)
    func open(_ index: UInt64, _ range: Range<Int>, isLast: Bool) throws -> [UInt8] {
      try [UInt8](capacity: 16_384) { out in
        try opener.openChunk(index, sealed.span.extracting(range), isLast: isLast, into: &out)
      }
    }
    let (second, third) = ((56 + 16_400)..<(56 + 32_800), (56 + 32_800)..<sealed.count)
    #expect(try open(1, second, isLast: false) == Array(plain[16_384..<32_768]))
    #expect(try open(2, third, isLast: true) == Array(plain[32_768...]))
    #expect(refusal { try open(0, second, isLast: false) } == .corrupted)
    #expect(refusal { try open(1 << 37 + 1, second, isLast: false) } == .corrupted)
    #expect(refusal { try open(1 << 38 + 1, second, isLast: false) } == .truncated)
    #expect(refusal { try open(.max, second, isLast: false) } == .truncated)
    #expect(refusal { try open(1, second, isLast: true) } == .truncated)
    #expect(refusal { try open(2, third, isLast: false) } == .truncated)
    #expect(refusal { try open(2, 0..<15, isLast: true) } == .truncated)
  }

  @Test func manyAtOnce() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<16 {
        group.addTask { @concurrent in
          let (key, plain) = (Secret(copying: pattern(32, UInt64(number))), pattern(40_000, UInt64(number)))
          let context = SealContext(.body, vault: .zero, number: UInt32(number))
          for _ in 0..<8 {
            let sealed = try SealedStream.seal(plain.span, key: key, context: context)
            #expect(try SealedStream.open(sealed.span, key: key, context: context) == plain)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test(arguments: [0, 16, 31, 33]) func refusesKeysOfOtherSizes(_ count: Int) {
    let key = Secret(copying: pattern(count))
    #expect(refusal { try SealedStream.seal([1].span, key: key, context: context) } == .malformedKey)
    #expect(refusal { try StreamSealer(key: key, context: context.bytes) } == .malformedKey)
    #expect(refusal { try StreamOpener(header: pattern(56).span, key: key, context: []) } == .malformedKey)
  }
}
