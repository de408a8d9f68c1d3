import Testing

@testable import Sealing

struct SealedStreamTests {
  let key = Secret(copying: sample(32))
  let vault = Identifier(bytes: sample(16)) ?? .zero
  var context: SealContext { SealContext(.body, vault: vault, number: 3) }

  static let sizes = [0, 1, 16_383, 16_384, 16_385, 32_768, 262_143, 262_144, 262_145, 1_000_000]

  private func streamed(_ plain: [UInt8], in pieces: Int) throws -> [UInt8] {
    let sealer = try StreamSealer(key: key, context: context)
    var message = sealer.header
    var position = 0
    while position < plain.count {
      let end = min(position + pieces, plain.count)
      try sealer.append(plain.span.extracting(position..<end)) { message.append($0) }
      position = end
    }
    try sealer.finish { message.append($0) }
    return message
  }

  @Test(arguments: sizes) func whatIsSealedComesBack(_ size: Int) throws {
    let plain = sample(size)
    let message = try SealedStream.seal(plain.span, key: key, context: context)
    #expect(UInt64(message.count) == SealedStream.sealedSize(plain: UInt64(size)))
    #expect(SealedStream.plainSize(sealed: UInt64(message.count)) == UInt64(size))
    let opened = try SealedStream.open(message.span, key: key, context: context)
    #expect(opened == plain)
    let secret = try SealedStream.openSecret(message.span, key: key, context: context)
    #expect(secret == Secret(copying: plain))
  }

  @Test(arguments: sizes, [999, 16_384, 20_000, 300_000]) func piecesMakeNoDifference(
    _ size: Int, _ pieces: Int
  ) throws {
    let plain = sample(size)
    let message = try streamed(plain, in: pieces)
    #expect(UInt64(message.count) == SealedStream.sealedSize(plain: UInt64(size)))
    let opened = try SealedStream.open(message.span, key: key, context: context)
    #expect(opened == plain)
  }

  @Test func largeAppendsComeOutInLargePieces() throws {
    let sealer = try StreamSealer(key: key, context: context)
    var pieces: [Int] = []
    try sealer.append(sample(1 << 20).span) { pieces.append($0.count) }
    #expect(pieces == [Int](repeating: 16 * 16_400, count: 4))
    pieces = []
    try sealer.finish { pieces.append($0.count) }
    #expect(pieces == [16])
  }

  @Test func everyMessageHasASaltOfItsOwn() throws {
    let plain = sample(100)
    let one = try SealedStream.seal(plain.span, key: key, context: context)
    let other = try SealedStream.seal(plain.span, key: key, context: context)
    #expect(one[..<24] != other[..<24])
    #expect(one[24..<56] != other[24..<56])
    #expect(
      try StreamSealer(key: key, context: context).header != StreamSealer(key: key, context: context).header)
  }

  @Test func anotherKeyOrContextIsRefused() throws {
    let other = Identifier(ascii: "other")!
    let message = try SealedStream.seal(sample(100).span, key: key, context: context)
    let contexts = [
      SealContext(.table, vault: vault, number: 3), SealContext(.body, vault: other, number: 3),
      SealContext(.body, vault: vault, bundle: other, number: 3),
      SealContext(.body, vault: vault, section: other, number: 3),
      SealContext(.body, vault: vault, subject: other, number: 3),
      SealContext(.body, vault: vault, number: 4),
    ]
    for context in contexts {
      #expect(code { _ = try SealedStream.open(message.span, key: key, context: context) } == .wrongKey)
    }
    let wrong = Secret(copying: sample(33)).slice(1..<33)
    #expect(code { _ = try SealedStream.open(message.span, key: wrong, context: context) } == .wrongKey)
    func matches(_ key: Secret, _ context: SealContext) -> Bool {
      StreamOpener.commitmentMatches(
        header: message.span.extracting(0..<56), key: key, context: context.bytes)
    }
    #expect(matches(key, context))
    #expect(!matches(wrong, context))
    #expect(!matches(key, contexts[0]))
  }

  @Test func everyFlippedByteIsNoticed() throws {
    let message = try SealedStream.seal(sample(5).span, key: key, context: context)
    for index in message.indices {
      var altered = message
      altered[index] ^= 1
      let expected: SealingError.Code = index < 56 ? .wrongKey : .corrupted
      #expect(code { _ = try SealedStream.open(altered.span, key: key, context: context) } == expected)
    }
  }

  @Test func everyMissingEndIsNoticed() throws {
    let message = try SealedStream.seal(sample(16_384 + 5).span, key: key, context: context)
    for count in [0, 1, 55, 56, 60, 71, 72, 56 + 16_399, 56 + 16_400, 56 + 16_401, message.count - 1] {
      let part = message.span.extracting(0..<count)
      #expect(code { _ = try SealedStream.open(part, key: key, context: context) } != nil)
      #expect(
        code {
          let opener = try StreamOpener(
            header: message.span.extracting(0..<min(56, count)), key: key, context: context)
          try opener.append(part.extracting(56..<count)) { _ in }
          try opener.finish { _ in }
        } != nil)
    }
    #expect(
      code {
        _ = try SealedStream.open(message.span.extracting(0..<(56 + 16_400)), key: key, context: context)
      }
        == .truncated)
  }

  @Test func anErrorBreaksTheStream() throws {
    struct Full: Error {}
    let sealer = try StreamSealer(key: key, context: context)
    #expect(throws: Full.self) { try sealer.append(sample(20_000).span) { _ in throw Full() } }
    #expect(code { try sealer.append(sample(1).span) { _ in } } == .ended)
    #expect(code { try sealer.finish { _ in } } == .ended)

    var message = try SealedStream.seal(sample(40_000).span, key: key, context: context)
    message[100] ^= 1
    let opener = try StreamOpener(header: message.span.extracting(0..<56), key: key, context: context)
    var released = 0
    #expect(
      code { try opener.append(message.span.extracting(56..<message.count)) { released += $0.count } }
        == .corrupted)
    #expect(code { try opener.finish { released += $0.count } } == .ended)
    #expect(released == 0)
  }

  /// The library's algorithms are shared by all.
  @Test func manyAtOnce() async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<64 as Range<UInt32> {
        group.addTask {
          let plain = sample(50_000 + Int(number))
          let context = SealContext(.page, vault: .zero, number: number)
          let key = try KeyDerivation.hkdf(Secret(copying: sample(32)), info: [UInt8(number)])
          let message = try SealedStream.seal(plain.span, key: key, context: context)
          return try SealedStream.open(message.span, key: key, context: context) == plain
        }
      }
      for try await same in group { #expect(same) }
    }
  }

  @Test func theEndIsTheEnd() throws {
    let sealer = try StreamSealer(key: key, context: context)
    var message = sealer.header
    try sealer.finish { message.append($0) }
    #expect(code { try sealer.finish { _ in } } == .ended)
    #expect(code { try sealer.append(sample(1).span) { _ in } } == .ended)
    let opener = try StreamOpener(header: message.span.extracting(0..<56), key: key, context: context)
    try opener.append(message.span.extracting(56..<72)) { _ in }
    try opener.finish { _ in }
    #expect(code { try opener.finish { _ in } } == .ended)
  }

  @Test func chunksOpenAtTheirPlaceOnly() throws {
    let plain = sample(40_000)
    let message = try SealedStream.seal(plain.span, key: key, context: context)
    let opener = try StreamOpener(header: message.span.extracting(0..<56), key: key, context: context)
    func open(_ index: UInt64, _ range: Range<Int>, isLast: Bool) throws -> [UInt8] {
      try [UInt8](capacity: 16_384) { (out) throws(SealingError) in
        try opener.openChunk(index, message.span.extracting(range), isLast: isLast, into: &out)
      }
    }
    let second = (56 + 16_400)..<(56 + 2 * 16_400)
    let last = (56 + 2 * 16_400)..<message.count
    #expect(try open(1, second, isLast: false) == Array(plain[16_384..<32_768]))
    #expect(try open(2, last, isLast: true) == Array(plain[32_768...]))
    #expect(code { _ = try open(0, second, isLast: false) } == .corrupted)
    #expect(code { _ = try open(257, second, isLast: false) } == .corrupted)
    #expect(code { _ = try open(1, second, isLast: true) } == .truncated)
    #expect(code { _ = try open(2, last, isLast: false) } == .truncated)
    #expect(code { _ = try open(1 << 38, second, isLast: false) } == .truncated)
    #expect(code { _ = try open(1, 0..<15, isLast: true) } == .truncated)
  }

  @Test(arguments: Vectors.own.streams) func opensWhatAnotherProgramSealed(_ vector: OwnVectors.Stream) throws
  {
    #expect(Digest.sha256(of: vector.message.bytes).bytes == vector.message_sha256.bytes)
    let plain = try SealedStream.open(
      vector.message.bytes.span, key: vector.key.secret, context: vector.context.bytes)
    #expect(plain.count == vector.size)
    #expect(Digest.sha256(of: plain).bytes == vector.plain_sha256.bytes)
  }

  @Test func contextsAreLaidOutAsWritten() throws {
    let vector = Vectors.own.context
    let context = SealContext(
      .body, vault: try #require(Identifier(bytes: vector.vault.bytes)),
      bundle: try #require(Identifier(bytes: vector.bundle.bytes)),
      section: try #require(Identifier(bytes: vector.section.bytes)),
      subject: try #require(Identifier(bytes: vector.subject.bytes)), number: vector.number)
    #expect(context.bytes == vector.body.bytes)
    #expect(context.bytes.count == SealContext.byteCount)
    let kinds: [SealContext.Kind] = [
      .body, .table, .index, .section, .page, .pageKey, .grant, .journal, .identityFile,
    ]
    #expect(kinds.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 7, 8, 9])
  }

  @Test(
    arguments: [
      (0, 72), (1, 73), (16_383, 56 + 16_399), (16_384, 56 + 16_400 + 16), (16_385, 56 + 16_400 + 17),
      ((1 << 52) - 1, 56 + ((1 << 52) - 1) + 16 * (1 << 38)),
    ] as [(UInt64, UInt64)]) func lengths(_ plain: UInt64, _ sealed: UInt64)
  {
    #expect(SealedStream.sealedSize(plain: plain) == sealed)
    #expect(SealedStream.plainSize(sealed: sealed) == plain)
  }

  @Test func impossibleLengths() {
    #expect(SealedStream.sealedSize(plain: 1 << 52) == nil)
    #expect(SealedStream.sealedSize(plain: .max) == nil)
    let longest = SealedStream.sealedSize(plain: (1 << 52) - 1)!
    for sealed in [0, 55, 56, 71, 56 + 16_400, 56 + 16_400 + 15, longest + 1, longest + 17, .max] as [UInt64]
    {
      #expect(SealedStream.plainSize(sealed: sealed) == nil, "\(sealed)")
    }
  }

  @Test(arguments: [0, 16, 31, 33, 64]) func keysHave32Bytes(_ count: Int) {
    let key = Secret(copying: sample(count))
    #expect(code { _ = try SealedStream.seal(sample(1).span, key: key, context: context) } == .malformedKey)
    #expect(code { _ = try StreamSealer(key: key, context: context) } == .malformedKey)
    #expect(code { _ = try AESGCM(key: key, seals: true) } == .malformedKey)
  }
}
