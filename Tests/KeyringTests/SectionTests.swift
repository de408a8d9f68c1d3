import Sealing
import Testing

@testable import Keyring

@Suite struct SectionTests {
  static func page(_ first: UInt64, _ last: UInt64, _ byte: UInt8) throws -> PageReference {
    try PageReference(
      digest: Digest.sha256(of: [byte]), key: key(byte), count: 2, size: KeyPage.sealedSize(rows: 2),
      range: PageRange(first: id(first), lastPrefix: last))
  }

  static func sample() throws -> Section {
    try Section(
      id: House.letters, name: "Schriftwechsel ä",
      epochs: [
        Epoch(number: 1, state: .destroyed, marks: .compromised, since: 5, key: nil),
        Epoch(number: 2, state: .retired, since: 6, key: key(2)),
        Epoch(number: 3, state: .opening, since: 7, key: key(3)),
        Epoch(number: 4, state: .sealing, since: 8, key: key(4)),
      ],
      pages: [page(10, 20, 1), page(30, 40, 2), page(15, 35, 3)], readers: [id(1), id(2), id(9)])
  }

  @Test func aSectionComesBackAsItWas() throws {
    let section = try SectionTests.sample()
    let again = try Section(decoding: section.encoded())
    #expect(again.id == section.id && again.kind == .class && again.name == section.name)
    #expect(again.epochs.map(\.number) == [1, 2, 3, 4])
    #expect(again.epochs.map(\.state) == [.destroyed, .retired, .opening, .sealing])
    #expect(again.epochs.map(\.marks) == [.compromised, [], [], []])
    #expect(again.epochs.map(\.since) == [5, 6, 7, 8])
    #expect(again.epochs.map { $0.key?.copied[0] } == [nil, 2, 3, 4])
    #expect(again.pages.map(\.range) == section.pages.map(\.range))
    #expect(zip(again.pages, section.pages).allSatisfy { $0.matches($1) })
    #expect(again.readers == section.readers)
    #expect(again.encoded() == section.encoded())
    #expect(again.baseCount == 2 && !again.needsMerging() && again.rows == 6)
    #expect(again.sealing.number == 4 && again.epoch(0) == nil && again.epoch(5) == nil)
  }

  @Test func itsBytesStandWhereTheFormatSays() throws {
    let plain = try SectionTests.sample().encoded().copied
    #expect(plain.count == 128 + 4 * 48 + 3 * 96 + 3 * 16)
    #expect(Array(plain[..<16]) == House.letters.bytes)
    #expect(Array(plain[16..<32]) == [0, 1, 0, 17, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 3])
    #expect(Array(plain[128..<145]) == [0, 0, 0, 1, 0, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0])
    let page = 128 + 4 * 48
    #expect(Array(plain[page..<page + 16]) == id(10).bytes)
    #expect(Array(plain[page + 48..<page + 80]) == [UInt8](repeating: 1, count: 32))
    #expect(Array(plain[page + 80..<page + 84]) == [0, 0, 0, 2])
    #expect(Array(plain[page + 88..<page + 96]) == [0, 0, 0, 0, 0, 0, 0, 20])
  }

  @Test func everyTruncationIsRefused() throws {
    let plain = try SectionTests.sample().encoded()
    for count in 0..<plain.count {
      #expect(throws: KeyringError.self) { try Section(decoding: plain.slice(0..<count)) }
    }
    expect(.malformed) { _ = try Section(decoding: .concatenating([plain, Secret(copying: [0])])) }
  }

  /// There is one way to write a section: what isn't refused is written again as it was.
  @Test func everyFlipIsRefusedOrAnotherSection() throws {
    let plain = try SectionTests.sample().encoded().copied
    var refused = 0
    for index in plain.indices {
      for bit: UInt8 in [0x01, 0x80] {
        var flipped = plain
        flipped[index] ^= bit
        do {
          let section = try Section(decoding: Secret(copying: flipped))
          #expect(section.encoded().copied == flipped, "byte \(index)")
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > 100)
  }

  /// One wrong byte each: offset, value, what is wrong.
  static let wrong: [(Int, UInt8, KeyringError.Code, String)] = [
    (17, 2, .malformed, "a class that calls itself directory"),
    (17, 9, .malformed, "an unknown kind"),
    (19, 16, .malformed, "a name cut in the middle of a letter, and not padded with zeros"),
    (19, 18, .malformed, "a name with a zero byte"),
    (18, 1, .malformed, "a name longer than its field"),
    (20, 1, .limit, "more epochs than the format allows"),
    (23, 5, .malformed, "more epochs than there are"),
    (24, 1, .limit, "more pages than the format allows"),
    (27, 2, .malformed, "fewer pages than there are"),
    (28, 1, .limit, "more readers than the format allows"),
    (127, 1, .malformed, "a name not padded with zeros"),
    (32, 0xff, .malformed, "a name that isn't UTF-8"),
    (131, 2, .malformed, "an epoch out of order"),
    (133, 3, .malformed, "an epoch with another state, whose key is zero"),
    (133, 9, .malformed, "an unknown state"),
    (135, 2, .malformed, "an unknown mark"),
    (150, 1, .malformed, "a destroyed epoch with a key"),
    (128 + 3 * 48 + 5, 2, .malformed, "a newest epoch that isn't sealing"),
    (128 + 2 * 48 + 5, 1, .malformed, "two epochs that are sealing"),
    (128 + 4 * 48 + 3 * 96 + 7, 3, .malformed, "readers out of order"),
  ]

  /// What a section says of a page refuses the page: the keys on others are needed.
  @Test(arguments: [
    (83, 3, "a size that isn't that of its rows"), (82, 0x10, "too many rows"),
    (87, 0, "rows that aren't those of its size"), (0, 1, "a last id before its first"),
  ]) func aPageThatCanNotBeIsRefusedAlone(_ offset: Int, _ value: UInt8, _ what: String) throws {
    var plain = try SectionTests.sample().encoded().copied
    try #require(plain[128 + 4 * 48 + offset] != value)
    plain[128 + 4 * 48 + offset] = value
    let section = try Section(decoding: Secret(copying: plain))
    expect(.malformed, "\(what)") { try section.pages[0].check() }
    for page in section.pages[1...] { try page.check() }
    // One without a range ends the base, or lookups in it would go astray.
    #expect(section.baseCount == (offset == 0 ? 0 : 2))
  }

  @Test(arguments: wrong) func isRefused(
    _ offset: Int, _ value: UInt8, _ code: KeyringError.Code, _ what: String
  ) throws {
    var plain = try SectionTests.sample().encoded().copied
    try #require(plain[offset] != value)
    plain[offset] = value
    expect(code, "\(what)") { _ = try Section(decoding: Secret(copying: plain)) }
  }

  @Test func whatNoSectionMayBeIsNotMade() throws {
    let epochs = [Epoch(number: 1, state: .sealing, since: 1, key: key(1))]
    expect(.malformed, "no epoch") { _ = try Section(id: id(1), name: "a", epochs: [], readers: []) }
    expect(.malformed, "no name") { _ = try Section(id: id(1), name: "", epochs: epochs, readers: []) }
    expect(.malformed, "no id") { _ = try Section(id: .zero, name: "a", epochs: epochs, readers: []) }
    expect(.malformed, "a long name") {
      _ = try Section(id: id(1), name: String(repeating: "ä", count: 49), epochs: epochs, readers: [])
    }
    expect(.malformed, "a reader twice") {
      _ = try Section(id: id(1), name: "a", epochs: epochs, readers: [id(2), id(2)])
    }
    expect(.malformed, "a journal with pages") {
      _ = try Section(
        id: .journal, name: "j", epochs: epochs, pages: [SectionTests.page(1, 2, 1)], readers: [])
    }
    expect(.malformed, "a key of zeros") {
      _ = try Section(
        id: id(1), name: "a", epochs: [Epoch(number: 1, state: .sealing, since: 1, key: key(0))], readers: [])
    }
    expect(.malformed, "a page without range") {
      let page = try PageReference(
        digest: Digest.sha256(of: [1]), key: key(1), count: 1, size: KeyPage.sealedSize(rows: 1), range: nil)
      _ = try Section(id: id(1), name: "a", epochs: epochs, pages: [page], readers: [])
    }
  }

  @Test func limitsHold() throws {
    func epochs(_ count: UInt32) -> [Epoch] {
      (1...count).map { Epoch(number: $0, state: $0 == count ? .sealing : .opening, since: 1, key: key(1)) }
    }
    #expect(try Section(id: id(1), name: "a", epochs: epochs(1000), readers: []).epochs.count == 1000)
    expect(.limit) { _ = try Section(id: id(1), name: "a", epochs: epochs(1001), readers: []) }
    let page = try SectionTests.page(1, 2, 1)
    let full = try Section(
      id: id(1), name: "a", epochs: epochs(1), pages: [PageReference](repeating: page, count: 65_536),
      readers: [])
    #expect(try Section(decoding: full.encoded()).pages.count == 65_536)
    expect(.limit) { _ = try full.with(pages: full.pages + [page]) }
    let readers = (0..<1001).map { id($0) }
    #expect(
      try Section(id: id(1), name: "a", epochs: epochs(1), readers: Array(readers[..<1000])).readers.count
        == 1000)
    expect(.limit) { _ = try Section(id: id(1), name: "a", epochs: epochs(1), readers: readers) }
  }
}
