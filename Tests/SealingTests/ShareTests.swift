import Testing

@testable import Sealing

/// Recovery shares, beside the published vectors: what we split comes together again, and nothing else does.
@Suite struct ShareTests {
  private func text(_ share: RecoveryShare) -> String {
    share.text.withSpan { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
  }

  private func read(_ text: String) throws -> [RecoveryShare] {
    try ShareText.shares(in: Secret(copying: Array(text.utf8)))
  }

  private func identity() throws -> Identity { try Identity(seed: Secret(copying: sample(32))) }

  private func refusal(_ body: () throws -> Void) -> ShareError? {
    do { try body() } catch { return error as? ShareError }
    return nil
  }

  /// Spans don't go into expectations.
  private func listed(_ word: String) -> UInt16? { ShareWords.number(of: Array(word.utf8).span) }

  // MARK: arithmetic

  /// Against a product made by the book, for all pairs.
  @Test func theFieldIsThatOfTheSpecification() {
    func slow(_ one: Int, _ other: Int) -> Int {
      var product = 0
      for bit in 0..<8 where other >> bit & 1 == 1 { product ^= one << bit }
      for bit in (8..<16).reversed() where product >> bit & 1 == 1 { product ^= 0x11b << (bit - 8) }
      return product
    }
    for one in 0..<256 {
      for other in 0..<256 {
        #expect(Int(FieldOf256.multiply(UInt8(one), UInt8(other))) == slow(one, other))
      }
      if one > 0 { #expect(FieldOf256.multiply(UInt8(one), FieldOf256.inverse(UInt8(one))) == 1) }
    }
    #expect(FieldOf256.inverse(0) == 0)
  }

  @Test func theListIsOf1024WordsThatFourLettersTellApart() {
    let words = ShareWords.text.split(separator: " ").map(String.init)
    #expect(words.count == 1024)
    #expect(words == words.sorted())
    #expect(Set(words.map { $0.prefix(4) }).count == 1024)
    #expect(words.allSatisfy { (4...8).contains($0.count) })
    for (number, word) in words.enumerated() {
      #expect(listed(word.uppercased()) == UInt16(number))
      #expect(ShareWords.word(UInt16(number)) == Secret(copying: Array(word.utf8)))
    }
    for word in ["", "acade", "academics", "zeroo", "zer"] {
      #expect(listed(word) == nil)
    }
  }

  // MARK: together again

  @Test(arguments: [(1, 1), (2, 2), (2, 3), (3, 5), (5, 9), (16, 16), (2, 16)])
  func everyChoiceOfEnoughGivesTheIdentity(_ threshold: Int, _ count: Int) throws {
    let identity = try identity()
    let shares = try RecoveryShare.split(identity, threshold: threshold, count: count)
    #expect(shares.count == count && shares.allSatisfy { $0.words.count == 33 })
    for choice in 0..<(1 << count) where choice.nonzeroBitCount == threshold {
      let chosen = shares.indices.filter { choice >> $0 & 1 == 1 }.map { text(shares[$0]) }
      let set = try ShareSet(read(chosen.reversed().joined(separator: "\n")))
      #expect(set.isEnough && set.lacking == 0)
      #expect(try set.identity().publicIdentity == identity.publicIdentity)
    }
    #expect(try ShareSet(shares).identity().publicIdentity == identity.publicIdentity)
  }

  @Test(arguments: [16, 18, 32, 64], [true, false])
  func groupsOfShares(_ size: Int, _ isExtendable: Bool) throws {
    let secret = Secret(copying: sample(size))
    let passphrase = Secret(copying: Array("beside".utf8))
    let shares = try RecoveryShare.split(
      secret, passphrase: passphrase, groupThreshold: 2,
      groups: [(1, 1), (2, 3), (3, 5)].map { RecoveryShare.Group(threshold: $0.0, count: $0.1) },
      isExtendable: isExtendable, exponent: 1)
    #expect(shares.map(\.count) == [1, 3, 5])
    let choices: [[RecoveryShare]] = [
      shares[0] + shares[1].suffix(2), Array(shares[1].prefix(2)) + shares[2].suffix(3),
      shares.flatMap { $0 },
    ]
    for chosen in choices { #expect(try ShareSet(chosen).secret(passphrase: passphrase) == secret) }
    let without = try ShareSet(shares[0] + shares[1])
    #expect(try without.secret() != secret)
    // A group that isn't complete is no group.
    let lacking = try ShareSet(shares[0] + shares[2][..<2])
    #expect(!lacking.isEnough && lacking.lacking == 1)
    #expect(try ShareSet(shares[2]).lacking == 1)
    #expect(throws: ShareError(.tooFew, "")) { try lacking.secret(passphrase: passphrase) }
  }

  @Test func everySplitIsAnother() throws {
    let identity = try identity()
    let splits = try (0..<8).map { _ in try RecoveryShare.split(identity, threshold: 2, count: 3).map(text) }
    #expect(Set(splits.flatMap { $0 }).count == 24)
  }

  @Test func whatHasNoSharesIsRefused() throws {
    let identity = try identity()
    for (threshold, count) in [(0, 1), (3, 2), (1, 2), (2, 17), (0, 0), (-1, 3), (17, 17)] {
      #expect(throws: ShareError(.malformed, "")) {
        try RecoveryShare.split(identity, threshold: threshold, count: count)
      }
    }
    for size in [0, 14, 17, 66] {
      #expect(throws: ShareError(.malformed, "")) {
        try RecoveryShare.split(
          Secret(copying: sample(size)), passphrase: Secret(copying: []), groupThreshold: 1,
          groups: [RecoveryShare.Group(threshold: 2, count: 3)], isExtendable: true, exponent: 0)
      }
    }
  }

  /// Fewer than are needed fit to any secret: for each there is a last share that gives it, so they tell nothing.
  @Test func fewerTellNothing() throws {
    let points = try ThresholdScheme.split(Secret(copying: sample(32)), threshold: 3, count: 5)
    for guess in [UInt8(0), 1, 77, 255] {
      let secret = Secret(copying: [UInt8](repeating: guess, count: 32))
      let fitting = Array(points[1...2]) + [SharePoint(place: 255, value: secret)]
      let last = SharePoint(place: 4, value: FieldOf256.interpolate(fitting, at: 4))
      #expect(FieldOf256.interpolate(Array(points[1...2]) + [last], at: 255) == secret)
    }
  }

  // MARK: what is wrong

  @Test func tooFewMixedAndDoubled() throws {
    let identity = try identity()
    let one = try RecoveryShare.split(identity, threshold: 3, count: 5)
    let other = try RecoveryShare.split(identity, threshold: 3, count: 5)
    let set = try ShareSet(Array(one[..<2]))
    #expect(!set.isEnough && set.lacking == 1)
    #expect(set.shortfall == "2 of 3 shares are here: 1 more is needed")
    #expect(throws: ShareError(.tooFew, "")) { try set.identity() }
    #expect(throws: ShareError(.none, "")) { try ShareSet([]) }
    #expect(
      refusal { _ = try ShareSet([one[0], one[1], other[2]]) }?.what.hasPrefix("share 3 is of another set")
        == true)
    #expect(
      refusal { _ = try ShareSet([one[0], one[1], one[0]]) }?.what == "shares 1 and 3 are the same share")
    #expect(throws: ShareError(.doubled, "")) { try ShareSet([one[4], one[4]]) }
    #expect(throws: ShareError(.tooMany, "")) { try ShareSet(Array(repeating: one[0], count: 257)) }
  }

  /// Shares that begin alike by chance, or because somebody made them so, give nothing.
  @Test func sharesThatOnlySeemToBelongTogether() throws {
    let one = try RecoveryShare.split(identity(), threshold: 2, count: 4)
    func forged(_ share: RecoveryShare, _ value: Secret) -> RecoveryShare {
      RecoveryShare(
        parameters: share.parameters, group: share.group, member: share.member, threshold: share.threshold,
        value: value)
    }
    let wrong = forged(one[1], Secret(copying: sample(32)))
    #expect(throws: ShareError(.inconsistent, "")) { try ShareSet([one[0], wrong]).identity() }
    // One that wouldn't be needed is looked at as well.
    #expect(throws: ShareError(.inconsistent, "")) { try ShareSet([one[0], one[2], wrong]).identity() }
    #expect(throws: ShareError(.mixed, "")) { try ShareSet([one[0], one[1], wrong]) }
  }

  @Test func aMistypedWordIsNamedByItsPlace() throws {
    var words = text(try RecoveryShare.split(identity(), threshold: 2, count: 2)[0]).split(separator: " ")
      .map(String.init)
    words[6] = "acadmic"
    words[20] = "zzzzzzzz"
    let error = try #require(refusal { _ = try read(words.joined(separator: " ")) })
    #expect(error.code == .unknownWord)
    #expect(error.what == "word 7 isn't in the list; near it are academic; word 21 isn't in the list")
  }

  /// Any one word in place of another is found, and where it stands.
  @Test func anotherWordOfTheListIsFound() throws {
    let share = try RecoveryShare.split(identity(), threshold: 2, count: 2)[0]
    let list = ShareWords.text.split(separator: " ").map(String.init)
    for place in 0..<33 {
      var words = text(share).split(separator: " ").map(String.init)
      words[place] = words[place] == list[place * 31] ? list[0] : list[place * 31]
      let error = try #require(refusal { _ = try read(words.joined(separator: " ")) })
      #expect(error.code == .checksum)
      // The second word says which checksum it is.
      if place != 1 { #expect(error.what.hasSuffix("look at word \(place + 1) first"), "\(error)") }
    }
  }

  @Test func twoWordsInEachOthersPlace() throws {
    var words = text(try RecoveryShare.split(identity(), threshold: 2, count: 2)[0]).split(separator: " ")
      .map(String.init)
    let other = try #require((11..<30).first { words[$0] != words[10] })
    words.swapAt(10, other)
    #expect(throws: ShareError(.checksum, "")) { try read(words.joined(separator: " ")) }
  }

  @Test func anyOtherCountOfWords() throws {
    let words = text(try RecoveryShare.split(identity(), threshold: 2, count: 2)[0]).split(separator: " ")
    for count in [1, 19, 21, 22, 32] {
      let code = try #require(refusal { _ = try read(words[..<count].joined(separator: " ")) }).code
      #expect(code == .length || code == .checksum)
    }
    for count in [60, 1000] {
      #expect(throws: ShareError(.length, "")) {
        try read((0..<count).map { _ in "academic" }.joined(separator: " "))
      }
    }
    #expect(throws: ShareError(.length, "")) { try read(String(repeating: "academic\n", count: 10_000)) }
    #expect(throws: ShareError(.tooMany, "")) { try read(String(repeating: "acid\n", count: 257)) }
    #expect(try read("").isEmpty)
    #expect(try read(" \n\r\n\t ").isEmpty)
  }

  @Test func sharesOfSomethingElseAreNoIdentity() throws {
    for (size, exponent) in [(16, UInt8(0)), (64, 0), (32, 9)] {
      let shares = try RecoveryShare.split(
        Secret(copying: sample(size)), passphrase: Secret(copying: []), groupThreshold: 1,
        groups: [RecoveryShare.Group(threshold: 1, count: 1)], isExtendable: true, exponent: exponent)
      #expect(throws: ShareError(.noIdentity, "")) { try ShareSet(shares[0]).identity() }
    }
  }

  /// What a sheet has around its numbered words is passed over; so a sheet is read as it was written.
  @Test func sheetsAreReadByTheirNumbers() throws {
    let shares = try RecoveryShare.split(identity(), threshold: 2, count: 2)
    let sheets = shares.map { share in
      let words = share.words.enumerated().map { number, word in
        word.withSpan { span in
          "\(number + 1). " + String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
        }
      }
      return "A SHEET of 2. none\r\n\r\n" + words.joined(separator: "  \t") + "\r\n\r\nkeep 2. of 4\n"
    }
    #expect(try ShareSet(read(sheets.joined())).identity().publicIdentity == identity().publicIdentity)
  }

  @Test func nothingOfAShareIsPrinted() throws {
    let parameters = ShareParameters(
      identifier: 7, isExtendable: true, exponent: 1, groupThreshold: 1, groupCount: 1)
    let said = [UInt8(0), 0xa5].map { byte in
      let share = RecoveryShare(
        parameters: parameters, group: 0, member: 0, threshold: 2,
        value: Secret(copying: [UInt8](repeating: byte, count: 32)))
      return "\(share) \(String(reflecting: share))"
    }
    // Not searched for the words themselves: "member" is one of them.
    #expect(said[0] == said[1])
    #expect(said[0].contains("Secret(32 bytes)"))
  }

  /// RFC 7914, 11, has two vectors of PBKDF2 with HMAC-SHA-256.
  @Test func pbkdf2() throws {
    for (password, salt, iterations, start) in [
      ("passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605"),
      ("Password", "NaCl", 80_000, "4ddcd8f60b98be21830cee5ef22701f9"),
    ] {
      let derived = try KeyDerivation.pbkdf2(
        password: Secret(copying: Array(password.utf8)), salt: Secret(copying: Array(salt.utf8)),
        iterations: iterations, count: 64)
      #expect(derived.slice(0..<16) == Secret(copying: try #require(Hex.decode(start))))
    }
    #expect(throws: SealingError(.refusedParameters, "")) {
      try KeyDerivation.pbkdf2(
        password: Secret(copying: []), salt: Secret(copying: []), iterations: 0, count: 8)
    }
  }
}
